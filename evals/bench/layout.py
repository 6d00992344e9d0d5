"""How well `rag.page` tells an article from what stands around it, on our own labelled pages.

`python -m evals.bench.layout [--split held|dev|more] [--json] [--show PAGE]`. What the labels mean,
and the format of the pages, is in `evals/pages/README.md`. Each page is read alone, and then with
what the other pages of its site teach about its furniture. `dev` is the forty first pages, `more`
those of other sites that were added later; rules are written on both. `held` is pages written
afterwards by somebody who did not know the rules; what goes wrong on them is not looked at.
"""

import argparse
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path
from typing import Literal

from evals.report import Rate
from rag.page import parse
from rag.repeats import learned, line_keys, site_of, without
from rag.sentences import sentences
from rag.types import Article, Label

PAGES = Path(__file__).parent.parent / "pages"
# The least share, by name, below which the exit code is 1.
FLOORS = {"body": 0.99, "furniture": 0.95, "teasers": 0.95, "unteased": 0.95}
LETTERS = {
    "T": Label.TITLE,
    "B": Label.BODY,
    "H": Label.HEADING,
    "D": Label.DATELINE,
    "S": Label.TEASER,
    "R": Label.RUBRIC,
    "F": Label.FURNITURE,
}
ARTICLE = frozenset({Label.TITLE, Label.BODY, Label.HEADING})
OTHERS = frozenset({Label.TEASER, Label.RUBRIC})
RATE_OF = {Label.BODY: "body", Label.HEADING: "headings"}
LINES = ("body", "headings", "furniture", "teasers")
# Furniture that is not taken for another story, which could be quoted as such.
UNTEASED = "unteased"
FACTS = ("title", "published", "publisher")
_KEYS = frozenset({"title", "publisher", "author", "published", "updated"})
_ROW = re.compile(r"([TBHDSRF]{1,2}) (.*\S.*)")
# Zero-width characters, and the selectors between a sign and its emoji.
_UNSEEN = re.compile("[\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_SHOWN = str.maketrans({"␣": "\u00a0", "␉": "\t"})


Group = Literal["held", "dev", "more"]


@dataclass(frozen=True)
class Row:
    """A line of a page that is not blank, and the labels that are right for it."""

    text: str
    labels: frozenset[Label]

    @property
    def rate(self) -> str | None:
        """The name of the rate that the row counts in.

        None for the headline, which is held against the article's title, and for a row that may
        be the article's or not.
        """
        if self.labels <= ARTICLE:
            return next((RATE_OF[x] for x in (Label.BODY, Label.HEADING) if x in self.labels), None)
        if self.labels & ARTICLE:
            return None
        return "teasers" if self.labels <= OTHERS else "furniture"


@dataclass(frozen=True)
class Page:
    """A page as pasted, with what it says of itself and the labels of its lines."""

    name: str
    raw: str
    rows: tuple[Row, ...]
    title: str
    publisher: str
    author: str | None
    published: date | None
    updated: date | None
    group: Group


@dataclass(frozen=True)
class Mark:
    """A row with the label it was given and why; None when no line of the article is this row."""

    row: Row
    got: Label | None
    reason: str

    @property
    def right(self) -> bool:
        """Whether the label will do, as far as the row counts."""
        match self.row.rate:
            case "body" | "headings":
                return self.got in ARTICLE
            case "teasers":
                return self.got in OTHERS
            case "furniture":
                return self.got not in ARTICLE
            case _:
                return True


@dataclass(frozen=True)
class Score:
    """A page, the marks of its rows and the rates they come to, by name."""

    page: Page
    marks: tuple[Mark, ...]
    rates: dict[str, Rate]


def read_page(name: str, text: str, *, group: Group = "dev") -> Page:
    """Read a page in our format. Raises ValueError that names the page and the line."""
    said: dict[str, str] = {}
    lines = text.removesuffix("\n").split("\n")
    if "---" not in lines:
        raise ValueError(f"{name}: no line '---' ends the header")
    body = lines.index("---") + 1
    for number, line in enumerate(lines[: body - 1], 1):
        key, colon, value = line.partition(": ")
        if key not in _KEYS or not colon or not value.strip() or key in said:
            raise ValueError(f"{name}, line {number}: not a header line: {line!r}")
        said[key] = value.strip()
    if missing := {"title", "publisher"} - said.keys():
        raise ValueError(f"{name}: the header has no {' and no '.join(sorted(missing))}")
    rows = [_row(name, number, line) for number, line in enumerate(lines[body:], body + 1)]
    return Page(
        name=name,
        raw="\n".join(row.text if row else "" for row in rows) + "\n",
        rows=tuple(row for row in rows if row),
        title=said["title"],
        publisher=said["publisher"],
        author=said.get("author"),
        published=_day(said.get("published")),
        updated=_day(said.get("updated")),
        group=group,
    )


def _row(name: str, number: int, line: str) -> Row | None:
    if not line:
        return None
    match = _ROW.fullmatch(line)
    if match is None:
        raise ValueError(f"{name}, line {number}: no label and text: {line!r}")
    labels = frozenset(LETTERS[letter] for letter in match[1])
    return Row(match[2].translate(_SHOWN), labels)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def load(folder: Path | None = None, *, group: Group = "dev") -> list[Page]:
    """Every page of the folder, by name; none when there is no such folder."""
    return [
        read_page(path.stem, path.read_text(encoding="utf-8"), group=group)
        for path in sorted((folder or PAGES).glob("*.page"))
    ]


def load_all() -> list[Page]:
    """The pages of all groups."""
    return [
        *load(),
        *load(PAGES / "more", group="more"),
        *load(PAGES / "held", group="held"),
    ]


def together(articles: Sequence[Article]) -> list[Article]:
    """The articles as a library holds them that has them all: without what it learns of sites."""
    sites: dict[str, list[Article]] = {}
    for article in articles:
        if site := site_of(article):
            sites.setdefault(site, []).append(article)
    known = {
        site: learned(pages, site, {key for page in pages for key in line_keys(page, site)})
        for site, pages in sites.items()
    }
    return [
        without(article, site, known[site]) if (site := site_of(article)) else article
        for article in articles
    ]


def score(page: Page, article: Article | None = None) -> Score:
    """Hold an article against the labels of its page; have the page read when none is given."""
    article = article or parse(page.raw)
    marks = tuple(_marks(page, article))
    return Score(page, marks, _rates(page, article, marks))


def _marks(page: Page, article: Article) -> Iterable[Mark]:
    # The article's text may differ from the page in white space and hidden characters, and
    # lines may be gone, so the two are matched in order.
    rows = [_squeezed(row.text) for row in page.rows]
    lines = [_squeezed(article.text[line.start : line.end]) for line in article.lines]
    matcher = SequenceMatcher(None, rows, lines, autojunk=False)
    place = {
        match.a + n: match.b + n
        for match in matcher.get_matching_blocks()
        for n in range(match.size)
    }
    for number, row in enumerate(page.rows):
        if number in place:
            line = article.lines[place[number]]
            yield Mark(row, line.label, line.reason)
        else:
            yield Mark(row, None, "not among the article's lines")


def _squeezed(text: str) -> str:
    return "".join(_UNSEEN.sub("", unicodedata.normalize("NFKC", text)).split())


def _rates(page: Page, article: Article, marks: Sequence[Mark]) -> dict[str, Rate]:
    """The shares of lines that are right, in body of sentences, and whether the facts are."""
    counted = {name: [m for m in marks if m.row.rate == name] for name in LINES}
    rates = {name: Rate(sum(m.right for m in ms), len(ms)) for name, ms in counted.items()}
    sizes = [(len(sentences(m.row.text)), m.right) for m in counted["body"]]
    apart = [m for m in counted["furniture"] if not m.row.labels & OTHERS]
    rates[UNTEASED] = Rate(sum(m.got not in OTHERS for m in apart), len(apart))
    rates["body"] = Rate(sum(n for n, right in sizes if right), sum(n for n, _ in sizes))
    facts = (
        _name(article.title) == _name(page.title),
        article.published == page.published,
        _name(article.publisher or "") == _name(page.publisher),
    )
    return rates | {name: Rate(int(right), 1) for name, right in zip(FACTS, facts, strict=True)}


def _name(text: str) -> str:
    words = unicodedata.normalize("NFKC", text).casefold().split()
    return " ".join(words[1:] if words[:1] == ["the"] else words)


def total(scores: Sequence[Score]) -> dict[str, Rate]:
    """The rates over several pages, every sentence and line counting the same."""
    names = scores[0].rates if scores else ()
    return {
        name: Rate(sum(s.rates[name].count for s in scores), sum(s.rates[name].of for s in scores))
        for name in names
    }


def missed(rates: dict[str, Rate]) -> list[str]:
    """The names of the rates that are below their floor."""
    return [name for name, floor in FLOORS.items() if rates[name].value < floor]


def _table(scores: Sequence[Score]) -> Iterable[str]:
    width = max(len(s.page.name) for s in scores)
    yield "  ".join([f"{'page':{width}}", "group", *(f"{name:>9}" for name in LINES), "wrong"])
    for s in scores:
        counts = [f"{s.rates[name].count}/{s.rates[name].of}".rjust(9) for name in LINES]
        wrong = ", ".join(name for name in FACTS if not s.rates[name].count)
        yield "  ".join([f"{s.page.name:{width}}", f"{s.page.group:5}", *counts, wrong]).rstrip()


def _totals(scores: Sequence[Score], title: str) -> Iterable[str]:
    yield f"{title}: {len(scores)} pages"
    for name, rate in total(scores).items():
        low, high = rate.interval
        floor = f"  floor {FLOORS[name]:.2f}" if name in FLOORS else ""
        of = f"{rate.count}/{rate.of}"
        yield f"  {name:9}  {rate.value:6.1%}  {of:>10}  ({low:.1%} to {high:.1%}){floor}"


def _rates_of(scores: Sequence[Score]) -> dict[str, object]:
    rates = total(scores)
    return {
        "rates": {
            name: {"count": r.count, "of": r.of, "rate": r.value, "interval": r.interval}
            for name, r in rates.items()
        },
        "below_floor": missed(rates),
    }


def _json(scores: Sequence[Score], known: Sequence[Score], split: str) -> str:
    return json.dumps(
        {
            "split": split,
            **_rates_of(scores),
            "site_known": _rates_of(known),
            "pages": {
                s.page.name: {name: [r.count, r.of] for name, r in s.rates.items()} for s in scores
            },
        },
        indent=2,
    )


def _show(*scores: Score) -> None:
    marks = dict.fromkeys(mark for each in scores for mark in each.marks)
    for mark in marks:
        if not mark.right:
            wanted = "/".join(sorted(mark.row.labels))
            print(f"{wanted} taken for {mark.got or 'nothing'} ({mark.reason}): {mark.row.text}")


def main(argv: Sequence[str] | None = None) -> int:
    """Print the rates; 1 when one is below its floor."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench.layout", description=__doc__)
    parser.add_argument("--split", choices=("held", "dev", "more"), default="held")
    parser.add_argument("--json", action="store_true", help="print the rates as JSON")
    parser.add_argument(
        "--show", metavar="PAGE", help="list what is wrong on a page that is not held"
    )
    options = parser.parse_args(argv)
    pages = load_all()
    if options.show:
        shown = [page for page in pages if page.name == options.show]
        if not shown:
            parser.error(f"there is no page {options.show!r} in {PAGES.name}/")
        if shown[0].group == "held":
            parser.error(f"{options.show} is a held page; what goes wrong on it is not shown")
    if not options.show and all(page.group != options.split for page in pages):
        parser.error(f"there are no {options.split} pages in {PAGES.name}/")
    read = [parse(page.raw) for page in pages]
    alone = [score(page, article) for page, article in zip(pages, read, strict=True)]
    known = [score(page, article) for page, article in zip(pages, together(read), strict=True)]
    if options.show:
        _show(*(each for each in alone + known if each.page.name == options.show))
        return 0
    alone, known = (
        [each for each in scores if each.page.group == options.split] for scores in (alone, known)
    )
    if options.json:
        print(_json(alone, known, options.split))
    else:
        titles = (options.split, f"{options.split}, with the site's other pages known")
        print(*_table(alone), "", *_totals(alone, titles[0]), sep="\n")
        print("", *_totals(known, titles[1]), sep="\n")
    return 1 if missed(total(alone)) or missed(total(known)) else 0


if __name__ == "__main__":
    raise SystemExit(main())
