"""`dateline serve`: the service on an address, until a signal ends it."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from types import FrameType

import uvicorn
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send
from uvicorn.config import LOGGING_CONFIG

from api import keys
from api.app import create_app
from api.logs import write_json
from api.records import records_in
from rag.errors import BadInput
from rag.settings import Settings

_GRACE_SECONDS = 10.0
"""What has begun when a signal comes is given so long. Docker kills after 10 seconds of its own."""

_DRAIN_SECONDS = 1.0
"""So long requests are still taken after a signal, by those who have not seen that it is ending."""

_BACKLOG = 2048


def serve(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; what is being answered then is finished first.

    ``say`` is given a line once the service is ready. Raises BadInput when the address cannot be
    listened on, or only with a key and there is none, and the DatelineError that kept the service
    from starting.
    """
    with _listening(settings) as listener:
        app = create_app(
            settings, url=_url(listener, near=True), on_ready=lambda: say(_ready(_url(listener)))
        )
        untold = _Untold(app)
        log = logging.getLogger("uvicorn.error")
        log.addFilter(untold)
        as_json = settings.log == "json"
        if as_json:
            write_json()
        config = uvicorn.Config(
            _Leaving(app),
            log_config=None if as_json else LOGGING_CONFIG,
            log_level="warning",
            access_log=False,
        )
        # uvicorn ends by raising the signal again for whoever handled it before; now both end here.
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with suppress(KeyboardInterrupt):
                _Server(config, app).run(sockets=[listener])
        except SystemExit:
            if app.state.failure is not None:
                raise app.state.failure from None
            raise
        finally:
            signal.signal(signal.SIGTERM, before)
            log.removeFilter(untold)


class _Server(uvicorn.Server):
    """uvicorn, which tells the application at once that a signal has come, and closes later."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._state = app.state
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._state.stopping.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take requests a little longer, so that nobody who has just come is cut off; then end."""
        drain = min(_DRAIN_SECONDS, _GRACE_SECONDS / 4)
        await asyncio.sleep(drain)
        # uvicorn types it as whole seconds, and hands it to asyncio.wait_for.
        self.config.timeout_graceful_shutdown = _GRACE_SECONDS - drain  # type: ignore[assignment]
        await super().shutdown(sockets)


class _Leaving:
    """ASGI: once the service is being stopped, each response tells its client to come no more."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start" and self._app.state.stopping.is_set():
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self._app(scope, receive, telling)


class _Untold(logging.Filter):
    """Keeps uvicorn from logging a traceback for a failed start that is told in one line."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__()
        self._app = app

    def filter(self, _: logging.LogRecord) -> bool:
        return self._app.state.failure is None


def _listening(settings: Settings) -> socket.socket:
    """A socket that listens on the address of the settings. Raises BadInput."""
    host, port = settings.host, settings.port
    where = f"{host}:{port}"
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", port, type=socket.SOCK_STREAM)  # noqa: S104
    except (OSError, UnicodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is no host name"
        raise BadInput(
            f"{where} cannot be listened on: {what}. Nothing was started; use 127.0.0.1."
        ) from None
    if not all(_address(info[4]).is_loopback for info in found) and not _has_key(settings):
        raise BadInput(
            f"{where} can be reached from other machines, and there is no key yet. Nothing was "
            "started; `dateline keys create --scope ask` makes one, or use --host 127.0.0.1."
        )
    for family, *_, address in found:
        try:
            return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
        except OSError as error:
            what = os.strerror(error.errno) if error.errno else str(error)
    raise BadInput(
        f"{where} cannot be listened on: {what}. Nothing was started; "
        "choose another --port, or stop what uses this one."
    )


def _has_key(settings: Settings) -> bool:
    with records_in(settings.data) as records:
        return keys.any_valid(records)


def _address(sockaddr: tuple[object, ...]) -> IPv4Address | IPv6Address:
    return ip_address(str(sockaddr[0]).partition("%")[0])


def _url(listener: socket.socket, *, near: bool = False) -> str:
    """Where it listens; when ``near`` and that is every address, the loopback one among them."""
    host, port = listener.getsockname()[:2]
    if near and _address((host,)).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _ready(url: str) -> str:
    return f"Dateline answers on {url} (its routes: {url}/docs). Ctrl-C ends it."
