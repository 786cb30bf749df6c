from dataclasses import replace
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.gaql.ast import Query
from wpp_mcp.google.ads.gaql.building import MAX_ROWS
from wpp_mcp.google.ads.gaql.parser import GaqlSyntaxError, parse
from wpp_mcp.google.ads.gaql.rules import govern
from wpp_mcp.google.ads.gaql.structured import from_parts
from wpp_mcp.google.ads.rows import is_amount
from wpp_mcp.models.accounts import Api
from wpp_mcp.tools.google_ads import queries
from wpp_mcp.tools.inputs import CustomerId, PagedInput
from wpp_mcp.tools.registry import read_tool
from wpp_mcp.tools.table import AnyRow, Table

DEFAULT_LIMIT: Final = 1_000

_Part = Annotated[str, Field(min_length=1, max_length=2_000)]


class GoogleAdsSearch(PagedInput):
    """A question in GAQL, or in its parts."""

    customer_id: CustomerId
    query: str | None = Field(
        default=None,
        min_length=1,
        max_length=10_000,
        description="One GAQL SELECT. Give this, or fields and resource.",
        examples=["SELECT ad_group.name, metrics.clicks FROM ad_group WHERE metrics.clicks > 10"],
    )
    fields: list[_Part] | None = Field(
        default=None, min_length=1, max_length=200, examples=[["campaign.name", "metrics.clicks"]]
    )
    resource: _Part | None = Field(default=None, examples=["campaign"])
    conditions: list[_Part] = Field(
        default=[], max_length=100, examples=[["campaign.status = 'ENABLED'"]]
    )
    orderings: list[_Part] = Field(default=[], max_length=20, examples=[["metrics.clicks DESC"]])
    limit: int | None = Field(default=None, ge=1, le=MAX_ROWS)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        parts = bool(self.fields or self.resource or self.conditions or self.orderings)
        if self.query is not None and (parts or self.limit is not None):
            raise ValueError("give query, or fields, resource, conditions, orderings and limit")
        if self.query is None and not (self.fields and self.resource):
            raise ValueError("give query, or at least fields and resource")
        return self


@read_tool(api=Api.GOOGLE_ADS, account="customer_id", title="Search Google Ads")
def search_google_ads(ads: GoogleAds, request: GoogleAdsSearch) -> Table[AnyRow]:
    """Any question that Google Ads answers, as a GAQL query or as its parts.

    Use it where no other tool fits; get_resource_metadata tells the fields of a resource. It
    reads the one named account only. Names are as in the query; amounts come in the account's
    currency and without `_micros`. Without LIMIT there are 1,000 rows at most, with it 10,000.
    """
    governed = govern(_asked(request), ads.account, default_limit=DEFAULT_LIMIT, max_limit=MAX_ROWS)
    extra = _needs_currency(governed)
    answer = ads.search(
        replace(governed, fields=(*governed.fields, queries.CURRENCY)) if extra else governed
    )
    rows = [
        {n: v for n, v in row.items() if not extra or n != queries.CURRENCY} for row in answer.rows
    ]
    return Table(rows=rows, matches=answer.matches, currency=queries.currency_of(answer))


def _asked(request: GoogleAdsSearch) -> Query:
    try:
        if request.query is not None:
            return parse(request.query)
        return from_parts(
            request.fields or (),
            request.resource or "",
            request.conditions,
            request.orderings,
            request.limit,
        )
    except GaqlSyntaxError as error:
        raise WppError(
            ErrorCode.INVALID_REQUEST,
            f"Not GAQL: {error}",
            details={"position": error.position},
        ) from None


def _needs_currency(query: Query) -> bool:
    return queries.CURRENCY not in query.fields and any(map(is_amount, query.fields))
