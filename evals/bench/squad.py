"""SQuAD 2.0's dev set as a library: one article a paragraph, and its questions, split by title."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rag.engine import Engine
from rag.page import parse
from rag.passages import SPLITTER, embedding_text, split
from rag.storing import Entry
from rag.types import Article

Half = Literal["dev", "test"]


@dataclass(frozen=True)
class Asked:
    """One question. ``answers`` are (offset in the paragraph, text); none when it has no answer."""

    id: str
    question: str
    paragraph: int
    answers: tuple[tuple[int, str], ...]
    half: Half


@dataclass(frozen=True)
class Squad:
    """The paragraphs as (title, text), and the questions on them."""

    paragraphs: tuple[tuple[str, str], ...]
    asked: tuple[Asked, ...]

    def of(self, half: Half) -> list[Asked]:
        """The questions of one half."""
        return [asked for asked in self.asked if asked.half == half]


def half_of(title: str) -> Half:
    """Which half a title's questions belong to; fixed, so that nobody tunes on the test half."""
    return "dev" if hashlib.sha256(title.encode()).digest()[0] % 2 == 0 else "test"


def load(folder: Path) -> Squad | None:
    """Read FOLDER/squad2/dev-half.json, or None when it is not there."""
    path = folder / "squad2" / "dev-half.json"
    if not path.is_file():
        return None
    paragraphs: list[tuple[str, str]] = []
    asked: list[Asked] = []
    for page in json.loads(path.read_text(encoding="utf-8"))["data"]:
        title = page["title"].replace("_", " ")
        for paragraph in page["paragraphs"]:
            for item in paragraph["qas"]:
                answers = {(found["answer_start"], found["text"]) for found in item["answers"]}
                asked.append(
                    Asked(
                        id=item["id"],
                        question=item["question"],
                        paragraph=len(paragraphs),
                        answers=tuple(sorted(answers)),
                        half=half_of(title),
                    )
                )
            paragraphs.append((title, paragraph["context"]))
    return Squad(tuple(paragraphs), tuple(asked))


def source_of(paragraph: int) -> str:
    """The source that a paragraph's article is stored under."""
    return f"squad2/{paragraph}"


def fill(engine: Engine, squad: Squad) -> None:
    """Put every paragraph into an empty library and its index."""
    made = list(_articles(squad.paragraphs))
    split_up = [split(article, count=engine.embedder.count) for article in made]
    texts = [
        embedding_text(article, passage)
        for article, passages in zip(made, split_up, strict=True)
        for passage in passages
    ]
    vectors = engine.embedder.embed(texts)
    entries: list[Entry] = []
    at = 0
    for article, passages in zip(made, split_up, strict=True):
        entries.append(Entry(article, passages, vectors[at : at + len(passages)]))
        at += len(passages)
    with engine.writing():
        engine.library.put(entries, embedder=engine.embedder.name, splitter=SPLITTER)
        engine.catch_up()


def _articles(paragraphs: Iterable[tuple[str, str]]) -> Iterable[Article]:
    for number, (title, text) in enumerate(paragraphs):
        yield parse(text, title=title, source=source_of(number))
