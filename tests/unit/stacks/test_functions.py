"""Each function is defined once, and completely."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stacks.functions import (
    AUTHORIZER_TIMEOUT_SECONDS,
    FUNCTIONS,
    LONGEST_SECONDS,
    MOST_LAYERS,
    STANDS_ON,
    Layer,
)
from wpp_mcp.functions import TRIGGERED, Function
from wpp_mcp.routes import FUNCTION_TIMEOUT_SECONDS, ROUTES

ROOT = Path(__file__).resolve().parents[3]


def test_every_folder_has_an_entry_and_every_entry_a_folder() -> None:
    folders = {path.parent.name for path in (ROOT / "lambdas").glob("*/handler.py")}

    assert folders == set(FUNCTIONS) == set(Function)


def test_every_layer_has_requirements_and_all_requirements_are_a_layer() -> None:
    folders = {path.parent.name for path in (ROOT / "layers").glob("*/requirements.txt")}

    assert folders == set(Layer) == set(STANDS_ON)


@pytest.mark.parametrize("function", list(Function))
def test_a_function_carries_what_its_layers_stand_on(function: Function) -> None:
    layers = FUNCTIONS[function].layers

    assert layers[0] is Layer.CORE
    assert len(set(layers)) == len(layers) <= MOST_LAYERS
    for place, layer in enumerate(layers):
        assert set(STANDS_ON[layer]) <= set(layers[:place])


@pytest.mark.parametrize("function", list(Function))
def test_a_function_has_the_time_of_its_kind(function: Function) -> None:
    seconds = FUNCTIONS[function].timeout_seconds

    assert FUNCTIONS[function].function is function
    if function in {route.function for route in ROUTES}:
        assert seconds == FUNCTION_TIMEOUT_SECONDS
    elif function is Function.AUTHORIZER:
        assert seconds == AUTHORIZER_TIMEOUT_SECONDS
    else:
        assert function in TRIGGERED
        assert 0 < seconds <= LONGEST_SECONDS


def test_reading_the_definitions_starts_no_cdk() -> None:
    script = "import stacks.functions, sys; print('jsii' in sys.modules, 'boto3' in sys.modules)"
    path = os.pathsep.join([str(ROOT / "layers/core/python"), str(ROOT)])
    kept = {n: v for n, v in os.environ.items() if not n.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**kept, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "False False\n"
