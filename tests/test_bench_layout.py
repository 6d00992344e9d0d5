"""The bench of page layout: its format, its scoring, and that every page of ours is well formed."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from evals.bench import layout
from evals.bench.layout import Mark, Row
from evals.report import Rate
from rag.types import Label

PAGES = layout.load()
MORE = layout.load(layout.PAGES / "more", group="more")
HELD = layout.load(layout.PAGES / "held", group="held")

TINY = """\
title: Otters return to the Brill
publisher: The Brill Herald
author: Wren Askew
published: 2026-05-04
---
F Skip to main content
F The Brill Herald

T Otters return to the Brill
D By Wren Askew
D 4 May 2026
B Three otters swam in the Brill on Sunday. They are the first since 1971. Cleaning it cost £3.1m.

H Clean water
B "I counted three, then I dropped the thermos,"␣said Piet Lund, the river warden.
BF "I dropped the thermos"

R Most read
S Heron steals a birthday cake from a garden party
SF 3 May 2026
F ❤️ Give to the otters
F © 2026 The Brill Herald. All rights reserved.
"""


def test_a_page_is_read_with_its_labels_and_what_it_says() -> None:
    page = layout.read_page("tiny", TINY)
    assert (page.title, page.publisher, page.author) == (
        "Otters return to the Brill",
        "The Brill Herald",
        "Wren Askew",
    )
    assert (page.published, page.updated) == (date(2026, 5, 4), None)
    assert page.raw.startswith("Skip to main content\nThe Brill Herald\n\nOtters return")
    assert '"I counted three, then I dropped the thermos,"\u00a0said' in page.raw
    assert page.raw.endswith("All rights reserved.\n")
    assert [row.text for row in page.rows] == [line for line in page.raw.split("\n") if line]
    assert page.rows[8].labels == {Label.BODY, Label.FURNITURE}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("---\n", "", "no line '---'"),
        ("H Clean water", "X Clean water", "line 14: no label and text: 'X Clean water'"),
        ("H Clean water", "Clean water", "line 14"),
        ("H Clean water", "H ", "line 14"),
        ("publisher: The Brill Herald\n", "", "no publisher"),
        ("author:", "writer:", "line 3: not a header line"),
        ("author: Wren Askew", "author: A\nauthor: B", "line 4"),
    ],
)
def test_a_faulty_page_is_told_with_its_line(old: str, new: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        layout.read_page("tiny", TINY.replace(old, new))


def test_a_page_is_scored_by_sentences_lines_and_facts() -> None:
    result = layout.score(layout.read_page("tiny", TINY))
    assert {name: rate.of for name, rate in result.rates.items()} == {
        "body": 4,
        "headings": 1,
        "furniture": 7,
        "teasers": 2,
        "unteased": 6,
        "title": 1,
        "published": 1,
        "publisher": 1,
    }
    assert result.rates["body"] == Rate(4, 4)
    assert result.rates["published"] == Rate(1, 1)
    assert all(mark.got for mark in result.marks)


def test_wrong_facts_and_lost_lines_count() -> None:
    page = layout.read_page("tiny", TINY.replace("published: 2026-05-04", "published: 2026-05-03"))
    rates = layout.score(page).rates
    assert rates["published"] == Rate(0, 1)
    labels = TINY.replace("F Skip to main content", "B Skip to main content")
    rates = layout.score(layout.read_page("tiny", labels)).rates
    assert rates["body"] == Rate(4, 5)


@pytest.mark.parametrize(
    ("labels", "got", "rate", "right"),
    [
        ("B", "H", "body", True),
        ("B", "T", "body", True),
        ("B", "F", "body", False),
        ("B", "S", "body", False),
        ("B", None, "body", False),
        ("H", "B", "headings", True),
        ("H", "R", "headings", False),
        ("F", "D", "furniture", True),
        ("F", "S", "furniture", True),
        ("F", None, "furniture", True),
        ("D", "B", "furniture", False),
        ("SF", "H", "furniture", False),
        ("SF", "S", "furniture", True),
        ("S", "R", "teasers", True),
        ("R", "F", "teasers", False),
        ("S", "B", "teasers", False),
        ("S", None, "teasers", False),
        ("BF", "S", None, True),
        ("T", "F", None, True),
    ],
)
def test_where_a_line_counts_and_what_will_do(
    labels: str, got: str | None, rate: str | None, right: bool
) -> None:
    row = Row("A line.", frozenset(layout.LETTERS[letter] for letter in labels))
    mark = Mark(row, layout.LETTERS[got] if got else None, "")
    assert (row.rate, mark.right) == (rate, right)


def test_a_rate_below_its_floor_is_named() -> None:
    rates = {"body": Rate(98, 100), "teasers": Rate(0, 3)}
    rates |= dict.fromkeys(("furniture", "unteased"), Rate(95, 100))
    assert layout.missed(rates) == ["body", "teasers"]
    assert layout.missed(rates | {"body": Rate(99, 100), "teasers": Rate(3, 3)}) == []


def test_there_are_forty_pages_that_rules_are_written_on() -> None:
    assert len(PAGES) == 40
    assert {page.group for page in PAGES} == {"dev"}
    publishers = [page.publisher for page in PAGES]
    assert sum(publishers.count(name) >= 3 for name in set(publishers)) >= 5


def test_the_pages_added_later_are_of_sites_of_their_own() -> None:
    sites = [page.publisher for page in MORE]
    assert len(sites) == 49
    assert len(set(sites)) >= 45
    assert {page.group for page in MORE} == {"more"}
    assert not {page.publisher for page in PAGES} & set(sites)
    assert layout.load_all() == PAGES + MORE + HELD


@pytest.mark.parametrize("page", PAGES + MORE + HELD, ids=lambda page: page.name)
def test_every_page_is_well_formed(page: layout.Page) -> None:
    assert [row.text for row in page.rows if row.labels == {Label.TITLE}] == [page.title]
    shown = page.raw.casefold()
    # Only a reader who saw its address knows the outlet of some that were added later.
    assert page.group != "dev" or page.publisher.casefold().removeprefix("the ") in shown
    assert page.author is None or page.author.casefold() in shown
    assert {Label.BODY} in [row.labels for row in page.rows]
    assert page.group == "held" or {Label.FURNITURE} in [row.labels for row in page.rows]
    digits = [[int(n) for n in re.findall(r"\d+", row.text)] for row in page.rows]
    for day in (page.published, page.updated):
        if day is not None:
            assert any(day.day in line for line in digits), day
            assert any(day.year in line for line in digits), day


def held_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Three pages in all, one of each group."""
    for name, group in (("a-dev", "."), ("b-more", "more"), ("c-held", "held")):
        (tmp_path / group).mkdir(exist_ok=True)
        (tmp_path / group / f"{name}.page").write_text(TINY, "utf-8")
    monkeypatch.setattr(layout, "PAGES", tmp_path)


