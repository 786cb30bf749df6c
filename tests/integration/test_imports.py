"""Import budgets: what a cold start may load. Each measured in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
_COMMON: Final = """
import importlib.util, json, sys, time
from datetime import UTC, datetime
from types import SimpleNamespace

def entry(function):
    path = f"lambdas/{function}/handler.py"
    spec = importlib.util.spec_from_file_location("lambda_handler", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.handler

class Secrets:
    def get_secret_value(self, SecretId):
        return {"SecretString": "sandbox-secret-of-" + SecretId.rpartition("/")[2]}

class Tables:
    def batch_get_item(self, RequestItems):
        user = {"recordId": "USER#p@north.example", "userId": "p@north.example",
                "employeeId": "WPP-1001", "name": "P", "role": "practitioner",
                "agency": "north", "status": "ACTIVE"}
        typed = {name: {"S": value} for name, value in user.items()}
        return {"Responses": {"wpp-mcp-directory": [typed]}}
    def query(self, **arguments):
        user = {"userId": {"S": "p@north.example"}}
        return {"Items": [user] if arguments.get("IndexName") else []}
    def update_item(self, **arguments):
        return {}

CLIENTS = {"secretsmanager": Secrets(), "dynamodb": Tables()}

def runtime():
    from wpp_mcp.runtime import Runtime
    environ = {
        "WPP_ENVIRONMENT": "test", "AWS_REGION": "us-east-1",
        "WPP_RESOURCE_URL": "https://mcp.example/mcp", "WPP_USER_POOL_ID": "us-east-1_Test",
        "WPP_OMA_CLIENT_IDS": "oma", "WPP_MCP_CLIENT_IDS": "mcp",
        "WPP_GOOGLE_TOKEN_KEY": "alias/google-tokens", "WPP_TABLE_PREFIX": "wpp-mcp-",
        "WPP_ALLOWED_HOSTS": "mcp.example", "WPP_ADMIN_ADDRESS": "admin@wpp.example",
        "WPP_MAIL_QUEUE": "https://sqs.example/1/mails",
    }
    return Runtime(environ=environ, aws=CLIENTS.__getitem__, fetch=fetch, emit=lambda _: None,
                   log=sys.stderr)

def loaded():
    print(json.dumps({"seconds": time.process_time(), "modules": sorted(sys.modules), **TOLD}))

TOLD = {}
"""
_AUTHORIZER: Final = """
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)

def fetch(_):
    from jwt.algorithms import RSAAlgorithm
    jwk = RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
    return json.dumps({"keys": [{**jwk, "kid": "k1", "use": "sig"}]}).encode()

now = int(time.time())
claims = {"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Test",
          "client_id": "oma", "token_use": "access", "scope": "tools/read", "iat": now,
          "exp": now + 600, "employeeId": "WPP-1001", "agency": "north", "role": "practitioner"}
token = jwt.encode(claims, KEY, "RS256", headers={"kid": "k1"})
headers = {"x-origin-verify": "sandbox-secret-of-origin-header",
           "x-oma-api-key": "sandbox-secret-of-oma-api-key",
           "authorization": "Bearer " + token}
answer = entry("authorizer").with_runtime(runtime())({"headers": headers}, None)
TOLD = {"authorized": answer["isAuthorized"], "caller": answer["context"]["caller"]}
loaded()
"""
_LIST: Final = """
fetch = None
context = {"v": "1", "caller": "user", "employeeId": "WPP-1001", "clientId": "mcp",
           "clientKind": "mcp", "scopes": "tools/read", "role": "practitioner",
           "agency": "north", "omaKey": "valid", "session": "absent"}

def event(route, body):
    method, path = route.split(" ")
    return {"version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": "",
            "headers": {"host": "mcp.example", "accept": "application/json, text/event-stream",
                        "content-type": "application/json"},
            "requestContext": {"requestId": "r1", "authorizer": {"lambda": context},
                               "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"}},
            "body": body, "isBase64Encoded": False}

