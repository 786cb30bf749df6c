"""The KMS key of a sandbox, which can be the same after a restart."""

import base64
from dataclasses import dataclass, field
from typing import Any

from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from sandbox.aws import REGION, MemoryAws


@dataclass(frozen=True, slots=True)
class TokenKey:
    """The key that Google tokens are encrypted under. ``material`` is moto's, as base64."""

    key_id: str
    material: str = field(repr=False)


def create_key(known: TokenKey | None = None) -> TokenKey:
    """Create the key, the one of an earlier sandbox where it is known."""
    made = MemoryAws.plain("kms").create_key(Description="Google tokens")["KeyMetadata"]["KeyId"]
    # moto keeps its keys by id, and its ciphertexts name the id.
    keys: Any = get_backend("kms")[DEFAULT_ACCOUNT_ID][REGION].keys
    key = keys[made]
    if known is not None:
        key.key_material = base64.b64decode(known.material)
        key.id = known.key_id
        key.arn = key.arn.replace(made, known.key_id)
        keys[known.key_id] = keys.pop(made)
    return TokenKey(key.id, base64.b64encode(key.key_material).decode())
