"""Forms and query strings, read strictly: each name once (RFC 6749 §3.1, §3.2)."""

from typing import Final
from urllib.parse import parse_qsl

_MAX_FIELDS: Final = 50


class FormError(ValueError):
    """The text is not a form that can be read one way only; the message says why."""


def read_form(text: str) -> dict[str, str]:
    """Return the fields of ``application/x-www-form-urlencoded`` text.

    Raises
    ------
    FormError
        A name stands twice, there are more than 50, or the text is not UTF-8.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except UnicodeDecodeError:
        raise FormError("it is not UTF-8") from None
    except ValueError:
        raise FormError(f"it has more than {_MAX_FIELDS} fields") from None
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name in fields:
            raise FormError("a field stands twice")
        fields[name] = value
    return fields
