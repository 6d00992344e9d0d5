"""Which outlet a page is from, by the name at its top, its footer and its copyright line."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice, pairwise

_OWNER = re.compile(
    r"(?:copyrights?\s*)?(?:©|\(c\)|copyright)\s*(?:copyright\s*)?(?:(?:19|20)\d\d(?:\s?[-–]\s?"
    r"(?:(?:19|20)\d\d|\d\d|present))?,?\s*)?(?:by\s+)?(?P<owner>[^.|•·©\d(]{2,60})",
    re.IGNORECASE,
)
# What follows a company's name, but for its legal form: `Shed Ltd, Toll House, Bath`.
_ADDRESS = re.compile(r"(?:, (?!inc\b|ltd\b|llc\b)[^,]+){2,}$", re.IGNORECASE)
_OWNER_TAIL = re.compile(
    r"\s*(?:[,-]? ?all rights.*|[,–-]\s*$|\s{2,}.*|(?:terms|privacy|contact) .*)", re.IGNORECASE
)
_COMPANY = re.compile(
    r"(?:,? (?:private|pvt|pty|publishing|verlags?|medien|\w+-gmbh|ltd|limited|inc|llc|plc|corp"
    r"|gmbh|ag|s\.?a\.?s?|s\.?l\.?u?|s(?=$)|sarl|kg|kgaa|aps|oy|ab|bv|nv|co)\b\.?)+$",
    re.IGNORECASE,
)
# American stations: `WXYZ`, `KRGL 7`.
_STATION = re.compile(r"[KW][A-Z]{3}(?:[- ](?:TV|FM|AM|\d{1,2}))?\b")
_SELF = re.compile(
    r"(?P<name>(?:[A-Z][\w'’&.-]*|of|the|and|&)(?: (?:[A-Z][\w'’&.-]*|of|the|and|&)){0,5}) is "
    r"(?:an? |the )?(?:independent|part of|reader|member|listener|registered"
    r"|published by|owned by|a? ?non-?profit|(?:news|digital) )"
)
_SECTION_WORDS = (
    "news sport sports business world politics opinion markets weather culture life lifestyle"
    " technology science health travel money video home latest local national media"
    " breaking top more all policy privacy terms cookies help contact search menu subscribe legal"
)
_SECTIONS = frozenset(_SECTION_WORDS.split())
# What newspapers, magazines and agencies are called, as the last word of a name.
_PAPER_WORDS = (
    "gazette courier times post herald standard tribune journal chronicle observer guardian"
    " telegraph mirror examiner inquirer enquirer bulletin dispatch mercury advertiser echo"
    " register sentinel ledger argus magazine wire monitor beacon independent globe republic"
    " zeitung bote tagblatt tageblatt anzeiger kurier nachrichten rundschau abendblatt allgemeine"
    " dépêche courrier parisien républicain diario heraldo correo periódico gaceta corriere"
    " gazzetta"
)
_PAPERS = frozenset(_PAPER_WORDS.split())
_KINDS = ("news", "agency", "media", "newswire", "newsroom")
# What a company that owns an outlet is called beside the outlet's name: `Quarry Media`.
_GENERIC_WORDS = (
    "media medien group holding holdings publishing publications publishers press network verlag "
    "verlags verlagsgesellschaft newspapers news ediciones editorial editions éditions groupe "
    "grupo company digital communications broadcasting international partners"
)
_GENERIC = frozenset(_GENERIC_WORDS.split())
_ARTICLE = r"(?:The|La|Le|El|Los|Les|Der|Die|Das|Il|De)"
_OFFICE = re.compile(
    r"\b(?:department|ministry|office|agency|council|authority|commission|service|court|board"
    r"|bureau"
    r"|ministerium|ministère|ministerio|treasury)\b",
    re.IGNORECASE,
)
_MINISTER = re.compile(
    r",? and (?:the )?(?:rt\.? hon|sir|dame|lord|baroness|dr|mr|ms|minister).*", re.IGNORECASE
)
_LOOSE = frozenset(("the", "our", "your", "my", "e", "sunday", "saturday", "weekend", "photo"))
_NAMELIKE = re.compile(
    r"[A-Z][\w'’&-]+(?: (?:of|the|and|&|for|de|du|des|la|le|of the|[A-ZÀ-Þ][\w'’&.-]*)){0,5}"
)
# `Nut & Bolt – the fastener trade's weekly`
_SLOGAN = re.compile(r"(?P<name>.{3,40}?) [–—-] (?:[a-z]|The |Your |All ).{8,}")
_BARS = re.compile(r"\s*[|•·]\s*|\s{2,}")
_EDGES = re.compile(r"^[^\w]+|[^\w.!]+$")

_ENOUGH = 2
_SIGNED = (
    "copyright",
    "sharing",
    "newsletter",
    "legal",
    "heading of a block of other stories",
    "rubric of another story",
)


def publisher(
    heads: Iterable[str], foots: Sequence[tuple[str, str]], texts: Sequence[str]
) -> str | None:
    """The outlet that a page is from, or None.

    ``heads`` are the lines above the headline, ``foots`` the lines outside the article below it,
    each with the reason for its label, ``texts`` all lines of the page. A name at the top counts
    when the footer says it again, also as a part of the company's name, or when it is what a
    newspaper is called; else the copyright line, then a footer that says what the outlet is, must
    name it; else it is the line with which the page opens, if that looks like a name.
    """
    names = dict.fromkeys(name for head in islice(heads, 60) for name in _names(head))
    best, most = None, _ENOUGH - 1
    for name in names:
        weight = _weight(name, foots, texts)
        # The name with which the page opens, when anything else speaks for it.
        weight += weight > 0 and name == next(iter(names)) and " " in name
        if weight > most:
            best, most = name, weight
    if best:
        return _fuller(_short_name(_as_written(best, texts), texts), texts)
    own = (self_named(text) for text in texts)
    if told := next((name for name in own if name and name in names), None):
        return told
    marked = [line for line, reason in foots if reason in _SIGNED or _follows(line)]
    followed = (_followed(line, texts) for line, _ in foots)
    owners = (_outlet_of(_short_name(owner(line), texts), texts) for line in marked)
    selves = (self_named(line) for line, _ in foots)
    named = next((name for name in (*followed, *owners, *selves) if name), None)
    return _fuller(named, texts) or _sender(texts) or _opening(names, texts)


def _outlet_of(company: str | None, texts: Sequence[str]) -> str | None:
    """What an outlet calls itself where the company has more words: `La Quilla`, Ediciones Quilla.

    The company's own word must stand in the page's text with an article before it, or twice
    without the words that make it a company's.
    """
    if company is None:
        return None
    own = [word for word in company.split() if word.casefold() not in _GENERIC]
    if not own or len(own) == len(company.split()):
        return company
    word = re.escape(" ".join(own))
    titled = re.compile(rf"\b{_ARTICLE} (?i:{word})\b(?! [A-Z])")
    found = (titled.search(text[:2000]) for text in texts)
    if name := next((match[0] for match in found if match), None):
        return name if name[-1].islower() else None
    alone = re.compile(rf"\b{word}\b(?! (?:{'|'.join(_GENERIC)})\b)(?! [A-Z])", re.IGNORECASE)
    said = [match[0] for text in texts for match in alone.finditer(text[:2000])]
    if len(said) >= 2 and any(name[0].isupper() and name[1:].islower() for name in said):
        return next(name for name in said if name[0].isupper() and name[1:].islower())
    return company


def _fuller(name: str | None, texts: Sequence[str]) -> str | None:
    """A name of one word with what it is, when that stands alone on a line: `Quay Newswire`."""
    if name is None or " " in name:
        return name
    kinds = (*_KINDS, *_PAPERS)
    lines = (text for text in texts if text.startswith(f"{name} ") and len(text.split()) <= 3)
    return next((line for line in lines if line.split()[-1].casefold() in kinds), name)


def _sender(texts: Sequence[str]) -> str | None:
    """The department that a government's page is from: the line under `From:`."""
    for over, text in pairwise(texts[:60]):
        if over.casefold().strip() in ("from:", "from") and _OFFICE.search(text):
            return _MINISTER.sub("", text).strip() or None
    return None


