"""One layer, built for itself: the same bytes each time, whoever builds it."""

from pathlib import Path

import pytest

from bundling import files, parts
from bundling.parts import LayerPart
from bundling.target import Arch, BuildError, Target
from stacks.functions import Layer
from tests.packages.conftest import version


def made(base: Path, arch: Arch) -> Path:
    part = LayerPart(Layer.PAGES, Target(arch=arch, python=version(), base=base))
    part.make()
    return part.folder


def test_the_same_input_gives_the_same_bytes_times_and_permissions(tmp_path: Path) -> None:
    one, other = (made(tmp_path / name, Arch.ARM64) for name in ("one", "other"))

    assert files.digest_of(one) == files.digest_of(other)
    assert {(p.stat().st_mode & 0o777, p.is_dir()) for p in one.rglob("*")} == {
        (0o644, False),
        (0o755, True),
    }
    assert len({p.stat().st_mtime for folder in (one, other) for p in folder.rglob("*")}) == 1


def test_native_code_is_that_of_the_processor(tmp_path: Path) -> None:
    machine = {Arch.ARM64: 0xB7, Arch.X86_64: 0x3E}  # e_machine of an ELF file
    for arch, code in machine.items():
        libraries = list(made(tmp_path / arch, arch).rglob("*.so"))
        assert libraries
        assert {path.read_bytes()[18] for path in libraries} == {code}


def test_a_trace_of_the_tests_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prune(folder: Path, *_: object) -> None:
        (folder / "conftest.py").write_text("")

    monkeypatch.setattr(parts.pruning, "prune", prune)
    with pytest.raises(BuildError, match=r"conftest\.py: does not belong"):
        made(tmp_path, Arch.ARM64)


def test_what_uv_says_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pin = parts.pins.Pin("jinja2", "3.1.6", "jinja2==3.1.6 --hash=sha256:" + "0" * 64)
    monkeypatch.setattr(parts.pins, "without", lambda *_: [pin])
    with pytest.raises(BuildError, match=r"(?s)uv cannot install pages:\n.*Hash mismatch"):
        made(tmp_path, Arch.ARM64)
