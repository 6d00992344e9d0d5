"""Faithful answers for the tamper bench: hand-written ones on the seeds, and reworded sentences.

Values and names in them are found with patterns of the bench's own, not with the verifier's.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Literal

import yaml

from evals.bench.rewording import MONTH, MONTHS, WORDS, Page, pages, reword, usable
from evals.bench.squad import Half, half_of
from rag.page import parse
from rag.passages import quotable, split
from rag.types import Article, Evidence

SEEDS = Path(__file__).parents[2] / "seeds" / "articles"
WRITTEN = tuple(
    Path(__file__).with_name(f"faithful{which}.yaml")
    for which in ("", "_more", "_third", "_fourth", "_fifth", "_sixth", "_seventh")
)
MOST = {"squad2": 130, "finance": 70, "wikitexts": 40, "speech": 12}
"""How many generated answers there are of a set in each half, at most."""
NAMED = ("person", "place", "organisation")
_GIVEN = 5
_OF_A_PAGE = 3

Kind = Literal["number", "money", "percent", "date", "name", "citation"]
VALUES: tuple[Kind, ...] = ("number", "money", "percent", "date")

_DIGITS = r"\d[\d,]*(?:\.\d+)?"
_WORD = "(?:" + "|".join(sorted(WORDS, key=len, reverse=True)) + ")"
_WORDED = rf"{_WORD}(?:-{_WORD})?\b"
CORE = rf"(?:{_DIGITS}|{_WORDED})"
SIZE = r"(?:thousand|million|billion|trillion|tn|bn|m|k)"
_SIGN = r"(?:US\$|[$€£¥]|Rmb)"
_UNIT = r"(?:dollars?|euros?|pounds?|yuan|yen|solms?|pence)"
_MONEY = re.compile(
    rf"(?:{_SIGN} ?{CORE}(?: ?{SIZE}\b)?|\b{CORE}(?: ?{SIZE})?,? {_UNIT}\b)", re.IGNORECASE
)
_PERCENT = re.compile(rf"\b{CORE}(?: ?%| per ?cent\b| percentage points?\b)", re.IGNORECASE)
_LEADS_A_YEAR = (
    *("in", "In", "since", "of", "by", "from", "until", "during", "to", "and", "the", "early"),
    *("late", "before", "after", "for"),
)
_YEAR = f"(?:{'|'.join(f'(?<={word} )' for word in _LEADS_A_YEAR)})(?:1[0-9]|20)[0-9][0-9]"
_DATE = re.compile(
    rf"\b(?:\d{{1,2}} {MONTH}(?:,? \d{{4}})?|{MONTH} \d{{1,2}}(?:,? \d{{4}})?\b|{MONTH} \d{{4}}"
    rf"|\d{{4}}-\d\d-\d\d|{_YEAR})\b(?!s\b|[–-]\d|,\d)"
)
_NUMBER = re.compile(
    rf"(?<![\w.,–$€£-])(?:{_DIGITS}|(?!one\b|zero\b){_WORDED})(?: {SIZE})?\b(?![\w–-]|[.,]\d| ?%)",
    re.IGNORECASE,
)
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("money", _MONEY),
    ("percent", _PERCENT),
    ("date", _DATE),
    ("number", _NUMBER),
)

_CAPITAL = r"[A-Z][a-zà-öø-ÿ]+(?:[-’'][A-Z]?[a-zà-öø-ÿ]+)*"
_NAME = re.compile(rf"(?<=[a-z,] ){_CAPITAL}(?: (?:of |de |von |van |& )?{_CAPITAL}){{0,3}}")
_TITLES = (
    "President Prime Minister King Queen Emperor Empress Prince Princess Duke Earl Count Lord Sir "
    "General Colonel Major Captain Judge Governor Professor Bishop Pope Mr Mrs Ms Dr St Mayor"
)
_NO_NAMES = frozenset(
    f"{_TITLES} {' '.join(MONTHS)} Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
)
_PEOPLES = re.compile(r"(?:ish|ese|ians?|ans|ots|ists?|isms?|ers|ics?|nch|men|eek|ards|days)$")
ARTICLED = re.compile(
    r"\b(?:University|College|School|Parliament|Council|Court|Company|Museum|Institute|Office|Party|"
    r"Board|Society|Association|Agency|Commission|Committee|Department|Authority|Union|League)\b"
)
"""What takes "the" before its name, as other names do not."""


@dataclass(frozen=True)
class Value:
    """A span of an answer that may be altered."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Faithful:
    """A true answer and the passages it was given; "[n]" in it is ``evidence[n - 1]``.

    ``cited`` are the numbers it cites, ``said`` the sentences of those passages that it is from, in
    the same order. ``names`` are (person, place or organisation; name).
    """

    id: str
    source: str
    written: bool
    half: Half
    question: str
    answer: str
    evidence: tuple[Evidence, ...]
    cited: tuple[int, ...]
    said: tuple[str, ...]
    values: tuple[Value, ...]
    names: tuple[tuple[str, str], ...]

    @property
    def beside(self) -> str:
        """The cited passages without the sentences that the answer is from."""
        text = "\n".join(self.evidence[n - 1].passage.text for n in dict.fromkeys(self.cited))
        for sentence in self.said:
            text = text.replace(sentence, "\n")
        return text