def _opening(names: Iterable[str], texts: Sequence[str]) -> str | None:
    """A name that is the page's first line, or stands alone near its top and is said again."""
    for name in names:
        slogan = _SLOGAN.match(texts[0])
        first = name == texts[0] or (slogan is not None and slogan["name"] == name)
        if not (first or name in texts[:12]) or name.isupper() or not _NAMELIKE.fullmatch(name):
            continue
        if _SECTIONS.issuperset(name.casefold().split()):
            continue
        whole = re.compile(rf"\b{re.escape(name)}\b")
        again = sum(bool(whole.search(text[:2000])) for text in texts) >= 2
        office = _OFFICE.search(name) is not None and re.search(r" (?:of|for) ", name) is not None
        if (first or again or office) and " " in name:
            return name
        if first and again:
            return name
    return None


def _followed(line: str, texts: Sequence[str]) -> str | None:
    """The name in `Follow The Quay`, when it stands alone on a line as well."""
    name = line.removeprefix("Follow ").strip()
    alone = line.startswith("Follow ") and name in texts and 2 <= len(name.split()) <= 5
    return name if alone else None


def _short_name(name: str | None, texts: Sequence[str]) -> str | None:
    """A company's name without `Private Ltd`; one of a single word is kept if it stands alone."""
    short = _COMPANY.sub("", name) if name else None
    if name is None or not short or short == name:
        return name
    if len(short.split()) > 1:
        return short
    whole = re.compile(rf"\b{re.escape(short)}\b")
    return short if sum(bool(whole.search(text[:2000])) for text in texts) >= 2 else name


