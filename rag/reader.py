"""Answers with no model: picks the sentences that answer, quotes them, or says that none does."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag import synonyms, values
from rag.about import fits_months, fits_years, is_other_sum, is_share_of_total, mentions
from rag.crossencoder import CrossEncoder
from rag.embed import LocalEmbedder
from rag.features import FEATURES, Candidate, Featuriser
from rag.passages import cite
from rag.question import Asks, Question, stems
from rag.short import Short, says_seat
from rag.twins import Printed, same
from rag.types import Citation, Evidence, Status, Unsupported

NAME = "embedded-reader"

_ASKS_NAME = re.compile(r"\bnames? of\b|\bby name\b", re.IGNORECASE)
# What says when without naming a date.
_WHILE = re.compile(
    r"\b(?:when|after|before|until|once|since|during|while|as soon as)\b", re.IGNORECASE
)
_SUMS_ASKED = (Asks.MONEY, Asks.QUANTITY)
WEIGHTS = Path(__file__).parent / "models" / "reader.json"
_VALUES_ASKED = (Asks.MONEY, Asks.PERCENT, Asks.COUNT, Asks.QUANTITY, Asks.DURATION)
# Another article's sentence is held against the best one when it is this like it in meaning, and
# this near to it in probability.
_SAME_MATTER = 0.65
_RIVAL = 0.15
_FIT_TO_SHOW = 0.45
_PHRASE_TO_SHOW = 0.0
_SUPPORT = 0.6
_MOST_QUOTES = 3
# A teaser says little, and of another story; an article of another month rarely holds the figure.
_TEASER = 0.6
_OTHER_MONTH = 0.4
_OTHER_SUM = 0.3
# Of two like sentences the one with the name asked for in it is meant, not the one beside it.
_NAME_BESIDE = 0.8
# "Who is the mayor of Port Caddis?": Port Caddis alone does not make a sentence be about its mayor.
_NAMES_ALONE = 0.4
# "the Vane-based firm" says where the firm is in a word that has little to do with the rest.
_SAYS_SEAT = 2.0
NOT_FOUND = "Not in the articles."


@dataclass(frozen=True)
class Choice:
    """A sentence and how likely it answers: the probability, times what ``_factor`` says."""

    candidate: Candidate
    probability: float

    @property
    def confidence(self) -> float:
        """How likely the sentence answers; the rules' factors can lift the probability over 1."""
        return min(1.0, self.probability)

    @property
    def short(self) -> str | None:
        """The phrase in it that is shown as the answer; None when none fits well enough."""
        return _short(self.candidate)


@dataclass(frozen=True)
class Reading:
    """What was made of the evidence. ``reason`` is set when no answer was found, or not all of it.

    ``unsupported`` is what was cut out of a model's draft; the reader itself only quotes.
    ``confidence`` is how likely the quotes answer, None from a model.
    """

    status: Status
    text: str
    short: str | None
    citations: tuple[Citation, ...]
    reason: str | None = None
    unsupported: tuple[Unsupported, ...] = ()
    confidence: float | None = None


@dataclass(frozen=True)
class Rereading:
    """What the reader adds to a model's answer: the phrase that answers in one of its quotes, with
    that quote, and the quotes of other articles that give another value for the same thing.
    """

    short: str | None = None
    quoted: Citation | None = None
    rivals: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class Weights:
    """A logistic regression over FEATURES: fitted by ``python -m evals.training.weights``.

    Below ``threshold`` a sentence does not answer.
    """

    bias: float
    weights: dict[str, float]
    threshold: float

    def probability(self, candidate: Candidate) -> float:
        """The probability that the sentence answers the question."""
        total = self.bias + sum(
            self.weights[name] * float(value)
            for name, value in zip(FEATURES, candidate.features, strict=True)
        )
        return 1.0 / (1.0 + math.exp(-total))


@lru_cache(maxsize=1)
def shipped_weights() -> Weights:
    """The weights that come with Dateline."""
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Weights(stored["bias"], stored["weights"], stored["threshold"])


