"""How much of the article `rag.page` keeps, and how much else, on real pages with a known body.

`python -m evals.bench.pages FOLDER [--json]`: FOLDER holds `extraction/html/*.html.gz` and
`extraction/ground-truth.json`. Each page is pasted as a browser would: its text, line by line.
"""

import argparse
import gzip
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from rag.page import parse
from rag.types import Label

_BLOCK_TAGS = (
    "address article aside blockquote br button dd div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section table tbody "
    "td th tr ul title"
)
BLOCKS = frozenset(_BLOCK_TAGS.split())
_HIDDEN_TAGS = "script style noscript template svg iframe select textarea head"
HIDDEN = frozenset(_HIDDEN_TAGS.split())
KEPT = (Label.BODY, Label.HEADING)


class _Paste(HTMLParser):
    """The lines that select-all and copy would give, near enough: no CSS is applied."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start a line at a block element; skip what is never shown."""
        del attrs
        if tag in HIDDEN:
            self._hidden += 1
        if tag in BLOCKS:
            self.flush()

    def handle_endtag(self, tag: str) -> None:
        """End the line of a block element."""
        if tag in HIDDEN and self._hidden:
            self._hidden -= 1
        if tag in BLOCKS:
            self.flush()

    def handle_data(self, data: str) -> None:
        """Keep shown text."""
        if not self._hidden:
            self._words.append(data)

    def flush(self) -> None:
        """Close the current line."""
        line = " ".join("".join(self._words).split())
        self._words.clear()
        if line:
            self.lines.append(line)


@dataclass(frozen=True)
class Score:
    """One page: gold words kept as body, gold words in all, words kept in all."""

    name: str
    hit: int
    gold: int
    kept: int

    @property
    def recall(self) -> float:
        """Share of the gold words that are kept as body."""
        return self.hit / self.gold if self.gold else 1.0

    @property
    def precision(self) -> float:
        """Share of the words kept as body that are gold."""
        return self.hit / self.kept if self.kept else 0.0

    @property
    def half(self) -> str:
        """`tune` or `held`: which half of the pages, chosen by a hash of the page's name."""
        odd = hashlib.sha256(self.name.encode()).digest()[0] % 2
        return "tune" if odd else "held"


def pasted(html: str) -> str:
    """The page as pasted text, a blank line between lines."""
    page = _Paste()
    page.feed(html)
    page.close()
    page.flush()
    return "\n\n".join(page.lines)


def words(text: str) -> Counter[str]:
    """The words of a text, with how often each occurs."""
    return Counter(re.findall(r"\w+", text.casefold()))


def score(name: str, html: str, gold: str) -> Score:
    """Parse one page and compare what it keeps with the gold body."""
    article = parse(pasted(html))
    kept = words("\n".join(article.text[x.start : x.end] for x in article.lines if x.label in KEPT))
    wanted = words(gold)
    return Score(name, (kept & wanted).total(), wanted.total(), kept.total())


def measure(folder: Path) -> list[Score]:
    """Score every page of FOLDER/extraction."""
    truth = json.loads((folder / "extraction" / "ground-truth.json").read_text("utf-8"))
    scores = []
    for name, entry in sorted(truth.items()):
        packed = (folder / "extraction" / "html" / f"{name}.html.gz").read_bytes()
        html = gzip.decompress(packed).decode("utf-8", "replace")
        scores.append(score(name, html, entry["articleBody"]))
    return scores


def summary(scores: Iterable[Score]) -> dict[str, float]:
    """Mean over pages of recall and precision, and over all their words together."""
    pages = list(scores)
    hit, gold = sum(s.hit for s in pages), sum(s.gold for s in pages)
    kept = sum(s.kept for s in pages)
    return {
        "pages": len(pages),
        "recall": round(sum(s.recall for s in pages) / max(len(pages), 1), 4),
        "precision": round(sum(s.precision for s in pages) / max(len(pages), 1), 4),
        "recall_words": round(hit / max(gold, 1), 4),
        "precision_words": round(hit / max(kept, 1), 4),
        "pages_under_95_recall": sum(s.recall < 0.95 for s in pages),
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the rates of both halves and of all pages."""
    options = argparse.ArgumentParser(prog="python -m evals.bench.pages", description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--json", action="store_true", help="one JSON object, with every page")
    given = options.parse_args(arguments)
    if not (given.folder / "extraction" / "ground-truth.json").is_file():
        print(f"skipped: no extraction/ground-truth.json under {given.folder}", file=sys.stderr)
        return 0
    scores = measure(given.folder)
    halves = {half: summary(s for s in scores if s.half == half) for half in ("tune", "held")}
    report = halves | {"all": summary(scores)}
    if given.json:
        each = [
            {"page": s.name, "half": s.half, "recall": s.recall, "precision": s.precision}
            for s in scores
        ]
        print(json.dumps({**report, "each": each}, indent=1))
        return 0
    for half, rates in report.items():
        print(f"{half:5}" + "  ".join(f"{key} {value:g}" for key, value in rates.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
