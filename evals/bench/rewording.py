"""Sentences of public texts, reworded by rule as a language model would, each of them still true.

The patterns are the bench's own: nothing here comes from what the verifier reads values with.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import TypeVar

from evals.bench import squad
from evals.bench.squad import Half, half_of

_NAMES = "January February March April May June July August September October November December"
MONTHS = tuple(_NAMES.split())
MONTH = "(?:" + "|".join(MONTHS) + ")"
_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
ONES = (*_ONES.split(), *["fifteen", "sixteen", "seventeen", "eighteen", "nineteen"])
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORDS = {word: n for n, word in enumerate(ONES)} | {w: 10 * n for n, w in enumerate(TENS, 2)}

_Rule = Callable[[str, Random], str]
_T = TypeVar("_T")

_DAY = r"(?P<day>3[01]|[12]\d|[1-9])"
_MONTH_DAY_YEAR = re.compile(rf"\b(?P<month>{MONTH}) {_DAY}, (?P<year>\d{{4}})\b", re.IGNORECASE)
_DAY_MONTH_YEAR = re.compile(rf"\b{_DAY} (?P<month>{MONTH}),? (?P<year>\d{{4}})\b")
_MONTH_DAY = re.compile(rf"\b(?P<month>{MONTH}) {_DAY}\b(?!,? \d|[\d,–-]|st|nd|rd|th)")
_ON_A_DAY = re.compile(rf"\b(?P<on>[Oo]n) (?P<month>{MONTH}) {_DAY}, (?P<year>\d{{4}})\b")
_WHEN = rf"(?:{MONTH} (?:\d{{1,2}}, )?)?\d{{4}}"
_LEADING = re.compile(rf"(?P<when>(?:In|On) {_WHEN}), (?P<rest>[^,;:()]{{20,160}})\.")
_TRAILING = re.compile(rf"(?P<rest>[^,;:()]{{15,140}}) (?P<when>in {_WHEN})\.")
_PLACE = re.compile(
    r"(?P<lead>(?:During|After|Before|Under|In|At) (?:the|a|an|[A-Z]\w+)\b[^,;\d]{0,35}), "
    r"(?P<rest>[^,;:()]{30,140})\."
)
# With one of these the date may belong to another verb than the first.
_SECOND_VERB = re.compile(
    r"\b(?:that|which|who|whose|when|where|while|after|before|until|since|because|as|if|but|and|or|"
    rf"than|to|from|by|in|on|say|says|said|{MONTH}|\d{{4}}s?)\b"
)
_STARTERS = re.compile(r"(?:The|A|An|In|On|By|At|During|After|About|Some|Most|Each|All|Many) ")
_SMALL_MONTH = re.compile(rf"\b(?:may(?= \d)|{MONTH.lower().replace('may|', '')})\b")
_VERB = re.compile(
    r"^(?:\S+ ){1,14}?(?:is|are|was|were|has|have|had|will|would|can|could|may|must|did|does|do|"
    r"\w{3,}(?<!relat)(?<!unrealiz)ed|began|became|took|made|said|led|held|won|rose|fell|grew|gave)\b"
)
_OPENING = r"(?:[A-Z]|(?:the|in|on|at|as of|during|net|total|an?|sales|cash) )"
_WHOLE = re.compile(_OPENING + r"""[^\n|"“”:;*<>=\[\]]+[a-z0-9%)]\.""")
_LEANS = re.compile(
    r"^(?:He|She|It|They|This|These|Those|That|There|His|Her|Their|Its|But|And|So|Yet|Or|Such|Both|"
    r"Another|Here|Then|Others?|Nor|Also|Similarly|Instead|Later|Afterwards|Two|it|they|this|these|"
    r"those|that|there|their|its|such|both|see|other|in addition|refer|"
    r"The (?:group|same|other|second|third|two|three)|(?:\S+ ){1,4}(?:his|her|their|its|he|she))\b"
    r"|\b(?:I|[Ww]e|[Mm]y|[Yy]ou|[Yy]our|[Oo]ur|us|me|former|latter|respectively|these|those|above|"
    r"below|following|table|note|as follows|201[489]s?|201[cd]|201\d{3}|pages?)\b"
    r"|^[A-Z]\w+ \d+, \d{4}|per diluted with|\d\)|\.\.|\w- \w|\$in\b|~|20ac|^\w+ \w+ \w+ \(\w\)"
)
_LEADS = (
    "According to the article, ",
    "The article says that ",
    "The passage states that ",
    "As the article reports, ",
)
_COUNTED = r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d)"
_PAIRS = """
began:started, in order to:to, located in:situated in, largest:biggest,
although:though, prior to:before, led to:resulted in, constructed:built,
often:frequently, primarily:mainly, mainly:primarily, compared to:compared with,
was the first:became the first, consists of:is made up of, occurred:took place, numerous:many,
such as:like, the majority of:most of, usually:generally, typically:usually,
attempted to:tried to, sought to:tried to, commonly:frequently,
believed that:thought that, argued that:maintained that, upon:on, amongst:among, whilst:while,
entire:whole, rapidly:quickly, quickly:rapidly, assist:help, significant:considerable,
allowed to:permitted to, shows that:demonstrates that, utilized:used, obtained:gained,
particularly:especially, especially:particularly, in addition to:besides, was able to:could,
were unable to:could not, initially:at first, founded:established,
currently:at present, subsequently:later, completed:finished, is known as:is called,
located on:situated on, located at:situated at,
was established:was set up, as well as:and also, maintains that:argues that,
near:close to, built:constructed, each year:every year, per year:a year, famous:well-known,
called:known as, main:chief, sometimes:at times, in what is now:in present-day, across:throughout,
in the vicinity of:near, first began:began, whole of:entire
"""
_SYNONYMS = (
    (rf"\bmore than (?=[$€£]?{_COUNTED})", "over "),
    (rf"\b(?:approximately|about|around) (?=[$€£]?{_COUNTED})", "roughly "),
    (rf"\bnearly (?=[$€£]?{_COUNTED})", "almost "),
    (r"\ba total of (?=\d)", ""),
    (r"\bincreased (?=by |to |\d|\$\d)", "rose "),
    (r"\bdecreased (?=by |to |\d|\$\d)", "fell "),
    (r", however,", ""),
    (r"(?<!but )\balso ", ""),
    (r"\bbecause (?!of)", "since "),
    (r", while ", ", whereas "),
    (r"\bmany (?=[a-z]+s\b)", "a large number of "),
    (rf"\bless than (?=[$€£]?{_COUNTED})", "under "),
    (r"\bseveral (?!hundred|thousand|million|dozen)", "a number of "),
    (r"\bpurchased (?=the|an?|all|\$|\d)", "bought "),
    (r"\bAlthough\b", "While"),
    (r"\b(?:stated|said) that\b", "noted that"),
    *(
        (rf"\b{old.strip()}\b", new)
        for old, new in re.findall(r"([a-z -]+):([a-z -]+)[,\n]", _PAIRS)
    ),
)


