"""What is in the layers, and what is not."""

import json
import subprocess
from filecmp import cmp
from importlib import metadata
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import pytest

from bundling import files, scan, usage
from bundling.interpreters import interpreter
from bundling.manifest import AUTHORIZER_BUDGET_BYTES, BUDGET_BYTES
from bundling.parts import LayerPart
from stacks.functions import FUNCTIONS, STANDS_ON, Layer
from tests.packages.conftest import Build
from wpp_mcp.functions import Function
from wpp_mcp.google.ads.errors import API_VERSION

UNCHECKED: Final = 0b01
"""The flags of bytecode that goes by no time and is not compared with its source (PEP 552)."""


def packages(built: Build, layer: Layer) -> Path:
    return built.target.layers / layer / "python"


def names(built: Build, layer: Layer) -> set[str]:
    folder = packages(built, layer)
    return {path.relative_to(folder).as_posix() for path in files.files_below(folder)}


@pytest.mark.parametrize("function", list(Function))
def test_a_function_with_its_layers_is_within_its_budget(built: Build, function: Function) -> None:
    folders = [built.target.layers / layer for layer in FUNCTIONS[function].layers]
    total = sum(map(files.size_of, [built.target.functions / function, *folders]))

    assert total == built.manifest.unzipped(function)
    assert total <= BUDGET_BYTES
    if function is Function.AUTHORIZER:
        assert total <= AUTHORIZER_BUDGET_BYTES


@pytest.mark.parametrize("layer", list(Layer))
def test_a_layer_is_what_the_manifest_says(built: Build, layer: Layer) -> None:
    folder = built.target.layers / layer

    assert [path.name for path in folder.iterdir()] == ["python"]
    assert files.digest_of(folder) == built.manifest.layers[layer].sha256


@pytest.mark.parametrize("layer", list(Layer))
def test_every_module_is_compiled_for_the_version_and_checked_against_nothing(
    built: Build, layer: Layer
) -> None:
    found = names(built, layer)
    tag = f"cpython-{built.target.python.replace('.', '')}"
    sources = {Path(name) for name in found if name.endswith(".py")}
    compiled = {name for name in found if name.endswith(".pyc")}

    assert compiled == {
        (path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc").as_posix() for path in sources
    }
    flags = {(packages(built, layer) / name).read_bytes()[4] for name in compiled}
    assert flags == {UNCHECKED}


@pytest.mark.parametrize("layer", list(Layer))
def test_nothing_of_the_sandbox_the_tests_or_the_runtime_is_in_a_layer(
    built: Build, layer: Layer
) -> None:
    found = names(built, layer)

    assert list(scan.traces(packages(built, layer), ours=False)) == []
    assert {n for n in found if n.split("/")[0] in {"boto3", "botocore", "bin"}} == set()
    assert {n for n in found if n.endswith((".pyi", ".h", ".proto", ".pth"))} == set()
    assert {n for n in found if "tests" in n.split("/")} == set()


@pytest.mark.parametrize("function", list(Function))
def test_what_two_layers_of_a_function_both_hold_is_the_same(
    built: Build, function: Function
) -> None:
    """Lambda lays them over each other: which one wins must not matter."""
    for one, other in combinations(FUNCTIONS[function].layers, 2):
        both = sorted(names(built, one) & names(built, other))
        folders = packages(built, one), packages(built, other)
        assert [n for n in both if not cmp(folders[0] / n, folders[1] / n, shallow=False)] == []
        if other in STANDS_ON[one] or one in STANDS_ON[other]:
            assert both == []


def test_one_version_of_each_google_api_is_there(built: Build) -> None:
    ads = packages(built, Layer.GOOGLE_ADS) / "google/ads/googleads"
    analytics = packages(built, Layer.GOOGLE_ANALYTICS) / "google/analytics"
    documents = packages(built, Layer.SEARCH_CONSOLE) / "googleapiclient/discovery_cache/documents"

    assert [path.name for path in ads.glob("v[0-9]*")] == [API_VERSION]
    assert {path.name for path in analytics.iterdir()} == {"admin_v1beta", "data_v1beta"}
    assert [path.name for path in documents.iterdir()] == ["searchconsole.v1.json"]


def test_templates_are_in_the_core_layer(built: Build) -> None:
    inside = {p.relative_to(usage.PRODUCT).as_posix() for p in usage.PRODUCT.rglob("*.html")}

    assert inside
    assert {f"wpp_mcp/{name}" for name in inside} <= names(built, Layer.CORE)


@pytest.mark.parametrize("layer", list(Layer))
def test_versions_are_known_at_run_time(built: Build, layer: Layer) -> None:
    folder = str(packages(built, layer))
    found = {d.name.lower().replace("_", "-"): d for d in metadata.distributions(path=[folder])}

    for pin in LayerPart(layer, built.target).pins:
        if pin.name in found:
            assert found.pop(pin.name).version == pin.version
        else:
            assert ";" in pin.text.splitlines()[0], f"{pin.name} is for every platform"
    assert found == {}


def test_entry_points_are_found_at_run_time(built: Build) -> None:
    """opentelemetry, under the MCP server and Google's libraries, finds its context by one."""
    for layer in (Layer.MCP, Layer.SEARCH_CONSOLE):
        command = "from opentelemetry import context; print(type(context._RUNTIME_CONTEXT))"
        path = (
            f"import sys; sys.path[:0] = {[str(packages(built, n)) for n in (Layer.CORE, layer)]}"
        )
        done = subprocess.run(
            [interpreter(built.target.python), "-I", "-S", "-B", "-c", f"{path}\n{command}"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "ContextVarsRuntimeContext" in done.stdout, done.stderr


def test_the_manifest_is_written(built: Build) -> None:
    text = (built.target.folder / "manifest.json").read_text()
    told: dict[str, Any] = json.loads(text)

    assert told["python"] == built.target.python
    assert set(told["layers"]) == set(Layer)
    assert set(told["functions"]) == set(Function)
    for name, one in told["functions"].items():
        assert one["unzipped"] == built.manifest.unzipped(Function(name)) <= one["budget"]
