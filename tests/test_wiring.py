"""The engine as a whole: crashes, lost and strange indexes, other embedders, two writers."""

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag.embed import LocalEmbedder
from rag.engine import Engine
from rag.errors import IndexMismatch, LibraryBusy, SearchIndexError
from rag.index import Index
from rag.ingest import delete, ingest
from rag.library import Library
from rag.page import parse
from rag.passages import SPLITTER, split
from rag.rebuild import Rebuilt, rebuild
from rag.settings import Settings
from rag.sources import Source
from rag.storing import Entry
from rag.types import PassageVector
from rag.wiring import open_engine
from tests.conftest import CountingEmbedder

STORIES = [
    f"Tram line {n} opens in Vell\n\nTram line {n} opened on Sunday after {n + 3} years of work.\n"
    for n in range(6)
]

KILLED = """
import os, signal, sys
from pathlib import Path
from rag import library, index
from rag.ingest import ingest
from rag.settings import Settings
from rag.sources import Source
from rag.storing import Entry
from rag.types import PassageVector
from rag.wiring import open_engine
from tests.test_wiring import STORIES

owner, method, after = sys.argv[2:5]
owner = {"Library": library.Library, "Index": index.Index}[owner]
real, left = getattr(owner, method), int(after)

def killing(*args, **kwargs):
    global left
    left -= 1
    if left == 0 and sys.argv[5] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = real(*args, **kwargs)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(owner, method, killing)
import rag.ingest
rag.ingest.BATCH = 1
with open_engine(Settings(data=Path(sys.argv[1]))) as engine:
    for story in STORIES:
        ingest(engine, [Source(content=story)])
        print("stored", flush=True)
"""

HOLDER = """
import sys
from pathlib import Path
from rag.settings import Settings
from rag.wiring import open_engine

with open_engine(Settings(data=Path(sys.argv[1]))) as engine, engine.writing():
    print("held", flush=True)
    sys.stdin.read()
"""


def stories(*numbers: int) -> list[Source]:
    return [Source(content=STORIES[n]) for n in numbers]


def again(data: Path, embedder: CountingEmbedder) -> Engine:
    """Another engine on the same folder, as a new process opens it."""
    return Engine(Library(data), make_embedder=lambda: embedder)


def assert_in_step(engine: Engine) -> None:
    index = engine.index
    counts = engine.library.counts()
    assert (counts.pending, index.count()) == (0, counts.passages)
    for listed in engine.library.newest(limit=1000):
        for passage in engine.library.passages_of(listed.id):
            [(_, vector)] = engine.library.vectors([passage.id])
            assert passage.id in {id for id, _ in index.search(vector, limit=3)}


def test_open_engine_makes_the_folder_and_loads_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from rag.settings import Settings;"
        "from rag.wiring import open_engine\n"
        "with open_engine(Settings(data=Path(sys.argv[1]))) as e: e.library.counts()\n"
        "print([m for m in ('chromadb', 'openai', 'fastapi') if m in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "new")], capture_output=True, check=True
    )
    assert out.stdout.strip() == b"[]"
    assert (tmp_path / "new" / "dateline.sqlite3").exists()
    assert not (tmp_path / "new" / "chroma").exists()


def test_the_local_embedder_is_used_unless_another_is_named(tmp_path: Path) -> None:
    with open_engine(Settings(data=tmp_path)) as engine:
        assert isinstance(engine.embedder, LocalEmbedder)
        assert engine.embedder is engine.embedder


def kill(data: Path, owner: str, method: str, after: int, when: str) -> int:
    """Run an ingest that kills itself at a call; returns how many articles it acknowledged."""
    command = [sys.executable, "-c", KILLED, str(data), owner, method, str(after), when]
    killed = subprocess.run(command, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    return killed.stdout.count(b"stored")


def assert_resumed(data: Path, embedder: CountingEmbedder, acknowledged: int) -> None:
    with again(data, embedder) as engine:
        assert_in_step(engine)
        assert engine.library.counts().articles >= acknowledged
        assert embedder.texts == []
        for listed in engine.library.newest():
            assert listed.passages == len(engine.library.passages_of(listed.id)) > 0


@pytest.mark.parametrize(
    ("owner", "method", "when"),
    [("Index", "upsert", "before"), ("Library", "mark_indexed", "before")],
)
def test_a_crash_after_the_commit_is_made_good_at_the_next_start(
    data: Path, embedder: CountingEmbedder, owner: str, method: str, when: str
) -> None:
    acknowledged = kill(data, owner, method, 3, when)
    assert acknowledged == 2
    library = Library(data)
    assert library.counts().articles == 3
    assert library.counts().pending > 0
    library.close()
    assert_resumed(data, embedder, acknowledged)


@pytest.mark.torture
@pytest.mark.parametrize("after", range(1, 7))
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("owner", "method"),
    [
        ("Index", "upsert"),
        ("Index", "count"),
        ("Library", "put"),
        ("Library", "pending"),
        ("Library", "mark_indexed"),
    ],
)
def test_a_crash_anywhere_is_made_good(
    data: Path, embedder: CountingEmbedder, owner: str, method: str, when: str, after: int
) -> None:
    if method == "count" and after > 1:
        pytest.skip("counted once a process")
    assert_resumed(data, embedder, kill(data, owner, method, after, when))


