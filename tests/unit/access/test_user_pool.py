import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.unit.support.aws import ENVIRON
from tests.unit.support.surroundings import Surroundings
from wpp_mcp.access.user_pool import (
    PoolRefusedError,
    PoolTokens,
    PoolUnavailableError,
    UserPool,
)
from wpp_mcp.config import ConfigurationError, SignInSettings
from wpp_mcp.http_client import Answer
from wpp_mcp.models.caller import Scope

CONFIGURED = ENVIRON | {
    "WPP_USER_POOL_ID": "us-east-1_Test",
    "WPP_OMA_CLIENT_IDS": "oma",
    "WPP_SIGN_IN_DOMAIN": "sign-in.agency.example",
}
CALLBACK = "https://mcp.agency.example/oauth/callback"


class Pool:
    def __init__(self, around: Surroundings, *answers: Any) -> None:
        self.sent: list[tuple[str, dict[str, str]]] = []
        self._answers = list(answers)
        runtime = replace(around.runtime(CONFIGURED), post=self._post)
        settings = SignInSettings.load(CONFIGURED)
        self.ours = UserPool(runtime, settings, client_id="front", redirect_uri=CALLBACK)

    def _post(self, url: str, fields: Mapping[str, str]) -> Answer:
        self.sent.append((url, dict(fields)))
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return Answer(status, body if isinstance(body, bytes) else json.dumps(body).encode())


TOKENS = {"access_token": "a", "expires_in": 3600, "token_type": "Bearer", "refresh_token": "r"}


def test_a_person_is_sent_to_the_pool(around: Surroundings) -> None:
    asked = Pool(around).ours.authorize_url(
        state="s", challenge="c", scopes=[Scope.TOOLS_WRITE, Scope.TOOLS_READ], resource="https://r"
    )
    parts = urlsplit(asked)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == (
        "https://sign-in.agency.example/oauth2/authorize"
    )
    assert {name: value for name, [value] in parse_qs(parts.query).items()} == {
        "response_type": "code",
        "client_id": "front",
        "redirect_uri": CALLBACK,
        "scope": "tools/read tools/write",
        "state": "s",
        "code_challenge": "c",
        "code_challenge_method": "S256",
        "resource": "https://r",
    }
    without = Pool(around).ours.authorize_url(state="s", challenge="c", scopes=[])
    assert "resource" not in parse_qs(urlsplit(without).query)


def test_codes_and_refresh_tokens_are_exchanged(around: Surroundings) -> None:
    rotated = {**TOKENS, "access_token": "b", "refresh_token": "r2"}
    kept = {name: value for name, value in TOKENS.items() if name != "refresh_token"}
    pool = Pool(around, (200, TOKENS), (200, rotated), (200, kept), (200, {}))

    assert pool.ours.exchange("code", "verifier") == PoolTokens("a", 3600, "r")
    assert pool.ours.refresh("r") == PoolTokens("b", 3600, "r2")
    assert pool.ours.refresh("r2") == PoolTokens("a", 3600, None)
    pool.ours.revoke("r2")
    base = "https://sign-in.agency.example/oauth2"
    assert pool.sent == [
        (
            f"{base}/token",
            {
                "grant_type": "authorization_code",
                "code": "code",
                "code_verifier": "verifier",
                "redirect_uri": CALLBACK,
                "client_id": "front",
            },
        ),
        *(
            (
                f"{base}/token",
                {"grant_type": "refresh_token", "refresh_token": r, "client_id": "front"},
            )
            for r in ("r", "r2")
        ),
        (f"{base}/revoke", {"token": "r2", "client_id": "front"}),
    ]


def test_a_code_that_the_pool_does_not_take(around: Surroundings) -> None:
    pool = Pool(around, (400, {"error": "invalid_grant"}))
    with pytest.raises(PoolRefusedError):
        pool.ours.exchange("code", "verifier")


@pytest.mark.parametrize(
    "answer",
    [
        OSError("no route"),
        (400, {"error": "unauthorized_client"}),
        (400, {"error": ["invalid_grant"]}),
        (400, {}),
        (400, b"invalid_grant"),
        (500, {}),
        (429, {}),
        (302, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, {}),
        (200, {**TOKENS, "access_token": ""}),
        (200, {**TOKENS, "access_token": None}),
        (200, {**TOKENS, "expires_in": "soon"}),
        (200, {**TOKENS, "refresh_token": 5}),
    ],
)
def test_a_pool_that_does_not_answer_as_it_should(around: Surroundings, answer: Any) -> None:
    with pytest.raises(PoolUnavailableError):
        Pool(around, answer).ours.exchange("code", "verifier")


def test_tokens_do_not_show() -> None:
    assert "secret" not in repr(PoolTokens("secret", 1, "secret"))


@pytest.mark.parametrize(
    "domain",
    ["", "localhost", "https://x.example", "x.example/path", "x.example:8443", "X.example"],
)
def test_the_domain_is_a_host_and_nothing_else(domain: str) -> None:
    with pytest.raises(ConfigurationError, match="WPP_SIGN_IN_DOMAIN"):
        SignInSettings.load(CONFIGURED | {"WPP_SIGN_IN_DOMAIN": domain})
