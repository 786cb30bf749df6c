"""What tests of alarms read from their template."""

from typing import Any

from tests.infrastructure.conftest import Synthesised

PART = "observability"


def alarms(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    prefix = synthesised.environment.prefix
    found = synthesised.of_type("CloudWatch::Alarm", PART).values()
    return {alarm["AlarmName"].removeprefix(prefix): alarm for alarm in found}
