"""Makes the examples that the cross-encoder is trained on: a question and a passage each.

``python -m evals.training.examples FOLDER --to examples.jsonl``: FOLDER holds the public sets. The
questions are those of squad2's dev half and our own, written for Dateline: over squad2's dev half
and pages of the dev halves of ``extraction`` and ``chunking`` (``questions/*.jsonl``; they name a
document, a passage and the answer by offsets, ``null`` where the passage does not answer), and over
invented articles (``articles/*.jsonl``; an answer is a phrase that stands in the text once).
"""

import argparse
import gzip
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from evals.bench import corpus
from evals.bench.figures import watched
from evals.bench.squad import Squad, half_of, load
from rag import retrieve
from rag.embed import shipped
from rag.engine import Engine
from rag.page import parse
from rag.passages import quotable, split
from rag.sentences import Span
from rag.types import Article, Passage

QUESTIONS = Path(__file__).parent / "questions"
INVENTED = Path(__file__).parent / "articles"
MISSED = 0.4
"""Share of the questions that also get a passage found for them that does not answer."""
HELD_TITLE = "French and Indian War"
HELD_OF = 5


@dataclass(frozen=True)
class Question:
    """One question on a passage: ``passage`` and ``answer`` are offsets in the document."""

    document: str
    passage: Span
    question: str
    answer: Span | None


@dataclass(frozen=True)
class Example:
    """A question beside a passage of a document. ``sentences`` and ``answer`` are offsets in
    ``text``; no answer means that the passage does not. ``held`` ones are kept from the training.
    """

    document: str
    question: str
    title: str
    text: str
    sentences: tuple[Span, ...]
    answer: Span | None
    held: bool


def articles(folder: Path, squad: Squad) -> dict[str, Article]:
    """The documents that questions name, all of the dev halves."""
    found: dict[str, Article] = {}
    for number in sorted({asked.paragraph for asked in squad.of("dev")}):
        title, text = squad.paragraphs[number]
        found[f"squad2/{number}"] = parse(text, title=title, source=f"squad2/{number}")
    truth = json.loads((folder / "extraction" / "ground-truth.json").read_text("utf-8"))
    for name in sorted(truth):
        if half_of(name) == "dev":
            packed = (folder / "extraction" / "html" / f"{name}.html.gz").read_bytes()
            html = gzip.decompress(packed).decode("utf-8", "replace")
            title = parse(html, html=True).title
            source = f"extraction/{name}"
            found[source] = parse(truth[name]["articleBody"], title=title, source=source)
    for name in ("finance", "pubmed"):
        text = (folder / "chunking" / f"{name}.md").read_text("utf-8")
        found[f"chunking/{name}"] = parse(text, source=f"chunking/{name}")
    for given in invented():
        source = f"articles/{given['id']}"
        found[source] = parse(given["text"], title=given["title"], source=source)
    return found


def invented() -> Iterator[dict[str, Any]]:
    """The articles that were written for the training, as they stand in their files."""
    for file in sorted(INVENTED.glob("*.jsonl")):
        yield from map(json.loads, file.read_text("utf-8").splitlines())


def questions(squad: Squad, documents: dict[str, Article]) -> Iterator[Question]:
    """Those of squad2's dev half, then our own."""
    for asked in squad.of("dev"):
        answer = None
        if asked.answers:
            at, phrase = asked.answers[0]
            answer = (at, at + len(phrase))
        text = squad.paragraphs[asked.paragraph][1]
        yield Question(f"squad2/{asked.paragraph}", (0, len(text)), asked.question, answer)
    for file in sorted(QUESTIONS.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            given = json.loads(line)
            start, end = given["passage"]
            answer = (given["answer"][0], given["answer"][1]) if given["answer"] else None
            yield Question(given["document"], (start, end), given["question"], answer)
    for given in invented():
        source = f"articles/{given['id']}"
        text = documents[source].text
        for one in given["questions"]:
            at = -1 if one["a"] is None else text.index(one["a"])
            answer = None if at < 0 else (at, at + len(one["a"]))
            yield Question(source, (0, len(text)), one["q"], answer)


def examples(
    engine: Engine, asked: Sequence[Question], documents: dict[str, Article]
) -> Iterator[Example]:
    """Each question beside its passage, and some beside one that does not answer.

    A question with no answer is put beside the passage of its own that is found for it first, and
    never beside another part of its document, which might answer.
    """
    chance = Random(1)  # noqa: S311
    split_up = {
        name: [p for p in split(article, count=shipped().count) if p.kind == "body"]
        for name, article in documents.items()
    }
    for one in watched(asked, "making examples"):
        article = documents[one.document]
        start, end = one.answer or one.passage
        near = [p for p in split_up[one.document] if p.start < end and start < p.end]
        if one.answer:
            near = [p for p in near if p.start <= start and end <= p.end]
        elif len(near) > 1:
            near = _nearest(engine, one, near)
        if near:
            yield _example(one.question, article, near[0], answer=one.answer)
        if chance.random() < MISSED and (other := _missed(engine, one, article)):
            yield _example(one.question, other[0], other[1], answer=None)


def _nearest(engine: Engine, one: Question, near: list[Passage]) -> list[Passage]:
    """Those passages that are found for a question, the first in front; all when none is."""
    found = [
        item.passage.start
        for item in retrieve.search(engine, one.question, limit=6)
        if item.article.source == one.document
    ]
    return [p for at in found for p in near if p.start == at] or near


def _missed(engine: Engine, one: Question, article: Article) -> tuple[Article, Passage] | None:
    """The first passage found for a question that holds no answer to it."""
    phrase = article.text[slice(*one.answer)].lower() if one.answer else None
    for item in retrieve.search(engine, one.question, limit=6):
        if phrase is None and item.article.source == one.document:
            continue
        if phrase is None or phrase not in item.passage.text.lower():
            return item.article, item.passage
    return None


def _example(question: str, article: Article, passage: Passage, *, answer: Span | None) -> Example:
    at = passage.start
    return Example(
        document=article.source or "",
        question=question,
        title=article.title or "",
        text=article.text[at : passage.end],
        sentences=tuple((start - at, end - at) for start, end in quotable(article, passage)),
        answer=(answer[0] - at, answer[1] - at) if answer else None,
        held=held(article),
    )


def held(article: Article) -> bool:
    """Whether it is kept from the training: one title of squad2, and some others by a hash."""
    source = article.source or ""
    if source.startswith("squad2/"):
        return article.title == HELD_TITLE
    return hashlib.sha256(source.encode()).digest()[1] % HELD_OF == 0


def write(made: Iterable[Example], path: Path) -> int:
    """One JSON object a line; how many there are."""
    lines = [json.dumps(asdict(one)) for one in made]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Make and store the examples; exit code 0, also when FOLDER has no such set."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.examples", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    given = parser.parse_args(argv)
    squad = load(given.folder)
    if squad is None:
        print(f"skipped: no squad2/dev-half.json in {given.folder}", file=sys.stderr)
        return 0
    documents = articles(given.folder, squad)
    with corpus.empty_library() as engine:
        corpus.put(engine, list(documents.values()), what="documents")
        count = write(examples(engine, list(questions(squad, documents)), documents), given.to)
    print(f"{count:,} examples in {given.to}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
