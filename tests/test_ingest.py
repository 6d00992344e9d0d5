"""Articles in: what is taken, what is refused and why, and that nothing is done twice."""

import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from rag.engine import Engine
from rag.errors import NotFound
from rag.ingest import Ingested, IngestSummary, Progress, delete, ingest
from rag.sources import Source, read
from rag.types import NO_FILTERS, Article, Filters
from tests.conftest import CountingEmbedder

HARBOUR = (
    "Ostrava Bay approves harbour plan\n\n"
    "The council of Ostrava Bay approved the new harbour on Tuesday after a long debate.\n\n"
    "The harbour will cost 40 million crowns, said Mayor Lena Brod at the meeting.\n"
)
TRAM = (
    "Tram line reaches Vell\n\n"
    "The first tram reached the town of Vell on Sunday, two years later than planned.\n\n"
    "About 9,000 people rode it on the first day, the operator Vellbahn said.\n"
)


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def outcomes(summary: IngestSummary) -> list[str]:
    return [article.outcome for article in summary.articles]


def dense(engine: Engine, text: str, filters: Filters = NO_FILTERS) -> str:
    """The text of the nearest passage."""
    [(nearest, _)] = engine.nearest(engine.embedder.embed([text])[0], limit=1, filters=filters)
    return engine.library.passages([nearest])[nearest].text


def in_step(engine: Engine) -> bool:
    counts = engine.library.counts()
    return counts.pending == 0 and engine.index.count() == counts.passages


def test_an_article_is_stored_and_found_by_words_and_by_meaning(
    engine: Engine, tmp_path: Path
) -> None:
    path = write(tmp_path, "harbour.txt", HARBOUR)
    summary = ingest(engine, [path, Source(content=TRAM, url="https://x.test/tram")])
    assert outcomes(summary) == ["new", "new"]
    assert (summary.new, summary.changed, summary.unchanged, summary.failed) == (2, 0, 0, ())
    stored = engine.library.get(summary.articles[0].id)
    assert stored.source == str(path)
    assert summary.articles[0] == Ingested(
        str(path), "new", stored.id, stored.title, len(engine.library.passages_of(stored.id))
    )
    assert engine.library.keyword(["Vellbahn"], limit=5)
    assert "harbour" in dense(engine, "What does the harbour cost?")
    assert "tram" in dense(engine, "people riding the tram")
    assert in_step(engine)


def test_what_is_given_with_a_text_is_kept_with_it(engine: Engine) -> None:
    given = Source(
        content=TRAM, url="https://x.test/t", title="Tram!", publisher="Vell Post", author="N. N.",
        published=date(2031, 2, 3),
    )  # fmt: skip
    stored = engine.library.get(ingest(engine, [given]).articles[0].id)
    assert (stored.url, stored.title, stored.publisher, stored.author, stored.published) == (
        given.url, given.title, given.publisher, given.author, given.published,
    )  # fmt: skip
    assert dense(engine, "tram", Filters(publisher="vell post", since=date(2031, 2, 3)))


def test_an_unchanged_article_costs_no_embedding(
    engine: Engine, embedder: CountingEmbedder, tmp_path: Path
) -> None:
    write(tmp_path, "in/harbour.txt", HARBOUR)
    write(tmp_path, "in/tram.txt", TRAM)
    ingest(engine, [tmp_path / "in"])
    embedder.texts.clear()
    again = ingest(engine, [tmp_path / "in", Source(content=TRAM)])
    assert outcomes(again) == ["unchanged"] * 3
    assert embedder.texts == []
    assert engine.library.counts().articles == 2


def test_a_changed_article_is_swapped_whole(
    engine: Engine, embedder: CountingEmbedder, tmp_path: Path
) -> None:
    path = write(tmp_path, "harbour.txt", HARBOUR)
    ingest(engine, [path, Source(content=TRAM)])
    write(tmp_path, "harbour.txt", HARBOUR.replace("40 million crowns", "55 million guilders"))
    assert outcomes(ingest(engine, [path])) == ["changed"]
    assert engine.library.keyword(["crowns"], limit=5) == []
    assert engine.library.keyword(["guilders"], limit=5)
    assert "55 million guilders" in dense(engine, "The harbour will cost 40 million crowns")
    assert engine.library.counts().articles == 2
    assert in_step(engine)