@dataclass(frozen=True)
class Page:
    """A pseudo-article. ``asked`` are (paragraph, question, offset of its answer there)."""

    key: str
    title: str
    text: str
    half: Half
    asked: tuple[tuple[str, str, int], ...] = ()


def pages(folder: Path) -> list[Page]:
    """The pseudo-articles of FOLDER's squad2 and chunking sets; those that are absent give none."""
    found = list(_squad_pages(folder))
    for name, read in (
        ("wikitexts", _wiki),
        ("finance", _finance),
        ("state_of_the_union", _speech),
    ):
        path = folder / "chunking" / f"{name}.md"
        if path.is_file():
            found += read(path.read_text(encoding="utf-8"))
    return found


def reword(sentence: str, *, rng: Random) -> str | None:
    """The sentence in other words, with the same facts or fewer; None when too little changes."""
    changed, said = 0, capital(sentence)
    for rule, often in RULES.values():
        if rng.random() < often:
            after = rule(said, rng)
            changed += after != said
            said = after
    written = re.findall(r"\d+", said) != re.findall(r"\d+", sentence)
    return said if changed > 1 or (changed and written) else None


def usable(sentence: str) -> bool:
    """Whether a sentence can stand alone: whole, plain, and with nothing that points outside it."""
    return bool(
        50 <= len(sentence) <= 240
        and _WHOLE.fullmatch(sentence)
        and not _LEANS.search(sentence)
        and _VERB.search(sentence)
        and not re.search(r"\b(\w+) \1\b", sentence)
        and sentence.count("(") == sentence.count(")")
    )


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def _connective(text: str, rng: Random) -> str:
    del rng
    words = (
        r"However|In addition|Moreover|Furthermore|Additionally|For example|Indeed|Thus|Therefore"
    )
    return capital(re.sub(rf"^(?:{words}), ", "", text))


def _parenthesis(text: str, rng: Random) -> str:
    del rng
    return re.sub(r" \((?!and\b|or\b|not\b|but\b)[^()]*\)", "", text).replace(",,", ",")


def _relative_clause(text: str, rng: Random) -> str:
    """Without one ", which ..." that ends the sentence or is closed by a comma and a verb."""
    del rng
    verb = (
        r"(?:is|are|was|were|has|had|will|would|can|could|did|also|then|became|began|took|made)\b"
    )
    text = re.sub(r", (?:which|who|where) [^,;]{8,80}\.$", ".", text)
    return re.sub(rf", (?:which|who|where) [^,;]{{8,60}}, (?={verb})", " ", text, count=1)


