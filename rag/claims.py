"""A model's draft taken apart: its sentences, the passages each cites, and what may not stay."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from unicodedata import digit

from rag.links import MARKER, marked, strip_links
from rag.plain import plain
from rag.sentences import Span, sentences
from rag.types import Unsupported

# A draft may be hostile: no expression here may scan the same run again from each of its places.
# One private-use character stands for one cited number while sentences are looked for.
_FIRST = 0xE000
_MARK = f"[{chr(_FIRST)}-{chr(_FIRST + 999)}]"
_MARKS = rf"{_MARK}(?:[^\S\n]*+(?:(?:,|;|and\b)[^\S\n]*+)?{_MARK})*"
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")

_PASSAGE = re.compile(
    r"(?i:\b(?:the\s+)?(?:passages\s+(?P<many>\d{1,3}(?:(?:\s*,\s*|\s+and\s+"
    r"|\s*,\s*and\s+)\d{1,3})+)"
    r"|passages?\s+(?P<one>\d{1,3})))\b(?!\s*(?:%|percent))"
)
_RAISED = "⁰¹²³⁴-⁹"
# Behind a word or a full stop; "km²" and "10³" are values, "2027¹" is not.
_SUPERSCRIPT = re.compile(
    rf"(?:(?<=[^\W\d_{_RAISED}]{{3}})|(?<=[.!?…。！？%)\"”’])|(?<=\d{{4}}))"
    rf"[{_RAISED}]{{1,2}}(?:[,;][^\S\n]?[{_RAISED}]{{1,2}})*(?![{_RAISED}⁻⁺⁄])"
)
# "(1)" is a marker only next to a full stop: elsewhere it counts reasons, or gives a loss.
_ROUND = r"(?:\(\d{1,2}\)[^\S\n]*)+"
_ROUND_BEFORE = re.compile(
    rf"(?<!\s)(?<!\d\))(?:[^\S\n]+|(?<=[^\d\s]))(?P<round>{_ROUND})(?=[.!?…。！？])"
)
_ROUND_AFTER = re.compile(rf"(?P<end>[.!?…。！？][\"'”’»]*)[^\S\n]*(?P<round>{_ROUND})")
_ROUND_LAST = re.compile(rf"[.!?…。！？][\"'”’»]*[^\S\n]*{_ROUND}$")
_ROUND_LIST = re.compile(r"^[^\S\n]*\(\d{1,2}\)\s", re.MULTILINE)
_MOST_PASSAGES = 30
_WRAPPED = re.compile(rf"[\[(](?i:see\s+)?\s*({_MARKS})\s*[\])]")
# A marker that is a part of its sentence: "According to [1], ...".
_NAMED = re.compile(
    r"(?P<before>\b[^\W\d_]++[^\S\n]++)?\b(?P<how>(?i:according to|based on|as|in|from|per|by))"
    rf"[^\S\n]++(?P<marks>{_MARKS})"
)
_REPORTED = re.compile(
    r"(?:reported|stated|mentioned|described|noted|quoted|cited|explained|published|listed|"
    r"detailed|outlined|confirmed)\s",
    re.IGNORECASE,
)
_DONE = re.compile(r"\w*(?:ed|ing)\s", re.IGNORECASE)
_SPEAKS = re.compile(
    rf"(?:(?P<first>^|(?<=[.!?…]\s))|(?<=\bwhile\s)|(?<=\bbut\s)|(?<=\bwhereas\s))(?P<marks>{_MARKS})"
    r"(?=[^\S\n]+(?:says?|reports?|states?|notes?|adds?|mentions?|gives?|puts?)\b)",
    re.MULTILINE,
)
_JOINED = re.compile(rf"({_MARK})[^\S\n]*+(?:[,;]|and\b)[^\S\n]*+(?={_MARK})")

_AFTER_END = re.compile(rf"([.!?…。！？][\"'”’)»]*)[^\S\n]*((?:{_MARK}[^\S\n]*)+)")
_SPACED = re.compile(rf"(?<![^\S\n])[^\S\n]+({_MARK})")
_SOURCES = re.compile(
    r"[\s*_#]*+(?:sources?|references|citations|footnotes|passages cited)[\s*_:]*+", re.IGNORECASE
)
_SOURCE_LINE = re.compile(rf"\s*+(?:[-*•]\s*+)?(?:the articles?)?(?:{_MARK}|\d{{1,3}}[.)])|\s*+$")
_EMPHASIS = re.compile(r"\n|\*\*|\*|(?<!_)_{1,2}(?!_)|``+|`")
_LABEL = re.compile(r"^\s*(?:final |the )?answer\s*:\s*", re.IGNORECASE)
_LINE_START = re.compile(r"^[^\S\n]*+(?:(?:#{1,6}|>)(?:[^\S\n]++|$))+", re.MULTILINE)
_BULLET = re.compile(r"(?:[-*•‣–]|\d{1,2}[.)])\s+")
_RULE = re.compile(r"\|(?:[ \t]*:?-+:?[ \t]*\|)+")
_CLOSING = "\"'”’)»"
_ENDS = tuple(".!?…。！？")
_ABSTAINS = re.compile(
    r"[\"'“„‘«*_]{1,3}(not in the articles?)([.!]?)[\"'”’“»*_]{1,3}([.!]?)", re.IGNORECASE
)


@dataclass(frozen=True)
class Claim:
    """One sentence of a draft without its markers. ``cites`` are the numbers that it cites.

    ``lead`` is what stands between it and the sentence before: a space, a line end, a bullet.
    ``whole`` is False for the last sentence of a draft that was cut off in it, and ``head`` True
    for the row with the titles of a table's columns, with the rule under it.
    """

    text: str
    cites: tuple[int, ...]
    lead: str = " "
    whole: bool = True
    head: bool = False

    def marked(self, numbers: Sequence[int]) -> str:
        """The sentence with other markers, put before the mark that ends it."""
        marks = "".join(f"[{number}]" for number in numbers)
        if not marks:
            return self.text
        if self.text.endswith("|"):
            return f"{self.text[:-1].rstrip()} {marks} |"
        stem = self.text.rstrip(_CLOSING)
        at = len(stem) - stem.endswith(_ENDS)
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
        if _RULE.fullmatch(text[start:end]) and claims and claims[-1].text.startswith("|"):
            claims[-1] = replace(
                claims[-1], text=f"{claims[-1].text}\n{text[start:end]}", head=True
            )
        elif claim.text:
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
    text = MARKER.sub(lambda found: _characters(marked(found)), text)
    text = _SUPERSCRIPT.sub(lambda found: _characters(_numbers(found[0])), text)
    text = _PASSAGE.sub(_passage, _round(text))
    for _ in range(2):  # "([[1]])" is the most that was seen
        text = _WRAPPED.sub(r"\1", text)
    text = _SPEAKS.sub(_speaking, _NAMED.sub(_named, text))
    return _JOINED.sub(r"\1", text)


def _characters(numbers: Sequence[int]) -> str:
    return "".join(chr(_FIRST + number) for number in numbers)


def _numbers(text: str) -> list[int]:
    """The numbers of a text, raised ones too."""
    digits = "".join(str(digit(each)) if each.isdigit() else " " for each in text)
    return [int(number) for number in digits.split()]


def _round(text: str) -> str:
    """The text with each "(1)" next to a full stop as a marker, unless it has a list of them."""
    if len(_ROUND_LIST.findall(text)) > 1:
        return text

    def marks(found: re.Match[str]) -> str:
        numbers = _numbers(found["round"])
        if not all(1 <= number <= _MOST_PASSAGES for number in numbers):
            return found[0]
        end = found.groupdict().get("end")
        return _characters(numbers) if end is None else f"{end} {_characters(numbers)} "

    lines = _ROUND_BEFORE.sub(marks, text).split("\n")
    # Behind a full stop it may begin a sentence; it does not where one ends the line as well.
    return "\n".join(
        _ROUND_AFTER.sub(marks, line) if _ROUND_LAST.search(line) else line for line in lines
    )


def _article(marks: str) -> str:
    """What a sentence says for the passages that it names, and what it cites with that."""
    marks = "".join(re.findall(_MARK, marks))
    return f"the article{'s' if len(marks) > 1 else ''}{marks}"


def _passage(found: re.Match[str]) -> str:
    article = _article(_characters(_numbers(found["many"] or found["one"])))
    return f"T{article[1:]}" if found[0][0].isupper() else article


def _named(found: re.Match[str]) -> str:
    before = found["before"] or ""
    # "the plant that it invested in [1]": the marker is no part of the sentence.
    if _DONE.fullmatch(before) and not _REPORTED.fullmatch(before):
        return found[0]
    return f"{before}{found['how']} {_article(found['marks'])}"


def _speaking(found: re.Match[str]) -> str:
    article = _article(found["marks"])
    return article if found["first"] is None else f"T{article[1:]}"


def _without_markup(text: str) -> str:
    """The text without a list of sources at its end, and without Markdown's emphasis and titles."""
    text = _without_emphasis(_without_sources(text))
    return _LABEL.sub("", _LINE_START.sub("", text))


