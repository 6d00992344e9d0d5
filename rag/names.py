"""Proper names as they are written in a text: runs of capitalised words, with their offsets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.question import CALENDAR, STOP_WORDS

# A possessive ends a word, so that "Acme's Rocket" is two names; "O'Neil" is one word.
_TOKEN = re.compile(r"[^\W_]+(?:(?:[-.&]|['’](?!s\b))[^\W_]+)*")
_INITIALS = re.compile(r"(?:^|\b)(?:[A-Z]\.)+[A-Z]$")
_JOINING = frozenset({"of", "for", "and", "de", "the"})
# What may stand between two words of a name, and after "Bank of".
_GAPS = {
    False: (" ", " & "),
    True: (" of ", " of the ", " for ", " for the ", " and ", " de "),
}
_BODIES = frozenset(
    """Bank University House Department Ministry Board Bureau Institute Court Church Republic
    Office Union Kingdom Port City Isle State Gulf Bay Cape Council Association Federation
    Museum College School Chamber Academy Society Centre Center Agency Authority Confederation
    Commission""".split()  # noqa: SIM905
)
# Words that begin a sentence with a capital and are no stop words, yet name nothing.
_OPENERS = frozenset(
    """analysts around nearly almost roughly despite although though however meanwhile instead
    since following because still yet even officials shares separately earlier later last next
    first second one two three four five six seven eight nine ten many much several people
    besides elsewhere conversely accordingly consequently hence similarly likewise nevertheless
    nonetheless subsequently finally initially previously originally afterwards currently
    unfortunately interestingly lastly firstly secondly yes no notably specifically
    experts overall another among within together today yesterday tomorrow asked amid both
    neither either thanks due once additionally moreover furthermore therefore thus also
    including sales revenue profits prices residents workers investors police scientists
    researchers critics supporters spending""".split()  # noqa: SIM905
)
_TITLES = frozenset(
    """president minister mr mrs ms dr sir lady lord prof professor senator governor mayor chief
    executive chairman chairwoman chair judge captain general colonel king queen prince princess
    pope analyst spokesman spokeswoman secretary chancellor director ceo cfo founder""".split()  # noqa: SIM905
)


_ORGANISATION = frozenset(
    """office bank board agency company inc corp ltd plc group party council ministry university
    police court union federation institute association department authority commission air airlines
    robotics technologies systems holdings partners ventures capital fund hospital museum college
    school club united times post courier news press daily journal""".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Name:
    """One name: ``text[start:end]``. ``titled`` is set when a title such as Dr stands before it."""

    start: int
    end: int
    text: str
    titled: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Its capitalised words in lower case."""
        return tuple(word.lower() for word in _TOKEN.findall(self.text) if not word.islower())

    @property
    def of_organisation(self) -> bool:
        """Whether one of its words is one that organisations have in their names."""
        return not _ORGANISATION.isdisjoint(self.words)


def find(text: str, *, lowered: frozenset[str] = frozenset()) -> list[Name]:
    """Names in order. ``lowered`` are words known to occur in lower case: no names on their own.

    "Bank of England" is one name; "President Jane Smith" is Jane Smith with ``titled``.
    """
    found: list[Name] = []
    run: list[re.Match[str]] = []
    titled = joined = False
    for token in _TOKEN.finditer(text):
        word = token.group()
        gap = text[run[-1].end() : token.start()] if run else ""
        follows = gap in _GAPS[joined] or (gap == ". " and len(run[-1].group()) == 1)
        if follows and word in _JOINING and run[-1].group() in _BODIES:
            joined = True
            continue
        capital = _capitalised(word) and not word[0].isdigit()
        is_title = capital and word.lower() in _TITLES
        if run and not (follows and capital and not is_title):
            found.extend(_name(text, run, titled, lowered))
            run, titled = [], False
        if is_title:
            titled = True
        elif capital:
            run.append(token)
        else:
            titled = False
        joined = False
    found.extend(_name(text, run, titled, lowered))
    return found


def _capitalised(word: str) -> bool:
    # "Vane-based" and "AI-driven" describe something else
    last = word.rsplit("-", 1)[-1]
    return any(char.isupper() for char in word) and not last.islower()


def _name(
    text: str, run: list[re.Match[str]], titled: bool, lowered: frozenset[str]
) -> Iterator[Name]:
    """The name in a run of capitalised words, or none."""
    while run and run[-1].group().lower() in CALENDAR:
        run = run[:-1]
    while run and (run[0].group().lower() in CALENDAR or _only_opens(text, run, lowered)):
        run = run[1:]
    if not run:
        return
    start, end = run[0].start(), run[-1].end()
    if text[end : end + 1] == "." and _INITIALS.search(text, start, end):
        end += 1
    if end - start > 1:
        yield Name(start, end, text[start:end], titled)


def _only_opens(text: str, run: list[re.Match[str]], lowered: frozenset[str]) -> bool:
    """Whether the first word has its capital only because it opens a sentence."""
    before = text[: run[0].start()].rstrip(" \"'“”‘’(")
    if before and before[-1] not in ".!?:;\n–—•":
        return False
    word = run[0].group().lower()
    return word in STOP_WORDS or word in _OPENERS or (word in lowered and len(run) == 1)
