"""Operations for the played Google Ads, built with the messages of the official package."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from google.ads.googleads.client import GoogleAdsClient
from google.ads.googleads.errors import GoogleAdsException
from google.ads.googleads.v26.errors.types.errors import GoogleAdsFailure
from google.ads.googleads.v26.services.types.google_ads_service import (
    MutateGoogleAdsRequest,
    MutateOperation,
)
from google.oauth2.credentials import Credentials
from google.protobuf.json_format import ParseDict

from sandbox.faults import Calls, Faults
from sandbox.google_ads import GoogleAdsEmulator
from sandbox.world import AdsAccount, World

NOW = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
US, DE, YEN, SOUTH = "1000000101", "1000000102", "1000000104", "1000000201"
MANAGER_ACCOUNT = "1000000001"


def name(collection: str, *ids: int, customer: str = US) -> str:
    return f"customers/{customer}/{collection}/{'~'.join(map(str, ids))}"


def create(kind: str, **fields: Any) -> Any:
    return _operation(kind, {"create": fields})


def update(kind: str, named: str, mask: str | None = None, **fields: Any) -> Any:
    """Return an update; the mask names the fields given, unless it is given itself."""
    paths = ",".join(fields) if mask is None else mask
    operation = _operation(kind, {"update": {"resource_name": named, **fields}})
    if paths:
        getattr(operation, f"{kind}_operation").update_mask.paths.extend(paths.split(","))
    return operation


def remove(kind: str, named: str) -> Any:
    return _operation(kind, {"remove": named})


def _operation(kind: str, content: dict[str, Any]) -> Any:
    return ParseDict({f"{kind}_operation": content}, MutateOperation.pb()())


def campaign(budget: str | None, **more: Any) -> Any:
    """Return the creation of a campaign that Google takes."""
    usual = {
        "name": "Interplanetary cruises",
        "status": "PAUSED",
        "advertising_channel_type": "SEARCH",
        "campaign_budget": budget,
        "manual_cpc": {},
        "contains_eu_political_advertising": "DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING",
    }
    return create("campaign", **{k: v for k, v in (usual | more).items() if v is not None})


def search_ad(group: str, *, ad: dict[str, Any] | None = None, **more: Any) -> Any:
    """Return the creation of a responsive search ad that Google takes; ``more`` is its content."""
    usual = {
        "headlines": [{"text": f"Boots number {n}"} for n in range(3)],
        "descriptions": [{"text": f"Walk {n} miles in them."} for n in range(2)],
    }
    content = {"final_urls": ["https://www.aster.example/boots"], **(ad or {})}
    content["responsive_search_ad"] = usual | more
    return create("ad_group_ad", ad_group=group, status="PAUSED", ad=content)


def whole_campaign() -> list[Any]:
    """Return a campaign with all it needs, on temporary ids."""
    return [
        create(
            "campaign_budget",
            resource_name=name("campaignBudgets", -1),
            name="New",
            amount_micros=50_000_000,
            explicitly_shared=False,
        ),
        campaign(name("campaignBudgets", -1), resource_name=name("campaigns", -2)),
        create(
            "ad_group",
            resource_name=name("adGroups", -3),
            campaign=name("campaigns", -2),
            name="Group",
            cpc_bid_micros=1_000_000,
        ),
        create(
            "ad_group_criterion",
            ad_group=name("adGroups", -3),
            keyword={"text": "mars trips", "match_type": "PHRASE"},
        ),
        create(
            "campaign_criterion",
            campaign=name("campaigns", -2),
            negative=True,
            keyword={"text": "free", "match_type": "BROAD"},
        ),
        search_ad(name("adGroups", -3)),
        create("label", resource_name=name("labels", -4), name="Cruises"),
        create("campaign_label", campaign=name("campaigns", -2), label=name("labels", -4)),
    ]


@dataclass
class Writable:
    """A running emulator over a world of its own, and Google's client for it."""

    world: World
    faults: Faults = field(default_factory=Faults)
    calls: Calls = field(default_factory=Calls)
    endpoint: str = ""
    now: datetime = NOW

    def __post_init__(self) -> None:
        self._services: dict[tuple[str, str | None], Any] = {}

    def service(self, role: str = "practitioner", login: str | None = MANAGER_ACCOUNT) -> Any:
        if (role, login) not in self._services:
            self._services[role, login] = GoogleAdsClient(
                credentials=Credentials(self.world.google_token(role)),
                developer_token="sandbox",
                endpoint=self.endpoint,
                version="v26",
                use_proto_plus=False,
                login_customer_id=login,
            ).get_service("GoogleAdsService")
        return self._services[role, login]

    def account(self, customer_id: str = US) -> AdsAccount:
        return self.world.accounts[customer_id]

    def mutate(
        self,
        *operations: Any,
        customer: str = US,
        timeout: float = 20,
        who: dict[str, Any] | None = None,
        **more: Any,
    ) -> Any:
        request = MutateGoogleAdsRequest.pb()(customer_id=customer, **more)
        request.mutate_operations.extend(operations)
        return self.service(**(who or {})).mutate(request=request, retry=None, timeout=timeout)

    def names(self, *operations: Any, **more: Any) -> list[str]:
        """Carry out and return the resource names in order, empty for what failed."""
        return list(map(_name, self.mutate(*operations, **more).mutate_operation_responses))

    def refused(self, *operations: Any, **more: Any) -> list[tuple[str, str]]:
        """Return Google's codes and the places of the errors of a refused mutate."""
        with pytest.raises(GoogleAdsException) as caught:
            self.mutate(*operations, **more)
        assert caught.value.error.code() is grpc.StatusCode.INVALID_ARGUMENT
        return errors_of(caught.value)

    def code(self, *operations: Any, **more: Any) -> str:
        """Return the code of the one error of a refused mutate."""
        ((code, _),) = self.refused(*operations, **more)
        return code

    def rows(self, query: str, customer: str = US) -> list[Any]:
        return list(self.service().search(customer_id=customer, query=query, retry=None))


