"""The generated tables of README.md and docs/: ``python -m tests.generated [--write]``.

Without ``--write`` nothing is changed: stale files are named and the exit status is 1.
"""

import argparse
import ast
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from pydantic.fields import FieldInfo

from stacks.functions import FUNCTIONS
from tests import oma_guide, operation_states
from tests.markdown import ROOT, code, markdown
from tests.tool_tables import tool_sections, tools_table
from wpp_mcp import errors
from wpp_mcp.config import PublicSettings, Settings
from wpp_mcp.functions import Function
from wpp_mcp.jobs.registry import JOBS, Job
from wpp_mcp.operations.risk import ANY, RAISES, TABLE, Row
from wpp_mcp.routes import ROUTES, Credentials, Route
from wpp_mcp.storage.tables import TABLES, TableSpec

SETTINGS: Final[Mapping[Function, type[Settings]]] = {
    name: spec.settings for name, spec in FUNCTIONS.items()
}
"""The settings that each function loads."""

_SHARED: Final = {Settings: "Every function", PublicSettings: "Functions behind a route"}
"""Settings that are told once for all that have them."""

_VARIABLES: Final = {
    "WPP_ENVIRONMENT": "Name of the environment; a dimension of the metrics.",
    "AWS_REGION": "Set by Lambda. Part of the user pool's issuer.",
    "WPP_LOG_LEVEL": "Level of the log.",
    "WPP_RESOURCE_URL": "Public address of `/mcp`; the OAuth resource.",
    "WPP_SECRET_PREFIX": "What stands before each secret's name.",
    "WPP_SECRET_TTL_SECONDS": "How long a secret is cached: the bound after a rotation.",
    "WPP_USER_POOL_ID": "The user pool that issues tokens.",
    "WPP_OMA_CLIENT_IDS": "Client ids of OMA.",
    "WPP_CONSOLE_CLIENT_IDS": "Client ids of the console; for `console` exactly one.",
    "WPP_MCP_CLIENT_IDS": "Client ids of MCP clients; their tokens never carry `access/manage`.",
    "WPP_JWKS_MAX_AGE_SECONDS": "How long signing keys serve when the pool does not answer.",
    "WPP_BUILD": "The build, told behind the version by `/health`.",
    "WPP_TABLE_PREFIX": "What stands before each table's name.",
    "WPP_ALLOWED_HOSTS": "Values of `Host` that `/mcp` accepts.",
    "WPP_ALLOWED_ORIGINS": "Origins whose pages may read answers, and that `/mcp` accepts.",
    "WPP_EDGE": "`none`, in dev only: calls need not come through an edge.",
    "WPP_GOOGLE_TOKEN_KEY": "KMS key (id, alias or ARN) of stored Google tokens.",
    "WPP_SIGN_IN_DOMAIN": "Host of the user pool's sign-in pages.",
    "WPP_SIGN_IN_CLIENT_ID": "Our own app client at the pool; one of `WPP_MCP_CLIENT_IDS`.",
    "WPP_MCP_CLIENTS": "Registered MCP clients, as JSON ([sign-in.md](sign-in.md)).",
    "WPP_ARCHIVE_STREAM": "Delivery stream of Firehose that writes the archive.",
    "WPP_ARCHIVE_REFUSED": "Address of the queue that keeps what is no audit entry.",
    "WPP_BLOCKED_V4_ID": "Id of the IP set `{prefix}blocked-v4`.",
    "WPP_BLOCKED_V6_ID": "Id of the IP set `{prefix}blocked-v6`.",
    "WPP_NEVER_BLOCKED": "Ranges that are never blocked: OMA's.",
    "WPP_ARCHIVE_BUCKET": "The archive bucket, with versions and object lock.",
    "WPP_ARCHIVE_KEY": "KMS key (id, alias or ARN) that exports are encrypted with.",
    "WPP_HEALTH_URL": "Public address of `/health`.",
    "WPP_MAIL_QUEUE": "Address of the queue of mails.",
    "WPP_ADMIN_ADDRESS": "Mailbox of the global admin.",
    "WPP_MAIL_SENDER": "Address that mails come from.",
    "WPP_MAIL_DOMAINS": "Domains that are mailed to; empty for any.",
    "WPP_MAIL_CONFIGURATION": "Configuration set of SES that mails are sent under.",
    "WPP_PAGES_ORIGIN": "Origin of our pages; mails lead nowhere else.",
    "WPP_OMA_WEBHOOKS": "Where OMA takes webhooks: origin and path.",
    "WPP_CLIENT_DOCUMENTS": "Addresses of metadata documents that count as client ids.",
    "WPP_DISTRIBUTION_PARAMETER": "SSM parameter with the id of the CloudFront distribution.",
    "WPP_AGED_SECRETS": "Names of the secrets whose age is told.",
}


