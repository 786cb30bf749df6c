"""The commands that run each function in a container, from the templates themselves."""

from collections.abc import Iterable, Mapping
from typing import Any

from stacks.environments import Environment
from wpp_mcp.functions import Function


def commands(environment: Environment, stacks: Iterable[Any]) -> Mapping[Function, str]:
    """Return ``sam local invoke …`` for each function of ours, by the function.

    Parameters
    ----------
    stacks
        Those of an assembly below ``cdk.out/ENVIRONMENT``.
    """
    return {
        function: f"sam local invoke -t cdk.out/{environment.name}/{stack.template_file}"
        f" {logical_id} -e events/{function.value}.json"
        for stack in stacks
        for logical_id, resource in stack.template.get("Resources", {}).items()
        if resource["Type"] == "AWS::Lambda::Function"
        and (function := function_named(environment, resource)) is not None
    }


def function_named(environment: Environment, resource: Mapping[str, Any]) -> Function | None:
    """Return which function of ours a resource is; none for those of CDK's own."""
    name = resource["Properties"].get("FunctionName")
    named = {f"{environment.prefix}{f.value.replace('_', '-')}": f for f in Function}
    return named.get(name) if isinstance(name, str) else None


def block(found: Mapping[Function, str]) -> str:
    """Return the commands as the document has them."""
    lines = "\n".join(found[function] for function in sorted(found)) or "# no function yet"
    return f"```sh\n{lines}\n```"
