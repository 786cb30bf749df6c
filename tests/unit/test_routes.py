from wpp_mcp.functions import Function
from wpp_mcp.models.caller import Channel, Scope
from wpp_mcp.routes import BY_KEY, CORS_METHODS, PREFLIGHTS, ROUTES, Body, Credentials


def test_a_route_is_there_once() -> None:
    assert len(BY_KEY) == len(ROUTES) + len(PREFLIGHTS)
    assert BY_KEY["POST /mcp"].path == "/mcp"


def test_a_route_with_a_token_says_which_scope() -> None:
    without = (Credentials.NONE, Credentials.SESSION)
    for route in ROUTES:
        assert bool(route.scopes) is (route.credentials not in without), route.key


METADATA = {
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/mcp",
    "/.well-known/oauth-authorization-server",
}
FOR_BROWSERS = {"/oauth/authorize", "/oauth/consent", "/oauth/callback"}
FOR_CLIENTS = {"/oauth/token", "/oauth/revoke"}
SIGN_IN_TO_THE_CONSOLE = {"/console/sign-in", "/console/callback"}


def test_a_browser_may_ask_first_on_each_path_and_no_other() -> None:
    assert {r.path for r in PREFLIGHTS} == {r.path for r in ROUTES}
    assert {r.method for r in PREFLIGHTS} == {"OPTIONS"}
    public = {r.path for r in ROUTES if r.public_cors}
    assert {r.path for r in PREFLIGHTS if r.public_cors} == public


def test_only_metadata_health_and_signing_in_need_nobody() -> None:
    free = {r.path for r in ROUTES if r.credentials is Credentials.NONE}
    health = {"/health", "/mcp/health"}
    assert free == health | METADATA | FOR_BROWSERS | FOR_CLIENTS | SIGN_IN_TO_THE_CONSOLE


def test_only_metadata_and_what_oauth_clients_call_is_for_every_origin() -> None:
    assert {r.path for r in ROUTES if r.public_cors} == METADATA | FOR_CLIENTS


def test_what_answers_a_browser_is_a_page_and_what_answers_a_client_is_not() -> None:
    console = {r.path for r in ROUTES if r.path.startswith("/console/")}
    assert {r.path for r in ROUTES if r.page} == FOR_BROWSERS | console


def test_a_page_of_the_console_needs_a_session_and_is_a_persons() -> None:
    pages = [r for r in ROUTES if r.path.startswith("/console/")]
    assert pages == [r for r in ROUTES if r.function is Function.CONSOLE]
    for route in pages:
        open_to_all = route.path in SIGN_IN_TO_THE_CONSOLE
        assert route.credentials is (Credentials.NONE if open_to_all else Credentials.SESSION)
        assert route.channel is Channel.PERSON
        assert route.body is (Body.FORM if route.method == "POST" else Body.NONE)


def test_only_post_works_on_mcp() -> None:
    allow = {r.method: r.allow for r in ROUTES if r.path == "/mcp"}
    assert allow == {"POST": None, "GET": "POST", "DELETE": "POST"}
    assert set(CORS_METHODS) == {"DELETE", "GET", "POST", "PUT"}


def test_the_audit_log_needs_its_own_scope() -> None:
    assert BY_KEY["GET /mcp/audit-logs"].scopes == {Scope.AUDIT_READ}