def test_a_file_that_now_holds_another_article_goes_away(engine: Engine, tmp_path: Path) -> None:
    harbour, tram = write(tmp_path, "h.txt", HARBOUR), write(tmp_path, "t.txt", TRAM)
    ingest(engine, [harbour, tram])
    write(tmp_path, "h.txt", TRAM)
    assert outcomes(ingest(engine, [harbour])) == ["changed"]
    assert [listed.source for listed in engine.library.newest()] == [str(tram)]
    assert "tram" in dense(engine, "harbour")
    assert in_step(engine)


def test_two_files_that_swap_their_contents_lose_neither(engine: Engine, tmp_path: Path) -> None:
    one, other = write(tmp_path, "h.txt", HARBOUR), write(tmp_path, "t.txt", TRAM)
    ingest(engine, [one, other])
    write(tmp_path, "h.txt", TRAM)
    write(tmp_path, "t.txt", HARBOUR)
    ingest(engine, [one, other])
    texts = {engine.library.get(listed.id).text for listed in engine.library.newest()}
    assert texts == {HARBOUR, TRAM}
    assert in_step(engine)


def test_a_file_whose_old_content_moves_to_another_file_loses_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    one = write(tmp_path, "a.txt", HARBOUR)
    ingest(engine, [one])
    write(tmp_path, "a.txt", TRAM)
    ingest(engine, [one, write(tmp_path, "b.txt", HARBOUR)])
    texts = {engine.library.get(listed.id).text for listed in engine.library.newest()}
    assert texts == {HARBOUR, TRAM}


def test_the_same_content_twice_in_one_call_is_one_article(
    engine: Engine, embedder: CountingEmbedder, tmp_path: Path
) -> None:
    paths = [write(tmp_path, f"{n}.txt", HARBOUR) for n in range(3)]
    assert outcomes(ingest(engine, paths)) == ["new", "unchanged", "unchanged"]
    assert len(embedder.texts) == len(set(embedder.texts))
    versions = [Source(content=HARBOUR + f"Part {n} ends.", url="https://x.test") for n in (1, 2)]
    assert outcomes(ingest(engine, versions)) == ["new", "changed"]
    assert engine.library.counts().articles == 2


def test_delete_deletes_everywhere(engine: Engine) -> None:
    summary = ingest(engine, [Source(content=HARBOUR), Source(content=TRAM)])
    gone = summary.articles[0].id
    article: Article = delete(engine, gone[:6])
    assert article.id == gone
    assert engine.library.keyword(["harbour", "crowns"], limit=5) == []
    assert "tram" in dense(engine, "The harbour will cost 40 million crowns")
    assert in_step(engine)
    with pytest.raises(NotFound):
        delete(engine, gone)


BAD: list[tuple[str, str | bytes, str]] = [
    ("empty.txt", "", "is empty"),
    ("blank.txt", " \n\t\r\n\u2003\n", "is empty"),
    ("mark.txt", "\ufeff\n", "is empty"),
    ("nul.txt", b"PK\x03\x04\0\0 some words", "is binary"),
    ("controls.txt", bytes(range(1, 256)) * 20, "is binary"),
    ("huge.txt", b"Ten megabytes. " * 666_667, "is larger than 5 MB"),
    ("latin.txt", "Le café coûte deux francs.".encode("latin-1"), "iconv -f WINDOWS-1252"),
    ("wide.txt", HARBOUR.encode("utf-16"), "iconv -f UTF-16"),
    ("page.html", "<!DOCTYPE html><html><body><nav>Home</nav></body></html>", "holds no text"),
    ("deep.html", "<html><body>" + "<div>" * 3_000 + "Deep.", "over 2,000 deep"),
    ("menu.txt", "Home\nSubscribe\nSign in\n", "holds no text"),
]


