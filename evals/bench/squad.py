"""SQuAD 2.0's dev set as a library: one article a paragraph, and its questions, split by title."""

import hashlib
import json
import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evals.bench.corpus import stored
from rag.clean import clean
from rag.features import Candidate
from rag.page import parse
from rag.types import Article

Half = Literal["dev", "test"]


@dataclass(frozen=True)
class Asked:
    """One question. ``answers`` are (offset in the stored text, answer), none or more."""

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
                answers = {
                    _stored(paragraph["context"], found["answer_start"], found["text"])
                    for found in item["answers"]
                }
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


def _stored(context: str, at: int, answer: str) -> tuple[int, str]:
    begin, _ = stored(context, at, at + len(answer))
    return begin, clean(answer)


def source_of(paragraph: int) -> str:
    """The source that a paragraph's article is stored under."""
    return f"squad2/{paragraph}"


def articles(squad: Squad) -> list[Article]:
    """One article a paragraph, under its page's title."""
    return [
        parse(text, title=title, source=source_of(number))
        for number, (title, text) in enumerate(squad.paragraphs)
    ]


def holds_answer(asked: Asked, candidate: Candidate) -> bool:
    """Whether an answer of the question begins in a sentence of the evidence."""
    if candidate.evidence.article.source != source_of(asked.paragraph):
        return False
    return any(candidate.start <= at < candidate.end for at, _ in asked.answers)


def exact(given: str, gold: Sequence[str]) -> bool:
    """Whether a short answer is one of those accepted, normalised as SQuAD's own scoring does."""
    return normalised(given) in {normalised(one) for one in gold}


def f1(given: str, gold: Sequence[str]) -> float:
    """How many words a short answer shares with the nearest of those accepted, 0 to 1."""
    return max(_f1(normalised(given).split(), normalised(one).split()) for one in gold)


def _f1(given: Sequence[str], gold: Sequence[str]) -> float:
    if not given or not gold:
        return float(given == gold)
    shared = (Counter(given) & Counter(gold)).total()
    return 2 * shared / (len(given) + len(gold))


def normalised(answer: str) -> str:
    """In lower case, without punctuation, grammatical articles and white space in excess."""
    plain = "".join(mark for mark in answer.lower() if mark not in string.punctuation)
    return " ".join(re.sub(r"\b(?:a|an|the)\b", " ", plain).split())