def test_a_crash_in_the_middle_of_a_rebuild_is_made_good(
    engine: Engine, data: Path, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(engine, stories(0, 1, 2))
    for step in ("create", "upsert", "count"):
        with monkeypatch.context() as patch:
            patch.setattr(Index, step, lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                rebuild(engine)
        embedder.texts.clear()
        engine.close()
        engine = again(data, embedder)
        assert_in_step(engine)
        assert embedder.texts == []
    engine.close()


@pytest.mark.parametrize("harm", ["deleted", "emptied", "behind", "ahead"])
def test_a_lost_or_stale_index_is_made_anew_without_embedding(
    engine: Engine, data: Path, embedder: CountingEmbedder, harm: str
) -> None:
    ingest(engine, stories(0, 1))
    if harm == "behind":
        engine.close()
        shutil.copytree(data / "chroma", data / "older")
        engine = again(data, embedder)
        ingest(engine, stories(2))
    if harm == "ahead":
        [first] = engine.library.passages_of(engine.library.newest()[0].id)
        [(_, vector)] = engine.library.vectors([first.id])
        stray = PassageVector(passage_id=999, article_id="x", kind="body", vector=vector)
        engine.index.upsert([stray])
    engine.close()
    if harm in ("deleted", "behind"):
        shutil.rmtree(data / "chroma")
    if harm == "emptied":
        shutil.rmtree(data / "chroma")
        (data / "chroma").mkdir()
    if harm == "behind":
        (data / "older").rename(data / "chroma")
    embedder.texts.clear()
    with again(data, embedder) as engine:
        assert_in_step(engine)
    assert embedder.texts == []


def test_rebuild_embeds_nothing_that_is_embedded(
    engine: Engine, embedder: CountingEmbedder
) -> None:
    ingest(engine, stories(0, 1))
    embedder.texts.clear()
    passages = engine.library.counts().passages
    assert rebuild(engine) == Rebuilt(passages=passages, embedded=0)
    assert embedder.texts == []
    assert_in_step(engine)


def test_another_embedder_is_refused_until_a_rebuild(
    engine: Engine, data: Path, embedder: CountingEmbedder
) -> None:
    ingest(engine, stories(0, 1))
    engine.close()
    embedder.texts.clear()
    embedder.name = "another"
    with again(data, embedder) as other:
        with pytest.raises(IndexMismatch, match="dateline rebuild"):
            _ = other.index
        with pytest.raises(IndexMismatch, match="another"):
            ingest(other, stories(2))
        assert other.library.keyword(["tram"], limit=5)
        assert embedder.texts == []
        seen: list[tuple[int, int]] = []
        done = rebuild(other, progress=lambda *at: seen.append(at))
        assert (done.embedded, seen) == (2, [(2, 2)])
        assert len(embedder.texts) == done.passages
        assert_in_step(other)
        ingest(other, stories(2))
        assert_in_step(other)


def test_an_index_with_another_stamp_is_made_anew(
    engine: Engine, data: Path, embedder: CountingEmbedder
) -> None:
    ingest(engine, stories(0))
    engine.library.restart_index()  # a generation that the index does not carry
    engine.close()
    embedder.texts.clear()
    with again(data, embedder) as other:
        assert_in_step(other)
    assert embedder.texts == []


def test_a_second_writer_is_refused_and_told_who_holds_the_library(
    engine: Engine, data: Path
) -> None:
    command = [sys.executable, "-c", HOLDER, str(data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        began = time.monotonic()
        with pytest.raises(LibraryBusy, match=f"process {holder.pid} .*since 20") as caught:
            ingest(engine, stories(0))
        assert time.monotonic() - began < 1
        assert "Nothing was changed" in str(caught.value)
        with pytest.raises(LibraryBusy):
            delete(engine, "abcd")
        with pytest.raises(SearchIndexError, match=f"process {holder.pid}"):
            _ = engine.index
        assert engine.library.newest() == []
        holder.stdin.close()
        holder.wait()
    assert ingest(engine, stories(0)).new == 1
    assert not (data / "lock.json").exists()


def test_a_holder_that_was_killed_holds_nothing(engine: Engine, data: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    assert ingest(engine, stories(0)).new == 1


def test_a_reader_searches_while_another_writes(
    engine: Engine, data: Path, embedder: CountingEmbedder
) -> None:
    ingest(engine, stories(0))
    engine.library.put([unindexed(engine)], embedder=embedder.name, splitter=SPLITTER)
    with engine.writing(), again(data, embedder) as reader:
        assert reader.index.count() == 1
        assert len(reader.library.keyword(["line"], limit=5)) == 2
    with again(data, embedder) as reader:
        assert reader.index.count() == 2


def unindexed(engine: Engine) -> Entry:
    article = parse(STORIES[1])
    passages = split(article, count=engine.embedder.count)
    return Entry(article, passages, engine.embedder.embed([p.text for p in passages]))


def test_threads_of_one_process_write_in_turn(engine: Engine) -> None:
    with engine.lock.held(), ThreadPoolExecutor(8) as pool:
        summaries = list(pool.map(lambda n: ingest(engine, stories(n % 2)), range(8)))
    assert sum(summary.new for summary in summaries) == 2
    assert engine.library.counts().articles == 2
    assert_in_step(engine)
