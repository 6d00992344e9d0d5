"""Text without what cannot be seen: escape sequences, control and invisible characters."""

import re
from datetime import date

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\](?:[^\x07\x1b]*(?:\x07|\x1b\\))?|[@-_])")
# C0 and C1 but line feed and tab; zero-width, direction and filler characters; variation selectors
# and tags, which can spell out a hidden text (OWASP LLM01:2026); lone surrogates.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\ud800-\udfff\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# What other programs take for the end of a line.
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def plain(text: str) -> str:
    """The text without escape sequences and invisible characters; line ends and tabs stay."""
    return _INVISIBLE.sub("", _ESCAPES.sub("", text))


def one_line(text: str) -> str:
    """The text as one line: plain, and all white space in it single spaces."""
    return " ".join(plain(_LINE_ENDS.sub(" ", text)).split())


def day(when: date | None) -> str:
    """A date as people write it."""
    return "no date" if when is None else f"{when.day} {when:%B %Y}"


def quoted(text: str) -> str:
    """The text as a quotation for a prompt: plain, each line that has a word begun with "> ".

    No text can end its own quotation, since whatever ends a line anywhere ends one here.
    """
    lines = (" ".join(line.split()) for line in plain(_LINE_ENDS.sub("\n", text)).split("\n"))
    return "\n".join(f"> {line}" for line in lines if line)
