"""Synthesised templates, read as the account would see them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final, Protocol

from wpp_mcp.functions import Function

_PSEUDO: Final = {"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}


class Templates(Protocol):
    """The templates of one environment (`tests.infrastructure.conftest.Synthesised`)."""

    @property
    def stacks(self) -> Mapping[str, Any]:
        """By part."""

    @property
    def environment(self) -> Any:
        """Their environment."""


@dataclass(frozen=True, slots=True)
class Found:
    """A resource, and the part that it is in."""

    part: str
    name: str
    properties: Mapping[str, Any] = field(repr=False)


def resources(templates: Templates, kind: str) -> Iterator[Found]:
    """The resources of a type, for example ``IAM::Role``, in every stack."""
    for part, stack in templates.stacks.items():
        for name, resource in stack.template["Resources"].items():
            if resource["Type"] == f"AWS::{kind}":
                yield Found(part, name, resource.get("Properties", {}))


def text_of(value: Any, templates: Templates, part: str) -> str:
    """A value as one text; what only a deployment knows as ``<part.LogicalId.Attribute>``."""
    if isinstance(value, str):
        return value
    ((how, given),) = value.items()
    if how == "Fn::Join":
        return str(given[0]).join(text_of(one, templates, part) for one in given[1])
    if how == "Fn::ImportValue":
        for other, stack in templates.stacks.items():
            for output in stack.template.get("Outputs", {}).values():
                if output.get("Export", {}).get("Name") == given:
                    return text_of(output["Value"], templates, other)
        raise LookupError(f"nobody exports {given}")
    if how == "Ref":
        return _PSEUDO.get(given) or f"<{part}.{given}>"
    if how == "Fn::GetAtt":
        return f"<{part}.{'.'.join(given)}>"
    raise LookupError(f"not read: {how}")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy."""

    effect: str
    actions: frozenset[str]
    resources: frozenset[str]
    conditions: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)

    def covers(self, action: str, resource: str, context: Mapping[str, str]) -> bool:
        """Whether it is about a call; conditions as ``StringEquals`` on what the call tells."""
        return (
            any(fnmatchcase(action, one) for one in self.actions)
            and any(fnmatchcase(resource, one) for one in self.resources)
            and all(
                _holds(operator, context.get(name), value)
                for operator, wanted in self.conditions.items()
                for name, value in wanted.items()
            )
        )


def _holds(operator: str, said: str | None, wanted: str) -> bool:
    if operator == "StringLike":
        return said is not None and fnmatchcase(said, wanted)
    return operator == "StringEquals" and said == wanted


def function_named(templates: Templates, function: Function) -> Found:
    """The Lambda function of a name."""
    name = f"{templates.environment.prefix}{function.value.replace('_', '-')}"
    for found in resources(templates, "Lambda::Function"):
        if found.properties.get("FunctionName") == name:
            return found
    raise LookupError(f"no stack has {name}")


def statements_of(templates: Templates, function: Function) -> list[Statement]:
    """What the role of a function says."""
    found = function_named(templates, function)
    role = found.properties["Role"]["Fn::GetAtt"][0]
    return [
        statement_of(one, templates, found.part)
        for policy in resources(templates, "IAM::Policy")
        if policy.part == found.part and {"Ref": role} in policy.properties["Roles"]
        for one in policy.properties["PolicyDocument"]["Statement"]
    ]


def statement_of(document: Mapping[str, Any], templates: Templates, part: str) -> Statement:
    """A statement as the template has it, read."""
    listed = {name: document.get(name, []) for name in ("Action", "Resource")}
    actions, on = (one if isinstance(one, list) else [one] for one in listed.values())
    return Statement(
        document["Effect"],
        frozenset(actions),
        frozenset(text_of(one, templates, part) for one in on),
        document.get("Condition", {}),
    )
