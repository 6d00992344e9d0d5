"""Whether the names of a claim occur in quotes, in whatever form."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rag import names, tokens, values
from rag.about import ALIASES
from rag.names import Name
from rag.question import STOP_WORDS, stem, words

_OPENS = re.compile(r"(?:^|[.!?:;\n–—•|])[\s\"'“‘(]*$")
_JOINING = frozenset({"of", "for", "and", "de", "the", "der", "van", "von", "la", "le"})
# What only a name has behind it: "Venn, a teacher", "Hart's".
_APPOSED = re.compile(r",\s(?:an?|the|who|whose|aged|\d+)\b|['’]s\b")
_ROLE = re.compile(
    r"\s(?:leader|boss|chief|official|officer|member|representative|spokes\w+|secretary|president|"
    r"director|chair\w*|head|analyst|economist|manager|regulator|sources?)s?\b"
)
_WEAK = frozenset(
    "a an the and or of in at on to for by from with as that which who whose but than s".split()  # noqa: SIM905
)
_PASSED_OVER = frozenset(
    """has have had is was were are be been will would also therefore then now again already later
    still soon thus since""".split()  # noqa: SIM905
)
_PEOPLE = re.compile(r"(?:ese|ian|ean|ish|an|i|ch)s?$")


@dataclass(frozen=True)
class Context:
    """What a claim's names are looked for in: quotes, and the titles and publishers they have."""

    text: str

    @cached_property
    def words(self) -> list[str]:
        """Its words as written."""
        return words(self.text)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Their stems."""
        return frozenset(stem(word) for word in self.words)

    @cached_property
    def capitalised(self) -> frozenset[str]:
        """Its words with a capital, in lower case."""
        return frozenset(word.lower() for word in self.words if any(map(str.isupper, word)))

    @cached_property
    def acronyms(self) -> frozenset[str]:
        """What the initials of its names, and of runs of words, spell: "ecb"."""
        initials = "".join(word[0] for word in self.words).lower()
        return frozenset(
            initials[at : at + size]
            for size in (2, 3, 4, 5)
            for at in range(len(initials) - size + 1)
        )

    def lacks(self, name: Name) -> list[str]:
        """The words of a name that do not occur here in any form; none when its acronym does."""
        parts = [part for part in words(name.text) if part.lower() not in _JOINING]
        initials = "".join(part[0] for part in parts).lower()
        if len(parts) > 1 and initials in self.capitalised:
            return []
        alias = ALIASES.get(name.text.replace(".", "").lower())
        if alias and re.search(alias, self.text):
            return []
        return [part for part in parts if not self._has(part)]

    def _has(self, part: str) -> bool:
        plain = part.replace(".", "").lower()
        if stem(part) in self.stems or stem(plain) in self.stems:
            return True
        if (alias := ALIASES.get(plain)) and re.search(alias, self.text):
            return True
        if part.isupper() and len(plain) >= 3 and plain in self.acronyms:
            return True
        if "-" in part:
            return all(self._has(piece) for piece in part.split("-") if piece)
        return len(plain) >= 3 and any(_forms(plain, word) for word in self.capitalised)


def claimed(text: str, *, lowered: frozenset[str]) -> list[Name]:
    """The names in a claim. ``lowered`` are words known to be written in lower case too.

    A capital that a sentence or a label gives to a common word makes no name of it, and the code
    of a currency is a part of an amount.
    """
    amounts = [(value.start, value.end) for value in values.find(text)]
    return [
        name
        for name in names.find(text, lowered=lowered)
        if not _is_common(text, name, lowered)
        and not any(start <= name.start and name.end <= end for start, end in amounts)
    ]


def stands_in_for(name: Name, claim: str, quote: str, *, about: Context) -> Name | None:
    """The name in a quote whose place another one has taken in a claim, if there is one.

    "Corvin said it could not wait" of "Pell said it could not wait": the same words beside it, in a
    claim that does not have the quote's name. Of two full names one has taken the other's place in
    any case, unless the article is ``about`` the one claimed.
    """
    mine = _beside(claim, name)
    claimed_words = Context(claim)
    for other in names.find(quote):
        parts = words(other.text)
        if not parts or parts[-1] not in claimed_words.lacks(other):
            continue
        before, after = _beside(quote, other)
        if (before and before == mine[0]) or (after and after == mine[1]):
            return other
        if len(parts) > 1 and len(words(name.text)) > 1 and about.lacks(name):
            return other
    return None


def _beside(text: str, name: Name) -> tuple[str, str]:
    """The word before a name and the one after it; with a preposition, the word before that too."""
    before = [stem(word) for word in words(text[: name.start])[-2:]]
    if before and before[-1] not in _WEAK:
        before = before[-1:]
    elif len(before) < 2 or before[0] in _WEAK:
        before = []
    after = words(text[name.end :])[:4] if text[name.end : name.end + 1] == " " else []
    following = next((stem(word) for word in after if word.lower() not in _PASSED_OVER), "")
    return " ".join(before), "" if following in _WEAK else following


def lowered(texts: Iterable[str]) -> frozenset[str]:
    """The words that some text has in lower case."""
    return frozenset(word for text in texts for word in words(text) if word.islower())


def _is_common(text: str, name: Name, lowered_words: frozenset[str]) -> bool:
    parts = [part for part in words(name.text) if part.lower() not in STOP_WORDS]
    if not parts:
        return True
    opens = _OPENS.search(text[: name.start]) is not None
    if len(parts) == 1:
        word = parts[0].lower()
        if (parts[0].isupper() and len(word) > 1) or _APPOSED.match(text, name.end):
            return False
        # "Union leader Farrant": a body without a name of its own, and who speaks for it.
        role = opens and name.of_organisation and _ROLE.match(text, name.end) is not None
        return word in lowered_words or role or (opens and tokens.is_usual_in_lower_case(word))
    is_label = opens and text[name.end :].lstrip().startswith(":")
    return is_label or all(part.lower() in lowered_words for part in parts)


def _forms(asked: str, word: str) -> bool:
    """Whether one is the other with an ending: "Chinese" and "China", "Fed" and "Federal"."""
    if len(word) < 3:
        return False
    if word.startswith(asked) or (asked.startswith(word) and _PEOPLE.search(asked) is not None):
        return True
    short, long = sorted((asked, word), key=len)
    return (
        len(short) >= 4
        and short[:4] == long[:4]
        and len(long) - len(short) <= 3
        and _PEOPLE.search(long) is not None
    )
