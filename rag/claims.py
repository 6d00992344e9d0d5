"""A model's draft taken apart: its sentences, the passages each cites, and what may not stay."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.links import strip_links
from rag.plain import plain
from rag.sentences import sentences
from rag.types import Unsupported

_NUMBERS = r"\^?\d{1,3}(?:\s*(?:[,;–-]|and)\s*\^?\d{1,3})*"
_MARKER = re.compile(
    rf"\[\s*(?:(?i:passages?|sources?|articles?)\s+)?(?P<a>{_NUMBERS})\s*\]"
    rf"|【\s*(?P<b>{_NUMBERS})[^】\n]{{0,40}}】"
    rf"|\((?i:see\s+)?(?i:passages?|sources?)\s+(?P<c>{_NUMBERS})\)"
)
_PASSAGE = re.compile(r"(?i:\b(?:the\s+)?passages?)\s+(?P<n>\d{1,3})\b(?!\s*(?:%|percent))")
_RANGE = re.compile(r"(\d{1,3})\s*[–-]\s*\^?(\d{1,3})")
# One private-use character stands for one cited number while sentences are looked for.
_FIRST = 0xE000
_MARK = f"[{chr(_FIRST)}-{chr(_FIRST + 999)}]"
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_AFTER_END = re.compile(rf"([.!?…。！？][\"'”’)»]*)[^\S\n]*((?:{_MARK}[^\S\n]*)+)")
_SPACED = re.compile(rf"[^\S\n]+({_MARK})")
_SOURCES = re.compile(
    r"\n[\s*_#]*(?:sources?|references|citations|footnotes|passages cited)[\s*_]*:?[\s*_]*\n"
    r"(?P<list>.*)\Z",
    re.IGNORECASE | re.DOTALL,
)
_SOURCE_LINE = re.compile(rf"\s*(?:[-*•]\s*)?(?:{_MARK}|\d{{1,3}}[.)])|\s*$")
_EMPHASIS = re.compile(
    r"(\*\*\*|\*\*|__|`+)(?=\S)(.+?)(?<=\S)\1|(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"
)
_LABEL = re.compile(r"^\s*(?:final |the )?answer\s*:\s*", re.IGNORECASE)
_LINE_START = re.compile(r"^\s*(?:#{1,6}\s+|>\s+)+", re.MULTILINE)
_BULLET = re.compile(r"(?:[-*•‣–]|\d{1,2}[.)])\s+")
_END = re.compile(r"[.!?…。！？]?[\"'”’)»]*$")


@dataclass(frozen=True)
class Claim:
    """One sentence of a draft without its markers. ``cites`` are the numbers that it cites.

    ``lead`` is what stands between it and the sentence before: a space, a line end, a bullet.
    ``whole`` is False for the last sentence of a draft that was cut off in it.
    """

    text: str
    cites: tuple[int, ...]
    lead: str = " "
    whole: bool = True

    def marked(self, numbers: Sequence[int]) -> str:
        """The sentence with other markers, put before the mark that ends it."""
        marks = "".join(f"[{number}]" for number in numbers)
        if not marks:
            return self.text
        end = _END.search(self.text)
        at = end.start() if end else len(self.text)
        if any(closing in self.text[at:] for closing in "\"'”’»"):
            at = len(self.text)
        return f"{self.text[:at]} {marks}{self.text[at:]}"


@dataclass(frozen=True)
class Draft:
    """The claims of a draft, and what was taken out of it before: links, pictures, markup."""

    claims: tuple[Claim, ...]
    removed: tuple[Unsupported, ...]


def take_apart(draft: str, *, urls: frozenset[str], complete: bool = True) -> Draft:
    """The claims of a draft. Links stay only when they are among ``urls``.

    With ``complete`` False the draft was cut off, and so a last sentence without an end is not
    whole. Never raises.
    """
    text, removed = strip_links(_PRIVATE.sub("", plain(draft)), urls=urls)
    text = _without_markup(_marks(text))
    text = _AFTER_END.sub(lambda found: f"{found[2].rstrip()}{found[1]} ", text)
    text = _SPACED.sub(r"\1", text)
    claims: list[Claim] = []
    last = 0
    for start, end in sentences(text):
        claim = _claim(text[start:end], between=text[last:start], first=not claims)
        if claim.text:
            claims.append(claim)
        elif claim.cites and claims:
            # A marker on a line of its own belongs to what stands before it.
            claims[-1] = _citing_also(claims[-1], claim.cites)
        last = end
    if claims and not complete and not _ended(claims[-1].text):
        claims[-1] = Claim(claims[-1].text, claims[-1].cites, claims[-1].lead, whole=False)
    return Draft(tuple(claims), tuple(removed))


def _marks(text: str) -> str:
    """Each marker as private-use characters, one a cited number."""

    def characters(found: re.Match[str]) -> str:
        listed = found["a"] or found["b"] or found["c"]
        return "".join(chr(_FIRST + number) for number in _listed(listed))

    text = _MARKER.sub(characters, text)
    return _PASSAGE.sub(lambda found: f"the article{chr(_FIRST + int(found['n']))}", text)


def _listed(numbers: str) -> list[int]:
    """The numbers of one marker: "1, 3-5" is 1, 3, 4, 5."""

    def spelled(found: re.Match[str]) -> str:
        first, last = int(found[1]), int(found[2])
        if not first < last <= first + 20:
            return f"{first},{last}"
        return ",".join(map(str, range(first, last + 1)))

    return [int(number) for number in re.findall(r"\d+", _RANGE.sub(spelled, numbers))]


def _without_markup(text: str) -> str:
    """The text without a list of sources at its end, and without Markdown's emphasis and titles."""
    sources = _SOURCES.search(text)
    if sources and all(map(_SOURCE_LINE.match, sources["list"].split("\n"))):
        text = text[: sources.start()]
    for _ in range(3):
        text = _EMPHASIS.sub(lambda found: found[2] or found[3], text)
    return _LABEL.sub("", _LINE_START.sub("", text))


def _claim(sentence: str, *, between: str, first: bool) -> Claim:
    marks = re.findall(_MARK, sentence)
    cites = tuple(dict.fromkeys(ord(mark) - _FIRST for mark in marks))
    text = " ".join(re.sub(_MARK, "", sentence).split())
    text = re.sub(r"\s+([.,;:!?])", r"\1", text)
    bullet = _BULLET.match(text)
    lead = "" if first else "\n" if "\n" in between else " "
    if bullet and (first or lead == "\n"):
        text, lead = text[bullet.end() :], f"{lead}{bullet[0]}"
    if not any(map(str.isalnum, text)):
        text = ""
    return Claim(text, cites, lead)


def _citing_also(claim: Claim, cites: Sequence[int]) -> Claim:
    return Claim(claim.text, tuple(dict.fromkeys((*claim.cites, *cites))), claim.lead)


def _ended(text: str) -> bool:
    return re.search(r"[.!?…。！？][\"'”’)»]*$", text) is not None
