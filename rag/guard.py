"""Holds back from a streamed draft what no reader may get unchecked: links, pictures, markup."""

import re

from rag.plain import plain

# The beginning of a word is passed on as it comes when it has nothing but these, else once it is
# whole: full width marks are among them, since Chinese and Japanese have no spaces to wait for.
_HARMLESS = re.compile(r"(?:[^\W_]|[，。；：、！？（）《》“”‘’'%€$£¥,–-])+")
_MARKER = re.compile(r"\[\^?(\d{1,3})\]")
_MARKERS = re.compile(r"\[[\d\s,;–^-]*\]")
_WEB = ("http", "www", "ftp", "data", "mailto", "javascript", "file")
_UNFIT = re.compile(
    r"//|\]\s*[(\[:]|[<>]|!\[|www\.|(?:mailto|data|javascript|file|tel):|\.\w{2,24}/", re.IGNORECASE
)
_SPLIT = re.compile(r"(\s+)")


class Guard:
    """A filter over one stream of text. A draft is shown before it is checked, so that no word of
    it may load or link to anything: a word that could is left out, and so is a marker beyond
    ``passages``.
    """

    def __init__(self, *, passages: int) -> None:
        self._passages = passages
        self._held = ""
        self._shown = ""

    def feed(self, piece: str) -> str:
        """What of the text so far may be shown now and has not been yet."""
        parts = _SPLIT.split(self._held + plain(piece))
        self._held = parts.pop()
        shown = "".join(self._finished(word, space) for word, space in _pairs(parts))
        return shown + self._early()

    def finish(self) -> str:
        """What is left at the end of the stream."""
        last, self._held = self._held, ""
        return self._finished(last, "")

    def _finished(self, word: str, space: str) -> str:
        rest = word.removeprefix(self._shown) if self._shown else word
        whole, self._shown = self._shown + rest, ""
        if _UNFIT.search(whole):
            return space
        return self._in_range(rest) + space

    def _early(self) -> str:
        """The beginning of a word that is not whole yet, when nothing in it can do harm."""
        found = _HARMLESS.match(self._held)
        if found is None or found.end() < len(self._held):
            return ""
        lower = self._held.lower()
        if any(web.startswith(lower) or lower.startswith(web) for web in _WEB):
            return ""
        new = self._held.removeprefix(self._shown)
        self._shown = self._held
        return new

    def _in_range(self, text: str) -> str:
        def checked(found: re.Match[str]) -> str:
            return found[0] if 1 <= int(found[1]) <= self._passages else ""

        kept = _MARKER.sub(checked, text)
        return _MARKERS.sub(lambda found: found[0] if _MARKER.fullmatch(found[0]) else "", kept)


def _pairs(parts: list[str]) -> list[tuple[str, str]]:
    """Words with the white space behind each."""
    return list(zip(parts[::2], parts[1::2], strict=True))
