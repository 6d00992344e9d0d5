"""A follow-up made to stand alone, without a model; and whether a model's rewriting may be used."""

import re
from collections.abc import Sequence

from rag import names
from rag.question import content_words, read, stem, words
from rag.types import Turn

_PRONOUN = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|"
    r"(?:that|this|these|those|the same) (?:company|firm|group|bank|bridge|plant|deal|figure|"
    r"number|ones?|offer|bid|plan|project|strike|festival|storm|ship|ferry|city|country|man|woman|"
    r"person|article|story|year))\b",
    re.IGNORECASE,
)
_POSSESSIVE = frozenset({"its", "their", "theirs", "his", "hers"})
_ELLIPSIS = re.compile(
    r"^\s*(?:and|or|but|so|then|ok|okay)?[,\s]*(?:what|how)\s+about\b|^\s*(?:and|or|but)\b"
    r"|^\s*(?:why|when|where|who|how)\s*(?:not|so|exactly|then)?\s*\??\s*$",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^\s*(?:(?:and|or|but|so|then|ok|okay)\b[,\s]*)?(?:(?:what|how)\s+about\b)?\s*", re.IGNORECASE
)
_DID = re.compile(r"\b(?:did|does|do)\s+(?:the\s+)?$", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_QUESTION_WORDS = frozenset(
    """what which who whose whom when where why how is are was were did does do will has have
    can""".split()  # noqa: SIM905
)
_LONGEST = 600
_LONGEST_TURN = 4_000
_TURNS = 8


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """The question with the subject of the last question before it put in, if it leans on that.

    "When will it open?" after "How much will the Voltessa plant cost?" becomes "When will it open
    (Voltessa plant)?"; "And in 2025?" becomes the question before it with the year changed. By
    rule, in English; what needs no subject is returned as it is.
    """
    before = [
        turn.content[:_LONGEST]
        for turn in history[-_TURNS:]
        if turn.role == "user" and turn.content.strip()
    ]
    if not before:
        return question
    last = stand_alone(before[-1], [Turn(role="user", content=one) for one in before[:-1]][-3:])
    if _ELLIPSIS.match(question):
        return _instead(question, last)
    leans = _PRONOUN.search(question) is not None
    if not leans and (read(question).names or len(content_words(question)) > 3):
        return question
    return _with(question, _subject(last, but=question))


def acceptable(rewritten: str, question: str, history: Sequence[Turn]) -> bool:
    """Whether a model's rewriting adds no name and no number that nobody has said."""
    if not rewritten or "\n" in rewritten or len(rewritten) > max(_LONGEST, 2 * len(question)):
        return False
    said = {
        stem(word)
        for text in (question, *(turn.content[:_LONGEST_TURN] for turn in history[-_TURNS:]))
        for word in words(text)
    }
    added = [word for name in names.find(rewritten) for word in words(name.text)]
    added += [word for word in words(rewritten) if any(map(str.isdigit, word))]
    return all(stem(word) in said or word.lower() in _QUESTION_WORDS for word in added)


def _subject(question: str, *, but: str) -> str:
    """What a question is about: its first name with the words that belong to it, if the new
    question does not name that itself; else its last content words.
    """
    there = {stem(word) for word in words(but)}
    named = names.find(question, lowered=_QUESTION_WORDS)
    named = [name for name in named if not {stem(word) for word in words(name.text)} <= there]
    if not named:
        return " ".join(content_words(question)[-4:])
    tail = re.match(r"[^?.,;]*", question[named[0].end :])
    # After "did Orlan" a verb follows, not what Orlan has.
    behind = [] if _DID.search(question[: named[0].start]) else (tail[0] if tail else "").split()
    size = 0
    while size < min(len(behind), 3) and _describes(behind[size]):
        size += 1
    if size and size == len(behind):
        size -= 1  # a question ends with its verb: "how much will the Orlan plant cost"
    return " ".join([named[0].text, *behind[:size]])


def _describes(word: str) -> bool:
    return (
        word.isalpha() and word.islower() and bool(content_words(word)) and not word.endswith("ed")
    )


def _with(question: str, subject: str) -> str:
    """The pronoun's place taken by the subject, or the subject behind the question."""
    found = _PRONOUN.search(question)
    if found is None:
        return f"{question.rstrip(' ?')} ({subject})?"
    ending = "'s" if found[0].lower() in _POSSESSIVE else ""
    return f"{question[: found.start()]}{subject}{ending}{question[found.end() :]}"


def _instead(question: str, last: str) -> str:
    """The last question with what the new one names in the place of what it named there."""
    new = _LEAD.sub("", question, count=1).strip().rstrip("?").strip()
    if not new:
        return last
    years = _YEAR.findall(new)
    if years and _YEAR.search(last):
        return _YEAR.sub(years[0], last)
    new_names, old_names = names.find(new), names.find(last, lowered=_QUESTION_WORDS)
    asks = re.match(r"(?:why|when|where|who|how|which|what)\b", new, re.IGNORECASE)
    if new_names and old_names and not asks:
        return last[: old_names[0].start] + new + last[old_names[0].end :]
    if asks and len(new.split()) < 3:
        return f"{new.capitalize()} ({' '.join(content_words(last))})?"
    if asks:
        return _with(f"{new}?", _subject(last, but=new))
    return f"{last.rstrip(' ?')}, {new}?"