def _without_sources(text: str) -> str:
    lines = text.split("\n")
    end = len(lines)
    for at in range(len(lines) - 1, 0, -1):
        if _SOURCES.fullmatch(lines[at]):
            end = at
        elif not _SOURCE_LINE.match(lines[at]):
            break
    return "\n".join(lines[:end])


def _without_emphasis(text: str) -> str:
    """The text without the signs of emphasis and code that open and close in one line."""
    gone: list[Span] = []
    opened: dict[str, Span] = {}
    for found in _EMPHASIS.finditer(text):
        sign, span = found[0], found.span()
        if sign == "\n":
            opened.clear()
        elif sign.startswith("``"):  # a fence; sentencex, too, is slow on many of them
            gone.append(span)
        elif sign in opened and opened[sign][1] < span[0] and _may_close(text, sign, span):
            gone += [opened.pop(sign), span]
        elif sign not in opened and _may_open(text, sign, span):
            opened[sign] = span
    pieces: list[str] = []
    last = 0
    for start, end in sorted(gone):
        pieces.append(text[last:start])
        last = end
    return "".join(pieces) + text[last:]


def _may_open(text: str, sign: str, span: Span) -> bool:
    before, after = text[max(span[0] - 1, 0) : span[0]], text[span[1] : span[1] + 1]
    return bool(after.strip()) and not (sign in ("*", "_") and _in_word(before))


