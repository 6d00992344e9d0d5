"""Where sentences begin and end, as exact offsets: sentencex, and what news text needs beyond."""

import re

import sentencex

Span = tuple[int, int]

_BLANK_LINE = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
_LINE = re.compile(r"[^\n]+")
_BULLET = re.compile(r"\s*(?:[-*•‣▪·–—>|#+]|\(?\d{1,3}[.)]\s|\(?[a-zA-Z][.)]\s)")
_LINE_END = re.compile(r"[.!?:;。！？…][\"'”’)\]»]*\s*$")
# A piece that ends so does not end its sentence when one of _GOES_ON follows.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"“‘'])(?:approx|ca|c|est|incl|excl|max|min|avg|vol|no|nos|pp?|ed|eds|fig|figs"
    r"|sec|ch|"
    r"mon|tues?|wed|thurs?|fri|sat|sun|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|"
    r"rs|resp|viz|cf|vs|etc|al|inc|corp|co|ltd|plc|bros|dept|gov|rep|sen|[a-z])\.\s*$",
    re.IGNORECASE,
)
_ENUMERATOR = re.compile(r"^\s*\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]\s*$")
_CLOCK = re.compile(r"\b[ap]\.m\.\s*$", re.IGNORECASE)
_ZONE = re.compile(r"(?:[A-Z]{2,4}\b|[A-Z][a-z]+ (?:time|Time)\b|on\b|local\b|\()")
_GOES_ON = re.compile(r"(?:[a-z]+\b(?![A-Z])|\d|[$€£¥%,;)])")
# sentencex is called on at most this many characters at once, to stay linear on text without ends.
_WINDOW = 20_000


def sentences(text: str) -> list[Span]:
    """Offsets of the sentences of a text, in order, white space at their ends left out.

    A blank line always ends a sentence. A single newline ends one unless the text is hard-wrapped
    there.
    """
    found: list[Span] = []
    for start, end in paragraphs(text):
        for left, right in _merged(text, start, end):
            piece = text[left:right].strip()
            if piece:
                begin = text.index(piece, left)
                found.append((begin, begin + len(piece)))
    return found


def paragraphs(text: str) -> list[Span]:
    """Offsets of the paragraphs: blank-line separated, and split at newlines that are no wraps."""
    found: list[Span] = []
    start = 0
    for gap in _BLANK_LINE.finditer(text):
        found.extend(_unwrapped(text, start, gap.start()))
        start = gap.end()
    found.extend(_unwrapped(text, start, len(text)))
    return found


def _unwrapped(text: str, start: int, end: int) -> list[Span]:
    lines = [match.span() for match in _LINE.finditer(text, start, end)]
    sizes = [right - left for left, right in lines[:-1]]
    width = max(sizes, default=0)
    # In wrapped text all lines but the last are about as long; in a list they are not.
    even = sum(size > width - 15 for size in sizes) * 3 >= len(sizes) * 2 and len(sizes) > 1
    last = ""
    found: list[Span] = []
    for left, right in lines:
        line = text[left:right]
        if found and _wraps(last, line, width) and (even or line.lstrip()[:1].islower()):
            found[-1] = (found[-1][0], right)
        elif line.strip():
            found.append((left, right))
        last = line
    return found


def _wraps(line: str, following: str, width: int) -> bool:
    """Whether a line can go on in the following one: it has no end mark, and it is full.

    Full means that the next line's first word did not fit: how every editor wraps.
    """
    if not 40 <= width <= 120 or _LINE_END.search(line) or _BULLET.match(following):
        return False
    first = following.split(maxsplit=1)[:1]
    return bool(first) and len(line.rstrip()) + 1 + len(first[0]) > width - 3


def _merged(text: str, start: int, end: int) -> list[Span]:
    """The pieces that sentencex makes of one paragraph, joined where it cut too early."""
    found: list[Span] = []
    for left, right in _pieces(text, start, end):
        if found and _belongs(text[found[-1][0] : left], text[left:right]):
            found[-1] = (found[-1][0], right)
        else:
            found.append((left, right))
    return found


def _pieces(text: str, start: int, end: int) -> list[Span]:
    found: list[Span] = []
    at = start
    while at < end:
        window = text[at : min(end, at + _WINDOW)]
        pieces = [piece for piece in sentencex.segment("en", window) if piece]
        if "".join(pieces) != window:  # never seen; offsets would be wrong, so keep the whole
            pieces = [window]
        last_is_cut = at + _WINDOW < end and len(pieces) > 1
        for piece in pieces[:-1] if last_is_cut else pieces:
            found.append((at, at + len(piece)))
            at += len(piece)
    return found


def _belongs(before: str, after: str) -> bool:
    """Whether ``after`` goes on with the sentence that ``before`` seemed to end."""
    tail = before[-60:]
    head = after.lstrip()[:40]
    if _ENUMERATOR.match(before):
        return True
    if _CLOCK.search(tail):
        return bool(_ZONE.match(head) or _GOES_ON.match(head))
    if _ABBREVIATION.search(tail):
        return bool(_GOES_ON.match(head))
    return not re.search(r"[.!?。！？…:;][\"'”’)\]»]*\s*$", tail) and "\n" not in tail[-2:]
