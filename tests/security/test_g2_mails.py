"""G2: what stands in accounts, names and notes is text in a mail, through the queue and SES."""

import re

import pytest

from tests.security.watched import WatchedSandbox
from tests.unit.support.notices import CHANGE, notice
from wpp_mcp.notifications.messages import NoticeKind
from wpp_mcp.notifications.outbox import Outbox

MANAGER = "manager@agency.example"
HOSTILE = {
    "headers": "Aster\r\nBcc: victim@evil.example\r\n\r\nApprove: https://evil.example",
    "script": "</td><script>fetch('https://evil.example')</script>",
    "picture": '"><img src="https://evil.example/pixel.png" onerror="alert(1)">',
    "link": "<a href='https://evil.example/approve'>Look at it and decide</a>",
    "hidden": "Aster\u202e\u2066\u200b\u00ad\x1b]8;;https://evil.example\x07 search",
    "template": "{{ link }}{% raw %}",
    "long": "A" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", NoticeKind)
def test_a_hostile_text_is_shown_and_does_nothing(
    watched: WatchedSandbox, kind: NoticeKind, name: str
) -> None:
    text = HOSTILE[name]
    link = f"{watched.url}/console/operations/op_g2"
    told = notice(
        MANAGER,
        kind=kind,
        operation_id=f"op_{name}",
        link=link,
        account_name=text,
        requester_name=text,
        note=text,
        undo=text,
        money=(text,),
        changes=[dict.fromkeys(CHANGE, text)],
    )
    Outbox(watched.runtime(), watched.environ()["WPP_MAIL_QUEUE"]).send([told])
    watched.post.deliver()

    mail = watched.post.mails()[-1]
    assert mail["to"] == [MANAGER]
    assert not re.search(r"[\x00-\x1f\x7f]", mail["subject"])
    assert re.findall(r'(?:href|src)\s*=\s*"([^"]*)"', mail["html"]) == [link]
    assert not re.search(r"<(?:script|img|iframe|form|input|style)\b", mail["html"])
    for body in (mail["subject"], mail["text"], mail["html"]):
        assert "://evil" not in body
        assert not re.search(r"[\u202a-\u202e\u2066-\u2069\u200b\x1b]", body)
    assert len(mail["html"]) < 20_000
