"""One sandbox: the world, Google, AWS, the issuer and the gateway, wired together on loopback."""

import random
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final, Self, TextIO

from starlette.applications import Starlette
from starlette.routing import Route

from sandbox.aws import MemoryAws
from sandbox.clock import SandboxClock
from sandbox.controls import Controls
from sandbox.documents import Documents
from sandbox.faults import HELD_SECONDS, Calls, Faults
from sandbox.functions import AwsCall, Functions
from sandbox.gateway import GatewaySettings, HttpGateway
from sandbox.google import GoogleEmulators
from sandbox.google_analytics.quotas import Quotas
from sandbox.google_consent import Client
from sandbox.google_oauth import GoogleOAuth
from sandbox.issuer import Issuer
from sandbox.kms import create_key
from sandbox.mail import Post
from sandbox.pool import UserPool
from sandbox.roles import ROLES, pool_clients
from sandbox.seed import (
    Seeder,
    create_archive,
    create_bucket,
    create_ip_sets,
    create_secrets,
    create_tables,
    drop_archive,
    drop_tables,
)
from sandbox.serving import Serving
from sandbox.settings import Place, environ_of
from sandbox.state import SavedState, load, save
from sandbox.world import DEFAULT_SEED, World
from wpp_mcp.functions import Function
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.routes import FUNCTION_TIMEOUT_SECONDS
from wpp_mcp.runtime import Runtime
from wpp_mcp.secret_store import SecretName

_NUMBERS: Final = count()
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")
TRIGGER_SECONDS: Final = 5
"""How long the user pool waits for its trigger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What can be chosen about a sandbox.

    Parameters
    ----------
    port
        0 for any free one.
    state
        A folder that keeps the state from one start to the next.
    edge
        Off: the API without the edge in front of it.
    emit, log
        Take the lines of metrics; what the functions log.
    environ
        Environment variables of the functions that differ from the usual.
    sleep
        How the functions wait between retries, in seconds.
    instead, observe
        Run in the place of a function's own entry; is told of each call of a function to AWS.
    held_seconds
        See `Faults`.
    """

    port: int = 0
    state: Path | None = None
    seed: int = DEFAULT_SEED
    edge: bool = True
    function_timeout: float = FUNCTION_TIMEOUT_SECONDS
    slow_body_seconds: float = 10.0
    emit: Callable[[str], None] = lambda _: None
    log: TextIO = sys.stderr
    environ: Mapping[str, str] = field(default_factory=dict)
    sleep: Callable[[float], None] = time.sleep
    instead: Mapping[Function, LambdaEntry] = field(default_factory=dict)
    observe: Callable[[AwsCall], None] | None = None
    held_seconds: float = HELD_SECONDS


