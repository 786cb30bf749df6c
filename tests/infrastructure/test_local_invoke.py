"""AWS SAM takes every template and finds each function, and the documented commands are right."""

import json
from pathlib import Path
from typing import Any

import pytest

from stacks.environments import context, load
from stacks.packages import Packages
from tests.infrastructure.conftest import Synthesised
from tests.sam.commands import block, commands
from tests.sam.environment import ROOT, validated
from tests.sam.run import BEGIN, DOCUMENT, END, written
from wpp_mcp.functions import Function


@pytest.fixture(scope="module")
def a_function(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A stack with one function, as every stack makes it: its folder and its artifact."""
    from aws_cdk import App

    from stacks.base import WppStack
    from stacks.constructs.function import WppFunction
    from stacks.keys import KeysStack
    from stacks.network import NetworkStack
    from stacks.permissions import KeyName
    from stacks.platform import Platform
    from stacks.synthesis import METADATA

    folder, environment = tmp_path_factory.mktemp("function"), load("dev")
    flags = {name: value for name, value in context().items() if name.startswith("@")}
    app = App(context={**flags, **METADATA}, outdir=str(folder))
    keys = KeysStack(app, environment).by_name
    platform = Platform(
        environment=environment,
        keys=keys,
        network=NetworkStack(app, environment, logs_key=keys[KeyName.LOGS]),
        packages=Packages.stand_ins(),
    )
    stack = WppStack(app, environment, "some", description="a function")
    function = Function.OAUTH_METADATA
    variables = {
        "WPP_RESOURCE_URL": "https://mcp.agency.example/mcp",
        "WPP_USER_POOL_ID": "us-east-1_Pool",
    }
    WppFunction(stack, function, platform, variables=variables)
    return folder, app.synth().get_stack_by_name(f"{environment.prefix}some")


@pytest.fixture(scope="module")
def told(assemblies: dict[str, Synthesised], a_function: tuple[Path, Any]) -> dict[Path, Any]:
    folders = [*(one.folder for one in assemblies.values()), a_function[0]]
    return validated(path for folder in folders for path in folder.glob("*.template.json"))


def test_every_template_is_valid(told: dict[Path, Any], assemblies: dict[str, Synthesised]) -> None:
    wanted = {
        one.folder / s.template_file for one in assemblies.values() for s in one.stacks.values()
    }
    assert wanted
    assert wanted <= set(told)
    assert {str(path): one["error"] for path, one in told.items() if one["error"]} == {}


def test_what_is_no_template_is_not_valid(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.template.json"
    wrong.write_text('{"Resources": {"A": {"Type": "AWS::Serverless::Function"}}}')
    assert "InvalidSamTemplateException" in validated([wrong])[wrong]["error"]


def test_a_function_has_its_plain_name_and_its_command(a_function: tuple[Path, Any]) -> None:
    assert commands(load("dev"), [a_function[1]]) == {
        Function.OAUTH_METADATA: "sam local invoke -t cdk.out/dev/some.template.json"
        " OauthMetadata -e events/oauth_metadata.json"
    }


def test_sam_finds_the_code_of_every_function_of_ours(
    told: dict[Path, Any], assemblies: dict[str, Synthesised], a_function: tuple[Path, Any]
) -> None:
    stacks = [
        (one.environment, one.folder, s) for one in assemblies.values() for s in one.stacks.values()
    ]
    stacks.append((load("dev"), *a_function))
    seen = 0
    for environment, folder, stack in stacks:
        for function, command in commands(environment, [stack]).items():
            logical_id = command.split()[5]
            (found,) = (
                each
                for each in told[folder / stack.template_file]["functions"]
                if each["logicalId"] == each["id"] == logical_id
            )
            assert found["handler"] == "handler.handler"
            assert all((folder / each).is_dir() for each in [found["code"], *found["layers"]])
            assert (ROOT / "events" / f"{function.value}.json").is_file()
            seen += 1
    assert seen >= 1


def test_a_logical_id_is_the_functions_name(assemblies: dict[str, Synthesised]) -> None:
    for one in assemblies.values():
        for function, command in commands(one.environment, one.stacks.values()).items():
            assert command.split()[5] == "".join(p.capitalize() for p in function.split("_"))


def test_the_documented_commands_are_those_of_the_templates(
    assemblies: dict[str, Synthesised],
) -> None:
    dev = assemblies["dev"]
    made = block(commands(dev.environment, dev.stacks.values()))
    text = DOCUMENT.read_text()
    assert text.count(BEGIN) == text.count(END) == 1
    assert written(text, made) == text, "run make docs"


def test_sam_is_pinned_by_hash() -> None:
    pins = (ROOT / "tests/sam/requirements.txt").read_text()
    assert pins.count("aws-sam-cli==") == 1
    assert json.dumps(pins).count("--hash=sha256:") > pins.count("==")
