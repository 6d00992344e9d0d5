"""Which names the service is reached by, and from which pages it is written to.

A page on the web can have its own name lead to a loopback address, and have a browser on this
machine send what it likes: the name in ``Host`` is then the page's, and so is ``Origin``.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.auth import address_of, on_loopback
from api.problems import problem

_READS = frozenset({"GET", "HEAD", "OPTIONS"})


class HostCheck:
    """ASGI middleware: 421 for a Host that is not ours, 403 for a write from another origin.

    Ours are loopback addresses, localhost, and ``allowed``. Where the service is reached on
    another address, any Host is taken unless some are ``allowed``: a key is needed there.
    """

    def __init__(self, app: ASGIApp, *, allowed: Sequence[str]) -> None:
        self._app = app
        self._allowed = frozenset(name.lower() for name in allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._is_ours(host, scope):
            detail = (
                "The service does not answer to the name in Host. Nothing was done; name it in "
                "DATELINE_ALLOWED_HOSTS."
            )
            await problem(421, detail=detail)(scope, receive, send)
        elif scope["method"] not in _READS and origin is not None and not self._same(origin, host):
            detail = (
                "The request comes from a page of another origin. Nothing was done; name its host "
                "in DATELINE_ALLOWED_HOSTS."
            )
            await problem(403, detail=detail)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_ours(self, host: str, scope: Scope) -> bool:
        # No browser leaves Host out; some that only look whether it is well do.
        if not host or self._in_process(scope) or not (self._allowed or on_loopback(scope)):
            return True
        name = _name(f"//{host}")
        return name in self._allowed or _is_loopback(name)

    def _same(self, origin: str, host: str) -> bool:
        place = origin.partition("://")[2].lower()
        return (place != "" and place == host.lower()) or _name(origin) in self._allowed

    @staticmethod
    def _in_process(scope: Scope) -> bool:
        """Whether no socket leads here from a browser: a test, or a Unix socket."""
        server = scope.get("server")
        return server is None or address_of(str(server[0])) is None


def _name(url: str) -> str:
    """The host of an address in lower case; what is no address has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_loopback(name: str) -> bool:
    address = address_of(name)
    return name == "localhost" if address is None else address.is_loopback
