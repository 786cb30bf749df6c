"""Google's own definition of the API, from the document that its client library brings along.

What a call has to look like is read from there: paths, path and query parameters, and bodies.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from sandbox.search_console.failures import Refusal, invalid

_DOCUMENT: Final = "discovery_cache/documents/searchconsole.v1.json"
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_INT32: Final = 1 << 31
_NO_NAME: Final = 'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.'


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the API.

    Parameters
    ----------
    scopes
        Of which a token has to allow one.
    answers
        Whether a success has a body.
    """

    method_id: str
    http_method: str
    path: re.Pattern[str]
    query: frozenset[str]
    request: str | None
    scopes: frozenset[str]
    answers: bool

    @property
    def target(self) -> str:
        """What it is called in faults and counts: the id without its first word."""
        return self.method_id.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that fits the definition.

    Parameters
    ----------
    body
        With each enum value in the definition's spelling.
    """

    parameters: Mapping[str, str]
    body: Mapping[str, Any]


@cache
def document() -> dict[str, Any]:
    """Return the definition."""
    text = (resources.files("googleapiclient") / _DOCUMENT).read_text(encoding="utf-8")
    parsed: dict[str, Any] = json.loads(text)
    return parsed


@cache
def methods() -> tuple[Method, ...]:
    """Return every method that is defined."""
    return tuple(_methods(document()))


def _methods(resource: Mapping[str, Any]) -> list[Method]:
    found = [_method(method) for method in resource.get("methods", {}).values()]
    for inner in resource.get("resources", {}).values():
        found += _methods(inner)
    return found


def _method(method: Mapping[str, Any]) -> Method:
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape("/" + method["path"]))
    parameters = method.get("parameters", {}).items()
    return Method(
        method_id=method["id"],
        http_method=method["httpMethod"],
        path=re.compile(pattern),
        query=frozenset(n for n, p in parameters if p["location"] == "query"),
        request=method.get("request", {}).get("$ref"),
        scopes=frozenset(method.get("scopes", ())),
        answers="response" in method,
    )


def find(http_method: str, path: str) -> tuple[Method, dict[str, str]] | None:
    """Return the method that a request means, and its path parameters as they were sent."""
    for method in methods():
        match = method.path.fullmatch(path)
        if match and method.http_method == http_method:
            return method, match.groupdict()
    return None


def checked(method: Method, path: Mapping[str, str], query: str, body: bytes) -> Asked:
    """Return what is asked.

    Raises
    ------
    Refusal
        400 for an unknown parameter or field, a wrong type, or a value that an enum does not
        have.
    """
    parameters = {name: unquote(value) for name, value in path.items()}
    common = document()["parameters"]
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in method.query and name not in common:
            raise invalid(
                name,
                f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query '
                "parameter.",
            )
        allowed = common.get(name, {}).get("enum")
        if allowed and value not in allowed:
            raise invalid(name, f"Invalid value for {name}: {value}")
        parameters[name] = value
    return Asked(parameters, _body(method, body))


def _body(method: Method, body: bytes) -> dict[str, Any]:
    if method.request is None:
        if body:
            raise invalid("", "Request body is not allowed for this method.")
        return {}
    try:
        value = json.loads(body)
    except ValueError:
        raise Refusal(400, "parseError", "Invalid JSON payload received.") from None
    plain: dict[str, Any] = _value({"$ref": method.request}, value, "")
    return plain


def _value(schema: Mapping[str, Any], value: Any, at: str) -> Any:
    if "$ref" in schema:
        return _object(document()["schemas"][schema["$ref"]], value, at)
    if schema["type"] == "array":
        if not isinstance(value, list):
            raise _wrong(at, value)
        return [_value(schema["items"], item, f"{at}[{n}]") for n, item in enumerate(value)]
    if schema["type"] == "integer":
        if type(value) is not int or not -_INT32 <= value < _INT32:
            raise _wrong(at, value)
        return value
    if not isinstance(value, str):
        raise _wrong(at, value)
    return _enum(schema["enum"], value, at) if "enum" in schema else value


def _object(schema: Mapping[str, Any], value: Any, at: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(at, value)
    fields = schema["properties"]
    for name in value:
        if name not in fields:
            where = f" at '{at}'" if at else ""
            raise invalid(at, _NO_NAME.format(name=name, at=where))
    return {
        name: _value(fields[name], inner, f"{at}.{name}" if at else name)
        for name, inner in value.items()
    }


def _enum(allowed: list[str], value: str, at: str) -> str:
    # The reference pages spell values as searchAppearance, the definition SEARCH_APPEARANCE.
    spelled = _HUMP.sub("_", value).upper()
    if spelled not in allowed:
        raise _wrong(at, value)
    return spelled


def _wrong(at: str, value: Any) -> Refusal:
    return invalid(at, f"Invalid value at '{at}', {json.dumps(value)}")
