"""``make sam``: validate what ``make synth`` wrote; ``--write`` writes docs/local-invoke.md."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from stacks.environments import load
from stacks.packages import Packages
from stacks.synthesis import assembled
from tests.sam.commands import block, commands
from tests.sam.environment import ROOT, validated

DOCUMENT: Final = ROOT / "docs" / "local-invoke.md"
BEGIN, END = "<!-- sam:begin -->", "<!-- sam:end -->"


def written(document: str, made: str) -> str:
    """Return the document with the commands in their place."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{after}"


def write() -> int:
    with TemporaryDirectory() as folder:
        stacks = assembled("dev", Path(folder), packages=Packages.stand_ins()).stacks
        made = block(commands(load("dev"), stacks))
    DOCUMENT.write_text(written(DOCUMENT.read_text(), made))
    return 0


def validate() -> int:
    templates = sorted((ROOT / "cdk.out").glob("*/*.template.json"))
    if not templates:
        print("nothing to validate: run make synth first", file=sys.stderr)
        return 1
    found = validated(templates)
    for path, told in found.items():
        functions = ", ".join(one["logicalId"] for one in told["functions"])
        print(f"{path.relative_to(ROOT)}: {told['error'] or 'valid'}  {functions}")
    return 1 if any(told["error"] for told in found.values()) else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    sys.exit(write() if parser.parse_args().write else validate())