class Shelf:
    """Articles by source, their passages, and the names in them by what they name."""

    def __init__(self, articles: Iterable[Article], *, count: Callable[[str], int]) -> None:
        self.evidence = {
            article.source or "": [Evidence(p, article, 0.5) for p in split(article, count=count)]
            for article in articles
        }
        self.names: dict[str, dict[str, set[str]]] = {kind: {} for kind in NAMED}
        self._all = [one for found in self.evidence.values() for one in found]
        self._words = {id(one): set(re.findall(r"\w{4,}", one.passage.text)) for one in self._all}

    def holding(self, source: str, quote: str) -> tuple[Evidence, str]:
        """The first body passage of an article with this quote, and its sentences around it."""
        for one in self.evidence[source]:
            at = one.passage.text.find(quote)
            if at >= 0 and one.passage.kind == "body":
                start, end = one.passage.start + at, one.passage.start + at + len(quote)
                spans = quotable(one.article, one.passage)
                whole = [one.article.text[a:b] for a, b in spans if a < end and b > start]
                return one, " ".join(whole) or quote
        raise ValueError(f"{source} has no passage with {quote!r}")

    def given(self, right: Sequence[Evidence], *, key: str) -> list[Evidence]:
        """Five passages in an order of chance: the right ones, two neighbours, a like one, any."""
        rng = chance(key, "given")
        right = list({id(one): one for one in right}.values())
        articles = {one.article.id for one in right}
        near = [one for one in self._all if one.article.id in articles and one not in right]
        near = [one for one in near if one.passage.kind == "body"] or near
        far = [one for one in self._all if one.article.id not in articles]
        drawn = rng.sample(far, min(200, len(far)))
        words = self._words[id(right[0])]
        like = max(drawn, key=lambda one: len(words & self._words[id(one)]))
        some = [*right, *rng.sample(near, min(2, len(near))), like, *drawn]
        chosen = list({id(one): one for one in some}.values())[:_GIVEN]
        rng.shuffle(chosen)
        return chosen


def written(*, count: Callable[[str], int]) -> tuple[list[Faithful], Shelf]:
    """The hand-written answers, and the seeds they are about."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(SEEDS.iterdir())}
    shelf = Shelf((parse(text, source=name) for name, text in texts.items()), count=count)
    entries = [
        entry
        for path in WRITTEN
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["answers"]
    ]
    for entry in entries:
        for kind in NAMED:
            for name in entry["values"].get(kind, ()):
                shelf.names[kind][name] = {file for file, text in texts.items() if name in text}
    return [_written(shelf, entry) for entry in entries], shelf


def _written(shelf: Shelf, entry: dict[str, Any]) -> Faithful:
    quotes = entry["evidence"] if isinstance(entry["evidence"], list) else [entry["evidence"]]
    whole = [
        quote if isinstance(quote, dict) else {"article": entry["article"], "quote": quote}
        for quote in quotes
    ]
    held = [shelf.holding(quote["article"], quote["quote"]) for quote in whole]
    given = shelf.given([one for one, _ in held], key=entry["id"])
    cited = tuple(given.index(one) + 1 for one, _ in held)
    return Faithful(
        id=entry["id"],
        source=entry["article"],
        written=True,
        half=half_of(entry["article"]),
        question=entry["question"],
        answer=re.sub(r"\[(\d)\]", lambda hit: f"[{cited[int(hit[1]) - 1]}]", entry["answer"]),
        evidence=tuple(given),
        cited=cited,
        said=tuple(said for _, said in held),
        values=tuple(Value(k, text) for k in VALUES for text in entry["values"].get(k, ())),
        names=tuple((kind, name) for kind in NAMED for name in entry["values"].get(kind, ())),
    )


def generated(folder: Path, *, count: Callable[[str], int]) -> tuple[list[Faithful], Shelf]:
    """Answers made of FOLDER's public sets; none where it holds none of them."""
    found_pages = pages(folder)
    articles = [parse(page.text, title=page.title, source=page.key) for page in found_pages]
    shelf = Shelf(articles, count=count)
    shelf.names = names(found_pages)
    made: Counter[tuple[str, Half]] = Counter()
    seen: set[str] = set()
    found: list[Faithful] = []
    for page in sorted(found_pages, key=lambda page: chance(page.key).random()):
        of = page.key.partition("/")[0], page.half
        answers = [one for one in _answers(shelf, page) if one.said[0] not in seen]
        answers = answers[: min(_OF_A_PAGE, MOST[of[0]] - made[of])]
        made[of] += len(answers)
        seen |= {one.said[0] for one in answers}
        found += answers
    return found, shelf