def _names(head: str) -> Iterable[str]:
    """The parts of a line at the top that can be the name of an outlet."""
    for cell in _BARS.split(head[:200]):
        slogan = _SLOGAN.match(cell)
        name = _EDGES.sub("", slogan["name"] if slogan else cell)
        words = name.split()
        if station := _STATION.match(name):
            yield station[0]
        if not 1 <= len(words) <= 6 or len(name) > 40 or not name[0].isupper():
            continue
        if sum(map(str.isdigit, name)) > 2:
            continue
        if len(_bare(name)) > 3 and _bare(name).casefold() not in _SECTIONS:
            yield name


def _bare(name: str) -> str:
    return re.sub(r"^the ", "", name, flags=re.IGNORECASE)


def _weight(name: str, foots: Sequence[tuple[str, str]], texts: Sequence[str]) -> int:
    """How much speaks for a name: the copyright line most, a paper's kind of name next."""
    bare = _bare(name)
    words = bare.casefold().split()
    weight = 0
    if words[-1] in _PAPERS and (len(words) > 1 or bare != name) and words[0] not in _LOOSE:
        weight += 2
    elif words[-1] in _KINDS and len(words) > 1 and words[0] not in _SECTIONS | _LOOSE:
        weight += 1
    whole = re.compile(rf"\b{re.escape(bare)}\b", re.IGNORECASE)
    outlet = _outlet(bare)
    said = 0
    for line, reason in foots:
        # As a name: "the day's business news" repeats no menu word.
        found = next((m for m in whole.finditer(line[:600]) if m[0][0].isupper()), None)
        if found is None and reason == "copyright" and _of_company(bare, owner(line)):
            weight += 2
        if found is None:
            continue
        if reason in ("copyright", "legal"):
            return weight + 3
        long = len(words) > 1 or bare != name
        said += bare != name and line.casefold() == name.casefold()
        said += long and len(line) > len(name) + 1 and (reason in _SIGNED or _follows(line))
        said += long and line.startswith(bare) and len(line) > len(name) + 1
        said += bool(outlet.search(line[:600])) or (self_named(line) or "").endswith(found[0])
    told = any(outlet.search(text) for text in texts if len(text) > 60)
    return weight + min(said, 2) + told + 2 * _signs(name, texts)


def _of_company(bare: str, company: str | None) -> bool:
    """Whether a name's own word is that of the company: `The Morning Courant`, Courant Media."""
    if company is None:
        return False
    own = {word.casefold() for word in bare.split() if len(word) > 3} - _SECTIONS - _LOOSE
    return bool(own & {word.casefold() for word in company.split()} - {"media", "group", "company"})


def _outlet(bare: str) -> re.Pattern[str]:
    """What is said of a newsroom, and of nothing that a menu names."""
    name = re.escape(bare)
    return re.compile(
        rf"\b(?i:told|tells|about|follow|join|subscribe to|at|for|by|to) (?:the |The )?{name}\b"
        rf"|[/(] ?(?:the |The )?{name}\b"
        rf"|\b{name} (?:may|newsletters?|apps?|team|readers?|staff|partners|Daily|Weekly|is part of"
        rf"|uses?)\b"
        rf"|\b{name}[’']s? (?:\w+ )?(?:reporting|newsletters?|journalism|reporters?|own)\b"
    )


def _signs(name: str, texts: Sequence[str]) -> bool:
    """Whether an agency's report opens with the name, or an address holds it."""
    agency = re.compile(rf"[(/]{re.escape(name)}[)/]", re.IGNORECASE)
    host = re.compile(rf"[@./]{re.escape(''.join(name.casefold().split()))}\.[a-z]{{2,}}")
    return any(
        (len(text) > 80 and agency.search(text[:160])) or host.search(text[:600].casefold())
        for text in texts
    )


def _follows(line: str) -> bool:
    return line.casefold().startswith(("follow ", "about ", "contact ", "subscribe to ", "join "))


def _as_written(name: str, texts: Sequence[str]) -> str:
    """A name in capitals as the page writes it elsewhere, if it does."""
    if not name.isupper():
        return name
    bare = _bare(name)
    whole = re.compile(rf"\b{re.escape(bare)}\b", re.IGNORECASE)
    found = (m[0] for text in texts for m in whole.finditer(text[:2000]))
    written = next((each for each in found if each[0].isupper() and not each.isupper()), None)
    if written is None:
        return name
    return written if bare == name else f"The {written}"


def owner(line: str) -> str | None:
    """Who a copyright line names: `© 2026 Harbour News Ltd. All rights reserved.`"""
    found = _OWNER.match(line.strip(" *_")) if len(line) <= 300 else None
    if found is None:
        return None
    name = _ADDRESS.sub("", _OWNER_TAIL.sub("", found["owner"])).strip(" ,;:–—-")
    if not name or not name[0].isupper() or len(name.split()) > 8:
        return None
    return None if name.casefold().endswith("copyright") else name


def self_named(line: str) -> str | None:
    """The outlet of a line such as `The Quay is an independent newspaper`, or None."""
    found = _SELF.match(line[:200])
    return found["name"] if found else None
