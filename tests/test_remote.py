"""Commands beside a running service: the same as without it, and never the wrong service."""

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2
import pytest
from pages_of_news import BAKERY, BRIDGE
from processes import DATELINE, free_port, ran, started

from api import cli, remote, serve
from api.schemas import Hello, proof
from api.state import version
from rag.errors import BadInput
from rag.ingest import Progress
from rag.library import Library
from rag.lock import Address, WriteLock
from rag.settings import load

LONG = "\n\n".join(
    f"Line {n} of the Marn tram reached its end, the operator said." for n in range(3)
)


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str


Command = Callable[..., Ran]


@pytest.fixture
def dateline(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command in this process."""

    def run(data: Path, *args: object, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsys.readouterr()
        code = cli.main(["--data", str(data), *map(str, args)])
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of a running service."""
    data = tmp_path_factory.mktemp("beside")
    with started(data, free_port()):
        yield data


def address(data: Path) -> Address:
    found = WriteLock(data).address()
    assert found is not None
    return found


def stories(folder: Path, count: int) -> Path:
    folder.mkdir()
    for n in range(count):
        (folder / f"{n:03}.txt").write_text(f"Marn tram {n}\n\nStory {n}. {LONG}\n")
    return folder


# -- the same as without a service


def test_commands_come_to_the_same_with_and_without_a_service(
    dateline: Command, beside: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    (folder / "latin.txt").write_bytes("Fünf Äpfel, sagt Jörg.".encode("latin-1"))
    (folder / "empty.txt").write_text("")
    (folder / "copy.txt").write_text(BRIDGE, encoding="utf-8")
    (folder / "large.txt").write_bytes(b"A sentence. " * 500_000)
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text(f"{LONG}\n")
    bakery = tmp_path / "bakery.txt"
    bakery.write_text(BAKERY, encoding="utf-8")

    def both(*args: object, stdin: bytes = b"") -> Ran:
        direct = dateline(tmp_path / "data", *args, stdin=stdin)
        assert dateline(beside, *args, stdin=stdin) == direct
        return direct

    mixed = both("ingest", tmp_path / "none.txt", folder, tmp_path, bakery, tmp_path / "no.txt")
    assert mixed.code == 2
    assert len(mixed.err.splitlines()) == 2 + 2 * 3
    assert mixed.out.splitlines()[-1] == "3 new, 0 changed, 4 unchanged, 8 failed"
    bakery.write_text(BAKERY.replace("14,000", "15,000"), encoding="utf-8")
    changed = both("ingest", bakery, "--json")
    assert json.loads(changed.out)["changed"] == 1
    given = ("--url", "https://lund.example/1", "--publisher", "Lund", "--published", "2026-05-07")
    assert "Lund · 7 May 2026" in both("ingest", "-", *given, stdin=f"Tram\n\n{LONG}".encode()).out
    assert both("ingest", "-", stdin=b"\0\1\2").code == 2
    assert both("ingest", "-", "--title", "", stdin=b"x").code == 2
    ids = [line.split()[0] for line in both("articles", "list").out.splitlines()]
    shown = json.loads(both("articles", "show", ids[0], "--json").out)
    assert shown["title"].startswith("Line 0")
    assert both("articles", "delete", ids[0], "ffffffff").code == 2
    assert both("articles", "delete", ids[0], ids[1][:6]).out.count("deleted · ") == 2
    assert both("rebuild").code == 0


def test_progress_is_told_of_all_batches(
    beside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "_MOST_SOURCES", 2)
    folder = stories(tmp_path / "in", 3)
    server = remote.find(address(beside), load(data=beside))
    assert server is not None
    seen: list[Progress] = []
    summary = server.ingest([folder, tmp_path / "none.txt"], progress=seen.append)
    passages = sum(article.passages for article in summary.articles)
    assert (summary.new, len(summary.failed)) == (3, 1)
    assert seen[-1] == Progress(done=4, total=4, passages=passages)
    for field in ("done", "passages"):
        told = [getattr(each, field) for each in seen]
        assert told == sorted(told)


@contextmanager
def ingesting(data: Path, folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """An ingest of a folder, when the first of its articles are stored and more are to come."""
    library = Library(data)
    before = library.counts().articles
    command = [DATELINE, "--data", data, "ingest", folder, *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as running:
        while library.counts().articles == before:
            with suppress(subprocess.TimeoutExpired):
                pytest.fail(f"it ended with {running.wait(timeout=0.1)}")
        yield running
    library.close()


def test_ctrl_c_names_what_is_stored_and_stops_the_service_too(
    beside: Path, tmp_path: Path
) -> None:
    folder = stories(tmp_path / "in", 150)
    # As JSON, since lines for people name no more than a hundred.
    with ingesting(beside, folder, "--json") as running:
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert err.startswith("dateline: Interrupted. What is counted above is stored")
    named = {each["id"] for each in json.loads(out)["articles"] if each["outcome"] == "new"}
    library = Library(beside)
    stored = {
        each.id for each in library.newest(limit=1_000) if f"{each.source}".startswith(f"{folder}")
    }
    assert named == stored
    assert 0 < len(stored) < 150
    # Nothing goes on behind it: the next command is not kept waiting, and finds the rest missing.
    again = ran(beside, "ingest", folder / "000.txt", folder / "149.txt")
    assert again.stdout.splitlines()[-1] == "1 new, 0 changed, 1 unchanged, 0 failed"
    library.close()


# -- a service that is killed


def test_a_service_killed_in_the_middle_of_an_ingest_loses_nothing(
    dateline: Command, tmp_path: Path
) -> None:
    data, folder, port = tmp_path / "data", stories(tmp_path / "in", 80), free_port()
    with started(data, port) as service, ingesting(data, folder) as running:
        stale = address(data)
        service.kill()
        _, err = running.communicate(timeout=30)
    assert running.returncode == 1
    assert re.search(r"ended before this was done .* run the command again\.\n$", err)
    # The note of the killed service is still there, and holds nobody up.
    assert address(data) == stale
    library = Library(data)
    kept = {each.id for each in library.newest(limit=100)}
    assert kept
    with started(data, port):
        assert address(data).token != stale.token
        ended = dateline(data, "ingest", folder)
        assert ended.code == 0
        assert f" {len(kept)} unchanged, 0 failed" in ended.out
        assert kept <= {each.id for each in library.newest(limit=100)}
    library.close()
    assert dateline(data, "ingest", folder).out == "0 new, 0 changed, 80 unchanged, 0 failed\n"
    assert WriteLock(data).address() is None


# -- what only its end allows


def test_a_service_is_named_as_one_and_an_index_removed_under_it_is_made_anew(
    dateline: Command, tmp_path: Path
) -> None:
    data, page, kept = tmp_path / "data", tmp_path / "bakery.txt", tmp_path / "kept"
    page.write_text(BAKERY, encoding="utf-8")
    dateline(data, "ingest", page)
    dateline(data, "backup", kept)
    question = ("ask", "How much money was raised for the bakery?")
    with started(data, free_port()) as service:
        looked = dateline(data, "status")
        assert looked.code == 0
        assert f"audit: not done; process {service.pid} (`" in looked.out
        assert "once that is stopped" in looked.out
        refused = dateline(data, "restore", kept, "--force")
        assert refused.code == 2
        assert f"in use by a running service, process {service.pid} (`" in refused.err
        assert refused.err.endswith("Nothing was changed; stop the service first.\n")
        assert "wait until" not in looked.out + refused.err
        shutil.rmtree(data / "chroma")
        lost = dateline(data, *question)
        assert lost.code == 1
        assert f"is gone: its files were removed, while process {service.pid} (`" in lost.err
        assert "safe in the library; stop the service, or run `dateline rebuild`" in lost.err
        assert dateline(data, "rebuild").code == 0
        found = dateline(data, *question)
        assert (found.code, found.err) == (0, "")


# -- another writer

HOLDER = """
import sys
from pathlib import Path
from rag.lock import WriteLock
with WriteLock(Path(sys.argv[1])).held():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("times", [3, pytest.param(50, marks=pytest.mark.torture)])
def test_a_second_writer_is_refused_within_a_second_and_told_who_has_it(
    dateline: Command, tmp_path: Path, times: int
) -> None:
    data, page, kept = tmp_path / "data", tmp_path / "bakery.txt", tmp_path / "kept"
    page.write_text(BAKERY, encoding="utf-8")
    dateline(data, "ingest", page)
    (id,) = (line.split()[0] for line in dateline(data, "articles", "list").out.splitlines())
    assert dateline(data, "backup", kept).code == 0
    port = str(free_port())
    assert serve  # imported before, since that is not what is measured
    writing = [
        ("ingest", page), ("articles", "delete", id), ("rebuild",), ("restore", kept, "--force"),
        ("serve", "--port", port),
    ]  # fmt: skip
    command = [sys.executable, "-c", HOLDER, str(data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        for turn in range(times):
            given = writing[turn % len(writing)]
            began = time.monotonic()
            refused = dateline(data, *given)
            seconds = time.monotonic() - began
            assert (refused.code, refused.out) == (2, "")
            assert f"is being written to by process {holder.pid} (`" in refused.err
            assert "Nothing was changed" in refused.err
            assert seconds < 1, given
        assert dateline(data, "backup", kept, "--force").code == 0
        holder.communicate()
    assert dateline(data, "articles", "list").out.startswith(id)


# -- the right service, and only that


class Impostor(BaseHTTPRequestHandler):
    """Another program at the address of the note: says hello as any service would."""

    heard: list[str]

    def do_GET(self) -> None:
        self.heard.append(f"{self.requestline}\n{self.headers}")
        said = Hello(proof=proof("guess", "x"), version=version(), embedder="local")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(said.model_dump_json().encode())

    def log_message(self, *_: object) -> None:
        pass


def test_another_program_at_the_address_is_told_no_secret(
    dateline: Command, tmp_path: Path
) -> None:
    Impostor.heard = []
    page = tmp_path / "bakery.txt"
    page.write_text(BAKERY, encoding="utf-8")
    data = tmp_path / "data"
    dateline(data, "status")
    with HTTPServer(("127.0.0.1", 0), Impostor) as server:
        listening = threading.Thread(target=server.serve_forever)
        listening.start()
        lock, url = WriteLock(data), f"http://127.0.0.1:{server.server_port}"
        try:
            with lock.held():
                lock.announce(Address(url, "a-secret"))
                note = (data / "lock.json").read_bytes()
            (data / "lock.json").write_bytes(note)  # as one who is killed leaves it
            ended = dateline(data, "ingest", page)
        finally:
            server.shutdown()
            listening.join()
    assert ended.code == 0
    assert len(Impostor.heard) == 1
    assert "a-secret" not in Impostor.heard[0]
    assert Library(data).counts().articles == 1


@pytest.mark.parametrize(
    "url", ["http://192.0.2.1:80", "http://news.example", "file:///etc", "http://[", "x", ""]
)
def test_no_address_but_one_of_this_machine_is_asked(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "_client", lambda *_: pytest.fail("something was sent"))
    assert remote.find(Address(url, "t"), load()) is None


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b"null", b'{"url": 1, "token": 2}', b"\xff"])
def test_a_note_that_says_nothing_is_no_hindrance(tmp_path: Path, note: bytes) -> None:
    lock = WriteLock(tmp_path)
    (tmp_path / "lock.json").write_bytes(note)
    assert lock.address() is None
    assert lock.holder() == "another process"
    with lock.held():
        assert f"process {os.getpid()} " in lock.holder()


def test_only_who_can_read_the_folder_reads_the_secret(beside: Path) -> None:
    assert (beside / "lock.json").stat().st_mode & 0o077 == 0


def test_a_service_that_embeds_otherwise_is_not_used(
    dateline: Command, beside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_EMBEDDER", "text-embedding-3-small")
    ended = dateline(beside, "rebuild")
    assert ended.code == 2
    assert "embeds with local, this command embeds with text-embedding-3-small" in ended.err
    monkeypatch.undo()
    monkeypatch.setattr(remote, "version", lambda: "99.0")
    with pytest.raises(BadInput, match=r"is Dateline .*, this command is Dateline 99\.0"):
        remote.find(address(beside), load(data=beside))


def posted(url: str, body: object, token: str) -> httpx2.Response:
    headers = {b"authorization": f"Bearer {token}".encode()}
    return httpx2.post(url, json=body, headers=headers, timeout=30, trust_env=False)


def test_the_routes_for_commands_are_for_who_knows_the_secret(beside: Path, tmp_path: Path) -> None:
    there, secret = address(beside), tmp_path / "secret.txt"
    secret.write_text(f"The secret of Marn\n\n{LONG}")
    sent = {"label": "x", "file": str(secret), "text": f"A label\n\nOnly a label. {LONG}"}
    for path, body in (
        ("ingest/1", {"sources": [sent]}),
        ("delete/1", ["ffff"]),
        ("rebuild/1", None),
        ("stop/1", None),
    ):
        for wrong in ("-", there.token[:-1], "é"):
            assert posted(f"{there.url}/internal/{path}", body, wrong).status_code == 404
    # A source is a label: what stands there is not read, also when no text is given.
    said = posted(f"{there.url}/internal/ingest/1", {"sources": [sent]}, there.token)
    done = json.loads(said.text.splitlines()[-1])["done"]
    library = Library(beside)
    article = library.get(done["articles"][0]["id"])
    assert article.source == str(secret)
    assert "secret" not in article.text
    library.close()
    bare = {"sources": [{"label": "x", "file": str(secret)}]}
    said = posted(f"{there.url}/internal/ingest/1", bare, there.token)
    assert "is empty" in json.loads(said.text.splitlines()[-1])["done"]["failed"][0]["message"]
    unfit = posted(f"{there.url}/internal/ingest/1", {"sources": "all"}, there.token)
    assert unfit.status_code == 422
    assert posted(f"{there.url}/v1/articles", sent, there.token).status_code == 422
