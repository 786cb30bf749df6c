"""The smoke test against the sandbox's real gateway, and against servers that are wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from delivery.smoke import Check, Smoke
from sandbox.box import Options, Sandbox
from tests.support.loopback import Answer, Loopback
from wpp_mcp import __version__
from wpp_mcp.models import strict_json

METADATA = "/.well-known/oauth-protected-resource"
SERVER = "/.well-known/oauth-authorization-server"


def failed(checks: list[Check]) -> list[str]:
    return [f"{check.name}: {check.detail}" for check in checks if not check.passed]


def smoke(origin: str) -> Smoke:
    return Smoke(origin=origin, wait=lambda _: None)


@pytest.fixture(scope="module")
def behind() -> Iterator[Sandbox]:
    """An API as one finds it that goes round the edge."""
    with Sandbox(Options(edge=False)) as running:
        yield running


def test_the_gateway_passes(box: Sandbox, behind: Sandbox) -> None:
    checks = replace(smoke(box.url), behind=behind.url, version=__version__).run()

    assert failed(checks) == []
    assert len(checks) == 7
    assert checks[-1].detail == "403"


def test_an_origin_that_answers_everybody_fails(box: Sandbox) -> None:
    (said,) = failed(replace(smoke(box.url), behind=box.url).run())
    assert said == "round the edge there is no way: answers with 200"


def test_an_origin_that_is_not_reachable_passes(box: Sandbox) -> None:
    with Loopback() as closed:
        nowhere = closed.url
    assert failed(replace(smoke(box.url), behind=nowhere).run()) == []


def test_another_version_fails(box: Sandbox) -> None:
    (said,) = failed(replace(smoke(box.url), version="0.1.0+000000000000").run())
    assert said.endswith(f"version {__version__}, not 0.1.0+000000000000")


def test_another_name_of_the_same_server_fails(box: Sandbox) -> None:
    said = failed(smoke(box.url.replace("127.0.0.1", "localhost")).run())
    assert {line.partition(":")[0] for line in said} == {
        "POST /mcp without a token is refused",
        "POST /mcp/execute-tool without a token is refused",
        "protected-resource metadata names this origin",
        "authorization-server metadata names this origin",
    }


def good(url: str) -> dict[tuple[str, str], Answer]:
    """The answers of a good server, by which each wrong one below differs in one thing."""
    challenge = {"WWW-Authenticate": f'Bearer resource_metadata="{url}{METADATA}"'}
    documents: Mapping[str, object] = {
        "/health": {"status": "healthy", "version": "1", "tools": 1},
        METADATA: {"resource": f"{url}/mcp", "authorization_servers": [url]},
        SERVER: {
            "issuer": url,
            "authorization_endpoint": f"{url}/oauth/authorize",
            "token_endpoint": f"{url}/oauth/token",
            "code_challenge_methods_supported": ["S256"],
        },
    }
    answers = {("GET", path): Answer(strict_json.dumps(d)) for path, d in documents.items()}
    for path in ("/mcp", "/mcp/execute-tool"):
        answers["POST", path] = Answer("{}", 401, challenge)
    return answers


def test_the_good_answers_are_good() -> None:
    with Loopback() as server:
        server.answers.update(good(server.url))
        assert failed(smoke(server.url).run()) == []


@pytest.mark.parametrize(
    ("method", "path", "text", "instead"),
    [
        ("GET", "/health", "healthy", "degraded"),
        ("GET", "/health", '"tools"', '"other"'),
        ("GET", "/health", "{", "<"),
        ("GET", METADATA, "/mcp", "/other"),
        ("GET", METADATA, "authorization_servers", "servers"),
        ("GET", SERVER, '"issuer":"http', '"issuer":"https'),
        ("GET", SERVER, "S256", "plain"),
    ],
)
def test_a_wrong_document_fails(method: str, path: str, text: str, instead: str) -> None:
    with Loopback() as server:
        server.answers.update(good(server.url))
        right = server.answers[method, path].body
        assert text in right.replace('": "', '":"')
        wrong = right.replace('": "', '":"').replace(text, instead)
        server.answers[method, path] = Answer(wrong)
        assert len(failed(smoke(server.url).run())) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer("{}", 200),
        Answer("{}", 403),
        Answer("{}", 401),
        Answer("{}", 401, {"WWW-Authenticate": "Bearer"}),
        Answer("{}", 401, {"WWW-Authenticate": 'Bearer resource_metadata="https://else.example"'}),
    ],
)
def test_a_wrong_refusal_fails(answer: Answer) -> None:
    with Loopback() as server:
        server.answers.update(good(server.url))
        server.answers["POST", "/mcp"] = answer
        (said,) = failed(smoke(server.url).run())
        assert said.startswith("POST /mcp without a token")


def test_health_may_take_a_moment_after_a_deployment() -> None:
    with Loopback() as server:
        server.answers.update(good(server.url))
        right = server.answers["GET", "/health"]
        server.answers["GET", "/health"] = Answer("{}", 503)

        def recovers(_: float) -> None:
            server.answers["GET", "/health"] = right

        assert failed(Smoke(origin=server.url, wait=recovers).run()) == []


@pytest.mark.parametrize("origin", ["http://mcp.agency.example", "ftp://mcp.agency.example"])
def test_nothing_is_asked_without_tls(origin: str) -> None:
    checks = smoke(origin).run()
    assert failed(checks) == [f"{check.name}: {check.detail}" for check in checks]
    assert {"not an https address" in check.detail for check in checks} == {True}
