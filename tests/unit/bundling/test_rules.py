"""What a build takes in, leaves out and refuses."""

import sys
from pathlib import Path

import pytest

from bundling import files, manifest, pins, pruning, scan, usage
from bundling.interpreters import interpreter
from bundling.manifest import Built, Manifest
from bundling.target import Arch, BuildError
from bundling.usage import Usage
from stacks.functions import FUNCTIONS, Layer

HASH = " \\\n    --hash=sha256:" + "0" * 64
USED = Usage("v26", frozenset({"data_v1beta"}), frozenset({"searchconsole.v1.json"}))


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_product_uses_these_parts_of_googles_libraries() -> None:
    found = usage.of_product()

    assert found.ads_version == "v26"
    assert found.analytics == {"admin_v1beta", "data_v1beta"}
    assert found.documents == {"searchconsole.v1.json"}


@pytest.mark.parametrize(
    "code",
    [
        "from googleapiclient.discovery import build\nbuild(name, 'v1')",
        "from googleapiclient.discovery import build\nbuild('drive', version='v3')",
        "import googleapiclient.discovery",
        "from googleapiclient import discovery",
    ],
)
def test_a_discovery_document_that_cannot_be_told_stops_the_build(
    tmp_path: Path, code: str
) -> None:
    written(tmp_path / "module.py", code)
    with pytest.raises(BuildError, match=r"module\.py"):
        usage.of_product(tmp_path)


def test_a_discovery_document_is_found_where_the_code_asks_for_it(tmp_path: Path) -> None:
    code = """
def other(build):
    return build(1)

def service():
    from googleapiclient.discovery import build
    return build("sheets", "v4", http=None)
"""
    written(tmp_path / "module.py", code)
    assert usage.of_product(tmp_path).documents == {"sheets.v4.json"}


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        ("google/ads/googleads/v25/common/__init__.py", True),
        ("google/ads/googleads/v26/common/__init__.py", False),
        ("google/ads/googleads/client.py", False),
        ("google/ads/googleads/interceptors/helpers.py", False),
        ("google/analytics/admin_v1alpha/__init__.py", True),
        ("google/analytics/data/__init__.py", True),
        ("google/analytics/data_v1beta/__init__.py", False),
        ("googleapiclient/discovery_cache/documents/drive.v3.json", True),
        ("googleapiclient/discovery_cache/documents/searchconsole.v1.json", False),
        ("googleapiclient/discovery_cache/base.py", False),
        ("certifi/tests/test_certify.py", True),
        ("certifi/cacert.pem", False),
        ("pydantic/py.typed", True),
        ("cryptography/hazmat/bindings/_rust/x509.pyi", True),
        ("jwt/__pycache__/api_jwt.cpython-311.pyc", True),
        ("jinja2-3.1.6.dist-info/METADATA", False),
        ("opentelemetry_api-1.45.2.dist-info/entry_points.txt", False),
        ("jinja2-3.1.6.dist-info/RECORD", True),
        ("jinja2-3.1.6.dist-info/licenses/METADATA", True),
        ("bin/uvicorn", True),
        ("google_ads-nspkg.pth", True),
    ],
)
def test_what_is_left_out(path: str, *, left_out: bool) -> None:
    assert pruning.is_surplus(path.split("/"), USED) is left_out


def test_a_layer_without_what_the_product_uses_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="google/ads/googleads/v26"):
        pruning.check_in_use(tmp_path, USED, "google_ads")


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(BuildError, match="link"):
        pruning.prune(tmp_path, USED)


def test_a_layer_leaves_out_what_the_ones_below_hold(tmp_path: Path) -> None:
    own = pins.read(written(tmp_path / "own.txt", f"# head\nA==1{HASH}\nb==2{HASH}\n"))
    below = pins.read(written(tmp_path / "below.txt", f"a==1{HASH}\n"))

    assert [(p.name, p.version) for p in pins.without(own, [below])] == [("b", "2")]


def test_two_versions_of_one_distribution_are_refused(tmp_path: Path) -> None:
    own = pins.read(written(tmp_path / "own.txt", f"a==1{HASH}\n"))
    below = pins.read(written(tmp_path / "below.txt", f"a==2{HASH}\n"))
    with pytest.raises(BuildError, match="a is pinned as 1 and 2"):
        pins.without(own, [below])


@pytest.mark.parametrize("text", ["a==1\n", f"a>=1{HASH}\n", "git+https://example.org/a\n"])
def test_what_is_not_pinned_by_hash_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BuildError, match="not pinned by hash"):
        pins.read(written(tmp_path / "own.txt", text))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("boto3/__init__.py", ""),
        ("sandbox/__init__.py", ""),
        ("conftest.py", ""),
        ("wpp_mcp/x.py", "# for the Sandbox"),
        ("wpp_mcp/x.py", "import moto"),
        ("wpp_mcp/x.py", "# emulated"),
        ("other/x.py", "from sandbox.box import Sandbox"),
        ("other/x.py", "GET /_sandbox/world"),
        ("other/x.py", Path(__file__).read_text()),
    ],
)
def test_a_trace_of_what_stays_at_home_is_found(tmp_path: Path, path: str, text: str) -> None:
    written(tmp_path / path, text)
    assert len(list(scan.traces(tmp_path, ours=False))) == 1


def test_other_peoples_words_are_no_trace(tmp_path: Path) -> None:
    written(tmp_path / "jinja2/sandbox.py", "A sandboxed environment; import jinja2.sandbox")
    assert list(scan.traces(tmp_path, ours=False)) == []
    assert len(list(scan.traces(tmp_path, ours=True))) == 1


def test_a_function_over_its_budget_fails_the_build() -> None:
    def sized(size: int) -> Built:
        return Built(bytes=size, files=1, sha256="", inputs="")

    layers = {layer: sized(20_000_000) for layer in Layer}
    functions = {function: sized(1) for function in FUNCTIONS}
    said: list[str] = []
    Manifest("arm64", "3.13", layers, functions).check(said.append)
    assert len(said) == len(FUNCTIONS) + 1

    heavy = {**layers, Layer.CORE: sized(manifest.AUTHORIZER_BUDGET_BYTES)}
    with pytest.raises(BuildError, match=r"larger than the budget: authorizer$"):
        Manifest("arm64", "3.13", heavy, functions).check(said.append)
    assert any("authorizer" in line and line.endswith("OVER BUDGET") for line in said)


def test_a_python_that_is_not_there_is_named() -> None:
    with pytest.raises(BuildError, match=r"Python 3\.2 is needed"):
        interpreter("3.2")


def test_code_that_does_not_compile_stops_the_build(tmp_path: Path) -> None:
    written(tmp_path / "broken.py", "def")
    with pytest.raises(BuildError, match=r"broken\.py"):
        files.compile_bytecode(tmp_path, Path(sys.executable), mounted="/opt")


@pytest.mark.parametrize(
    ("machine", "arch"), [("x86_64", Arch.X86_64), ("aarch64", Arch.ARM64), ("arm64", Arch.ARM64)]
)
def test_a_machine_has_a_processor_of_lambda(machine: str, arch: Arch) -> None:
    assert Arch.of_machine(machine) is arch
