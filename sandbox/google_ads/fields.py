"""GoogleAdsFieldService: what there is to ask for, as the protos say."""

import re
from functools import cache
from typing import Any, Final

from google.ads.googleads.v26.enums.types.google_ads_field_category import (
    GoogleAdsFieldCategoryEnum,
)
from google.ads.googleads.v26.enums.types.google_ads_field_data_type import (
    GoogleAdsFieldDataTypeEnum,
)
from google.ads.googleads.v26.resources.types.google_ads_field import GoogleAdsField
from google.ads.googleads.v26.services.types.google_ads_field_service import (
    SearchGoogleAdsFieldsResponse,
)

from sandbox.google_ads.catalogue import (
    METRICS,
    RESOURCES,
    ROW,
    SEGMENTS,
    Category,
    Field,
    field_named,
)
from sandbox.google_ads.failures import Refusal, query_error
from sandbox.google_ads.field_query import FieldQuery, field_query
from sandbox.google_ads.paging import PAGE_SIZE, page_offset, page_token

_FIELD: Final[Any] = GoogleAdsField.pb()
_RESPONSE: Final[Any] = SearchGoogleAdsFieldsResponse.pb()
_CATEGORY: Final[Any] = GoogleAdsFieldCategoryEnum.GoogleAdsFieldCategory
_DATA_TYPE: Final[Any] = GoogleAdsFieldDataTypeEnum.GoogleAdsFieldDataType
_DEEPEST: Final = 3
_NAME: Final = re.compile("googleAdsFields/([a-z0-9_.]+)")


@cache
def described() -> dict[str, Any]:
    """Return every GoogleAdsField message (protobuf) by name, sorted by name."""
    names = [*RESOURCES, *SEGMENTS, *METRICS]
    for resource in RESOURCES:
        message = ROW.DESCRIPTOR.fields_by_name[resource].message_type
        names += _attributes(resource, message, 1)
    found = [field for name in sorted(names) if (field := field_named(name)) is not None]
    return {field.name: _described(field) for field in found}


def get_field(resource_name: str) -> Any:
    """Return one field or resource.

    Raises
    ------
    Refusal
        For a malformed name, or one that there is not.
    """
    match = _NAME.fullmatch(resource_name)
    if match is None:
        raise Refusal(
            "request_error",
            "RESOURCE_NAME_MALFORMED",
            f"'{resource_name}' is not a valid resource name.",
            path=("resource_name",),
        )
    found = described().get(match[1])
    if found is None:
        raise Refusal(
            "request_error",
            "RESOURCE_NOT_FOUND",
            f"Resource '{resource_name}' was not found.",
            path=("resource_name",),
        )
    return found


def search_fields(request: Any) -> Any:
    """Answer one page of a query for fields.

    Raises
    ------
    Refusal
        For what is not such a query.
    """
    query = field_query(request.query)
    _check_names(query)
    matching = [message for message in described().values() if query.matches(message)]
    query.sort(matching)
    limited = matching[: query.limit]
    size = min(request.page_size or PAGE_SIZE, PAGE_SIZE)
    offset = page_offset(request.page_token, request.query)
    response = _RESPONSE(total_results_count=len(matching))
    for message in limited[offset : offset + size]:
        response.results.append(_selected(message, query.fields))
    if offset + size < len(limited):
        response.next_page_token = page_token(offset + size, request.query)
    return response


def _attributes(prefix: str, message: Any, depth: int) -> list[str]:
    """Return the names below a message, as deep as Google's own names go in practice."""
    names = []
    for field in message.fields:
        name = f"{prefix}.{field.name.removesuffix('_')}"
        if field.message_type is None or field.is_repeated:
            names.append(name)
        elif depth < _DEEPEST:
            names += _attributes(name, field.message_type, depth + 1)
    return names


def _described(field: Field) -> Any:
    attribute = field.category is Category.ATTRIBUTE
    resource = field.category is Category.RESOURCE
    message = _FIELD(
        resource_name=f"googleAdsFields/{field.name}",
        name=field.name,
        category=_CATEGORY[field.category.value].value,
        data_type=_DATA_TYPE[field.kind].value,
        selectable=field.selectable,
        filterable=not resource and field.kind != "MESSAGE",
        sortable=not resource and not field.repeated and field.kind != "MESSAGE",
        is_repeated=field.repeated,
    )
    if field.kind == "ENUM":
        if attribute or field.category is Category.SEGMENT:
            message.enum_values.extend(field.enum_values)
        message.type_url = field.descriptor.enum_type.full_name
    if resource:
        _describe_resource(message, field.name)
    elif not attribute:
        message.selectable_with.extend(sorted([*SEGMENTS, *METRICS, *_measured()]))
    return message


def _describe_resource(message: Any, name: str) -> None:
    resource = RESOURCES[name]
    message.type_url = ROW.DESCRIPTOR.fields_by_name[name].message_type.full_name
    message.attribute_resources.extend(resource.joins)
    if resource.measured:
        message.metrics.extend(sorted(METRICS))
        message.segments.extend(sorted(SEGMENTS))
        message.selectable_with.extend(sorted([*resource.joins, *METRICS, *SEGMENTS]))
    else:
        message.selectable_with.extend(resource.joins)


def _measured() -> list[str]:
    return [name for name, resource in RESOURCES.items() if resource.measured]


def _check_names(query: FieldQuery) -> None:
    for name in query.names():
        if name not in _FIELD.DESCRIPTOR.fields_by_name:
            raise query_error("UNRECOGNIZED_FIELD", f"Unrecognized field in the query: '{name}'.")


def _selected(message: Any, names: tuple[str, ...]) -> Any:
    answer = _FIELD(resource_name=message.resource_name)
    for name in names:
        value = getattr(message, name)
        if message.DESCRIPTOR.fields_by_name[name].is_repeated:
            getattr(answer, name).extend(value)
        else:
            setattr(answer, name, value)
    return answer
