"""Many articles at once: JSON Lines from a file, a folder or standard input."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from api.adding import FAILED
from api.cli import main
from rag.engine import Engine
from rag.ingest import Progress, ingest
from tests.conftest import CountingEmbedder

CLI = "import sys; from api.cli import main; sys.exit(main())"
TOWNS = ("Marn", "Vell", "Ostrava Bay", "Lund Hollow", "Grey Point")


def record(number: int, **more: Any) -> dict[str, Any]:
    town = TOWNS[number % len(TOWNS)]
    return {
        "url": f"https://county.example/{number}",
        "title": f"{town} opens well number {number}",
        "published": "2026-03-14",
        "text": f"The town of {town} opened its well number {number} on Saturday, the mayor said.",
    } | more


def write(file: Path, *lines: dict[str, Any] | str) -> Path:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    file.write_text(text + "\n", encoding="utf-8")
    return file


def run(data: Path, *args: str) -> int:
    return main(["--data", str(data), *args])


def test_every_line_is_an_article_with_what_is_known_of_it(engine: Engine, tmp_path: Path) -> None:
    file = write(
        tmp_path / "county.jsonl",
        record(
            1,
            publisher="County News",
            author="Ada Bern",
            published="2026-03-14T23:30:00+02:00",
            updated="2026-03-15",
            fetched="2026-03-16T08:00:00+02:00",
            id=17,
        ),
        "",
        record(2),
    )
    summary = ingest(engine, [file])
    assert [done.name for done in summary.articles] == [f"{file} line 1", f"{file} line 3"]
    article = engine.library.get(summary.articles[0].id)
    assert article.publisher == "County News"
    assert article.author == "Ada Bern"
    assert article.published == date(2026, 3, 14)
    assert article.updated == date(2026, 3, 15)
    assert article.fetched == datetime(2026, 3, 16, 6, tzinfo=UTC)
    assert article.source is None
    assert article.url == "https://county.example/1"


def test_the_same_file_again_embeds_nothing_and_a_longer_one_goes_on(
    engine: Engine, embedder: CountingEmbedder, tmp_path: Path
) -> None:
    file = write(tmp_path / "county.jsonl", *map(record, range(6)))
    assert ingest(engine, [file]).new == 6
    embedder.texts.clear()
    assert ingest(engine, [file]).unchanged == 6
    assert embedder.texts == []
    changed = record(2) | {"text": "The well of Marn has dried up, the mayor said on Sunday."}
    write(file, record(0), record(1), changed, *map(record, range(3, 8)))
    summary = ingest(engine, [file])
    assert (summary.new, summary.changed, summary.unchanged) == (2, 1, 5)
    assert engine.library.counts().articles == 8
    assert len(embedder.texts) == 3


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "is no article: Invalid JSON"),
        ("[1]", "is no article: Input should be an object"),
        ('{"title": "x"}', "is no article: it needs either text or html"),
        ('{"text": "x", "html": "y"}', "is no article: it needs either text or html"),
        ('{"text": 7}', "is no article: text: Input should be a valid string"),
        (
            '{"text": "A b.", "published": "soon"}',
            "is no article: published: it is no date such as 2026-03-14",
        ),
        ('{"text": "A b.", "url": "javascript:alert(1)"}', "is no article: url: "),
        ('{"text": "A b.", "fetched": "0001-01-01T00:00:00+14:00"}', "is no article: fetched: "),
        ('{"text": "A b.", "fetched": "9999-12-31T23:59:59-14:00"}', "is no article: fetched: "),
        ('{"text": "A b.", "x": ' + "[" * 100_000, "is no article: Invalid JSON"),
        ('{"text": "A b.", "fetched": "2026-03-01T10:00"}', "is no article: fetched: "),
        ('{"text": "   "}', "is empty"),
        ('{"text": "\\u0000\\u0000 x"}', "is binary"),
    ],
)
def test_a_line_that_is_no_article_is_named_and_the_others_are_stored(
    engine: Engine, tmp_path: Path, line: str, why: str
) -> None:
    file = write(tmp_path / "county.jsonl", record(1), line, record(2))
    summary = ingest(engine, [file])
    assert summary.new == 2
    (failure,) = summary.failed
    assert failure.name == f"{file} line 2"
    assert failure.message.startswith(f"{file} line 2 {why}")
    assert "Nothing of it was stored" in failure.message
    assert "\n" not in failure.message


@pytest.mark.parametrize(
    "published",
    [
        "2026-03-14 10:00:00",
        "2026-03-14T10:00:00Z",
        "Sat, 14 Mar 2026 09:30:00 +0100",
        "2026-03-14",
    ],
)
def test_dates_as_exports_and_feeds_write_them(
    engine: Engine, tmp_path: Path, published: str
) -> None:
    file = write(tmp_path / "county.jsonl", record(1, published=published))
    (done,) = ingest(engine, [file]).articles
    assert engine.library.get(done.id).published == date(2026, 3, 14)


def test_a_deeply_nested_line_ends_nothing(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder / "deep.jsonl", '{"text": "ok", "x": ' + "[" * 100_000)
    write(folder / "county.jsonl", record(1))
    assert ingest(engine, [folder]).new == 1


def test_a_line_too_long_to_hold_is_skipped(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.jsonlines._LONGEST_LINE", 3_000_000)
    file = write(tmp_path / "county.jsonl", record(1), json.dumps("x" * 7_000_000), record(2))
    summary = ingest(engine, [file])
    assert summary.new == 2
    assert "line 2 is longer than 3 MB" in summary.failed[0].message
    assert summary.articles[1].name.endswith("line 3")


def test_an_empty_file_is_said_to_be_empty(engine: Engine, tmp_path: Path) -> None:
    summary = ingest(engine, [write(tmp_path / "none.jsonl", "", "")])
    assert "holds no article" in summary.failed[0].message


def test_a_folder_is_read_with_its_json_lines_but_not_with_logs(
    engine: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    write(folder / "deep" / "county.ndjson", record(1), record(2))
    write(folder / "server.jsonl", '{"level": "info"}', '{"level": "warn"}')
    (folder / "page.txt").write_text("Tram stops\n\nThe tram to Vell stopped on Sunday.\n")
    seen: list[Progress] = []
    summary = ingest(engine, [folder], progress=seen.append)
    assert (summary.new, summary.failed) == (3, ())
    assert seen[-1].done == seen[-1].total == 3


def test_many_failures_are_listed_in_a_file(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "county.jsonl", record(1), *(['{"title": "no text"}'] * 30))
    assert run(data, "ingest", str(file)) == 2
    told = capsys.readouterr()
    assert told.out.endswith("1 new, 0 changed, 0 unchanged, 30 failed\n")
    lines = told.err.splitlines()
    assert len(lines) == 21
    assert lines[-1] == f"10 more failed; all 30 are listed in {data / FAILED}."
    listed = [json.loads(line) for line in (data / FAILED).read_text().splitlines()]
    assert [each["name"] for each in listed] == [f"{file} line {n}" for n in range(2, 32)]
    assert all("text or html" in each["message"] for each in listed)


def test_options_of_one_article_are_not_for_many(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "county.jsonl", record(1))
    assert run(data, "ingest", str(file), "--title", "One") == 2
    assert "are of one article" in capsys.readouterr().err


def test_standard_input_can_be_json_lines_or_one_page(data: Path) -> None:
    lines = "".join(json.dumps(record(n)) + "\n" for n in range(3))
    page = "Tram stops\n\nThe tram to Vell stopped on Sunday, its driver said.\n"
    for given, expected in ((lines, "3 new"), (page, "1 new")):
        done = subprocess.run(
            [sys.executable, "-c", CLI, "--data", str(data), "ingest", "-"],
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert expected in done.stdout, done.stderr


def test_a_page_fetched_today_has_the_day_of_two_hours_ago(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.txt"
    page.write_text(
        "Tram stops in Vell\n\nPublished 20 hours ago\n\nThe tram to Vell stopped on Sunday.\n"
    )
    assert run(data, "ingest", str(page)) == 0
    assert "no date" in capsys.readouterr().out
    assert run(data, "ingest", str(page), "--fetched", "2026-05-04T12:00") == 0
    assert "3 May 2026" in capsys.readouterr().out


def test_the_original_is_kept(
    data: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    given = "Tram stops\u200b in Vell\r\n\r\nThe tram to\u00a0Vell stopped on Sunday.\r\n"
    page = tmp_path / "page.txt"
    page.write_bytes(given.encode())
    assert run(data, "ingest", str(page)) == 0
    id = capfdbinary.readouterr().out.decode().splitlines()[0].rsplit(" ", 1)[1]
    assert run(data, "articles", "show", id, "--raw") == 0
    assert capfdbinary.readouterr().out == given.encode() + b"\n"
