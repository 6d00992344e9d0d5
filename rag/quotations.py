"""Quotations in a claim, which must stand word for word in the passages it cites."""

import re
from collections.abc import Sequence

from rag.quoted import Sentence

_QUOTATION = re.compile(
    r"[\"“„]([^\"“”„]{12,})[\"”“]|«([^«»]{12,})»|(?<!\w)[‘']([^‘’']{20,})[’'](?!\w)"
)
_GAP = re.compile(r"\s*(?:\.\.\.|…|\[[^\]]*\])\s*")


def faults(text: str, sentences: Sequence[Sentence]) -> list[str]:
    """What stands in quotation marks in a claim and not, word for word, in the passages."""
    said = "\n".join(_letters(sentence.text) for sentence in sentences)
    found = ["".join(parts) for parts in _QUOTATION.findall(text)]
    return [
        f"the passages cited do not say “{quotation}”"
        for quotation in found
        if len(quotation.split()) > 2 and not _stands(_GAP.split(quotation), said)
    ]


def _stands(parts: Sequence[str], said: str) -> bool:
    """Whether the parts of a quotation stand in a text, one after the other."""
    at = 0
    for part in map(_letters, parts):
        at = said.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


def _letters(text: str) -> str:
    """Letters and digits alone, so that marks and white space make no difference."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
