"""A server on a raw socket that plays scripts: for resets, stalls, drips and cut streams."""

import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Literal

Step = bytes | Literal["stall", "drip", "talk", "reset", "request"]
"""Bytes are sent; "stall" waits for the client to hang up; "drip" sends one byte after another
until it does, "talk" one event of a chat completion; "reset" breaks the connection; "request" reads
another request. The first is read before all steps."""

STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
)
STREAM_END = b"0\r\n\r\n"


def whole(
    body: bytes, *, status: int = 200, kind: str = "application/json", length: int | None = None
) -> bytes:
    """A response; ``length`` is what it claims as the length of its body."""
    said = len(body) if length is None else length
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {said}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


def part(data: bytes) -> bytes:
    """One part of a chunked body."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def event(content: str | None = None, *, finish: str | None = None) -> bytes:
    """One part with a whole event of a chat completion."""
    delta = {} if content is None else {"content": content}
    chunk = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return part(f"data: {json.dumps(chunk)}\n\n".encode())


class RawServer:
    """Plays one script to each connection, in order, the last one again and again.

    ``requests`` are the bytes of the requests read; ``hung_up`` are the times (monotonic) at which
    clients left a script that stalls or talks. ``stalled`` can be acquired once for each such
    script. With ``tls`` it speaks that.
    """

    def __init__(self, *scripts: Sequence[Step], tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.requests: list[bytes] = []
        self.hung_up: list[float] = []
        self.stalled = threading.Semaphore(0)
        self._left = threading.Semaphore(0)
        self._scripts = scripts
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def wait_hang_up(self, *, timeout: float) -> bool:
        """Whether a client of a stalled script has left within ``timeout`` seconds."""
        return self._left.acquire(timeout=timeout)

    def connections(self) -> int:
        """How many connections are open at this end."""
        with self._lock:
            return len(self._open)

    def close(self) -> None:
        """Ends every connection and thread."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        for number in range(10**6):
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.append(connection)
            script = self._scripts[min(number, len(self._scripts) - 1)]
            thread = threading.Thread(target=self._serve, args=(connection, script))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, script: Sequence[Step]) -> None:
        with connection:
            with suppress(OSError), self._spoken(connection) as spoken:
                for step in ("request", *script):
                    self._play(spoken, step)
            with self._lock:
                self._open.remove(connection)

    def _spoken(self, connection: socket.socket) -> socket.socket:
        if self._tls is None:
            return connection
        return self._tls.wrap_socket(connection, server_side=True)

    def _play(self, connection: socket.socket, step: Step) -> None:
        if isinstance(step, bytes):
            connection.sendall(step)
        elif step == "request":
            self.requests.append(_read_request(connection))
        elif step == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif step == "drip":
            while True:
                connection.sendall(b"x")
                time.sleep(0.01)
        else:
            self.stalled.release()
            with suppress(OSError):
                while step == "talk":
                    connection.sendall(event("On. "))
                    time.sleep(0.01)
                while connection.recv(65536):
                    pass
            self.hung_up.append(time.monotonic())
            self._left.release()


def _read_request(connection: socket.socket) -> bytes:
    """Head and body of a request: unread bytes would turn the closing into a reset."""
    head, _, body = _receive(connection, until=lambda data: b"\r\n\r\n" in data).partition(
        b"\r\n\r\n"
    )
    lines = head.lower().split(b"\r\n")
    lengths = (int(line[15:]) for line in lines if line.startswith(b"content-length:"))
    length = next(lengths, 0)
    rest = _receive(connection, until=lambda data: len(body) + len(data) >= length)
    return head + b"\r\n\r\n" + body + rest


def _receive(connection: socket.socket, *, until: Callable[[bytes], bool]) -> bytes:
    data = b""
    while not until(data):
        received = connection.recv(65536)
        if not received:
            raise ConnectionError("the client hung up")
        data += received
    return data


@contextmanager
def raw_server(*scripts: Sequence[Step], tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """A RawServer that is closed at the end."""
    server = RawServer(*scripts, tls=tls)
    try:
        yield server
    finally:
        server.close()


def closed_port() -> str:
    """The base URL of a server that refuses connections."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
