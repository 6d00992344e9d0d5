"""Who may come in: each route needs a scope, which the key that is sent must have.

Where no key was ever made and the service is reached on a loopback address, everybody may do
everything: it is somebody's own machine. Anywhere else, and as soon as there is a key, one is
needed; that stays so when all of them are revoked.
"""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Engine

from api import keys
from api.keys import SCOPES, Key, Scope
from rag.errors import KeyNeeded, ScopeNeeded

LOCAL = "local"
"""The caller where no key is needed."""

_MAKE = "`dateline keys create --scope {}` makes one"

_bearer = HTTPBearer(
    scheme_name="key",
    bearerFormat="dl_...",
    description="A key that `dateline keys create` made. Not needed on a loopback address while "
    "no key was ever made.",
    auto_error=False,
)

Sent = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def needs(scope: Scope) -> Any:
    """A dependency for a route: let in who has this scope, answer 401 or 403 to others.

    ``request.state.caller`` is then the id of the key, or LOCAL.
    """
    return _NEEDS[scope]


def caller(request: Request, sent: Sent) -> Key | str | None:
    """The key that came with a request, LOCAL where none is needed, None when it has no right."""
    records: Engine = request.app.state.records
    # A key is asked for in the file each time, so that one that is revoked ends at once.
    key = keys.find(records, sent.credentials) if sent else None
    if key is None and on_loopback(request.scope) and not keys.any_made(records):
        return LOCAL
    return key


def on_loopback(scope: Any) -> bool:
    """Whether a connection came in on a loopback address, or on no network at all."""
    server = scope.get("server")
    # What is no address is a Unix socket, or a test in this process.
    address = address_of(str(server[0])) if server else None
    return address is None or address.is_loopback


def address_of(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is written as, without its zone; None for a name."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _checking(scope: Scope) -> Callable[..., object]:
    # On the event loop, not in a thread: it takes a fraction of a millisecond, and threads may
    # all be busy answering.
    async def check(request: Request, sent: Sent) -> None:
        found = caller(request, sent)
        if found is None:
            wrong = "The key that was sent is not valid" if sent else "This needs a key"
            raise KeyNeeded(
                f"{wrong}. Nothing was done; send `Authorization: Bearer dl_...` "
                f"({_MAKE.format(scope)})."
            )
        request.state.caller = found.id if isinstance(found, Key) else found
        request.app.state.rates.take(request.state.caller)
        if isinstance(found, Key) and not found.allows(scope):
            raise ScopeNeeded(
                f"The key {found.id} has the scope {found.scope}, and this needs {scope}. Nothing "
                f"was done; use another key ({_MAKE.format(scope)})."
            )

    return check


_NEEDS = {scope: Depends(_checking(scope)) for scope in SCOPES}
