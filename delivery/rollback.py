"""One command that leads every call back to an earlier release, in seconds.

Versions are immutable and stay for as long as a release may be gone back to (`pruning`), so nothing
is built, uploaded or deployed. First the intention is written down, then aliases are moved: a
rollback that was cut off goes on to the same release when it is called again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import sleep
from typing import Any, Final

from delivery.account import Account, DeliveryError
from delivery.releases import Release, ReleaseLog, target
from wpp_mcp.functions import Function

Say = Callable[[str], None]

_UNFINISHED: Final = ["Created", "Queued", "InProgress", "Baking", "Ready"]
_STOP_ROUNDS: Final = 60
_ROUND_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Step:
    """One function's way back; ``to`` is none where the release does not know the function."""

    function: Function
    live: str
    to: str | None

    @property
    def moves(self) -> bool:
        """Whether there is anything to do."""
        return self.to is not None and self.to != self.live


@dataclass(frozen=True, slots=True)
class Plan:
    """Where to go back to, and how."""

    release: Release
    leaving: str
    steps: tuple[Step, ...]


def planned(account: Account, to: str) -> Plan | None:
    """Return how to go back; none where calls go there already. Changes nothing.

    Raises
    ------
    DeliveryError
        There is no such release, or a version of it is gone.
    """
    live, history = account.live(), ReleaseLog(account).history()
    release = target(history, live, to)
    if release is None:
        return None
    steps = tuple(
        Step(function, one.version, release.functions.get(function))
        for function, one in live.items()
    )
    for step in steps:
        if step.to is not None and int(step.to) not in account.versions(step.function):
            raise DeliveryError(f"version {step.to} of {step.function.value} is gone")
    # What is left is the current record, or a deployment that was never recorded as good.
    leaving = history[-1].release if history[-1].release != release.release else "unrecorded"
    return Plan(release, leaving, steps)


def carry_out(
    account: Account, plan: Plan, say: Say, *, wait: Callable[[float], None] = sleep
) -> None:
    """Stop what shifts calls, write the release down, and move every alias.

    Raises
    ------
    DeliveryError
        A deployment does not stop, or an alias is not where it was led to.
    """
    _stop_deployments(account, say, wait)
    log = ReleaseLog(account)
    intended = replace(plan.release, returned_from=plan.leaving)
    if log.history()[-1] != intended:
        log.write(intended)
    for step in plan.steps:
        if step.to is not None:
            account.lead_to(step.function, step.to)
    now = account.live()
    astray = [s.function.value for s in plan.steps if s.to and now[s.function].version != s.to]
    if astray:
        raise DeliveryError(f"not led back: {', '.join(astray)}; run the command again")


def _stop_deployments(account: Account, say: Say, wait: Callable[[float], None]) -> None:
    """Stop CodeDeploy, which would go on to shift calls; its own way back is waited for."""
    client, stopped = account.clients("codedeploy"), set[str]()
    for _ in range(_STOP_ROUNDS):
        unfinished = list(_unfinished(account, client))
        if not unfinished:
            return
        for deployment in unfinished:
            info = client.get_deployment(deploymentId=deployment)["deploymentInfo"]
            if info.get("creator") == "codeDeployRollback" or deployment in stopped:
                continue
            say(f"stopping deployment {deployment}")
            client.stop_deployment(deploymentId=deployment, autoRollbackEnabled=True)
            stopped.add(deployment)
        wait(_ROUND_SECONDS)
    raise DeliveryError("a deployment of CodeDeploy does not stop; see docs/runbook/rollback.md")


def _unfinished(account: Account, client: Any) -> Iterator[str]:
    application = f"{account.environment.prefix}functions"
    for function in account.live():
        try:
            listed = client.list_deployments(
                applicationName=application,
                deploymentGroupName=account.name_of(function),
                includeOnlyStatuses=_UNFINISHED,
            )
        except (
            client.exceptions.ApplicationDoesNotExistException,
            client.exceptions.DeploymentGroupDoesNotExistException,
        ):
            # Deployed without shifting (``-c shift=none``).
            continue
        yield from listed["deployments"]
