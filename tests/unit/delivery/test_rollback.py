"""The way back: to the right release, all functions together, once, and also after a crash."""

from typing import Any

import pytest

from delivery.account import ALIAS, DeliveryError
from delivery.releases import ReleaseLog, record
from delivery.rollback import carry_out, planned
from tests.unit.delivery.deployed import COMMITS, FIRST, SECOND, Deployed
from wpp_mcp.functions import Function


def back(deployed: Deployed, to: str = "previous") -> list[str]:
    """Go back, and return what was said; nothing happens where there is nothing to do."""
    said: list[str] = []
    plan = planned(deployed.account, to)
    if plan is not None:
        carry_out(deployed.account, plan, said.append, wait=lambda _: None)
    return said


def test_every_function_goes_back_to_the_same_release(deployed: Deployed) -> None:
    deployed.released("a")
    deployed.released("b", FIRST)  # The other function did not change.
    deployed.released("c")
    assert deployed.live() == ("3", "2")

    back(deployed)

    assert deployed.live() == ("2", "1")
    current = ReleaseLog(deployed.account).history()[-1]
    assert (current.release, current.returned_from) == (COMMITS["b"], COMMITS["c"])


def test_a_plan_changes_nothing(deployed: Deployed) -> None:
    deployed.released("a")
    deployed.released("b")
    history = ReleaseLog(deployed.account).history()

    plan = planned(deployed.account, "previous")

    assert plan is not None
    assert [(s.function, s.live, s.to) for s in plan.steps if s.moves] == [
        (SECOND, "2", "1"),
        (FIRST, "2", "1"),
    ]
    assert deployed.live() == ("2", "2")
    assert ReleaseLog(deployed.account).history() == history


def test_twice_is_once(deployed: Deployed) -> None:
    for letter in "abc":
        deployed.released(letter)

    back(deployed)
    back(deployed)

    assert deployed.live() == ("2", "2")


def test_further_back_the_release_is_named(deployed: Deployed) -> None:
    for letter in "abc":
        deployed.released(letter)
    back(deployed)

    back(deployed, COMMITS["a"][:7])

    assert deployed.live() == ("1", "1")
    assert planned(deployed.account, COMMITS["a"]) is None


def test_a_deployment_that_was_never_found_good_goes_back_to_the_recorded_one(
    deployed: Deployed,
) -> None:
    deployed.released("a")
    deployed.released("b")
    deployed.deploy()

    back(deployed, "recorded")

    assert deployed.live() == ("2", "2")
    assert planned(deployed.account, "recorded") is None


def test_a_failed_deployment_that_changed_no_function_goes_back_nowhere(
    deployed: Deployed,
) -> None:
    deployed.released("a")
    deployed.released("b")

    assert planned(deployed.account, "recorded") is None


