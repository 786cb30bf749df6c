"""The HTTP server of a sandbox: one port of loopback, in a thread of its own."""

import socket
import threading
from typing import Final

import uvicorn
from starlette.types import ASGIApp

_START_SECONDS: Final = 20.0


class Serving:
    """Holds a port from the beginning, so that addresses are known before anything answers.

    Parameters
    ----------
    port
        0 for any free one.
    """

    def __init__(self, port: int) -> None:
        # With its protocol named, asyncio sends each answer at once (TCP_NODELAY).
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self._running: tuple[uvicorn.Server, threading.Thread] | None = None

    @property
    def started(self) -> bool:
        """Whether it was started."""
        return self._running is not None

    def start(self, app: ASGIApp) -> None:
        """Answer with an app; return when calls are accepted.

        Raises
        ------
        RuntimeError
            The server did not come up.
        """
        config = uvicorn.Config(
            app, log_config=None, lifespan="off", access_log=False, server_header=False
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [self._socket]}, name="sandbox"
        )
        self._running = server, thread
        thread.start()
        waited = threading.Event()
        for _ in range(int(_START_SECONDS / 0.01)):
            if server.started:
                return
            waited.wait(0.01)
        raise RuntimeError("the sandbox did not come up")

    def stop(self) -> None:
        """Answer no more."""
        if self._running is not None:
            server, thread = self._running
            server.should_exit = True
            thread.join(10)

    def close(self) -> None:
        """Give the port up."""
        self._socket.close()