def _second_clause(text: str, rng: Random) -> str:
    """Without a clause after the first, where what comes before it is a sentence of its own."""
    del rng
    begins = r"(?:and|but) (?:he|she|it|they)\b|while\b|whereas\b|although\b|though\b"
    text = re.sub(rf"^([^,;]{{45,}}), (?:{begins})[^;]{{12,}}\.$", r"\1.", text)
    added = "including|with|resulting in|leading to|making|causing|followed by|although|even though"
    return re.sub(rf"^(.{{45,}}), (?:{added}) [^,;]{{12,}}\.$", r"\1.", text)


def _move_place(text: str, rng: Random) -> str:
    """As "X fought during the war." what began with "During the war, "."""
    del rng
    leading = _PLACE.fullmatch(text)
    if leading is None or _SECOND_VERB.search(leading["rest"]):
        return text
    return capital(f"{leading['rest']} {leading['lead'][0].lower()}{leading['lead'][1:]}.")


def _move_date(text: str, rng: Random) -> str:
    del rng
    if (found := _LEADING.fullmatch(text)) and not re.search(r"\d{4}|[,;]", found["rest"]):
        when = found["when"]
        return capital(f"{found['rest']} {when[0].lower()}{when[1:]}.")
    if (found := _TRAILING.fullmatch(text)) and not _SECOND_VERB.search(found["rest"]):
        return f"{capital(found['when'])}, {uncapital(found['rest'])}."
    return text


def _dates(text: str, rng: Random) -> str:
    """Another way of writing a day; or only its month, after "on"."""
    way = rng.choice((*["day first"] * 4, "ISO", "month", "month first"))
    if way == "month" and (found := _ON_A_DAY.search(text)):
        coarse = (
            f"{found['on'].replace('o', 'i').replace('O', 'I')} {found['month']} {found['year']}"
        )
        return text[: found.start()] + coarse + text[found.end() :]
    if way == "month first":
        text = _DAY_MONTH_YEAR.sub(r"\g<month> \g<day>, \g<year>", text)
        return re.sub(r"\b(Jan|Feb|Aug|Sept?|Oct|Nov|Dec)\. (?=\d)", _long_month, text)

    def day_first(found: re.Match[str]) -> str:
        month = found["month"].capitalize()
        return f"{found['day']} {month} {found['year']}"

    def iso(found: re.Match[str]) -> str:
        number = MONTHS.index(found["month"].capitalize()) + 1
        return f"{found['year']}-{number:02d}-{int(found['day']):02d}"

    text = re.sub(r"(?<=\d{4}), (?=(?:was|is|were|are|had|has)\b)", " ", text)
    text = _MONTH_DAY_YEAR.sub(iso if way == "ISO" else day_first, text)
    return _MONTH_DAY.sub(r"\g<day> \g<month>", text)


def _long_month(found: re.Match[str]) -> str:
    return next(month for month in MONTHS if month.startswith(found[1][:3])) + " "


def _percent(text: str, rng: Random) -> str:
    if "%" in text:
        return re.sub(r"(?<=\d)\s?%", rng.choice((" percent", " per cent")), text)
    return re.sub(r"(?<=\d) (?:percent|per cent)\b(?!age)", "%", text)


def _money(text: str, rng: Random) -> str:
    way = rng.choice(("short", "short", "dollars", "digits"))

    def swap(found: re.Match[str]) -> str:
        amount, size = Decimal(found["amount"].replace(",", "")), found["size"]
        if amount >= 1000 and size == "million" and amount % 10 == 0:
            amount, size = amount / 1000, "billion"
        shown = f"{amount:,f}"
        if way == "short":
            return f"${shown}{ {'million': 'm', 'billion': 'bn', 'trillion': 'tn'}[size] }"
        if way == "digits" and size == "million" and amount < 1000:
            return f"${int(amount * 10**6):,}"
        if re.search(r"\b(?:[Aa]n?|[Tt]he|\d)\W$", text[: found.start()]):
            return f"${shown} {size}"
        return f"{shown} {size} dollars"

    pattern = (
        r"\$ ?(?P<amount>\d[\d,]*(?:\.\d{1,3})?) (?P<size>million|billion|trillion)\b(?![- ]doll)"
    )
    return re.sub(pattern, swap, text)


