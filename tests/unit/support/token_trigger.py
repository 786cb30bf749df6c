"""The pool's trigger, and events to call it with."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.support.aws import ENVIRON, PREFIX
from tests.unit.support.people import ANN
from tests.unit.support.surroundings import Surroundings
from wpp_mcp.access.token_claims import NoTokenError, TokenClaims
from wpp_mcp.storage.directory import Directory, UserRecord
from wpp_mcp.storage.items import encode
from wpp_mcp.storage.tables import Table

SAMPLE = Path(__file__).resolve().parents[3] / "events/token_claims.json"


def event(*scopes: str, **attributes: Any) -> dict[str, Any]:
    """The pool's event of a sign-in of Ann's, with some attributes changed; ``None`` removes."""
    made: dict[str, Any] = json.loads(SAMPLE.read_text())
    known = made["request"]["userAttributes"] | {"email": ANN.user_id} | attributes
    made["request"]["userAttributes"] = {n: v for n, v in known.items() if v is not None}
    made["request"]["scopes"] = list(scopes or ("tools/read",))
    return made


class Pool:
    """Calls the trigger as the pool does."""

    def __init__(self, aws: Any, around: Surroundings) -> None:
        self._around = around
        self._aws = aws
        self.trigger = TokenClaims(around.runtime(ENVIRON, aws=aws))

    def put(self, user: UserRecord, key: str = "") -> None:
        item = {**Directory.user_key(key or user.user_id).attributes(), **user.item()}
        self._aws.dynamodb.put_item(TableName=PREFIX + Table.DIRECTORY.value, Item=encode(item))

    def access(self, asked: dict[str, Any]) -> dict[str, Any]:
        answer = self.trigger(asked, None)
        assert {n: v for n, v in answer.items() if n != "response"} == {
            n: v for n, v in asked.items() if n != "response"
        }
        details: dict[str, Any] = answer["response"]["claimsAndScopeOverrideDetails"]
        assert set(details) == {"accessTokenGeneration"}
        said: dict[str, Any] = details["accessTokenGeneration"]
        return said

    def refuses(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What was logged of the refusal, which is counted and says nothing to the person."""
        logged, emitted = self._around.log.tell(), len(self._around.emitted)
        with pytest.raises(NoTokenError) as caught:
            self.trigger(asked, None)
        assert caught.value.__context__ is None
        (metric,) = (json.loads(line) for line in self._around.emitted[emitted:])
        counted = {"RefusedTokens", "FailedCalls"} & metric.keys()
        assert [metric[name] for name in counted] == [[1.0]]
        assert (metric["function"], metric["environment"]) == ("token_claims", "test")
        (line,) = self._around.log.getvalue()[logged:].splitlines()
        assert "@" not in line
        said: dict[str, Any] = json.loads(line)
        down = counted == {"FailedCalls"}
        assert str(caught.value).startswith("The directory" if down else "You are not set up")
        assert said["security"] is True
        return said | {"metric": counted.pop()}