def _may_close(text: str, sign: str, span: Span) -> bool:
    before, after = text[span[0] - 1], text[span[1] : span[1] + 1]
    return bool(before.strip()) and not (sign in ("*", "_") and _in_word(after))


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _claim(sentence: str, *, between: str, first: bool) -> Claim:
    marks = re.findall(_MARK, sentence)
    cites = tuple(dict.fromkeys(ord(mark) - _FIRST for mark in marks))
    text = " ".join(re.sub(_MARK, "", sentence).split())
    text = re.sub(r"\s+([.,;:!?])", r"\1", text)
    bullet = _BULLET.match(text)
    lead = "" if first else "\n" if "\n" in between else " "
    if bullet and (first or lead == "\n"):
        text, lead = text[bullet.end() :], f"{lead}{bullet[0]}"
    if abstains := _ABSTAINS.fullmatch(text):
        text = f"{abstains[1]}{abstains[2] or abstains[3]}"
    if not any(map(str.isalnum, text)):
        text = ""
    return Claim(text, cites, lead)


def _citing_also(claim: Claim, cites: Sequence[int]) -> Claim:
    return Claim(claim.text, tuple(dict.fromkeys((*claim.cites, *cites))), claim.lead)


def _ended(text: str) -> bool:
    return text.rstrip(_CLOSING).endswith(_ENDS)
