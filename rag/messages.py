"""What a model is sent: prompts with the passages, the conversation or the faults in place."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Literal, TypedDict

from prompts import render
from rag import tokens
from rag.errors import BadQuestion
from rag.plain import day, one_line, plain, quoted
from rag.types import Evidence, Turn

_OVERHEAD = 16
"""Tokens that a chat template puts around the messages of one call, at most."""
_LONGEST_TITLE = 200
_LONGEST_TURN = 1_000
_MOST_NAMED = 6
_TURNS = 6
_KINDS = {"body": "article text", "teaser": "teaser of another story"}


class Message(TypedDict):
    """One message of a chat completion."""

    role: Literal["system", "user", "assistant"]
    content: str


def answering(
    question: str, evidence: Sequence[Evidence], *, budget: int, as_of: date | None = None
) -> tuple[list[Message], list[Evidence]]:
    """The messages that ask for an answer, and the evidence in them: passage [n] is number n - 1.

    The best evidence comes first; a passage goes in whole or not at all. All of it has at most
    ``budget`` tokens of o200k_base. Raises BadQuestion when the question leaves no room.
    """
    left = budget - _OVERHEAD - _count(_answer_messages(question, "", as_of))
    given: list[Evidence] = []
    entries: list[str] = []
    for item in evidence:
        entry = _passage(len(given) + 1, item)
        size = tokens.count(f"{entry}\n\n")
        if size <= left:
            left -= size
            given.append(item)
            entries.append(entry)
    if evidence and not given:
        raise BadQuestion(
            f"The question leaves no room for a passage in a prompt of {budget:,} tokens. Nothing "
            "was asked; shorten it, or raise DATELINE_PROMPT_TOKENS."
        )
    return _answer_messages(question, "\n\n".join(entries), as_of), given


def repairing(
    question: str,
    evidence: Sequence[Evidence],
    *,
    draft: str,
    faults: Sequence[str],
    cited: Collection[int],
    budget: int,
    as_of: date | None = None,
) -> list[Message] | None:
    """The messages that show a model its draft and what did not hold in it.

    The passages keep their numbers; where not all of them fit into the budget, the ``cited`` ones
    go in first. None when not one does.
    """
    listed = "\n".join(f"- {one_line(fault)}" for fault in faults)
    reply: list[Message] = [
        {"role": "assistant", "content": plain(draft)},
        {"role": "user", "content": render("repair.user", faults=listed)},
    ]
    fixed = [*_answer_messages(question, "", as_of), *reply]
    left = budget - 2 * _OVERHEAD - _count(fixed)
    numbers = range(1, len(evidence) + 1)
    entries: dict[int, str] = {}
    for number in sorted(numbers, key=lambda number: (number not in cited, number)):
        entry = _passage(number, evidence[number - 1])
        size = tokens.count(f"{entry}\n\n")
        if size <= left:
            left -= size
            entries[number] = entry
    if not entries:
        return None
    passages = "\n\n".join(entries[number] for number in sorted(entries))
    return [*_answer_messages(question, passages, as_of), *reply]


def condensing(question: str, history: Sequence[Turn], *, budget: int) -> list[Message]:
    """The messages that ask for a stand-alone question, with the last turns that fit the budget.

    Each turn is cut to a length.
    """
    said: list[str] = []
    left = budget - _OVERHEAD - _count(_condense_messages(question, ""))
    for turn in reversed(history[-_TURNS:]):
        line = f"{turn.role}: {one_line(turn.content[: 4 * _LONGEST_TURN])[:_LONGEST_TURN]}"
        left -= tokens.count(f"{line}\n")
        if left < 0:
            break
        said.append(line)
    return _condense_messages(question, "\n".join(reversed(said)))


def _condense_messages(question: str, said: str) -> list[Message]:
    user = render("condense.user", history=said, question=one_line(question))
    return [
        {"role": "system", "content": render("condense.system")},
        {"role": "user", "content": user},
    ]


def _answer_messages(question: str, passages: str, as_of: date | None) -> list[Message]:
    dated = f"Answer as of {day(as_of)}.\n\n" if as_of else ""
    user = render("answer.user", passages=passages, as_of=dated, question=one_line(question))
    return [
        {"role": "system", "content": render("answer.system")},
        {"role": "user", "content": user},
    ]


def _passage(number: int, item: Evidence) -> str:
    article = item.article
    about = (
        _part(article.title),
        _part(_publishers(item)),
        day(article.published),
        _KINDS[item.passage.kind],
    )
    return f"[{number}] {' | '.join(about)}\n{quoted(item.passage.text)}"


def _publishers(item: Evidence) -> str:
    """Who printed a passage, its copies included; of many only some, to leave room for text."""
    named = dict.fromkeys(one_line(each.publisher or "") for each in (item.article, *item.copies))
    known = [name for name in named if name] or ["no publisher"]
    more = len(known) - _MOST_NAMED
    return ", ".join(known[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _part(text: str) -> str:
    """A title or publisher as a part of a header; the mark between parts stands in none."""
    return one_line(text).replace("|", "/")[:_LONGEST_TITLE]


def _count(messages: Sequence[Message]) -> int:
    return sum(tokens.count(message["content"]) for message in messages)