def test_the_command_shows_no_held_page(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    held_out(monkeypatch, tmp_path)
    for name, said in (("c-held", "held page"), ("no-such-page", "there is no page")):
        with pytest.raises(SystemExit) as stopped:
            layout.main(["--show", name])
        assert stopped.value.code == 2
        shown = capsys.readouterr()
        assert said in shown.err
        assert not shown.out
    assert layout.main(["--show", "b-more"]) == 0


def test_the_command_shows_what_is_wrong_on_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    dev = PAGES[0]
    assert layout.main(["--show", dev.name]) == 0
    pages = layout.load_all()
    read = [layout.parse(page.raw) for page in pages]
    known = layout.together(read)[pages.index(dev)]
    marks = {*layout.score(dev).marks, *layout.score(dev, known).marks}
    wrong = [mark for mark in marks if not mark.right]
    assert len(capsys.readouterr().out.splitlines()) == len(wrong)


def test_a_page_is_scored_with_what_its_site_teaches() -> None:
    foot = "Printed on paper made of reeds, by hand"
    stories = ("Otters return", "Herons leave", "Eels stay")
    pages = [
        layout.read_page(
            name,
            TINY.replace("Otters return to the Brill", f"{name} to the Brill")
            .replace("F ❤️ Give to the otters\n", "")
            .replace("Three otters swam", f"Nobody knows why: {name.lower()} and swam")
            .replace('BF "I dropped', f'F {foot}\nBF "I dropped'),
        )
        for name in stories
    ]
    read = [layout.parse(page.raw) for page in pages]
    alone = layout.total([layout.score(page) for page in pages])
    known = layout.total(
        [layout.score(page, each) for page, each in zip(pages, layout.together(read), strict=True)]
    )
    assert known["body"] == alone["body"]
    assert known["furniture"].count == alone["furniture"].count + 3


@pytest.mark.parametrize(("split", "name"), [("dev", "a-dev"), ("more", "b-more")])
def test_the_command_measures_a_split(
    split: str,
    name: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    held_out(monkeypatch, tmp_path)
    code = layout.main(["--split", split, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert code == (1 if told["below_floor"] else 0)
    assert set(told["pages"]) == {name}
    assert told["rates"]["body"]["of"] == told["pages"][name]["body"][1] == 4
    assert told["rates"]["body"]["interval"][1] == 1
    layout.main([])
    table = capsys.readouterr().out
    assert "held: 1 pages" in table
    assert "floor 0.99" in table
    assert name not in table


def test_a_group_without_pages_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    held_out(monkeypatch, tmp_path)
    (tmp_path / "held" / "c-held.page").unlink()
    with pytest.raises(SystemExit) as stopped:
        layout.main(["--split", "held"])
    assert stopped.value.code == 2
    assert "there are no held pages in" in capsys.readouterr().err
