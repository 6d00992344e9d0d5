"""The chunking set: five long texts as one article each, and excerpts that answer questions.

Scored as in chroma's chunking_evaluation (MIT): lengths are in characters there too, whatever the
paper says of tokens; a stretch that two passages repeat counts twice in what was retrieved.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.bench.corpus import stored
from evals.bench.squad import Half, half_of
from rag.clean import clean
from rag.page import parse
from rag.types import Article, Passage

Span = tuple[int, int]


@dataclass(frozen=True)
class Sought:
    """One question; ``references`` are the offsets of what answers it in the corpus as stored."""

    id: str
    question: str
    corpus: str
    references: tuple[Span, ...]
    half: Half


@dataclass(frozen=True)
class Chunking:
    """The articles by the name of their corpus, and the questions on them."""

    articles: dict[str, Article]
    sought: tuple[Sought, ...]


def load(folder: Path) -> Chunking | None:
    """Read FOLDER/chunking, or None when it is not there. Raises BadInput."""
    path = folder / "chunking" / "questions_df.csv"
    if not path.is_file():
        return None
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    raws = {
        name: path.with_name(f"{name}.md").read_text(encoding="utf-8")
        for name in sorted({row["corpus_id"] for row in rows})
    }
    as_is = {name for name, raw in raws.items() if clean(raw) == raw}
    sought: list[Sought] = []
    for number, row in enumerate(rows):
        name = row["corpus_id"]
        given = [
            (int(one["start_index"]), int(one["end_index"]))
            for one in json.loads(row["references"])
        ]
        spans = given if name in as_is else [stored(raws[name], *span) for span in given]
        id = f"{name}/{number}"
        sought.append(Sought(id, row["question"], name, tuple(spans), half_of(name)))
    return Chunking({name: _article(name, raw) for name, raw in raws.items()}, tuple(sought))


def _article(name: str, raw: str) -> Article:
    return parse(raw, title=name.replace("_", " "), source=f"chunking/{name}")


def scored(
    passages: Sequence[Passage], references: Sequence[Span], *, article: str
) -> dict[str, float]:
    """Recall, precision and IoU of the passages retrieved, for references in one article.

    Recall is the share of the references that is covered, precision the share of what was retrieved
    that is reference, IoU what is both over what is either.
    """
    covered = covered_by([one for one in passages if one.article_id == article])
    wanted = {at for start, end in references for at in range(start, end)}
    both = len(covered & wanted)
    retrieved = sum(one.end - one.start for one in passages)
    missed = sum(len(set(range(*span)) - covered) for span in references)
    return {
        "recall": both / sum(end - start for start, end in references),
        "precision": both / retrieved if retrieved else 0.0,
        "IoU": both / (retrieved + missed),
    }


def covered_by(passages: Sequence[Passage]) -> set[int]:
    """The offsets of all characters that passages of one article hold."""
    return {at for one in passages for at in range(one.start, one.end)}
