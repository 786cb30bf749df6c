"""The four steps in which Secrets Manager has a secret rotated.

Source: AWS Secrets Manager User Guide, "Rotation by Lambda function". It calls one step after the
other with the same token, and begins again from the first when one fails, so each step may run
any number of times.

What CloudFront sends as the origin header must be accepted by every function at every moment,
though functions cache secrets and CloudFront takes minutes. `wpp_mcp.rotation.values` says why it
is; the order here sees to the rest:

1. Nothing is used before every cache knows it: ``setSecret`` waits until what is now the next
   value has been readable for longer than functions cache.
2. Nothing is dropped while it is sent: ``finishSecret`` drops the value before the last one, after
   ``testSecret`` saw that the edge sends the new current value everywhere.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from wpp_mcp.config import RotationSettings
from wpp_mcp.observability import logger_for
from wpp_mcp.rotation.edge import Edge
from wpp_mcp.rotation.secret import RotatingSecret, RotationRefusedError
from wpp_mcp.rotation.values import follows, fresh, rotated
from wpp_mcp.runtime import Runtime
from wpp_mcp.secret_store import ROTATED, Rotating, SecretName

MARGIN: Final = timedelta(seconds=60)
"""For clocks that differ, and a read that was under way."""

WAIT_LIMIT: Final = timedelta(minutes=10)
"""How long ``setSecret`` waits in one run."""

Step = Callable[[RotatingSecret, SecretName], str]


class Rotator:
    """Answers Secrets Manager's ``{Step, SecretId, ClientRequestToken}``."""

    def __init__(self, runtime: Runtime) -> None:
        settings = RotationSettings.load(runtime.environ)
        self._runtime = runtime
        self._settings = settings
        self._log = logger_for("rotate_secret", settings.log_level, runtime.log)
        parameter = settings.distribution_parameter
        self._edge = Edge(runtime, parameter) if parameter else None
        self._steps: dict[str, Step] = {
            "createSecret": self._create,
            "setSecret": self._set,
            "testSecret": self._test,
            "finishSecret": self._finish,
        }

    def __call__(self, event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
        """Do one step.

        Raises
        ------
        RotationRefusedError
            The event asks for what is not this function's to do, or the secret or the
            distribution is not as a rotation leaves it.
        StillDeployingError
            The edge needs more time.
        ConfigurationError
            The secret's value cannot be used.
        """
        step, secret_id, token = (
            event.get(name) for name in ("Step", "SecretId", "ClientRequestToken")
        )
        if step not in self._steps or not isinstance(secret_id, str) or not isinstance(token, str):
            raise RotationRefusedError("the event is not one of Secrets Manager's rotation steps")
        secret = RotatingSecret(self._runtime.aws("secretsmanager"), secret_id, token)
        name = self._own(secret.name)
        done = "current already" if secret.is_done else self._steps[step](secret, name)
        self._log.info("rotation", extra={"step": step, "subject": name.value, "outcome": done})
        return {"step": step, "name": name.value, "outcome": done}

    def _own(self, full_name: str) -> SecretName:
        for name in ROTATED:
            if full_name == self._settings.secret_prefix + name.value:
                return name
        raise RotationRefusedError(f"{full_name} is not rotated by this function")

    def _create(self, secret: RotatingSecret, _name: SecretName) -> str:
        if secret.pending() is not None:
            return "created already"
        secret.put(rotated(secret.current().values, fresh(self._runtime.chance)))
        return "created"

    def _set(self, secret: RotatingSecret, name: SecretName) -> str:
        pending, current = self._pending(secret), secret.current()
        if pending.current == current.values.current:
            # The first rotation, or a test of the schedule: nothing new is used, nothing dropped,
            # and there need not be a distribution yet.
            return "nothing to set"
        lives = timedelta(seconds=self._settings.secret_ttl_seconds) + MARGIN
        waits = current.since + lives - self._runtime.clock()
        if waits > WAIT_LIMIT:
            raise RotationRefusedError("the last rotation is too recent: try later")
        if waits > timedelta():
            self._runtime.sleep(waits.total_seconds())
        if name is not SecretName.ORIGIN_HEADER or self._edge is None:
            return "known everywhere"
        self._edge.send(pending.current)
        return "sent by the edge"

    def _test(self, secret: RotatingSecret, name: SecretName) -> str:
        pending, current = self._pending(secret), secret.current().values
        if (
            name is SecretName.ORIGIN_HEADER
            and self._edge is not None
            and pending.current != current.current
        ):
            self._edge.wait_for(pending.current)
        return "good"

    def _finish(self, secret: RotatingSecret, name: SecretName) -> str:
        # Again: between the steps somebody may have deployed the edge or changed the value.
        self._test(secret, name)
        secret.make_current()
        return "current"

    def _pending(self, secret: RotatingSecret) -> Rotating:
        pending = secret.pending()
        if pending is None:
            raise RotationRefusedError(f"the new version of {secret.name} has no value")
        if not follows(pending, secret.current().values):
            raise RotationRefusedError(
                f"{secret.name} was changed during its rotation: cancel the rotation"
            )
        return pending
