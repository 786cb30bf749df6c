"""AWS in memory, and a stand-in whose answers a test writes down beforehand."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

PREFIX = "wpp-mcp-test-"
REGION = "us-east-1"
ENVIRON = {
    "WPP_ENVIRONMENT": "test",
    "AWS_REGION": REGION,
    "WPP_RESOURCE_URL": "https://mcp.agency.example/mcp",
    "WPP_TABLE_PREFIX": PREFIX,
    "WPP_ALLOWED_HOSTS": "mcp.agency.example",
    "WPP_SECRET_TTL_SECONDS": "0",
}


class Aws:
    """Callable as `Runtime.aws`; its attributes are the clients."""

    def __init__(self, clients: Mapping[str, Any]) -> None:
        self._clients = clients

    def __call__(self, service: str) -> Any:
        return self._clients[service]

    def __getattr__(self, service: str) -> Any:
        return self._clients[service]

    def put_secret(self, name: str, value: str) -> None:
        self._clients["secretsmanager"].create_secret(Name=f"wpp-mcp/{name}", SecretString=value)


class Scripted:
    """A client that answers each call with the next of its answers; exceptions are raised."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, service: str) -> "Scripted":
        return self

    def __getattr__(self, operation: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.calls.append((operation, arguments))
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            if callable(answer):
                answer = answer(arguments)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def refusal(code: str, reasons: list[dict[str, Any]] | None = None, **more: Any) -> ClientError:
    """Return DynamoDB's refusal as botocore raises it."""
    body: dict[str, Any] = {"Error": {"Code": code, "Message": "m"}, **more}
    if reasons is not None:
        body["CancellationReasons"] = reasons
    return ClientError(body, "Operation")
