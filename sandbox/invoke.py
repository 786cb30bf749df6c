"""Starts one built function through Lambda's runtime client and sends it an event.

The package and the layers are those of `make build`, for this machine's processor; AWS and Google
are the sandbox's.
"""

import json
import logging
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from bundling.builder import in_use
from bundling.target import Arch, BuildError, Target
from sandbox.aws_endpoint import AwsEndpoint
from sandbox.box import Options, Sandbox
from sandbox.lambda_process import LambdaProcess
from sandbox.previewing import preview
from sandbox.rotation import begin
from sandbox.runtime_api import InvocationError
from stacks.functions import FUNCTIONS
from wpp_mcp.functions import Function
from wpp_mcp.models import strict_json
from wpp_mcp.secret_store import SecretName

BESIDE: Final = Path(__file__).resolve().parent / "in_lambda"
HANDLER: Final = "local_handler.handler"
_SAMPLE_HOST: Final = "mcp.agency.example"
_OPERATION: Final = "op_of_the_preview"
_CONFIRMATION: Final = "<confirmation-token>"


def filled(event: str, box: Sandbox, role: str = "practitioner") -> Any:
    """Return a sample event with the sandbox's credentials in the place of its placeholders.

    Where it names an operation, a change is previewed for it.
    """
    if _OPERATION in event:
        operation_id, token = preview(box, role)
        event = event.replace(_OPERATION, operation_id).replace(_CONFIRMATION, token)
    headers = box.headers(role)
    rotation = begin(f"{box.secret_prefix}{SecretName.SESSION_KEY.value}")
    for placeholder, value in {
        "<session-key-arn>": rotation["SecretId"],
        "<pending-version>": rotation["ClientRequestToken"],
        "Bearer <access-token>": headers["Authorization"],
        "<google-access-token>": headers["X-Google-Access-Token"],
        "<oma-api-key>": headers.get("X-OMA-API-Key", ""),
        "<origin-secret>": box.secrets[SecretName.ORIGIN_HEADER.value],
        f"https://{_SAMPLE_HOST}": box.url,
        _SAMPLE_HOST: f"127.0.0.1:{box.port}",
    }.items():
        event = event.replace(placeholder, value)
    return strict_json.loads(event)


def environ_of(function: Function, box: Sandbox, aws: AwsEndpoint) -> dict[str, str]:
    """Return what a function of this sandbox is deployed with: its own variables and no others."""
    names = FUNCTIONS[function].settings.variables()
    values = {name: value for name, value in box.environ().items() if name in names}
    return {**values, **aws.environ()}


@contextmanager
def started(
    target: Target,
    function: Function,
    box: Sandbox,
    aws: AwsEndpoint,
    handler: str = HANDLER,
    beside: tuple[Path, ...] = (),
) -> Iterator[LambdaProcess]:
    """Start a built function among a running sandbox's AWS and Google."""
    environ = environ_of(function, box, aws)
    environ["SANDBOX_ENDPOINTS"] = json.dumps(asdict(box.runtime().endpoints))
    with LambdaProcess(
        target, function, environ, handler=handler, beside=(BESIDE, *beside)
    ) as process:
        yield process


def shown(answer: Any) -> str:
    """Return an answer to be read: indented, and its body too where that is JSON."""
    if isinstance(answer, dict) and isinstance(answer.get("body"), str):
        with suppress(ValueError):
            answer = {**answer, "body": json.loads(answer["body"])}
    return json.dumps(answer, indent=2, ensure_ascii=False)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def invoke(name: str, path: Path, say: Callable[[str], None] = _say) -> int:
    """Run ``make invoke``; return its exit status.

    Parameters
    ----------
    name
        A function, by its folder in ``lambdas/``.
    path
        A file with an event; placeholders as in ``events/`` are filled in.
    """
    if name not in set(Function):
        say(f"there is no function {name!r}. There are: {', '.join(Function)}")
        return 2
    try:
        event = path.read_text(encoding="utf-8")
        strict_json.loads(event)
    except OSError as error:
        say(f"no event: {error}. Samples are in events/.")
        return 2
    except ValueError as error:
        say(f"{path} is not JSON: {error}")
        return 2
    if platform.system() != "Linux":
        say("a built function runs on Linux only: its packages are those of Amazon Linux")
        return 2
    try:
        target = Target(arch=Arch.of_machine(platform.machine()))
        return _invoked(target, Function(name), event, say)
    except (BuildError, InvocationError) as error:
        say(str(error))
        return 1


def _invoked(target: Target, function: Function, event: str, say: Callable[[str], None]) -> int:
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    with (
        in_use(target, say),
        Sandbox(Options()) as box,
        AwsEndpoint() as aws,
        started(target, function, box, aws) as process,
    ):
        answer = process.invoke(filled(event, box))
        seconds = process.age
        say(process.log().rstrip())
        print(shown(answer), flush=True)
        loaded = process.init_seconds or seconds
        say(f"{function}: loaded in {loaded:.2f} s, first answer {seconds - loaded:.2f} s later")
    return 0
