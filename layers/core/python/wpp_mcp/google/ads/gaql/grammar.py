"""GAQL's grammar, and the patterns of its words, in one place for parser and renderer.

Source: https://developers.google.com/google-ads/api/docs/query/grammar. Where Google leaves room,
this grammar is the narrower one: a query that it refuses can be written another way, a query that
it reads otherwise than Google does could reach what nobody checked.

* Keywords are spelled out letter by letter instead of with a case-insensitive flag, under which
  the long s and the Kelvin sign would count as S and K.
* The names of clauses are reserved: neither a field nor a bare word can be called ``FROM``.
* A backslash stands before a quote or a backslash, nowhere else, and no string spans lines.
"""

import re
from typing import Final

MAX_TEXT: Final = 10_000
MAX_FIELDS: Final = 200
MAX_CONDITIONS: Final = 100
MAX_ORDERINGS: Final = 100
MAX_LIST: Final = 1_000
MAX_LIMIT: Final = 9_999_999_999

_CLAUSES: Final = ("SELECT", "FROM", "WHERE", "AND", "OR", "ORDER", "BY", "LIMIT", "PARAMETERS")
_OPERATORS: Final = (
    "NOT", "IN", "LIKE", "CONTAINS", "ANY", "ALL", "NONE", "IS", "NULL", "DURING", "BETWEEN",
    "REGEXP_MATCH", "ASC", "DESC",
)  # fmt: skip
_END: Final = r"(?![A-Za-z0-9_.])"


def _spelled(keyword: str) -> str:
    return "".join(f"[{c}{c.lower()}]" if c.isalpha() else c for c in keyword)


_NOT_RESERVED: Final = f"(?!(?:{'|'.join(map(_spelled, _CLAUSES))}){_END})"
_IDENTIFIER: Final = f"{_NOT_RESERVED}[a-z][a-z0-9_]*{_END}"
_FIELD: Final = rf"{_NOT_RESERVED}[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*{_END}"
_WORD: Final = f"{_NOT_RESERVED}[A-Za-z_][A-Za-z0-9_]*{_END}"
_NUMBER: Final = rf"-?[0-9]+(?:\.[0-9]+)?{_END}"
_COUNT: Final = f"[1-9][0-9]{{0,9}}{_END}"
_SINGLE: Final = r"""'(?:[^'\\\r\n]|\\['"\\])*'"""
_DOUBLE: Final = r'''"(?:[^"\\\r\n]|\\['"\\])*"'''

IDENTIFIER: Final = re.compile(_IDENTIFIER, re.ASCII)
FIELD: Final = re.compile(_FIELD, re.ASCII)
WORD: Final = re.compile(_WORD, re.ASCII)
NUMBER: Final = re.compile(_NUMBER, re.ASCII)
# Controls (C0 but tab, CR, LF; DEL; C1), line and paragraph separators, halves of surrogate pairs.
_REFUSED: Final = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
REFUSED: Final = re.compile(f"[{_REFUSED}]")
UNQUOTABLE: Final = re.compile(rf"[{_REFUSED}\r\n]")

_RULES: Final = r"""
query: _SELECT fields _FROM IDENTIFIER [where] [order] [limit] [parameters]
fields: FIELD ("," FIELD)*
where: _WHERE condition (_AND condition)*
order: _ORDER _BY ordering ("," ordering)*
limit: _LIMIT COUNT
parameters: _PARAMETERS parameter ("," parameter)*
parameter: IDENTIFIER "=" WORD

condition: FIELD operation
?operation: COMPARISON _literal -> compare
    | [NOT] IN _list -> member
    | [NOT] (LIKE | REGEXP_MATCH) _literal -> match
    | CONTAINS (ANY | ALL | NONE) _list -> contains
    | IS [NOT] NULL -> null
    | DURING _literal -> during
    | BETWEEN _literal _AND _literal -> between
ordering: FIELD [ASC | DESC]
field: FIELD
resource: IDENTIFIER

_list: "(" _literal ("," _literal)* ")"
_literal: STRING | NUMBER | WORD

COMPARISON: "=" | "!=" | ">=" | ">" | "<=" | "<"
%ignore /[ \t\r\n]+/
"""


def _terminal(name: str, pattern: str) -> str:
    return f"{name}: /{pattern}/"


def grammar() -> str:
    """Return the whole grammar in lark's notation."""
    hidden = [_terminal(f"_{word}", _spelled(word) + _END) for word in _CLAUSES if word != "OR"]
    shown = [_terminal(word, _spelled(word) + _END) for word in _OPERATORS]
    patterns = {
        "IDENTIFIER": _IDENTIFIER,
        "FIELD": _FIELD,
        "WORD": _WORD,
        "NUMBER": _NUMBER,
        "COUNT": _COUNT,
        "STRING": f"(?:{_SINGLE}|{_DOUBLE})",
    }
    named = [_terminal(name, pattern) for name, pattern in patterns.items()]
    return "\n".join([_RULES, *hidden, *shown, *named])
