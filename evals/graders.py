"""Grades an answer against its case, and checks its quotes against the stored articles."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from evals.cases import Case
from evals.matching import by_short_answer, holds
from rag.types import Answer, Article, Citation, Label

Outcome = Literal["correct", "wrong", "abstained"]

_ANSWERED = frozenset({"answered", "partial", "conflicting", "truncated"})


@dataclass(frozen=True)
class Verdict:
    """What an answer is worth, and why, in one line."""

    outcome: Outcome
    why: str


def grade(case: Case, answer: Answer, articles: Mapping[str, Article]) -> Verdict:
    """Correct, wrong or abstained. Abstaining is correct when the case is unanswerable.

    ``articles`` are the cited ones by id. Amounts, percentages, counts, dates, persons,
    organisations and places are judged by the short answer when there is one, else by the quotes;
    texts by both; reasons and quotes by the quotes.
    """
    if abstained(answer):
        if case.answerable:
            return Verdict("abstained", answer.reason or answer.status)
        return Verdict("correct", "abstained, as it should")
    if not case.answerable:
        return Verdict("wrong", f"answered {_given(answer)!r}, but no article holds an answer")
    if forbidden := _forbidden(case, answer):
        return Verdict("wrong", f"gave {forbidden!r}, which is not the answer")
    accepted = _accepted(case, answer)
    if accepted is None:
        return Verdict("wrong", f"gave {_given(answer)!r}, not {' or '.join(case.accept)}")
    return _of_the_right_kind(case, answer, articles, accepted)


def abstained(answer: Answer) -> bool:
    """Whether the answer says that nothing was found, or was refused or filtered."""
    return answer.status not in _ANSWERED


def verbatim_faults(answer: Answer, articles: Mapping[str, Article]) -> tuple[str, ...]:
    """What is wrong with the quotes, a line each: not word for word, or page furniture."""
    found: list[str] = []
    for citation in answer.citations:
        article = articles.get(citation.article_id)
        if article is None:
            found.append(f"[{citation.n}] names no stored article")
        elif not citation.quote or article.text[citation.start : citation.end] != citation.quote:
            found.append(f"[{citation.n}] is not word for word what {article.title!r} says there")
        elif _touches_furniture(article, citation):
            found.append(f"[{citation.n}] quotes page furniture of {article.title!r}")
    return tuple(found)


def _touches_furniture(article: Article, citation: Citation) -> bool:
    return any(
        line.label is Label.FURNITURE and line.start < citation.end and citation.start < line.end
        for line in article.lines
    )


def _given(answer: Answer) -> str:
    if answer.short:
        return answer.short
    return answer.citations[0].quote if answer.citations else answer.text


def _published(answer: Answer) -> date | None:
    return answer.citations[0].published if answer.citations else None


def _in_short(case: Case, wanted: str, answer: Answer) -> bool:
    return answer.short is not None and holds(
        case, wanted, answer.short, published=_published(answer)
    )


def _in_quote(case: Case, wanted: str, citation: Citation) -> bool:
    return holds(case, wanted, citation.quote, published=citation.published)


def _accepted(case: Case, answer: Answer) -> str | None:
    """The first accepted answer that is given, or None."""
    for wanted in case.accept:
        if _in_short(case, wanted, answer):
            return wanted
        if answer.short is not None and by_short_answer(case):
            continue
        if any(_in_quote(case, wanted, citation) for citation in answer.citations):
            return wanted
    return None


def _forbidden(case: Case, answer: Answer) -> str | None:
    """What is given as the answer and must not be.

    Without a short answer the first quote is the answer; it may hold a forbidden value beside the
    right one.
    """
    if answer.short is not None:
        return next((text for text in case.must_not if _in_short(case, text, answer)), None)
    if not answer.citations:
        return None
    first = answer.citations[0]
    if any(_in_quote(case, wanted, first) for wanted in case.accept):
        return None
    return next((text for text in case.must_not if _in_quote(case, text, first)), None)


def _of_the_right_kind(
    case: Case, answer: Answer, articles: Mapping[str, Article], accepted: str
) -> Verdict:
    """Correct only when a quote of the right kind carries the answer, and a teaser is named one."""
    carrying = [
        citation
        for citation in answer.citations
        if citation.article_id in articles
        and any(_in_quote(case, wanted, citation) for wanted in case.accept)
    ]
    if not carrying:
        return Verdict("wrong", f"{accepted!r} stands in no quote")
    if not any(citation.kind == case.kind for citation in carrying):
        return Verdict("wrong", f"{accepted!r} is quoted from a {carrying[0].kind} only")
    if case.kind == "teaser" and "teaser" not in answer.text.lower():
        return Verdict("wrong", f"{accepted!r} is not labelled as standing in a teaser")
    return Verdict("correct", f"gave {accepted!r}")
