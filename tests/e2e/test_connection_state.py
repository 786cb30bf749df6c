"""A sandbox that keeps its state: what people connected works after a restart."""

from datetime import timedelta
from pathlib import Path

from sandbox.box import Options, Sandbox
from tests.support.api import USD, Api
from tests.support.connecting import NO_TOKEN, connected
from tests.support.logs import CapturedLog


def test_a_connection_works_after_a_restart(tmp_path: Path) -> None:
    log = CapturedLog()
    options = Options(state=tmp_path, log=log, emit=log.emit)
    with Sandbox(options) as box, connected(box) as person:
        session = dict(person.cookies)
    with Sandbox(options) as box, Api(box) as api:
        for ahead in (timedelta(), timedelta(minutes=58)):
            box.clock.advance(ahead)
            answer = api.execute("list_budgets", {"customerId": USD}, headers=NO_TOKEN)
            assert answer.json()["success"] is True, answer.text
        headers = {"Cookie": "=".join(next(iter(session.items())))}
        assert api.send("GET", "/mcp/tools/list", headers=headers).status_code == 200
