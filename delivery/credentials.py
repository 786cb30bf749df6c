"""AWS credentials for a job of GitHub, without a stored key and without another party's action.

The AWS SDKs and the CDK command line call this as ``credential_process`` (`.github/aws-config`)
whenever they need credentials, and again when those end: nothing is written to a file or to the
environment of the job.
"""

import os
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, Final

from delivery.account import DeliveryError
from stacks.environments import Environment
from stacks.github import AUDIENCE
from wpp_mcp.models import strict_json

_URL: Final = "ACTIONS_ID_TOKEN_REQUEST_URL"
_TOKEN: Final = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105 - the name of a variable
_SECONDS: Final = 10.0
_AN_HOUR: Final = 3600

Ask = Callable[[str, str], bytes]
"""Gets a document with a bearer token."""


def credentials(
    environment: Environment,
    role: str,
    *,
    ask: Ask,
    sts: Any,
    environ: Mapping[str, str] = os.environ,
) -> str:
    """Return credentials of a role, as ``credential_process`` wants them.

    Parameters
    ----------
    role
        ``deploy`` or ``read``.

    Raises
    ------
    DeliveryError
        This is not a job of GitHub that may ask for a token (``id-token: write``).
    """
    if _URL not in environ or _TOKEN not in environ:
        raise DeliveryError("not a job of GitHub with the permission id-token: write")
    audience = urllib.parse.urlencode({"audience": AUDIENCE})
    signed = strict_json.loads(ask(f"{environ[_URL]}&{audience}", environ[_TOKEN]).decode())
    given = sts.assume_role_with_web_identity(
        RoleArn=f"arn:aws:iam::{environment.account}:role/{environment.prefix}{role}",
        RoleSessionName=f"github-{environ.get('GITHUB_RUN_ID', 'run')}",
        WebIdentityToken=signed["value"],
        DurationSeconds=_AN_HOUR,
    )["Credentials"]
    return strict_json.dumps(
        {
            "Version": 1,
            "AccessKeyId": given["AccessKeyId"],
            "SecretAccessKey": given["SecretAccessKey"],
            "SessionToken": given["SessionToken"],
            "Expiration": given["Expiration"].isoformat(),
        }
    )


def ask_github(url: str, token: str) -> bytes:
    """Get a document of GitHub's with the job's own token."""
    if not url.startswith("https://"):
        raise DeliveryError("GitHub's address of tokens is not an https address")
    request = urllib.request.Request(  # noqa: S310 - https, as checked
        url, headers={"Authorization": f"Bearer {token}", "Accept": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - the same
        body: bytes = answer.read()
    return body
