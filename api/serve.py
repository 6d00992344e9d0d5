"""`dateline serve`: the service on a loopback address, until a signal ends it."""

import logging
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from rag.errors import BadInput
from rag.settings import Settings

_GRACE_SECONDS = 10


def serve(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; what is being answered then is finished first.

    ``say`` is given a line once the service is ready. Raises BadInput when the address cannot be
    listened on, and the DatelineError that kept the service from starting.
    """
    with _listening(settings.host, settings.port) as listener:
        url = _url(listener)
        app = create_app(settings, url=url, on_ready=lambda: say(_ready(url)))
        untold = _Untold(app)
        log = logging.getLogger("uvicorn.error")
        log.addFilter(untold)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        # uvicorn ends by raising the signal again for whoever handled it before; now both end here.
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with suppress(KeyboardInterrupt):
                uvicorn.Server(config).run(sockets=[listener])
        except SystemExit:
            if app.state.failure is not None:
                raise app.state.failure from None
            raise
        finally:
            signal.signal(signal.SIGTERM, before)
            log.removeFilter(untold)


class _Untold(logging.Filter):
    """Keeps uvicorn from logging a traceback for a failed start that is told in one line."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__()
        self._app = app

    def filter(self, _: logging.LogRecord) -> bool:
        return self._app.state.failure is None


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens on a loopback address. Raises BadInput."""
    where = f"{host}:{port}"
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", port, type=socket.SOCK_STREAM)  # noqa: S104
    except (OSError, UnicodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is no host name"
        raise BadInput(
            f"{where} cannot be listened on: {what}. Nothing was started; use 127.0.0.1."
        ) from None
    for *_, address in found:
        if not ip_address(str(address[0]).partition("%")[0]).is_loopback:
            raise BadInput(
                f"{where} can be reached from other machines, and this version knows no keys. "
                "Nothing was started; use --host 127.0.0.1, behind a proxy that asks for one."
            )
    for family, *_, address in found:
        try:
            return socket.create_server(address[:2], family=family, backlog=2048)
        except OSError as error:
            what = os.strerror(error.errno) if error.errno else str(error)
    raise BadInput(
        f"{where} cannot be listened on: {what}. Nothing was started; "
        "choose another --port, or stop what uses this one."
    )


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _ready(url: str) -> str:
    return f"Dateline answers on {url} (its routes: {url}/docs). Ctrl-C ends it."
