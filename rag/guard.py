"""Holds back from a streamed draft what no reader may get unchecked: links, pictures, markup."""

import re

from rag.links import MARKER, SCHEMES, marked, strip_links
from rag.plain import plain

# The beginning of a word is passed on as it comes when it has nothing but these, else once it is
# whole: full width marks are among them, since Chinese and Japanese have no spaces to wait for.
_HARMLESS = re.compile(r"(?:[^\W_]|[，。；：、！？（）《》“”‘’'%€$£¥,–-])+")
_MARKERS = re.compile(r"[\[［【][\d\s,;–^-]*[\]］】]")
# A link may have words with spaces in its text: these parts of one are unfit by themselves, and so
# are addresses within a word, where two words were run together ("hotel:" is none).
_UNFIT = re.compile(
    rf"//|\]\s*[(\[:]|[<>]|!\[|\.\w{{2,24}}/|www\.|(?:{'|'.join(SCHEMES)}):\S", re.IGNORECASE
)
_SPLIT = re.compile(r"(\s+|(?<=[。！？]))")
# The work for each piece grows with the word held; nothing that is meant to be read is so long.
_LONGEST_WORD = 200
# No part of a host name is longer, so that this much of a word tells whether it becomes one.
_TAIL = 64


class Guard:
    """A filter over one stream of text. A draft is shown before it is checked, so that no word of
    it may load or link to anything: a word that could is left out, and so is a marker beyond
    ``passages``.
    """

    def __init__(self, *, passages: int) -> None:
        self._passages = passages
        self._held = ""
        self._shown = ""
        self._dropping = False

    def feed(self, piece: str) -> str:
        """What of the text so far may be shown now and has not been yet."""
        parts = _SPLIT.split(self._held + plain(piece))
        self._held = parts.pop()
        shown = "".join(self._finished(word, space) for word, space in _pairs(parts))
        shown += self._early()
        self._shorten()
        return shown

    def finish(self) -> str:
        """What is left at the end of the stream."""
        last, self._held = self._held, ""
        return self._finished(last, "").rstrip()

    def _finished(self, word: str, space: str) -> str:
        rest = word.removeprefix(self._shown) if self._shown else word
        whole, self._shown = self._shown + rest, ""
        dropped, self._dropping = self._dropping, False
        if dropped or not _fit(whole):
            # What was shown of it must not become one word with the next, which may be ".com".
            return space or " "
        return self._in_range(rest) + space

    def _early(self) -> str:
        """The beginning of a word that is not whole yet, when nothing in it can do harm."""
        if self._dropping or not _HARMLESS.fullmatch(self._held):
            return ""
        lower = self._held.lower()
        if any(scheme.startswith(lower) for scheme in (*SCHEMES, "www")):
            return ""
        new = self._held.removeprefix(self._shown)
        self._shown = self._held
        return new

    def _shorten(self) -> None:
        """Forget the beginning of a long word that has been shown, or else drop its rest."""
        if len(self._held) > _LONGEST_WORD and self._held != self._shown:
            self._dropping = True
        if self._dropping:
            self._held = self._shown = ""
        elif len(self._held) > _LONGEST_WORD:
            self._held = self._shown = self._held[-_TAIL:]

    def _in_range(self, text: str) -> str:
        def checked(found: re.Match[str]) -> str:
            numbers = marked(found)
            return found[0] if len(numbers) == 1 and 1 <= numbers[0] <= self._passages else ""

        kept = MARKER.sub(checked, text)
        return _MARKERS.sub(lambda found: found[0] if MARKER.fullmatch(found[0]) else "", kept)


def _fit(word: str) -> bool:
    """Whether a word neither links to anything nor loads it, nor is a part of what does."""
    if _HARMLESS.fullmatch(word):
        return True
    if len(word) > _LONGEST_WORD or _UNFIT.search(word):
        return False
    return strip_links(word, urls=frozenset())[0] == word


def _pairs(parts: list[str]) -> list[tuple[str, str]]:
    """Words with the white space behind each."""
    return list(zip(parts[::2], parts[1::2], strict=True))