def test_a_rollback_that_was_cut_off_goes_on_to_the_same_release(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    for letter in "abc":
        deployed.released(letter)
    plan, moved = planned(deployed.account, "previous"), []
    assert plan is not None
    lead_to = type(deployed.account).lead_to

    def breaking(account: Any, function: Function, version: str) -> None:
        if moved:
            raise ConnectionError
        moved.append(function)
        lead_to(account, function, version)

    with monkeypatch.context() as broken:
        broken.setattr(type(deployed.account), "lead_to", breaking)
        with pytest.raises(ConnectionError):
            carry_out(deployed.account, plan, print, wait=lambda _: None)
    assert sorted(deployed.live()) == ["2", "3"]

    back(deployed)

    assert deployed.live() == ("2", "2")


def test_the_release_that_was_left_is_not_gone_back_to(deployed: Deployed) -> None:
    for letter in "abc":
        deployed.released(letter)
    back(deployed)
    deployed.released("d")

    back(deployed)

    assert ReleaseLog(deployed.account).history()[-1].release == COMMITS["b"]
    assert deployed.live() == ("2", "2")


def test_nor_is_it_after_a_release_that_changed_no_function(deployed: Deployed) -> None:
    for letter in "abc":
        deployed.released(letter)
    back(deployed)
    record(deployed.account, release=COMMITS["d"], version="0.1.0+b")

    back(deployed)

    assert ReleaseLog(deployed.account).history()[-1].release == COMMITS["a"]
    assert deployed.live() == ("1", "1")


def test_a_new_function_stays_where_it_is(deployed: Deployed) -> None:
    deployed.released("a", FIRST)
    deployed.released("b", FIRST, SECOND)

    back(deployed)

    assert deployed.live() == ("1", "1")


def test_a_version_that_is_gone_stops_everything_before_it_begins(deployed: Deployed) -> None:
    deployed.released("a")
    deployed.released("b")
    deployed.account.delete(SECOND, 1)

    with pytest.raises(DeliveryError, match="version 1 of mcp_endpoint is gone"):
        planned(deployed.account, "previous")
    assert deployed.live() == ("2", "2")


@pytest.mark.parametrize("to", ["previous", "recorded", "0000000"])
def test_without_a_record_there_is_no_way_back(deployed: Deployed, to: str) -> None:
    deployed.deploy()
    with pytest.raises(DeliveryError, match="no release is recorded"):
        planned(deployed.account, to)


@pytest.mark.parametrize("to", ["previous", "0000000", "aaaaaa"])
def test_an_unknown_release_is_refused(deployed: Deployed, to: str) -> None:
    deployed.released("a")
    with pytest.raises(DeliveryError):
        planned(deployed.account, to)


def shift(deployed: Deployed, function: Function, version: str) -> None:
    deployed.clients["lambda"].update_alias(
        FunctionName=deployed.account.name_of(function),
        Name=ALIAS,
        RoutingConfig={"AdditionalVersionWeights": {version: 0.1}},
    )


def test_what_is_still_shifting_is_no_release(deployed: Deployed) -> None:
    deployed.deploy()
    deployed.deploy()
    shift(deployed, FIRST, "1")

    with pytest.raises(DeliveryError, match="still shifting health"):
        record(deployed.account, release=COMMITS["a"], version="0.1.0")


def test_a_tenth_of_the_calls_goes_back_too(deployed: Deployed) -> None:
    deployed.released("a")
    deployed.deploy()
    for function in (FIRST, SECOND):
        deployed.account.lead_to(function, "1")
    shift(deployed, FIRST, "2")

    back(deployed)

    live = deployed.account.live()
    assert (live[FIRST].version, live[FIRST].shifting) == ("1", False)


def test_the_same_release_is_recorded_once(deployed: Deployed) -> None:
    deployed.released("a")
    record(deployed.account, release=COMMITS["a"], version="0.1.0+a")
    assert len(ReleaseLog(deployed.account).history()) == 1


class CodeDeploy:
    """Two deployments under way: one of the new version, and one that leads back by itself."""

    class exceptions:  # noqa: N801 (boto3's name)
        class ApplicationDoesNotExistException(Exception):  # noqa: N818
            pass

        class DeploymentGroupDoesNotExistException(Exception):  # noqa: N818
            pass

    def __init__(self, *, stops: bool = True) -> None:
        self.running = {"d-NEW": "user", "d-BACK": "codeDeployRollback"}
        self.stops = stops
        self.stopped: list[str] = []

    def list_deployments(self, **asked: Any) -> dict[str, Any]:
        assert asked["applicationName"] == "wpp-mcp-functions"
        assert "InProgress" in asked["includeOnlyStatuses"]
        here = asked["deploymentGroupName"] == "wpp-mcp-health"
        return {"deployments": list(self.running) if here else []}

    def get_deployment(self, deploymentId: str) -> dict[str, Any]:  # noqa: N803
        return {"deploymentInfo": {"creator": self.running[deploymentId]}}

    def stop_deployment(self, deploymentId: str, autoRollbackEnabled: bool) -> None:  # noqa: N803
        assert autoRollbackEnabled
        self.stopped.append(deploymentId)

    def wait(self, _: float) -> None:
        if self.stops:
            self.running.clear()


def test_a_deployment_under_way_is_stopped_once_and_its_own_way_back_is_waited_for(
    deployed: Deployed,
) -> None:
    deployed.released("a")
    deployed.deploy()
    plan, codedeploy = planned(deployed.account, "recorded"), CodeDeploy()
    assert plan is not None
    deployed.clients = {**deployed.clients, "codedeploy": codedeploy}
    account = type(deployed.account)(deployed.account.environment, deployed.clients.__getitem__)

    carry_out(account, plan, print, wait=codedeploy.wait)

    assert codedeploy.stopped == ["d-NEW"]
    assert deployed.live() == ("1", "1")


def test_a_deployment_that_does_not_stop_is_not_run_against(deployed: Deployed) -> None:
    deployed.released("a")
    deployed.deploy()
    plan, codedeploy = planned(deployed.account, "recorded"), CodeDeploy(stops=False)
    assert plan is not None
    clients = {**deployed.clients, "codedeploy": codedeploy}
    account = type(deployed.account)(deployed.account.environment, clients.__getitem__)

    with pytest.raises(DeliveryError, match="does not stop"):
        carry_out(account, plan, print, wait=codedeploy.wait)
    assert codedeploy.stopped == ["d-NEW"]
    assert deployed.live() == ("2", "2")
