from typing import Any

from pydantic import Field

from wpp_mcp.google.ads.connector import GoogleAdsFields
from wpp_mcp.models.accounts import Api
from wpp_mcp.tools.inputs import PagedInput
from wpp_mcp.tools.registry import Public, read_tool
from wpp_mcp.tools.table import Row, Table


class ResourceQuery(PagedInput):
    """Which resource."""

    resource: str = Field(
        pattern=r"^[a-z][a-z_]{0,60}$",
        description="A resource of GAQL's FROM, or metrics or segments.",
        examples=["campaign", "search_term_view", "metrics"],
    )


class ResourceField(Row):
    """One field that a query can name."""

    name: str
    category: str
    data_type: str
    selectable: bool
    filterable: bool
    sortable: bool
    repeated: bool
    enum_values: list[str]


@read_tool(
    api=Api.GOOGLE_ADS,
    reach=Public("the catalogue of fields is the same for everybody and holds no account's data"),
    title="Fields of a resource",
)
def get_resource_metadata(fields: GoogleAdsFields, query: ResourceQuery) -> Table[ResourceField]:
    """The fields of a Google Ads resource, and which can be selected, filtered and sorted by.

    Use it before search_google_ads when a field's name is not certain. It reads no account.
    """
    asked = (
        "SELECT name, category, data_type, selectable, filterable, sortable, is_repeated,"
        f" enum_values WHERE name LIKE '{query.resource}.%'"
    )
    found = sorted(fields.search(asked), key=lambda field: str(field.name))
    return Table(rows=[_row(field) for field in found])


def _row(field: Any) -> ResourceField:
    return ResourceField(
        name=field.name,
        category=_enum(field, "category"),
        data_type=_enum(field, "data_type"),
        selectable=field.selectable,
        filterable=field.filterable,
        sortable=field.sortable,
        repeated=field.is_repeated,
        enum_values=list(field.enum_values)[:100],
    )


def _enum(message: Any, name: str) -> str:
    values = message.DESCRIPTOR.fields_by_name[name].enum_type.values_by_number
    return str(values[getattr(message, name)].name)