class Reader:
    """Reads evidence with the shipped embedder. Safe across threads."""

    def __init__(self, embedder: LocalEmbedder, cross: CrossEncoder) -> None:
        self._embedder = embedder
        self._featuriser = Featuriser(embedder, cross)
        self._weights = shipped_weights()

    def read(self, question: Question, evidence: Sequence[Evidence]) -> Reading:
        """Answer from the evidence, or say why not."""
        choices = self.choices(question, evidence)
        if not choices or choices[0].probability < self._weights.threshold:
            return _nothing_found(question, evidence)
        kept = self._with_rivals(choices)
        if len(kept) > 1:
            return _answer("conflicting", sorted(kept, key=_newest_first))
        return _answer("answered", _with_support(choices, self._weights.threshold))

    def reread(
        self, question: Question, evidence: Sequence[Evidence], *, cited: Sequence[Citation]
    ) -> Rereading:
        """What else the evidence says about an answer that cites these quotes."""
        quoted = {each.article_id for each in cited}
        first = sorted(evidence, key=lambda item: item.article.id not in quoted)
        choices = self.choices(question, first)
        best = next((choice for choice in choices if _quote_of(choice, cited)), None)
        if best is None:
            return Rereading()
        others = [choice for choice in choices if choice is not best]
        kept = self._with_rivals([best, *others])
        return Rereading(
            short=_short(best.candidate),
            quoted=_cite(1, best.candidate),
            rivals=tuple(_cite(1, choice.candidate) for choice in kept[1:]),
        )

    def choices(self, question: Question, evidence: Sequence[Evidence]) -> list[Choice]:
        """The sentences that may answer, the likeliest first; below the threshold none does."""
        candidates = self._featuriser.candidates(question, evidence)
        return sorted(
            (
                Choice(
                    candidate, self._weights.probability(candidate) * _factor(question, candidate)
                )
                for candidate in candidates
                if _may_answer(question, candidate)
            ),
            key=lambda choice: -choice.probability,
        )

    def _with_rivals(self, choices: Sequence[Choice]) -> list[Choice]:
        """The best sentence, and those of other articles with another value for the same thing."""
        best = choices[0]
        kept = [best]
        least = max(self._weights.threshold / 2, _RIVAL * best.probability)
        for choice in choices[1:]:
            rival = choice.candidate
            if (
                choice.probability >= least
                and _differ(rival, best.candidate)
                and not any(_is_of_same_source(rival, taken.candidate) for taken in kept)
                and self._is_same_matter(rival, best.candidate)
            ):
                kept.append(choice)
        return kept

    def _is_same_matter(self, one: Candidate, other: Candidate) -> bool:
        """Whether two sentences are near in meaning."""
        first, second = self._embedder.embed([one.text, other.text])
        return float(first @ second) >= _SAME_MATTER


def _differ(one: Candidate, other: Candidate) -> bool:
    """Whether two sentences answer with values of one kind that are not the same."""
    first, second = _value_of(one), _value_of(other)
    return (
        first is not None
        and second is not None
        and one.evidence.passage.kind == other.evidence.passage.kind
        and first.kind == second.kind
        and not values.same(first, second, bounds=False)
    )


def _quote_of(choice: Choice, cited: Sequence[Citation]) -> bool:
    """Whether a sentence is one of the quotes."""
    candidate = choice.candidate
    place = (candidate.evidence.article.id, candidate.start, candidate.end)
    return any((each.article_id, each.start, each.end) == place for each in cited)


def _factor(question: Question, candidate: Candidate) -> float:
    """The factor on the probability for what the training set has little or none of."""
    kept = 1.0
    if candidate.evidence.passage.kind == "teaser":
        kept *= _TEASER
    texts = f"{candidate.near}\n{candidate.text}"
    published = candidate.evidence.article.published
    if not fits_months(question.text, texts, published=published):
        kept *= _OTHER_MONTH
    if question.asks in _SUMS_ASKED and is_other_sum(
        question, f"{candidate.before}\n{candidate.text}"
    ):
        kept *= _OTHER_SUM
    if not all(mentions(name, candidate.text) for name in question.names):
        kept *= _NAME_BESIDE
    if not _says_matter(question, texts):
        kept *= _NAMES_ALONE
    if says_seat(question, candidate.text):
        kept *= _SAYS_SEAT
    return kept


def _says_matter(question: Question, text: str) -> bool:
    """Whether a text has any word of the question that is no name, or a synonym of one."""
    asked = {term.stem for term in question.terms if not term.name and not term.light}
    there = stems(text)
    return not asked or any(key in there or synonyms.of(key) & there for key in asked)


def _may_answer(question: Question, candidate: Candidate) -> bool:
    """Whether a sentence can answer at all, whatever its probability."""
    near = f"{candidate.near}\n{candidate.text}"
    if not all(mentions(name, near) for name in question.names):
        return False
    if not _holds_phrase(question, candidate):
        return False
    article = candidate.evidence.article
    if not fits_years(
        question.text,
        candidate.text,
        near=candidate.near,
        published=article.published,
        article=article.text,
    ):
        return False
    return not is_share_of_total(question, candidate.text)


