"""``python -m bundling --arch arm64 | x86_64``."""

import argparse
import sys
from collections.abc import Sequence
from time import monotonic

from bundling.builder import build
from bundling.target import DEPLOYED_PYTHON, Arch, BuildError, Target


def main(arguments: Sequence[str] | None = None) -> int:
    """Build once; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bundling", description=__doc__)
    parser.add_argument("--arch", choices=[arch.value for arch in Arch], default=Arch.ARM64.value)
    parser.add_argument("--python", default=DEPLOYED_PYTHON, help="as in Lambda: %(default)s")
    options = parser.parse_args(arguments)
    started = monotonic()
    target = Target(arch=Arch(options.arch), python=options.python)
    try:
        build(target)
    except BuildError as error:
        print(f"not built: {error}", file=sys.stderr)
        return 1
    print(f"built {target.folder} in {monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
