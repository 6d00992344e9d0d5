"""Connections to public addresses only, all of their steps within one deadline."""

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from typing import Any

import httpcore2
import httpx2

from rag.errors import AddressRefused, FetchFailed

MOST_ADDRESSES = 8
"""Of one name; the rest is checked and not dialled."""

# What is handed out for use on the internet (RFC 4291, 2.4). IPv4 addresses in the clothes of IPv6
# lie outside of it (mapped, compatible, NAT64), or below.
_UNICAST = ipaddress.IPv6Network("2000::/3")
# What `is_global` of one Python version or another lets through (IANA's registries, RFC 6890).
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # where machines at Azure ask about themselves
        "192.0.0.0/24",  # protocol assignments; at Oracle's cloud, as the one above
        "192.88.99.0/24",  # relays of 6to4
        "224.0.0.0/4",  # multicast
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)
_ISATAP = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet, and none that can mean a machine inside."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and (
        ip not in _UNICAST or ip.scope_id is not None or ip.packed[8:12] in _ISATAP
    ):
        return False
    return ip.is_global and not any(ip in network for network in _SPECIAL)


class Deadline:
    """A point in time, ``seconds`` after it was made."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until then, more than 0. Raises httpcore2.TimeoutException."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore2.TimeoutException
        return left


class Network:
    """The names, sockets and certificates of this machine; tests put others in their place."""

    def resolve(self, host: str, port: int) -> list[str]:
        """Every address of a name, or of an address in any spelling. Raises OSError."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(address[0]) for *_, address in found))

    def dial(self, address: str, port: int, *, timeout: float) -> httpcore2.NetworkStream:
        """A connection to an IP address. Raises httpcore2.ConnectError or ConnectTimeout."""
        return httpcore2.SyncBackend().connect_tcp(address, port, timeout=timeout)

    def trust(self) -> ssl.SSLContext:
        """The authorities whose certificates are believed: the system's, whatever SSL_* say."""
        return httpx2.create_ssl_context(trust_env=False)


class PublicBackend(httpcore2.NetworkBackend):
    """Resolves a name, checks all of its addresses, and dials one of those that were checked.

    The name is not looked up again in between, so that it cannot change its mind (DNS rebinding).
    ``where`` begins each message.
    """

    def __init__(self, network: Network, deadline: Deadline, *, where: str) -> None:
        self._network = network
        self._deadline = deadline
        self._where = where

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        """Connect within the deadline, in place of ``timeout``.

        Raises AddressRefused, FetchFailed when the name is unknown, or errors of httpcore2.
        """
        addresses = self._addresses(host, port)
        if not addresses:
            raise FetchFailed(
                f"{self._where} names a server that cannot be found. Nothing was stored; check "
                "the address, or try again later."
            )
        if not all(is_public(address) for address in addresses):
            raise AddressRefused(
                f"{self._where} is not on the public internet. Nothing was stored; save the page "
                "and ingest the file."
            )
        dialled = addresses[:MOST_ADDRESSES]
        for waiting in range(len(dialled), 1, -1):
            try:
                return self._dial(dialled[-waiting], port, self._deadline.left() / waiting)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return self._dial(dialled[-1], port, self._deadline.left())

    def _dial(self, address: str, port: int, seconds: float) -> httpcore2.NetworkStream:
        return _InTime(self._network.dial(address, port, timeout=seconds), self._deadline)

    def _addresses(self, host: str, port: int) -> list[str]:
        """The addresses, none when the name is unknown.

        A lookup cannot be stopped: one that takes too long is left behind in its thread.
        """
        found: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

        def look_up() -> None:
            try:
                found.put(self._network.resolve(host, port))
            except (OSError, UnicodeError):
                found.put([])

        threading.Thread(target=look_up, daemon=True).start()
        try:
            return found.get(timeout=self._deadline.left())
        except queue.Empty:
            raise httpcore2.ConnectTimeout from None


class _InTime(httpcore2.NetworkStream):
    """A stream whose every step ends with the deadline, however slowly bytes drip."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, timeout=self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, timeout=self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        left = self._deadline.left()
        return _InTime(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
