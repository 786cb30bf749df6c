"""``python -m delivery smoke | release | rollback | prune | notify | version | credentials``."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final

from delivery import credentials, notifying, pruning, rollback
from delivery.account import Account, DeliveryError
from delivery.releases import PREVIOUS, record
from delivery.smoke import Smoke
from delivery.table import printed
from stacks.environments import Edge, Environment, load
from stacks.functions import VERSIONS_KEPT
from stacks.github import DEPLOY, READ
from stacks.synthesis import ENVIRONMENTS


def smoke(options: argparse.Namespace) -> int:
    """Ask a deployed environment whether it answers as it should."""
    environment = load(options.env)
    domain = environment.domain
    if options.url is None and domain is None:
        raise DeliveryError("the environment has no domain: say --url")
    behind = f"https://{domain.origin}" if domain and environment.edge is not Edge.NONE else None
    checks = Smoke(
        origin=options.url or f"https://{domain.name if domain else ''}",
        behind=options.origin_url or (None if options.url else behind),
        version=options.expect,
    ).run()
    rows = [["passed" if c.passed else "FAILED", c.name, c.detail] for c in checks]
    print(printed(["", "Question", "Answer"], rows))
    return 0 if all(check.passed for check in checks) else 1


def release(options: argparse.Namespace) -> int:
    """Write down that what is live is a good release: what a rollback goes back to."""
    made = record(_account(options), release=options.release, version=options.version)
    print(f"recorded {made.release} ({made.version}): {len(made.functions)} functions")
    return 0


def roll_back(options: argparse.Namespace) -> int:
    """Lead every call back to an earlier release. Shows what it would do, unless --yes."""
    started = monotonic()
    account = _account(options)
    plan = rollback.planned(account, options.to)
    if plan is None:
        print("calls go to that release already, or were led back once before; nothing to do")
        print("to go further back, name a release: --to COMMIT")
        return 0
    rows = [
        [s.function.value, s.live, s.to or f"{s.live} (new since then: stays)"] for s in plan.steps
    ]
    print(f"back to {plan.release.release} ({plan.release.version}) from {plan.leaving}")
    print(printed(["Function", "Now", "Then"], rows))
    if not options.yes:
        print("nothing was changed; --yes does it")
        return 0
    rollback.carry_out(account, plan, print)
    print(f"done in {monotonic() - started:.0f} s; deploy next with SHIFT=none (runbook)")
    return 0


def prune(options: argparse.Namespace) -> int:
    """Delete versions that no alias and no release needs. Shows which, unless --yes."""
    account = _account(options)
    keep = VERSIONS_KEPT[options.env] if options.keep is None else options.keep
    found = list(pruning.superfluous(account, keep))
    for function, version in found:
        if options.yes:
            account.delete(function, version)
        print(f"{'deleted' if options.yes else 'would delete'} {function.value} {version}")
    print(f"{len(found)} versions")
    return 0


def notify(options: argparse.Namespace) -> int:
    """Tell OMA what was deployed. Never fails a deployment: what went wrong is shown."""
    try:
        told = notifying.notify(
            _account(options),
            version=options.version,
            status=options.status,
            at=datetime.now(UTC),
            post=notifying.post_json,
        )
    except DeliveryError as error:
        told = f"::warning::OMA was not told: {error}"
    print(told)
    return 0


def version(_: argparse.Namespace) -> int:
    """Print the version that /health tells of the last build."""
    from stacks.packages import Packages
    from wpp_mcp import version_of

    print(version_of(Packages.built().digest))
    return 0


def give_credentials(options: argparse.Namespace) -> int:
    """Print credentials of a role for a job of GitHub, as an AWS SDK's credential_process."""
    import boto3
    from botocore import UNSIGNED
    from botocore.config import Config

    environment = load(options.env)
    config = Config(signature_version=UNSIGNED)
    sts = boto3.client("sts", region_name=environment.region, config=config)
    print(
        credentials.credentials(environment, options.role, ask=credentials.ask_github, sts=sts),
    )
    return 0


def _account(options: argparse.Namespace) -> Account:
    environment = load(options.env)
    return Account(environment, _clients(environment))


def _clients(environment: Environment) -> Callable[[str], Any]:
    import boto3

    session: Any = boto3.session.Session(region_name=environment.region)

    def client(service: str) -> Any:
        return session.client(service)

    return client


COMMANDS: Final[Mapping[str, Callable[[argparse.Namespace], int]]] = {
    "smoke": smoke,
    "release": release,
    "rollback": roll_back,
    "prune": prune,
    "notify": notify,
    "version": version,
    "credentials": give_credentials,
}
_ARGUMENTS: Final[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
    "smoke": {"--url": {}, "--origin-url": {}, "--expect": {"metavar": "VERSION"}},
    "release": {"--release": {"required": True}, "--version": {"required": True}},
    "rollback": {"--to": {"default": PREVIOUS}, "--yes": {"action": "store_true"}},
    "prune": {"--keep": {"type": int}, "--yes": {"action": "store_true"}},
    "notify": {
        "--version": {"required": True},
        "--status": {"required": True, "choices": ["success", "failure"]},
    },
    "version": {},
    "credentials": {"--role": {"required": True, "choices": [DEPLOY, READ]}},
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m delivery", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    for name, run in COMMANDS.items():
        command = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
        if name != "version":
            command.add_argument("--env", required=True, choices=ENVIRONMENTS)
        for flag, settings in _ARGUMENTS[name].items():
            command.add_argument(flag, **settings)
    options = parser.parse_args(arguments)
    try:
        return COMMANDS[options.command](options)
    except DeliveryError as error:
        print(f"refused: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