def routes_table() -> str:
    """Return the routes, from `wpp_mcp.routes`."""
    headings = "Method and path", "Function", "Credentials", "Scopes (any one)", "Channel"
    return markdown(headings, map(_route_row, ROUTES))


def _route_row(route: Route) -> list[str]:
    note = f" → 405, `Allow: {route.allow}`" if route.allow else ""
    scopes = code(sorted(scope.value for scope in route.scopes if not route.allow))
    names = f"`{route.key}`{note}", f"`{route.function.value}`"
    if route.credentials is Credentials.NONE:
        return [*names, "-", "-", "-"]
    return [*names, route.credentials.value, scopes, route.channel.value]


def errors_table() -> str:
    """Return the errors, from `wpp_mcp.errors`."""
    rows = (
        [f"`{c.value}`", str(s.status), s.message, s.action or "-"] for c, s in errors.SPECS.items()
    )
    return markdown(["Code", "HTTP", "Message", "Action"], rows)


def settings_tables() -> str:
    """Return the environment variables of every function, from `wpp_mcp.config`."""
    models: list[type[Settings]] = [*_SHARED, *dict.fromkeys(SETTINGS.values())]
    return "\n".join(map(_settings_section, models))


def storage_table() -> str:
    """Return the tables, from `wpp_mcp.storage.tables`."""
    return markdown(["Table", "Key", "Indexes", "TTL", "Stream"], map(_table_row, TABLES))


def _settings_section(model: type[Settings]) -> str:
    mine = [f.value for f in Function if SETTINGS[f] is model]
    bases = [base for base in _SHARED if issubclass(model, base) and model is not base]
    inherited = {name for base in bases for name in base.model_fields}
    fields = [field for name, field in model.model_fields.items() if name not in inherited]
    heading = f"## Functions: {code(mine)}" if mine else f"## {_SHARED[model]}"
    table = markdown(["Variable", "Default", "Form", "Meaning"], map(_variable_row, fields))
    return f"{heading}\n\n{table}"


def _variable_row(field: FieldInfo) -> list[str]:
    name = str(field.alias)
    empty = field.default in (frozenset(), "")
    default = "required" if field.is_required() else "empty" if empty else f"`{field.default}`"
    return [f"`{name}`", default, _form(field), _VARIABLES[name]]


def _form(field: FieldInfo) -> str:
    if "frozenset" in str(field.annotation):
        return "list, separated by commas"
    found = {
        name: getattr(mark, name)
        for mark in field.metadata
        for name in ("pattern", "ge", "le")
        if getattr(mark, name, None) is not None
    }
    if "pattern" in found:
        return f"`{found['pattern']}`"
    return f"{found['ge']} to {found['le']:,}" if "ge" in found else "text"


def _table_row(spec: TableSpec) -> list[str]:
    name, key = f"`{spec.table.value}`", code(filter(None, [spec.partition, spec.sort]))
    indexes, ttl = code(index.name for index in spec.indexes), code(filter(None, [spec.ttl]))
    stream = "new and old images" if spec.stream else "-"
    return [name, key, indexes, ttl, stream]


