"""A distribution that takes time to deploy, and a parameter store."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from tests.unit.support.surroundings import FakeClock

DISTRIBUTION = "E0000000000001"
PARAMETER = "/wpp-mcp/distribution-id"


class PreconditionFailed(Exception):  # noqa: N818 - botocore's name
    pass


class _Exceptions:
    PreconditionFailed = PreconditionFailed


class CloudFront:
    """One distribution. While it deploys, either of two values may be sent."""

    exceptions = _Exceptions

    def __init__(self, clock: FakeClock, value: str = "first", seconds: float = 240) -> None:
        self._clock = clock
        self._seconds = seconds
        self._version = 1
        self._done: datetime | None = None
        self._before: set[str] = set()
        self.updates = 0
        self.interferences = 0
        self.config: dict[str, Any] = {
            "Origins": {
                "Quantity": 2,
                "Items": [
                    {"Id": "bucket"},
                    {
                        "Id": "api",
                        "CustomHeaders": {
                            "Quantity": 1,
                            "Items": [{"HeaderName": "X-Origin-Verify", "HeaderValue": value}],
                        },
                    },
                ],
            }
        }

    @property
    def configured(self) -> str:
        value: str = self.config["Origins"]["Items"][1]["CustomHeaders"]["Items"][0]["HeaderValue"]
        return value

    @property
    def deployed(self) -> bool:
        return self._done is None or self._clock() >= self._done

    def sent(self) -> set[str]:
        """What some place of the edge may send now."""
        return {self.configured} if self.deployed else {self.configured, *self._before}

    def get_distribution(self, Id: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        assert Id == DISTRIBUTION
        status = "Deployed" if self.deployed else "InProgress"
        answer = {
            "ETag": f"E{self._version}",
            "Distribution": {"Status": status, "DistributionConfig": deepcopy(self.config)},
        }
        if self.interferences:
            self.interferences -= 1
            self._version += 1
        return answer

    def update_distribution(self, **asked: Any) -> None:
        assert asked["Id"] == DISTRIBUTION
        if asked["IfMatch"] != f"E{self._version}":
            raise PreconditionFailed
        self._before = self.sent()
        self.config = deepcopy(asked["DistributionConfig"])
        self._version += 1
        self.updates += 1
        self._done = self._clock() + timedelta(seconds=self._seconds)

    def set(self, value: str) -> None:
        """What a deployment of the edge's stack does."""
        found = self.get_distribution(DISTRIBUTION)
        config = found["Distribution"]["DistributionConfig"]
        config["Origins"]["Items"][1]["CustomHeaders"]["Items"][0]["HeaderValue"] = value
        self.update_distribution(
            Id=DISTRIBUTION, IfMatch=f"E{self._version}", DistributionConfig=config
        )


class Ssm:
    def __init__(self, parameters: Mapping[str, str]) -> None:
        self._parameters = parameters

    def get_parameter(self, Name: str) -> dict[str, Any]:  # noqa: N803
        return {"Parameter": {"Value": self._parameters[Name]}}
