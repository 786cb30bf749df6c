"""Google's own classes, as the connector works with them (protobuf, not proto-plus)."""

from typing import Any

import grpc
from google.ads.googleads.errors import GoogleAdsException
from google.ads.googleads.v26.errors.types.errors import GoogleAdsFailure
from google.ads.googleads.v26.services.types.google_ads_service import GoogleAdsRow


class Refusal(grpc.RpcError):
    """What gRPC raises, with a status."""

    def __init__(self, status: grpc.StatusCode) -> None:
        super().__init__(status.name)
        self._status = status

    def code(self) -> grpc.StatusCode:
        return self._status


def failure(**codes: int) -> Any:
    """Return a failure with one error per code, for example ``query_error=13``."""
    found = GoogleAdsFailure.pb()()
    for name, value in codes.items():
        error = found.errors.add()
        setattr(error.error_code, name, value)
        error.message = f"about {name}"
    return found


def ads_exception(status: grpc.StatusCode, found: Any) -> GoogleAdsException:
    return GoogleAdsException(Refusal(status), Refusal(status), found, "request-7")


def row() -> Any:
    return GoogleAdsRow.pb()()