class Sandbox:
    """Everything in one process. Use it as a context manager, or `start` and `stop` it."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self._serving = Serving(self.options.port)
        self.port = self._serving.port
        self.url = f"http://127.0.0.1:{self.port}"
        self.hosts = frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})
        saved = load(self.options.state)
        self.faults, self.calls = Faults(self.options.held_seconds), Calls()
        self.clock = SandboxClock(saved.ahead if saved else timedelta())
        self.world = World(self.options.seed, start=saved.start if saved else self.clock())
        self.issuer = Issuer(f"{self.url}/_sandbox/issuer", self.clock)
        self.pool = UserPool(
            self.issuer,
            self.world,
            self.clock,
            pool_clients(self.url),
            trigger=lambda event: self._triggers.invoke(Function.TOKEN_CLAIMS, event),
            faults=self.faults,
            calls=self.calls,
        )
        self.documents = Documents()
        self.oma_heard: list[dict[str, Any]] = []
        self._name = f"sandbox{next(_NUMBERS)}"
        self.post = Post(self.clock)
        self.aws = MemoryAws(self.faults, self.calls, self.post.applied)
        self.trigger_faults, self.trigger_calls = Faults(), Calls()
        self._trigger_aws = MemoryAws(self.trigger_faults, self.trigger_calls)
        self._fill(saved)
        self.google_oauth = GoogleOAuth(
            self.world,
            self.clock,
            Client(
                self.secrets[SecretName.GOOGLE_CLIENT_ID.value],
                self.secrets[SecretName.GOOGLE_CLIENT_SECRET.value],
                f"{self.url}/console/google/callback",
            ),
            faults=self.faults,
            calls=self.calls,
        )
        self.google_oauth.restore(saved.google if saved else {})
        self._google = GoogleEmulators(
            world=self.world, clock=self.clock, faults=self.faults, calls=self.calls
        )

    @property
    def table_prefix(self) -> str:
        """What stands before each table's name."""
        return f"wpp-mcp-{self._name}-"

    @property
    def secret_prefix(self) -> str:
        """What stands before each secret's name."""
        return f"{self._name}/"

    @property
    def bucket(self) -> str:
        """The archive: manifests and exports."""
        return f"wpp-mcp-{self._name}-archive"

    @property
    def analytics_quotas(self) -> Quotas:
        """The quota of each Analytics property, to be used up."""
        return self._google.analytics.quotas

    def _fill(self, saved: SavedState | None) -> None:
        create_tables(self.aws, self.table_prefix)
        create_bucket(self.aws, self.bucket)
        self.archive = create_archive(self.aws, self.bucket, f"{self.table_prefix}audit")
        self.post.create(self.table_prefix)
        self.blocked_v4, self.blocked_v6 = create_ip_sets(self.aws, self.table_prefix)
        self.secrets = create_secrets(
            self.aws, self.secret_prefix, dict(saved.secrets) if saved else None
        )
        self.token_key = create_key(saved.key if saved else None)
        self.seeder = Seeder(self.aws, self.table_prefix)
        if saved is None:
            self.seeder.world(self.world)
        else:
            saved.restore(self.aws.plain("dynamodb"), self.table_prefix)

    def environ(self) -> dict[str, str]:
        """Return the environment variables of the functions."""
        place = Place(
            url=self.url,
            hosts=self.hosts,
            secret_prefix=self.secret_prefix,
            table_prefix=self.table_prefix,
            token_key=self.token_key.key_id,
            archive_stream=self.archive.stream,
            archive_refused=self.archive.refused,
            blocked_v4=self.blocked_v4,
            blocked_v6=self.blocked_v6,
            archive=self.bucket,
            mail_queue=self.post.queues.mails,
        )
        return {**environ_of(place), **self.options.environ}

    def runtime(self) -> Runtime:
        """Return the surroundings of the functions."""
        return Runtime(
            environ=self.environ(),
            clock=self.clock,
            chance=random.SystemRandom(),
            sleep=self.options.sleep,
            aws=self.aws.client,
            fetch_public=self.documents.fetcher(),
            endpoints=self._endpoints,
            emit=self.options.emit,
            log=self.options.log,
        )

    def start(self) -> "Sandbox":
        """Start to answer; return when calls are accepted.

        Raises
        ------
        RuntimeError
            The server did not come up.
        """
        self.documents.start()
        self._endpoints = replace(
            self._google.start(),
            issuer=self.issuer.url,
            pool=self.issuer.url,
            google_token=f"{self.url}/_sandbox/google/token",
            google_authorize=f"{self.url}/_sandbox/google/authorize",
            google_revoke=f"{self.url}/_sandbox/google/revoke",
        )
        runtime, how = self.runtime(), self.options
        self._functions = Functions(
            runtime, how.function_timeout, how.instead, how.observe, self.post.deliver
        )
        self.post.start(runtime, how.instead, how.observe)
        # What the pool's trigger reads is no call of the function that somebody waits for.
        apart = replace(runtime, aws=self._trigger_aws.client)
        self._triggers = Functions(apart, TRIGGER_SECONDS, how.instead)
        gateway = HttpGateway(
            self._functions,
            GatewaySettings(
                origin_secret=self.secrets[SecretName.ORIGIN_HEADER.value],
                edge=self.options.edge,
                slow_body_seconds=self.options.slow_body_seconds,
            ),
            self.clock,
        )
        rest = Route("/{path:path}", gateway.__call__, methods=list(_METHODS))
        self._serving.start(Starlette(routes=[*Controls(self).routes(), rest]))
        return self

    def stop(self) -> None:
        """Stop, and save the state where it is kept."""
        if self._serving.started:
            self._serving.stop()
            self._functions.stop()
            self._triggers.stop()
            self.post.stop()
            self._google.stop()
            self.documents.stop()
        self._serving.close()
        if self.options.state is not None:
            save(self.options.state, self._saved())
        drop_archive(self.aws, self.archive)
        drop_tables(self.aws, self.table_prefix)
        self._trigger_aws.stop()
        self.post.close()
        self.aws.stop()

    def _saved(self) -> SavedState:
        return SavedState(
            start=self.world.start,
            ahead=self.clock.ahead,
            secrets=self.secrets,
            tables=SavedState.tables_of(self.aws.plain("dynamodb"), self.table_prefix),
            key=self.token_key,
            google=self.google_oauth.saved(),
        )

    def invoke(self, function: Function, event: dict[str, Any]) -> dict[str, Any]:
        """Run a function as a service of AWS does that calls it."""
        mails = function is Function.SEND_MAIL
        return self.post.invoke(event) if mails else self._functions.invoke(function, event)

    def headers(self, role: str) -> dict[str, str]:
        """Return every header that a call as a role needs."""
        chosen, user = ROLES[role], self.world.users[ROLES[role].user]
        headers = {
            "Accept": "application/json, text/event-stream",
            "Content-Type": "application/json",
            "Authorization": "Bearer " + self.issuer.sign(self.issuer.claims(user, chosen)),
            "X-Google-Access-Token": self.world.google_token(chosen.user),
        }
        key = {"X-OMA-API-Key": self.secrets[SecretName.OMA_API_KEY.value]}
        return headers | (key if chosen.oma_key else {})

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
