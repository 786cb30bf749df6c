"""The page that an on-call person opens names every alarm that can ring."""

import re
from pathlib import Path
from typing import Final

from tests.infrastructure.conftest import Synthesised

ROOT: Final = Path(__file__).resolve().parents[2]

_PLACE: Final = re.compile(r"\b(?:NAME|FUNCTION)\b")
"""Stands for a part of a name that differs: a secret, a function."""


def _named() -> list[re.Pattern[str]]:
    page = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    table = page.partition("## Alarms")[2].partition("\n## ")[0]
    first_cells = re.findall(r"(?m)^\| (`[^|]+) \|", table)
    names = re.findall(r"`([\w-]+)`", " ".join(first_cells))
    return [re.compile(_PLACE.sub("[a-z0-9-]+", name)) for name in names]


def test_the_runbook_names_every_alarm(synthesised: Synthesised) -> None:
    prefix = synthesised.environment.prefix
    alarms = [
        str(resource["Properties"]["AlarmName"]).removeprefix(prefix)
        for stack in synthesised.stacks.values()
        for resource in stack.template["Resources"].values()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    ]
    assert alarms
    assert [name for name in alarms if not any(p.fullmatch(name) for p in _named())] == []
