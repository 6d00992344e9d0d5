"""The web as tests have it: names as told, and every connection ends at one local server."""

import socket
import ssl
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import httpcore2

from rag.dial import Network

PUBLIC = "93.184.216.34"
CERTIFICATE = Path(__file__).parent / "news_example.pem"
"""A key and a certificate of news.example, signed by itself, until 2120."""


class Web(Network):
    """``names`` lead to addresses; a list of lists is one answer after another, the last again.

    A name that is not told of is an address in any spelling, or unknown. ``dialled`` and ``asked``
    are the addresses that were connected to and the names that were looked up. The check of
    addresses is never off. Under a command: ``monkeypatch.setattr("rag.fetch.Network", lambda:
    web)``.
    """

    def __init__(
        self,
        base_url: str | None = None,
        names: dict[str, Sequence[Sequence[str]]] | None = None,
        *,
        trusts: Path | None = None,
    ) -> None:
        self._port = urlsplit(base_url).port if base_url else None
        self._names = {"news.example": [[PUBLIC]], **(names or {})}
        self._trusts = trusts
        self.dialled: list[tuple[str, int]] = []
        self.asked: list[str] = []

    def resolve(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        answers = self._names.get(host.rstrip("."))
        if answers is not None:
            return list(answers[min(self.asked.count(host), len(answers)) - 1])
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [str(address[0]) for *_, address in found]

    def dial(self, address: str, port: int, *, timeout: float) -> httpcore2.NetworkStream:
        self.dialled.append((address, port))
        assert self._port is not None, f"{address} was dialled"
        return super().dial("127.0.0.1", self._port, timeout=timeout)

    def trust(self) -> ssl.SSLContext:
        context = super().trust()
        if self._trusts is not None:
            context.load_verify_locations(self._trusts)
        return context


def tls() -> ssl.SSLContext:
    """For a server that says it is news.example."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context
