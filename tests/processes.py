"""The `dateline` command as a process of its own, and a service that runs in one."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READY_SECONDS = 60
DATELINE = Path(sys.executable).with_name("dateline")


def ran(data: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A command that has ended."""
    command = [DATELINE, "--data", data, *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(data: Path, port: int, *more: str) -> Iterator[subprocess.Popen[str]]:
    """A service that answers; it is killed at the end, when it has not ended by then."""
    args = [DATELINE, "--data", data, "serve", "--port", str(port), *more]
    with subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as ran:
        try:
            assert ran.stdout is not None
            line = ran.stdout.readline()
            assert f":{port}/docs" in line
            yield ran
        finally:
            ran.kill()


@contextmanager
def served(data: Path, port: int, *, ends_by: signal.Signals) -> Iterator[str]:
    """The URL of a service; it is ended by the signal, and must end well."""
    with started(data, port) as service:
        yield f"http://127.0.0.1:{port}"
        service.send_signal(ends_by)
        _, told = service.communicate(timeout=READY_SECONDS)
    assert told == ""
    assert service.returncode == 0
