"""What GitHub's jobs and our roles agree on; data only, so that no job starts CDK to read it."""

from typing import Final

ISSUER: Final = "token.actions.githubusercontent.com"
AUDIENCE: Final = "sts.amazonaws.com"

DEPLOY: Final = "deploy"
READ: Final = "read"
"""Names of the roles, behind the environment's prefix."""
