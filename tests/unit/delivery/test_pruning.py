"""Old versions go; whatever an alias or a release may need stays."""

import pytest

from delivery.account import DeliveryError
from delivery.pruning import superfluous
from delivery.rollback import carry_out, planned
from stacks.functions import VERSIONS_KEPT
from tests.unit.delivery.deployed import FIRST, SECOND, Deployed


def found(deployed: Deployed, keep: int) -> list[tuple[str, int]]:
    return [(function.value, version) for function, version in superfluous(deployed.account, keep)]


def test_the_newest_stay_and_the_older_go(deployed: Deployed) -> None:
    for _ in range(4):
        deployed.deploy(FIRST)

    assert found(deployed, 2) == [("health", 1), ("health", 2)]
    assert found(deployed, 4) == []


def test_what_an_alias_leads_to_stays(deployed: Deployed) -> None:
    for _ in range(4):
        deployed.deploy(FIRST)
    name = deployed.account.name_of(FIRST)
    deployed.clients["lambda"].create_alias(
        FunctionName=name,
        Name="another",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}},
    )

    assert found(deployed, 1) == [("health", 3)]


def test_the_release_before_stays_however_old_its_versions_are(deployed: Deployed) -> None:
    deployed.released("a")
    deployed.released("b", FIRST)
    for _ in range(4):
        deployed.deploy(FIRST)  # Found bad each time, and so never recorded.
    deployed.released("c", FIRST)

    gone = list(superfluous(deployed.account, 2))
    assert [(function.value, version) for function, version in gone] == [
        ("health", version) for version in (1, 3, 4, 5)
    ]
    for function, version in gone:
        deployed.account.delete(function, version)

    plan = planned(deployed.account, "previous")
    assert plan is not None
    carry_out(deployed.account, plan, print, wait=lambda _: None)
    assert deployed.live() == ("2", "1")
    assert (SECOND.value, 1) not in found(deployed, 1)


def test_where_one_version_is_kept_the_release_before_goes_and_a_rollback_says_so(
    deployed: Deployed,
) -> None:
    """Dev and staging: each version that could start from a snapshot is paid for."""
    assert [n for n, kept in VERSIONS_KEPT.items() if kept == 1] == ["dev", "staging"]
    deployed.released("a")
    deployed.released("b", FIRST)

    gone = list(superfluous(deployed.account, 1))
    assert gone == [(FIRST, 1)]
    for function, version in gone:
        deployed.account.delete(function, version)
    with pytest.raises(DeliveryError, match="version 1 of health is gone"):
        planned(deployed.account, "previous")
    assert deployed.live() == ("2", "1")


def test_the_last_version_is_never_asked_for(deployed: Deployed) -> None:
    with pytest.raises(DeliveryError):
        found(deployed, 0)