def _numbers(text: str, rng: Random) -> str:
    """11,000 as 11 thousand, 5 million as 5,000,000, two as 2, and back."""

    def thousand(found: re.Match[str]) -> str:
        return f"{found[1]} thousand"

    def written_out(found: re.Match[str]) -> str:
        return f"{int(Decimal(found[1]) * 10 ** (6 if found[2] == 'million' else 9)):,}"

    def digit(found: re.Match[str]) -> str:
        return str(WORDS[found[0].lower()])

    way = rng.choice(("thousand", "digits", "both"))
    if way != "digits":
        text = re.sub(r"(?<![\d,.$€£–-])\b(?!1,)(\d{1,3}),000\b(?![,.]\d|-)", thousand, text)
    if way != "thousand":
        text = re.sub(
            r"(?<![\d,.$€£–-])\b(\d+(?:\.\d{1,2})?) (million|billion)\b(?! doll)", written_out, text
        )
        small = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty"
        text = re.sub(rf"(?<![\w-])(?:{small})(?= [a-z]{{4,}})(?! of\b)", digit, text)
    return re.sub(r"(?<![\d,.$€£–-])\b\d{5,6}\b(?![\d,.-])", lambda f: f"{int(f[0]):,}", text)


def _swapped(pattern: str, other: str) -> _Rule:
    return lambda text, _: re.sub(pattern, other, text, count=1)


def _lead_in(text: str, rng: Random) -> str:
    return rng.choice(_LEADS) + uncapital(text) if _STARTERS.match(text) else text


def uncapital(text: str) -> str:
    """The text as it goes on after a comma: a common first word small, a name as it is."""
    return text[0].lower() + text[1:] if _STARTERS.match(text) else text


RULES: dict[str, tuple[_Rule, float]] = {
    "connective": (_connective, 1.0),
    "parenthesis": (_parenthesis, 0.9),
    "relative clause": (_relative_clause, 0.6),
    "second clause": (_second_clause, 0.5),
    "date moved": (_move_date, 0.7),
    "place moved": (_move_place, 0.7),
    "dates": (_dates, 0.9),
    "percent": (_percent, 0.8),
    "money": (_money, 0.8),
    "numbers": (_numbers, 0.8),
    **{f"synonym {pattern}": (_swapped(pattern, other), 0.75) for pattern, other in _SYNONYMS},
    "lead-in": (_lead_in, 0.3),
}
"""What may be done to a sentence, in this order, each with how often it is tried."""


def _squad_pages(folder: Path) -> Iterator[Page]:
    loaded = squad.load(folder)
    if loaded is None:
        return
    notes = re.compile(r" ?\[(?:citation needed|[a-z ]+\??|note \d+|\d+)\]")
    for title in dict.fromkeys(title for title, _ in loaded.paragraphs):
        numbers = [at for at, (name, _) in enumerate(loaded.paragraphs) if name == title]
        for part, group in enumerate(_groups(numbers, 4)):
            asked = tuple(
                (loaded.paragraphs[one.paragraph][1], one.question, one.answers[0][0])
                for one in loaded.asked
                if one.paragraph in group and one.answers
            )
            text = "\n\n".join(notes.sub("", loaded.paragraphs[at][1]) for at in group)
            yield Page(f"squad2/{title}/{part}", title, text, half_of(title), asked)


def _wiki(text: str) -> Iterator[Page]:
    for piece in re.split(r"(?m)^ ?(?== [^=;]+ = ?$)", text):
        head, _, rest = piece.partition("\n")
        title = _joined(head.strip("= \n"))
        prose = [_joined(line) for line in rest.splitlines() if len(line) > 200]
        for part, group in enumerate(_groups(prose, 4)):
            yield Page(f"wikitexts/{title}/{part}", title, "\n\n".join(group), half_of(title))


def _joined(line: str) -> str:
    """A line of WikiText with the spaces around its marks taken out."""
    line = re.sub(r" @([-,.])@ ", r"\1", line.strip())
    line = re.sub(r" (?=[,.;:!?)\]]|'s\b|n't\b|%)|(?<=[(\[$]) ", "", line)
    return re.sub(r'" ([^"]*?) "', r'"\1"', line).replace(" – ", "–").replace(" 's", "'s")


def _finance(text: str) -> Iterator[Page]:
    """Parts of annual reports. The set has lost its capitals; those of the months are put back."""
    prose = [line for line in text.splitlines() if len(line) > 400 and "|" not in line]
    for part, group in enumerate(_groups(prose, 2)):
        joined = re.sub(r"(\S+) \(\1\)", r"\1", "\n\n".join(group)).replace(" 2019s ", "'s ")
        joined = _SMALL_MONTH.sub(lambda found: found[0].capitalize(), joined)
        half = half_of(f"finance/{part // 10}")
        yield Page(f"finance/{part}", "Notes to the accounts", joined, half)


def _speech(text: str) -> Iterator[Page]:
    spoken = [line for line in text.splitlines() if len(line) > 60]
    half = half_of("state of the union")
    for part, group in enumerate(_groups(spoken, 12)):
        yield Page(f"speech/{part}", "State of the Union", "\n\n".join(group), half)


def _groups(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    for at in range(0, len(items), size):
        yield items[at : at + size]