@pytest.mark.parametrize(("name", "content", "message"), BAD, ids=[name for name, _, _ in BAD])
def test_a_file_that_is_no_article_is_told_in_a_line(
    engine: Engine, tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    bad = write(tmp_path, name, content)
    summary = ingest(engine, [bad, Source(content=TRAM)])
    assert [(failure.name, message in failure.message) for failure in summary.failed] == [
        (str(bad), True)
    ]
    assert "\n" not in summary.failed[0].message
    assert "Nothing of it was stored" in summary.failed[0].message
    assert outcomes(summary) == ["new"]
    assert engine.library.counts().articles == 1


def test_a_file_that_is_missing_or_unreadable_does_not_stop_the_others(
    engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "nothing").mkdir()
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    given = [tmp_path / "absent.txt", tmp_path / "nothing", pipe, str(write(tmp_path, "t", TRAM))]
    summary = ingest(engine, given)
    assert [failure.name for failure in summary.failed] == [str(path) for path in given[:3]]
    for failure, why in zip(summary.failed, ["not there", "no article", "no file"], strict=True):
        assert why in failure.message
    assert summary.new == 1


def test_a_byte_order_mark_is_no_part_of_the_article(engine: Engine, tmp_path: Path) -> None:
    marked = write(tmp_path, "a.txt", b"\xef\xbb\xbf" + TRAM.encode())
    summary = ingest(engine, [marked])
    assert engine.library.get(summary.articles[0].id).text == TRAM


def test_characters_that_cannot_be_stored_are_left_out(engine: Engine) -> None:
    summary = ingest(engine, [Source(content=TRAM + "A lone \ud800 surrogate came too.\n")])
    assert "A lone  surrogate" in engine.library.get(summary.articles[0].id).text


def test_a_folder_is_walked_in_order_hidden_files_and_loops_left_out(
    engine: Engine, tmp_path: Path
) -> None:
    top = tmp_path / "in"
    for number, name in enumerate(["b.md", "a.txt", "sub/c.TEXT", "sub/deep/d.markdown"]):
        write(top, name, TRAM + f"Carriage {number} is green.\n")
    for name in ["x.csv", ".hidden.txt", ".git/y.txt", "noext"]:
        write(top, name, HARBOUR)
    (top / "sub" / "loop").symlink_to(top)
    (top / "self").symlink_to(top / "self")
    summary = ingest(engine, [top])
    names = [str(Path(article.name).relative_to(top)) for article in summary.articles]
    assert names == ["a.txt", "b.md", "sub/c.TEXT", "sub/deep/d.markdown"]
    assert summary.failed == ()


def test_a_name_that_is_no_utf8_can_be_ingested(engine: Engine, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    path.write_text(TRAM)
    summary = ingest(engine, [tmp_path])
    stored = engine.library.get(summary.articles[0].id)
    assert stored.source is not None
    assert stored.source.endswith("caf\\udce9.txt")


def test_progress_counts_sources_and_passages(engine: Engine, tmp_path: Path) -> None:
    seen: list[Progress] = []
    ingest(engine, [Source(content=HARBOUR), Source(content=TRAM)], progress=seen.append)
    passages = engine.library.counts().passages
    assert seen[-1] == Progress(done=2, total=2, passages=passages)
    assert [each.done for each in seen] == sorted(each.done for each in seen)


def test_ctrl_c_keeps_what_is_stored_and_leaves_nothing_half(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.ingest.BATCH", 1)
    interrupt_after: Callable[[Progress], None]

    def interrupt_after(progress: Progress) -> None:
        if progress.done == 2:
            raise KeyboardInterrupt

    given = [Source(content=TRAM + f"Carriage {n} is green.\n") for n in range(4)]
    summary = ingest(engine, given, progress=interrupt_after)
    assert summary.interrupted
    assert summary.new == engine.library.counts().articles == 2
    assert in_step(engine)
    assert outcomes(ingest(engine, given)) == ["unchanged", "unchanged", "new", "new"]


def test_a_file_changed_again_and_again_stays_one_article(engine: Engine, tmp_path: Path) -> None:
    page = tmp_path / "buses.txt"
    for count in (10, 11, 12, 11):
        page.write_text(f"Marn buys buses\n\nMarn bought {count} new buses on Monday, it said.\n")
        ingest(engine, [page])
        assert engine.library.counts().articles == 1
    (listed,) = engine.library.newest()
    assert "11 new buses" in engine.library.get(listed.id).text


@pytest.mark.parametrize(
    "text", ["<!-- a -->\n" * 20_000 + "The mayor resigned.", "<!---->" * 600_000, "<a " * 100_000]
)
def test_hostile_markup_takes_no_time(text: str) -> None:
    began = time.process_time()
    assert read(Source(content=text)) == text
    assert time.process_time() - began < 5


def test_a_damaged_folder_can_be_dropped_and_made_anew_at_once(engine: Engine, data: Path) -> None:
    ingest(engine, [Source(content="Bus strike\n\nBuses in Marn stood still on Monday.\n")])
    engine.close()
    file = data / "chroma" / "chroma.sqlite3"
    file.write_bytes(b"\x07" * 3000 + file.read_bytes()[3000:])
    engine.restart_index()
    engine.catch_up()
    assert engine.index.count() == engine.library.counts().passages
