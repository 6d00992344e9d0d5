"""Who wrote a page and when, read from its by-lines and date lines."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_NAMES = {
    "en": "january february march april may june july august september october november december",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "short": "jan feb mar apr may jun jul aug sep oct nov dec",
}
_MONTHS = {
    name: number for names in _NAMES.values() for number, name in enumerate(names.split(), start=1)
} | {"sept": 9, "mrz": 3, "okt": 10, "dez": 12, "janv": 1, "févr": 2, "juil": 7, "déc": 12}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    r"\b(?P<y1>(?:19|20)\d\d)[-/](?P<m1>\d\d?)[-/](?P<d1>\d\d?)(?!\d)"
    rf"|\b(?P<n2>{_MONTH})\b\.? (?P<d2>\d\d?)(?:st|nd|rd|th)?,? (?P<y2>(?:19|20)\d\d)\b"
    r"|\b(?P<d3>\d\d?)(?:st|nd|rd|th|er|\.)?[ -](?:of |de )?"
    rf"(?P<n3>{_MONTH})\b\.?,?[ -](?:de )?(?P<y3>(?:19|20)\d\d)\b"
    r"|\b(?P<a4>\d\d?)[/.-](?P<b4>\d\d?)[/.-](?P<y4>(?:19|20)\d\d)\b"
    r"|(?P<y5>(?:19|20)\d\d)年(?P<m5>\d\d?)月(?P<d5>\d\d?)日",
    re.IGNORECASE,
)
_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_AGO = re.compile(
    r"\b(?:(?P<count>\d{1,3}|an?|one) ?"
    r"(?P<unit>seconds?|secs?|minutes?|mins?|m|hours?|hrs?|h|days?|d) ago|(?P<day>yesterday))\b",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"updated|modified|revised|reviewed|edited|aktualisiert|mis à jour|actualizado"
    r"|更新",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"published|posted|issued|date|veröffentlicht|publié|publicado|发布", re.IGNORECASE
)
_NOISE = re.compile(
    r"\b\d\d?[/.-]\d\d?[/.-]\d{4}\b|\b\d\d?[:.h]\d\d(?::\d\d)?(?: ?[ap]\.?m\b\.?)?"
    r"|(?<=\w )\d+ ?(?:h|hrs?|m|mins?|d) ago\b"
    r"|\b(?:\d+|an?|one|few) (?:second|minute|min|hour|hr|day|week|month|year)s? ago\b"
    r"|\b\d+[- ]?min(?:ute)?s?(?: (?:read|listen|watch))?\b|\b\d{4}\b|\b\d\d?(?:st|nd|rd|th)?\b"
    r"|\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b|\b[ap]\.?m\b\.?"
    r"|\b(?:[A-Z]{1,3}T|UTC|GMT|first|last|published|posted|updated|modified|revised|edited|issued"
    r"|created|date|on|at|in|by|yesterday|today|just now|read|uhr|stand|um|le|à|el|a las"
    r"|publié|mis à jour|modifié|actualisé|publicado|actualizado|veröffentlicht|aktualisiert"
    r"|erstellt|gepubliceerd)\b"
    rf"|\b(?:{_MONTH})\b",
    re.IGNORECASE,
)
_TIME_HINT = re.compile(
    rf"\d\d?[:.]\d\d\b|\b\d\d?[/.-]\d\d?[/.-]\d{{4}}\b|\bago\b|\b\d+[- ]min|\b(?:{_MONTH})\b"
    rf"|yesterday|just now",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_WORD = r"(?:[^\W\d_][\w'’.-]*)"
_UPPER = r"(?:[A-ZÀ-ÖØ-ÞŠŽČŁİ][\w'’.-]*)"
_PARTICLE = r"(?:de|da|di|del|der|den|van|von|al|bin|ibn|la|le|du|dos|y)\b"
_PERSON = rf"{_UPPER}(?: (?:{_PARTICLE}|{_UPPER})){{0,5}}"
_PEOPLE = rf"{_PERSON}(?:(?:, | and | & |, and | und | et | y ){_PERSON}){{0,5}}"
_BYLINE = re.compile(
    rf"(?i:(?:(?:exclusive|analysis|opinion|comment|review(?:ed)?|interview(?:ed)?|report(?:ed)?"
    rf"|story|words|text|pictures|written|posted|published)(?: and [a-z]+)?:? +)?by|authors?:|von"
    rf"|par|por|autor:|作者[:：]?)"
    rf"\s*:?\s*\[?(?P<names>{_PEOPLE})(?!\w)(?P<rest>.*)$"
)
# In a column of its own beside the name.
_BESIDE = re.compile(r"\s{2,}(?:[\w.+-]+@[\w.-]+|@\w+|[A-Z][^.!?]{2,50})$")
_BY = re.compile(
    r"(?:(?:interview|words|photographs?|pictures|photos|text|story|written|reporting) )?by:?"
    r"|von|par|por",
    re.IGNORECASE,
)
_READING = re.compile(
    r"\W*(?:reading time|read time|time to read|estimated read(?:ing time)?|lesezeit|lesedauer"
    r"|temps de lecture|lecture|tiempo de lectura|leestijd|tempo di lettura)\W*\d+"
    r"(?:[ -](?:\d+ )?)?min\w*\.?(?: (?:read|de lecture|de lectura))?\W*$",
    re.IGNORECASE,
)
_LATELY = re.compile(
    r"(?:live\W+)?(?:last )?(?:updated|published|posted|modified):? (?:just now|\d+ ?\w+"
    r" ago)\b.{0,30}",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"(?:[\w'’,&-]+ ){0,4}(?:reporter|correspondent|editor|writer|columnist|journalist|contributor"
    r"|staff|critic|analyst|freelance|in)\b.{0,40}$",
    re.IGNORECASE,
)
# `By Ann Doe, College of Science`
_OFFICE = re.compile(
    rf"(?i:by) (?P<names>{_UPPER}(?: {_UPPER}){{1,3}}),"
    rf"(?: (?:of|for|and|the|at|in|{_UPPER})){{2,8}}"
)
_JOB = re.compile(
    r",[^,]*?\b(?:senior|chief|reporter|correspondent|editor|writer|columnist|journalist"
    r"|contributor|staff)s?\b.*",
    re.IGNORECASE,
)
_NAME_ROLE = re.compile(
    rf"(?P<names>{_UPPER}(?: {_UPPER}){{1,3}})(?:,| [|–—-]|  +) ?(?P<role>[^.!?,]{{3,50}}"
    r"(?:, [^.!?,]{2,25})?)$"
)
# `Ann Doe Health editor`, as where name and job are two lines of one link.
_NAME_JOB = re.compile(
    rf"(?P<names>{_UPPER} {_UPPER}) (?P<role>{_UPPER}(?: [a-z]+){{0,2}} (?:editor|correspondent"
    r"|reporter|writer|columnist|critic))$"
)
_NAME_PLACE = re.compile(rf"{_UPPER}(?: {_UPPER}){{1,2}} (?:in|at)(?: the)?(?: {_UPPER}){{1,3}}$")
_NAME_LINE = re.compile(rf"(?P<names>{_UPPER}(?: {_UPPER}){{1,3}})$")
# Two who wrote together, and who wrote when: `Ann Doe (now) and Bo Roe (earlier)`.
_TOGETHER = re.compile(
    rf"{_UPPER}(?: {_UPPER}){{1,3}}(?: \([a-z][^()]{{2,24}}\))?"
    rf"(?:(?:, | and | & |, and | und | et | y ){_UPPER}(?: {_UPPER}){{1,3}}"
    r"(?: \([a-z][^()]{2,24}\))?)+"
)
_SENT = re.compile(
    rf"{_UPPER}(?: {_UPPER}){{1,3}} \((?:envoyée? spéciale?|correspondante?|avec|enviad[ao]"
    r" especial"
    r"|special correspondent|in|à|en)\b[^()]{0,60}\)"
)
_DATELINE = re.compile(
    r"[A-Z][\w .,'’-]{1,50}?[,(] ?(?P<date>(?:[A-Z][a-z]+\.? \d\d?,? \d{4}"
    r"|\d\d? [A-Z][a-z]+\.? \d{4}))"
    r"\)? ?(?:\([^)]{2,40}\)|/[^/]{2,40}/)? ?(?:--|[–—-]) "
)
_DATED = re.compile(r"(?P<date>\d\d? [A-Z][a-z]+\.? \d{4}|[A-Z][a-z]+\.? \d\d?, \d{4}) ?-{2,3} ")


@dataclass(frozen=True)
class Stamp:
    """A date in a line; ``role`` is `published`, `updated` or None when the line does not say."""

    day: date
    role: str | None
    start: int
    end: int


def day_of(text: str) -> date | None:
    """The first whole date of a text, or None."""
    return next((stamp.day for stamp in stamps(text)), None)


def stamps(line: str, *, fetched: datetime | None = None) -> list[Stamp]:
    """The dates in a line, in order. Days that can be read two ways (03/04/2026) are left out.

    "2 hours ago" and "yesterday" are dates only when it is known when the page was ``fetched``;
    weeks and months ago name no day.
    """
    found: list[Stamp] = []
    before = 0
    dates = [(match, _day(match)) for match in _DATE.finditer(line)] if _DIGIT.search(line) else []
    if fetched is not None:
        dates += [(match, _ago(match, fetched)) for match in _AGO.finditer(line)]
    for match, day in sorted(dates, key=lambda each: each[0].start()):
        if day is None:
            continue
        lead = line[before : match.start()]
        role = "published" if _PUBLISHED.search(lead) else None
        role = "updated" if _UPDATED.search(lead) else role
        found.append(Stamp(day, role, match.start(), match.end()))
        before = match.end()
    return found


def _ago(match: re.Match[str], fetched: datetime) -> date:
    if match["day"]:
        return (fetched - timedelta(days=1)).date()
    count = int(match["count"]) if match["count"].isdigit() else 1
    unit = match["unit"].casefold()[0]
    return (fetched - count * {"s": _SECOND, "m": _MINUTE, "h": _HOUR, "d": _DAY}[unit]).date()


def _day(match: re.Match[str]) -> date | None:
    part = match.groupdict()
    for n in "135":
        if part[f"y{n}"]:
            month = part.get(f"m{n}") or _MONTHS[part[f"n{n}"].casefold()]
            return _real(int(part[f"y{n}"]), int(month), int(part[f"d{n}"]))
    if part["y2"]:
        return _real(int(part["y2"]), _MONTHS[part["n2"].casefold()], int(part["d2"]))
    a, b = int(part["a4"]), int(part["b4"])
    if "." in match[0]:  # written so, the day comes first
        return _real(int(part["y4"]), b, a)
    if a <= 12 and b <= 12 and a != b:
        return None
    month, day = (b, a) if a > 12 else (a, b)
    return _real(int(part["y4"]), month, day)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def author(line: str) -> str | None:
    """The names of a by-line (`By Jane Doe and John Roe | 3 March 2026`), or None."""
    found = _BYLINE.match(line.lstrip("*_ ")) if len(line) <= 200 else None
    if found is None:
        return None
    office = _OFFICE.fullmatch(line.strip("*_ "))
    if office:
        return office["names"]
    rest = found["rest"].strip(" *_]")
    if (
        rest
        and not _BESIDE.match(found["rest"])
        and not (rest[0] in "|•·–—-,/(]<" or stamps(rest) or _TIME_HINT.search(rest))
    ):
        return None
    if len(rest.split()) > 14 or (rest.endswith(".") and len(rest.split()) > 6):
        return None
    names = _JOB.sub("", found["names"]).strip(" .,-")
    first = names.split()[0].casefold().strip(".,")
    return None if first in _MONTHS or first in ("the", "our", "a", "an") else names


def dateline(line: str, *, words: int) -> bool:
    """Whether a whole line is a by-line, a date, a time or these together."""
    if words > 24 or len(line) > 200:
        return False
    if author(line) or _READING.match(line) or _BY.fullmatch(line) or _SENT.fullmatch(line):
        return True
    if _LATELY.fullmatch(line):
        return True
    if not (stamps(line) or _TIME_HINT.search(line)):
        return False
    rest = _NOISE.sub(" ", _DATE.sub(" ", line.removeprefix("and ")))
    left = [word for word in re.findall(_WORD, rest) if len(word) > 1]
    if not left:
        return True
    separated = re.search(r"[|•·]", line) is not None
    capital = all(word[0].isupper() for word in left)
    labelled = bool(stamps(line)) and len(left) <= (5 if separated else 3)
    return labelled and capital and not line.rstrip().endswith((".", "!", "?"))


def timestamp(line: str) -> bool:
    """Whether a line is nothing but a time of day, as over an entry of a live blog."""
    return (
        re.fullmatch(r"\d\d?[:.]\d\d(?: ?[ap]\.?m\.?)?(?: [A-Z]{2,4})?:?", line.strip()) is not None
    )


def role(line: str) -> bool:
    """Whether a line can be the job of the person named above it."""
    return len(line) <= 80 and line[-1] not in ".!?" and _ROLE.match(line) is not None


def name_alone(line: str) -> str | None:
    """A line that is two to four capitalised words, as a name is, or None."""
    found = _NAME_LINE.match(line) if len(line) <= 50 else None
    return found["names"] if found else None


def names(line: str) -> bool:
    """Whether a line is the names of two people or more: `Ann Doe & Bo Roe`."""
    return len(line) <= 120 and _TOGETHER.fullmatch(line) is not None


def with_role(line: str) -> str | None:
    """The name in a line of a name and a job: `Ann Doe, Health Editor`, or None."""
    if len(line) > 80:
        return None
    if found := _NAME_JOB.match(line):
        return found["names"]
    found = _NAME_ROLE.match(line)
    return found["names"] if found and role(found["role"]) else None


def with_place(line: str) -> bool:
    """Whether a line is a name and where the person wrote: `Ann Doe at the Quay Ground`."""
    return len(line) <= 60 and _NAME_PLACE.match(line) is not None


def opening_date(paragraph: str) -> date | None:
    """The date of `TOWN, March 3, 2026 (Agency) — ...` at the head of a first paragraph."""
    found = _DATELINE.match(paragraph[:160]) or _DATED.match(paragraph[:40])
    return day_of(found["date"]) if found else None