FUNCTION, ROUTE, BODY = sys.argv[1:4]
handler = entry(FUNCTION).with_runtime(runtime())
TOLD = {"before": sorted(sys.modules)}
lambda_context = SimpleNamespace(get_remaining_time_in_millis=lambda: 28_000)
answer = handler(event(ROUTE, BODY), lambda_context)
TOLD |= {"status": answer["statusCode"], "body": answer["body"]}
loaded()
"""
GOOGLE: Final = ("google.ads", "grpc", "googleapiclient", "google.analytics", "google.api_core")
MOST_AFTER_A_SNAPSHOT: Final = 5
LIST: Final = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}})


def run(script: str, *arguments: str, **more: str) -> dict[str, Any]:
    """Run a script as Lambda runs a function: the layer on the path, nothing else loaded."""
    path = os.pathsep.join([str(ROOT / "layers/core/python"), str(ROOT)])
    environ = {
        **{n: v for n, v in os.environ.items() if not n.startswith("COV")},
        "PYTHONPATH": path,
        "AWS_ACCESS_KEY_ID": "testing",
        **more,
    }
    done = subprocess.run(
        [sys.executable, "-c", _COMMON + script, *arguments],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def of(modules: list[str], *names: str) -> list[str]:
    """The modules of these packages."""
    return [m for m in modules if any(m == n or m.startswith(f"{n}.") for n in names)]


def test_the_authorizer_decides_without_the_server_and_google() -> None:
    told = run(_AUTHORIZER)

    print(
        f"\nauthorizer: {len(told['modules'])} modules, {told['seconds']:.2f} s of processor time"
    )
    assert (told["authorized"], told["caller"]) == (True, "user")
    heavy = (
        "mcp",
        "mcp_types",
        "google",
        "grpc",
        "starlette",
        "mangum",
        "pydantic_settings",
        "lark",
    )
    assert of(told["modules"], *heavy) == []
    assert of(told["modules"], "wpp_mcp.tools", "wpp_mcp.google", "sandbox") == []
    # Only a console session needs the tables.
    assert of(told["modules"], "wpp_mcp.storage", "wpp_mcp.access.console_sessions") == []


@pytest.mark.parametrize(
    ("function", "route", "body"),
    [
        ("mcp_endpoint", "POST /mcp", LIST),
        ("list_tools", "GET /mcp/tools/list", ""),
    ],
)
def test_tools_are_listed_without_loading_google(function: str, route: str, body: str) -> None:
    told = run(_LIST, function, route, body)

    print(f"\n{route}: {len(told['modules'])} modules, {told['seconds']:.2f} s of processor time")
    assert told["status"] == 200, told["body"]
    assert "list_accessible_accounts" in told["body"]
    assert of(told["before"], *GOOGLE) == []
    assert of(told["modules"], *GOOGLE) == []
    assert of(told["modules"], "sandbox", "pydantic_settings") == []


@pytest.mark.parametrize(
    "function",
    [
        *("execute_tool", "confirm_operation", "operations", "operation_jobs"),
        *("list_tools", "audit_logs", "health", "sign_in"),
    ],
)
def test_only_the_endpoint_of_mcp_loads_the_mcp_server(function: str) -> None:
    told = run(f"fetch = None\nentry({function!r})\nloaded()")

    assert of(told["modules"], "mcp", "starlette", "mangum", *GOOGLE) == []
    assert of(told["modules"], "sandbox") == []


def test_the_metadata_is_served_without_what_pages_need() -> None:
    told = run("fetch = None\nentry('oauth_metadata')\nloaded()")

    assert of(told["modules"], "mcp", "starlette", "jinja2", "boto3", *GOOGLE) == []


SNAPSHOT: Final = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
_LOADED: Final = """
fetch = None
handler = entry(sys.argv[1])
TOLD = {"built": handler._handler is not None}
loaded()
"""


WRITING: Final = (
    "wpp_mcp.google.ads.write_channel",
    "wpp_mcp.google.search_console.write_once",
)
"""What a confirmation alone needs, loaded late without a snapshot."""
SHARED: Final = ("google.ads", "grpc", "googleapiclient", "boto3", *WRITING)


@pytest.mark.parametrize(
    ("function", "modules"),
    [
        ("mcp_endpoint", (*GOOGLE, *SHARED, "lark")),
        ("execute_tool", (*GOOGLE, *SHARED, "lark")),
    ],
    ids=["mcp_endpoint", "execute_tool"],
)
def test_a_snapshot_holds_the_modules_of_calls_and_nothing_that_belongs_to_one_copy(
    function: str, modules: tuple[str, ...]
) -> None:
    """Clients, keys, secrets and random numbers come with a copy's first invocation."""
    told = run(_LOADED, function, **SNAPSHOT)

    for name in (*modules, "aws_lambda_powertools.utilities.parameters"):
        assert of(told["modules"], name), name
    assert told["built"] is False


def test_after_a_snapshot_the_first_call_imports_next_to_nothing() -> None:
    told = run(_LIST, "mcp_endpoint", "POST /mcp", LIST, **SNAPSHOT)

    late = sorted(set(told["modules"]) - set(told["before"]))
    print(f"\nafter the snapshot: {len(late)} of {len(told['modules'])} modules: {late}")
    assert told["status"] == 200, told["body"]
    assert len(late) <= MOST_AFTER_A_SNAPSHOT
