"""What CloudFront sends as the secret origin header, and its change."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from wpp_mcp.access.edge import ORIGIN_HEADER
from wpp_mcp.rotation.secret import RotationRefusedError
from wpp_mcp.runtime import Runtime

_TRIES: Final = 3
_POLL_SECONDS: Final = 15.0
DEPLOY_LIMIT: Final = timedelta(minutes=13)
"""How long one run waits for the edge; below the function's time of 15 minutes."""


class StillDeployingError(RuntimeError):
    """The edge is not done in the time of one run: Secrets Manager tries the step again."""


class Edge:
    """The distribution in front of the API.

    Parameters
    ----------
    parameter
        Name of the SSM parameter that holds the distribution's id. The edge's stack writes it: it
        comes after this function's, so neither can name the other.
    """

    def __init__(self, runtime: Runtime, parameter: str) -> None:
        self._runtime = runtime
        self._parameter = parameter
        self._id: str | None = None

    def send(self, value: str) -> None:
        """Let the distribution send a value. Nothing happens where it does already.

        Raises
        ------
        RotationRefusedError
            The distribution sends no such header, or somebody else keeps changing it.
        """
        client = self._runtime.aws("cloudfront")
        for _ in range(_TRIES):
            found = self._found()
            config = found["Distribution"]["DistributionConfig"]
            headers = list(_headers(config))
            if all(header["HeaderValue"] == value for header in headers):
                return
            for header in headers:
                header["HeaderValue"] = value
            try:
                client.update_distribution(
                    Id=self._id, IfMatch=found["ETag"], DistributionConfig=config
                )
            except client.exceptions.PreconditionFailed:
                # Changed since it was read; by our own try, perhaps, whose answer got lost.
                continue
            return
        raise RotationRefusedError("the distribution is being changed by somebody else")

    def wait_for(self, value: str) -> None:
        """Return when every place of the edge sends a value, and nothing else.

        Raises
        ------
        RotationRefusedError
            The distribution is set to send something else.
        StillDeployingError
            It took too long.
        """
        ends = self._runtime.clock() + DEPLOY_LIMIT
        while True:
            distribution = self._found()["Distribution"]
            headers = _headers(distribution["DistributionConfig"])
            if any(header["HeaderValue"] != value for header in headers):
                raise RotationRefusedError("the distribution does not send the new current value")
            if distribution["Status"] == "Deployed":
                return
            if self._runtime.clock() >= ends:
                raise StillDeployingError("the distribution is still deploying")
            self._runtime.sleep(_POLL_SECONDS)

    def _found(self) -> dict[str, Any]:
        if self._id is None:
            ssm = self._runtime.aws("ssm")
            self._id = str(ssm.get_parameter(Name=self._parameter)["Parameter"]["Value"])
        found: dict[str, Any] = self._runtime.aws("cloudfront").get_distribution(Id=self._id)
        return found


def _headers(config: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    found = [
        header
        for origin in config["Origins"]["Items"]
        for header in origin.get("CustomHeaders", {}).get("Items", ())
        if header["HeaderName"].lower() == ORIGIN_HEADER
    ]
    if not found:
        raise RotationRefusedError("the distribution sends no origin header")
    return iter(found)
