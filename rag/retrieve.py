"""Finds the evidence for a question: dense and keyword search, fused by score."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from rag import forms
from rag.closeness import closeness
from rag.copies import fold
from rag.engine import Engine
from rag.question import Question, content_words, quoted, read
from rag.types import NO_FILTERS, Article, Evidence, Filters, Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_POOL = 50
_DEEPER = 4
_DEEPEST = 800
# BM25 grows with the logarithm of the library, cosine does not.
_KEYWORD_SCALE = 3.0
# Chosen on the dev halves of squad2 and of our own cases; see DECISIONS.md.
_DENSE, _KEYWORD, _SENTENCE = 0.8, 0.4, 0.5
_MISSING = 0.1
# More than all else that sets passages found by one question apart.
_UNQUOTED = 1.0

_ASKS_LATEST = re.compile(
    r"\b(?:latest|newest|(?:most |more )recent(?:ly)?|current(?:ly)?|now|at present|today|to date"
    r"|these days|so far|up to date)\b",
    re.IGNORECASE,
)
_NEAR = 0.25
_NEWEST = 0.15
# A passage of an article beyond the fourth counts for less, so that one article does not take all
# places while others are as good.
_OF_ONE_ARTICLE = 4
_BEYOND = 0.8


@dataclass(frozen=True)
class _Wanted:
    """What is searched for: ``terms`` are words and phrases, ``forms`` how else to write them."""

    question: Question
    vector: "NDArray[np.float32]"
    terms: tuple[str, ...]
    forms: tuple[forms.Form, ...]
    filters: Filters


def search(
    engine: Engine, question: str, *, filters: Filters = NO_FILTERS, limit: int = 10
) -> list[Evidence]:
    """The passages that fit a question best, at most ``limit``, the best first.

    Each is scored by the cosine of its vector with the question's; by BM25, divided by three times
    the logarithm of the number of passages; and by how closely one sentence of it follows the
    question's words (see ``closeness``), less for each name and number that it lacks. What lacks a
    quoted phrase comes after what has it. Numbers are found in whatever form they are written, and
    short names that an article defines under both. A question for the latest prefers newer articles
    among those about as good.

    Copies are folded (see ``copies.fold``), and where that leaves too few, the search goes deeper.
    Beyond the fourth passage of an article others that are about as good go first. Raises
    SearchIndexError, DataFolderError, EmbedError.
    """
    numbers = tuple(forms.of_numbers(question))
    wanted = _Wanted(
        question=read(question),
        vector=engine.embedder.embed([question])[0],
        terms=(*content_words(question), *quoted(question)),
        forms=numbers,
        filters=filters,
    )
    depth = _POOL
    while True:
        found, more = _fused(engine, wanted, limit=limit, depth=depth)
        left = fold(found)
        if len(left) >= limit or not more or depth >= _DEEPEST:
            return _spread(_latest(question, left))[:limit]
        depth *= _DEEPER


def interleaved(found: Sequence[Sequence[Evidence]]) -> list[Evidence]:
    """What several searches found, the best of each first, each passage once."""
    kept: dict[int, Evidence] = {}
    for tier in zip_longest(*found):
        for item in tier:
            if item is not None:
                kept.setdefault(item.passage.id, item)
    return list(kept.values())


def _fused(
    engine: Engine, wanted: _Wanted, *, limit: int, depth: int
) -> tuple[list[Evidence], bool]:
    """What the two searches find down to a depth, and whether there is more below it."""
    dense = dict(engine.nearest(wanted.vector, limit=depth, filters=wanted.filters))
    found = _found(engine, wanted, dense, depth=depth)
    # A few more than asked for: the index may still name passages that are gone, and copies go.
    told = engine.library.passages_in_articles(found.best(limit + depth))
    named = forms.defined(wanted.question.text, (each.text for each, _ in told.values()))
    if named:
        wanted = replace(wanted, forms=(*wanted.forms, *named))
        found = _found(engine, wanted, dense, depth=depth)
        told = engine.library.passages_in_articles(found.best(limit + depth))
    evidence = [
        Evidence(
            passage=passage,
            article=article,
            score=found.scores[passage.id] + by_words,
            dense=found.dense[passage.id],
            keyword=found.keyword.get(passage.id),
        )
        for (passage, article), by_words in zip(
            told.values(), _by_words(wanted, list(told.values())), strict=True
        )
    ]
    more = len(dense) >= depth or len(found.keyword) >= depth
    return sorted(evidence, key=lambda each: (-each.score, each.passage.id)), more


@dataclass(frozen=True)
class _Found:
    """The cosine and the BM25 of passages by id, and the two as one score."""

    dense: dict[int, float]
    keyword: dict[int, float]
    scores: dict[int, float]

    def best(self, limit: int) -> list[int]:
        """The ids of those that score best."""
        return sorted(self.scores, key=lambda id: (-self.scores[id], id))[:limit]


def _found(engine: Engine, wanted: _Wanted, dense: dict[int, float], *, depth: int) -> _Found:
    """What dense search found together with what keyword search finds."""
    library = engine.library
    others = [other for form in wanted.forms for other in form.others]
    keyword = dict(library.keyword([*wanted.terms, *others], limit=depth, filters=wanted.filters))
    lacking = library.vectors([id for id in keyword if id not in dense])
    near = dense | {id: float(stored @ wanted.vector) for id, stored in lacking}
    scale = _KEYWORD_SCALE * math.log(2 + library.counts().passages)
    return _Found(
        dense=near,
        keyword=keyword,
        scores={
            id: _DENSE * cosine + _KEYWORD * keyword.get(id, 0.0) / scale
            for id, cosine in near.items()
        },
    )


def _by_words(wanted: _Wanted, told: Sequence[tuple[Passage, Article]]) -> list[float]:
    """The part of the score that the words of each passage give it."""
    rewrite = forms.Rewriting(wanted.forms) if wanted.forms else None
    # A teaser belongs to another story than the title.
    texts = [(article.title if p.kind == "body" else "", p.text) for p, article in told]
    found = closeness(wanted.question, texts, rewrite=rewrite)
    # A phrase that no passage has says nothing about any of them.
    least = min((close.unquoted for close in found), default=0.0)
    return [
        _SENTENCE * close.sentence - _MISSING * close.missing - _UNQUOTED * (close.unquoted - least)
        for close in found
    ]


def _latest(question: str, found: list[Evidence]) -> list[Evidence]:
    """The evidence, where the latest is asked for with the newer first among what is near the best.

    An undated article counts as the oldest.
    """
    if not found or not _ASKS_LATEST.search(question):
        return found
    least = found[0].score - _NEAR
    days = {each.article.published for each in found if each.score >= least} - {None}
    order = sorted(day for day in days if day)
    gained = {day: _NEWEST * at / len(order) for at, day in enumerate(order, start=1)}
    raised = [
        replace(each, score=each.score + gained.get(each.article.published, 0.0))
        if each.score >= least and each.article.published
        else each
        for each in found
    ]
    return sorted(raised, key=lambda each: -each.score)


def _spread(found: list[Evidence]) -> list[Evidence]:
    """The evidence with what is beyond the fourth passage of an article scored down."""
    taken: Counter[str] = Counter()
    spread: list[Evidence] = []
    for each in found:
        taken[each.article.id] += 1
        beyond = taken[each.article.id] > _OF_ONE_ARTICLE
        spread.append(replace(each, score=_BEYOND * each.score) if beyond else each)
    return sorted(spread, key=lambda each: -each.score)