def jobs_table() -> str:
    """Return the scheduled jobs, from `wpp_mcp.jobs.registry`."""
    headings = "Job", "What it does", "Schedule (UTC)", "Window", "Function", "Tries", "State"
    return markdown(headings, map(_job_row, JOBS.values()))


def _job_row(job: Job) -> list[str]:
    window = f"{job.window_minutes} min" if job.window_minutes else "-"
    state = "built" if job.built else "not yet: disabled"
    edge = ", where there is an edge" if job.only_with_edge else ""
    function = f"`{job.function.value}`" if job.built else "-"
    name, schedule, tries = f"`{job.name.value}`", f"`{job.schedule}`", str(1 + job.retries)
    return [name, job.does, schedule, window, function, tries, f"{state}{edge}"]


def attack_tests() -> str:
    """Return the test files of attacks and faults, by the first line of their docstrings."""
    files = sorted([*ROOT.glob("tests/security/test_*.py"), *ROOT.glob("tests/faults/test_*.py")])
    said = (ast.get_docstring(ast.parse(f.read_text(encoding="utf-8"))) or "" for f in files)
    names = (f"[{f.name}](../{f.relative_to(ROOT)})" for f in files)
    firsts = (text.partition("\n")[0] for text in said)
    return markdown(["File", "What it holds"], zip(names, firsts, strict=True))


def risk_table() -> str:
    """Return the risks, from `wpp_mcp.operations.risk`."""
    rows = markdown(["Thing", "Change", "Field", "Direction", "Risk", "Why"], map(_risk_row, TABLE))
    raises = "".join(f"* {why}\n" for why in RAISES)
    return f"{rows}\nHIGH is also:\n\n{raises}"


def _risk_row(row: Row) -> list[str]:
    others = [one for one in TABLE if (one.type, one.verb) == (row.type, row.verb)]
    rest = "any other" if len(others) > 1 else "any"
    fields = rest if row.fields == (ANY,) else code(row.fields)
    directions = ", ".join(row.directions) or "any"
    return [f"`{row.type}`", row.verb.value, fields, directions, row.risk.value, row.why]


FILES: Final[Mapping[str, Mapping[str, Callable[[], str]]]] = {
    "README.md": {"routes": routes_table, "tools": tools_table},
    "docs/tools.md": {"tools": tool_sections},
    "docs/errors.md": {"errors": errors_table},
    "docs/security.md": {"tests": attack_tests},
    "docs/configuration.md": {"settings": settings_tables, "tables": storage_table},
    "docs/jobs.md": {"jobs": jobs_table},
    "docs/risk.md": {"risk": risk_table},
    "docs/operation-states.md": operation_states.PARTS,
    "docs/oma-integration.md": oma_guide.parts(),
}
"""By file, what stands between ``<!-- NAME:begin -->`` and ``<!-- NAME:end -->``."""


def renewed(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """Return a file's text with its generated parts as they should be.

    Raises
    ------
    ValueError
        A marker is missing or stands there twice.
    """
    for name, part in parts.items():
        begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"put the markers {begin.strip()} and {end} once each")
        before, after = text.partition(begin)[0], text.partition(end)[2]
        text = f"{before}{begin}\n{part()}\n{end}{after}"
    return text


def stale() -> dict[str, str]:
    """Return the files that are not what they should be, with what they should be."""
    found = {}
    for path, parts in FILES.items():
        present = (ROOT / path).read_text(encoding="utf-8")
        wanted = renewed(present, parts)
        if wanted != present:
            found[path] = wanted
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what is stale, or name it; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.generated", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write what is stale")
    write, found = parser.parse_args(arguments).write, stale()
    for path, text in found.items():
        print(f"written: {path}" if write else f"stale: {path}; run `make docs`")
        if write:
            (ROOT / path).write_text(text, encoding="utf-8")
    return 0 if write or not found else 1


if __name__ == "__main__":
    sys.exit(main())
