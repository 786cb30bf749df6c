"""One secret in one rotation, as Secrets Manager holds it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from wpp_mcp.secret_store import Rotating

CURRENT: Final = "AWSCURRENT"
PENDING: Final = "AWSPENDING"


class RotationRefusedError(RuntimeError):
    """The step is not done, and doing it again as it is would not help; no value is in the text."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a secret."""

    values: Rotating = field(repr=False)
    since: datetime


class RotatingSecret:
    """A secret that Secrets Manager rotates, and the version that is to become current.

    Parameters
    ----------
    client
        Of Secrets Manager.
    secret_id
        ARN or name.
    token
        Id of the new version.

    Raises
    ------
    RotationRefusedError
        Rotation is not on for the secret, or the version is not one that was asked for.
    """

    def __init__(self, client: Any, secret_id: str, token: str) -> None:
        self._client = client
        self._id = secret_id
        self._token = token
        described = client.describe_secret(SecretId=secret_id)
        self.name: str = described["Name"]
        self._rotated_at: datetime | None = described.get("LastRotatedDate")
        self._stages: dict[str, list[str]] = described.get("VersionIdsToStages", {})
        if not described.get("RotationEnabled"):
            raise RotationRefusedError(f"rotation is not on for {self.name}")
        mine = self._stages.get(token, [])
        if PENDING not in mine and CURRENT not in mine:
            raise RotationRefusedError(f"the version is not pending for {self.name}")

    @property
    def is_done(self) -> bool:
        """Whether the new version is the current one already."""
        return CURRENT in self._stages.get(self._token, [])

    def current(self) -> Version:
        """Return the current values, and since when functions can have read them.

        Raises
        ------
        ConfigurationError
            They cannot be used.
        """
        version = self._version(VersionStage=CURRENT)
        if version is None:
            raise RotationRefusedError(f"{self.name} has no current value")
        since = max(filter(None, (version.since, self._rotated_at)))
        return Version(version.values, since)

    def pending(self) -> Rotating | None:
        """Return the new version's values, if they are there."""
        version = self._version(VersionId=self._token, VersionStage=PENDING)
        return None if version is None else version.values

    def put(self, values: Rotating) -> None:
        """Store the new version's values. A version that has some keeps them."""
        try:
            self._client.put_secret_value(
                SecretId=self._id,
                ClientRequestToken=self._token,
                SecretString=values.text(),
                VersionStages=[PENDING],
            )
        except self._client.exceptions.ResourceExistsException:
            # Another run of the same step was quicker. Its values are as random as ours.
            return

    def make_current(self) -> None:
        """Move the label: if it is not where it was when this step began, nothing happens."""
        now = next(version for version, stages in self._stages.items() if CURRENT in stages)
        self._client.update_secret_version_stage(
            SecretId=self._id,
            VersionStage=CURRENT,
            MoveToVersionId=self._token,
            RemoveFromVersionId=now,
        )

    def _version(self, **which: str) -> Version | None:
        try:
            found = self._client.get_secret_value(SecretId=self._id, **which)
        except self._client.exceptions.ResourceNotFoundException:
            return None
        values = Rotating.of_text(self.name, found["SecretString"])
        return Version(values, found["CreatedDate"])