def _answers(shelf: Shelf, page: Page) -> Iterator[Faithful]:
    """What can be made of a page's sentences, in an order of chance."""
    for one, said, question in _sentences(shelf, page):
        told = reword(said, rng=chance(said))
        if told is None:
            continue
        named = tuple(
            (kind, name)
            for kind, found in shelf.names.items()
            for name, sources in found.items()
            if page.key in sources and _apart(name, told)
        )
        if not (named or values(told)):
            continue
        given = shelf.given([one], key=said)
        number = given.index(one) + 1
        inside = chance(said, "marker").random() < 0.7
        answer = f"{told[:-1]} [{number}]." if inside else f"{told} [{number}]"
        yield Faithful(
            id=f"{page.key}: {said[:60]}",
            source=page.key,
            written=False,
            half=page.half,
            question=question,
            answer=answer,
            evidence=tuple(given),
            cited=(number,),
            said=(said,),
            values=tuple(values(told)),
            names=named,
        )


def _sentences(shelf: Shelf, page: Page) -> list[tuple[Evidence, str, str]]:
    """Passage, sentence and question of what can be made an answer, in an order of chance."""
    found = []
    for one in shelf.evidence[page.key]:
        spans = quotable(one.article, one.passage) if one.passage.kind == "body" else []
        for start, end in spans:
            said = one.article.text[start:end]
            asked = [question for text, question, at in page.asked if _holds(text, said, at)]
            if usable(said) and (asked or not page.asked):
                found.append(
                    (
                        one,
                        said,
                        asked[0] if asked else f"What do the articles say about {page.title}?",
                    )
                )
    chance(page.key, "sentences").shuffle(found)
    return list({said: (one, said, question) for one, said, question in found}.values())


def _holds(text: str, said: str, at: int) -> bool:
    """Whether a sentence of a paragraph covers an offset in it."""
    start = text.find(said)
    return 0 <= start <= at < start + len(said)


def values(answer: str) -> list[Value]:
    """The amounts, percentages, dates and numbers of an answer that stand in it once."""
    taken: list[tuple[int, int]] = []
    found: list[tuple[int, Value]] = []
    for kind, pattern in _PATTERNS:
        for hit in pattern.finditer(answer):
            if all(hit.end() <= start or hit.start() >= end for start, end in taken):
                taken.append(hit.span())
                found.append((hit.start(), Value(kind, hit[0])))
    ordered = [value for _, value in sorted(found, key=lambda pair: pair[0])]
    return [value for value in ordered if answer.count(value.text) == 1]


def stands(text: str, whole: str) -> re.Match[str] | None:
    """Where a value or a name stands in a text, not as a part of a longer one."""
    if text not in whole:
        return None
    return re.search(rf"(?<![\w.,]){re.escape(text)}(?![\w%]|[.,]\d)", whole)


def names(pages_: Iterable[Page]) -> dict[str, dict[str, set[str]]]:
    """Names in running text by what they name, each with the pages that it stands in.

    A place is what stands after "in", "at" or "from"; a person has two or three words, none of
    which is a word of the language as well; what is neither of these nor a body is left out.
    """
    texts = {page.key: page.text for page in pages_ if not page.key.startswith("finance")}
    common = {word for text in texts.values() for word in re.findall(r"\b[a-z]{2,}\b", text)}
    sources: dict[str, set[str]] = defaultdict(set)
    after: dict[str, list[str]] = defaultdict(list)
    for key, text in texts.items():
        for hit in _NAME.finditer(text):
            name = re.sub(r"[’']s$", "", hit[0])
            sources[name].add(key)
            after[name].append(text[: hit.start()].rsplit(None, 1)[-1])
    found: dict[str, dict[str, set[str]]] = {kind: {} for kind in NAMED}
    for name in sorted(sources):
        kind = _kind(name, after[name], common)
        if kind:
            found[kind][name] = sources[name]
    return found


def _kind(name: str, after: Sequence[str], common: Collection[str]) -> str | None:
    words = name.split()
    if _NO_NAMES & set(words) or all(word.lower() in common for word in words):
        return None
    if ARTICLED.search(name):
        return "organisation" if len(words) > 1 else None
    if len(words) == 1 and _PEOPLES.search(name):
        return None
    if sum(word in ("in", "at", "from", "near", "into") for word in after) >= 0.3 * len(after):
        return "place"
    whole = len(words) in (2, 3) and not any(word.lower() in common for word in words)
    return "person" if whole else None


def _apart(name: str, text: str) -> bool:
    """Whether a name stands in a text and is never a part of a longer one."""
    at = stands(name, text)
    if at is None:
        return False
    left, right = text[: at.start()], text[at.end() :]
    return not re.search(r"[A-Z][\w.’']* $", left) and not re.match(r"(?: of)? [A-Z]", right)


def chance(*key: str) -> Random:
    """A source of chance that is the same for the same key, always."""
    return Random("/".join(key))  # noqa: S311
