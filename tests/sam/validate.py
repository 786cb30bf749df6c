"""Runs inside the environment of AWS SAM: ``python validate.py TEMPLATE…``, JSON to the output.

``sam validate`` takes two seconds to start. This calls what that command calls, for every template
in one process, and lists the functions as ``sam local invoke`` would find them.
"""

import contextlib
import json
import sys
from types import SimpleNamespace
from typing import Any

from samcli.commands.validate.validate import do_cli
from samcli.lib.providers.sam_function_provider import SamFunctionProvider
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider

REGION = "us-east-1"


def told(template: str) -> dict[str, Any]:
    with contextlib.redirect_stdout(sys.stderr):
        try:
            do_cli(SimpleNamespace(profile=None, region=REGION, debug=False), template, False, None)
            stacks, _ = SamLocalStackProvider.get_stacks(template)
            provider = SamFunctionProvider(stacks, use_raw_codeuri=True)
            return {"error": None, "functions": [one(f) for f in provider.get_all()]}
        except Exception as error:  # noqa: BLE001 (told to the caller)
            return {"error": f"{type(error).__name__}: {error}", "functions": []}


def one(function: Any) -> dict[str, Any]:
    return {
        "id": function.function_id,
        "logicalId": function.name,
        "name": function.functionname,
        "handler": function.handler,
        "code": function.codeuri,
        "layers": [layer.codeuri for layer in function.layers],
    }


if __name__ == "__main__":
    json.dump({template: told(template) for template in sys.argv[1:]}, sys.stdout)