def _name(answer: Any) -> str:
    kind = answer.WhichOneof("response")
    return getattr(answer, kind).resource_name if kind else ""


def reason(error: Any) -> tuple[str, str]:
    """Return the code of one error, and where it is, written with points."""
    kind = error.error_code.WhichOneof("error_code")
    enum = error.error_code.DESCRIPTOR.fields_by_name[kind].enum_type
    code = enum.values_by_number[getattr(error.error_code, kind)].name
    parts = (
        f"{part.field_name}[{part.index}]" if part.HasField("index") else part.field_name
        for part in error.location.field_path_elements
    )
    return f"{kind}.{code}", ".".join(parts)


def refused(ads: Writable, *operations: Any, customer: str = US) -> tuple[str, str]:
    """Return code and field of the one error of what validation refuses."""
    ((code, place),) = ads.refused(*operations, customer=customer, validate_only=True)
    return code, place.partition("_operation.")[2].partition(".")[2]


def errors_of(error: GoogleAdsException) -> list[tuple[str, str]]:
    """Return the errors of a refused call; the client wraps some of its messages."""
    failure = GoogleAdsFailure.pb(error.failure, coerce=True)
    return list(map(reason, failure.errors))


def partial_errors(response: Any) -> list[tuple[str, str]]:
    """Return the errors of what could not be done."""
    failure = GoogleAdsFailure.pb()()
    (packed,) = response.partial_failure_error.details
    assert packed.Unpack(failure)
    return list(map(reason, failure.errors))


@contextmanager
def writable() -> Iterator[Writable]:
    played = Writable(World(start=NOW))
    emulator = GoogleAdsEmulator(
        world=played.world,
        clock=lambda: played.now,
        faults=played.faults,
        calls=played.calls,
    )
    played.endpoint = emulator.start()
    yield played
    emulator.stop()
