"""Drafts of cases, from what people said of answers. A person makes cases of them."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import yaml

_HEAD = """\
# Drafts of cases, made of feedback. They are under `drafts`, so that nobody asks them as they are.
# To make a case of one: look up what is right, set type, fill accept and article (the file that
# holds the answer), choose the split, and move it under `cases:` in a file of cases.

drafts:
"""
_WIDTH = 100


@dataclass(frozen=True)
class Draft:
    """A question with the answer it was given, and what somebody said of that.

    ``cited`` are the titles of the articles that it quoted.
    """

    id: str
    question: str
    status: str
    text: str
    cited: Sequence[str]
    rating: str
    note: str | None
    expected: str | None
    said_on: date


def as_yaml(drafts: Sequence[Draft]) -> str:
    """A file of drafts. ``evals.cases.load`` refuses it, and each of them until it is filled."""
    return _HEAD + ("".join(map(_entry, drafts)) or "  []\n")


def _entry(draft: Draft) -> str:
    comments = [
        f"Rated {draft.rating} on {draft.said_on}.",
        f"Note: {draft.note}" if draft.note else "",
        f"Expected: {draft.expected}" if draft.expected else "",
        f"Answered ({draft.status}): {draft.text}",
        *(f"Cited: {title}" for title in draft.cited),
    ]
    fields = {
        "id": draft.id,
        "question": draft.question,
        "type": None,
        "accept": [],
        "article": [],
        "tags": ["feedback"],
        "split": None,
    }
    entry = yaml.safe_dump([fields], sort_keys=False, allow_unicode=True, width=_WIDTH)
    return "\n" + "".join(map(_comment, comments)) + entry


def _comment(text: str) -> str:
    """Text as YAML comments: whatever would end one, or may not be in YAML, is a space."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return "".join(f"# {line}\n" for line in textwrap.wrap(plain, _WIDTH - 2))
