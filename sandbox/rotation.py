"""Secrets Manager's part of a rotation: it makes the pending version and calls step after step.

moto makes a version current without a function, and runs functions in containers only.
"""

import time
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from sandbox.aws import LOCK, REGION

STEPS: Final = ("createSecret", "setSecret", "testSecret", "finishSecret")


def begin(full_name: str) -> Mapping[str, str]:
    """Ask for a rotation, as ``RotateSecret`` does; return what its steps are called with."""
    with LOCK:
        backend: Any = get_backend("secretsmanager")[DEFAULT_ACCOUNT_ID][REGION]
        secret, token = backend.secrets[full_name], str(uuid.uuid4())
        for version in secret.versions.values():
            if "AWSPENDING" in version["version_stages"]:
                version["version_stages"].remove("AWSPENDING")
        secret.versions[token] = {
            "createdate": int(time.time()),
            "version_id": token,
            "version_stages": ["AWSPENDING"],
        }
        secret.rotation_requested = secret.rotation_enabled = True
        return {"SecretId": secret.arn, "ClientRequestToken": token}


def settle(full_name: str, now: datetime) -> None:
    """Make moto do what AWS does when the current label moves.

    Whoever asks for no version gets the current one, and that is as old as the sandbox's clock
    says (moto dates it by the machine's).
    """
    with LOCK:
        backend: Any = get_backend("secretsmanager")[DEFAULT_ACCOUNT_ID][REGION]
        secret = backend.secrets[full_name]
        for version_id, version in secret.versions.items():
            if "AWSCURRENT" in version["version_stages"]:
                secret.set_default_version_id(version_id)
                if not version.setdefault("settled", False):
                    version |= {"settled": True, "createdate": int(now.timestamp())}