def _holds_phrase(question: Question, candidate: Candidate) -> bool:
    """Whether the sentence holds a phrase of the type asked for, where one is needed."""
    fit = candidate.short.fit if candidate.short else -1.0
    by_name = _ASKS_NAME.search(question.text) is not None
    if question.asks is Asks.PERSON:
        return fit >= _FIT_TO_SHOW or not by_name
    if question.asks is Asks.PLACE:
        return fit >= _FIT_TO_SHOW or not (by_name or question.head)
    if question.asks is Asks.NAME:
        return fit >= 0.0 or not question.head
    if question.asks is Asks.DATE:
        return fit > 0.0 or _WHILE.search(candidate.text) is not None
    return fit > 0.0 or question.asks not in _VALUES_ASKED


def _is_of_same_source(one: Candidate, other: Candidate) -> bool:
    """Whether two sentences are of one article, or one sentence that two articles print."""
    first, second = one.evidence.article, other.evidence.article
    return first.id == second.id or same(
        Printed(one.text, first.published), Printed(other.text, second.published)
    )


def _value_of(candidate: Candidate) -> values.Value | None:
    if candidate.short is None:
        return None
    found = values.find(candidate.text[candidate.short.start : candidate.short.end])
    return found[0] if found else None


def _with_support(choices: Sequence[Choice], threshold: float) -> list[Choice]:
    """The best sentence and, where no phrase in it is the answer, up to two like it nearby."""
    best = choices[0]
    if _short(best.candidate) is not None:
        return [best]
    item = best.candidate.evidence
    like = [
        choice
        for choice in choices[1:]
        if choice.candidate.evidence.article.id == item.article.id
        and choice.candidate.evidence.passage.kind == item.passage.kind
        and choice.probability >= max(threshold, _SUPPORT * best.probability)
    ]
    return sorted([best, *like[: _MOST_QUOTES - 1]], key=lambda choice: choice.candidate.start)


def _answer(status: Status, choices: Sequence[Choice]) -> Reading:
    citations = tuple(_cite(n, choice.candidate) for n, choice in enumerate(choices, start=1))
    lines = [
        _line(choice.candidate, citation)
        for choice, citation in zip(choices, citations, strict=True)
    ]
    if status == "conflicting":
        lines.insert(0, "The articles differ.")
    return Reading(
        status,
        " ".join(lines),
        _short(choices[0].candidate),
        citations,
        confidence=max(choice.confidence for choice in choices),
    )


def _newest_first(choice: Choice) -> tuple[int, float]:
    published = choice.candidate.evidence.article.published
    return (-published.toordinal() if published else 0, -choice.probability)


def _short(candidate: Candidate) -> str | None:
    phrase = _shown(candidate)
    return candidate.text[phrase.start : phrase.end] if phrase else None


def _shown(candidate: Candidate) -> Short | None:
    """The phrase to show as the answer: the one of the type asked for, or else what the
    cross-encoder takes for it, which is better at names and places.
    """
    typed, phrase = candidate.short, candidate.phrase
    clear = phrase is not None and phrase.fit >= _PHRASE_TO_SHOW
    if typed is not None and typed.fit >= _FIT_TO_SHOW and not (clear and candidate.by_phrase):
        return typed
    return phrase if clear else None


def _line(candidate: Candidate, citation: Citation) -> str:
    short = _short(candidate)
    origin = "From a teaser of another story: " if citation.kind == "teaser" else ""
    lead = f"{short} — " if short else ""
    return f"{origin}{lead}“{citation.quote}” [{citation.n}]"


def _cite(n: int, candidate: Candidate) -> Citation:
    phrase = _shown(candidate)
    highlight = (candidate.start + phrase.start, candidate.start + phrase.end) if phrase else None
    return cite(n, candidate.evidence, candidate.start, candidate.end, highlight=highlight)


def _nothing_found(question: Question, evidence: Sequence[Evidence]) -> Reading:
    text = "\n".join(f"{item.titles}\n{item.passage.text}" for item in evidence)
    missing = [name for name in question.names if evidence and not mentions(name, text)]
    if not evidence:
        reason = (
            "No article could be searched: the library, or what the filters leave of it, is empty."
        )
    elif missing:
        reason = f"The articles found do not mention {', '.join(missing)}."
    else:
        reason = "No sentence of the articles found answers this."
    return not_found(reason)


def not_found(reason: str) -> Reading:
    """No answer, and why."""
    return Reading("not_found", NOT_FOUND, None, (), reason)


def withdrawn() -> Reading:
    """What is left of an answer whose quotes or short answer did not pass the checks."""
    return not_found("The answer found did not pass the checks.")
