"""Whether a sentence is about what a question names: the same names, the same years."""

import re
from datetime import date
from difflib import SequenceMatcher

from rag import names, synonyms, values
from rag.question import Question, stem, words

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_RELATIVE_YEAR = re.compile(
    r"\b(?:this|last|next|current|previous|coming) (?:fiscal |financial )?year\b", re.IGNORECASE
)
_TOGETHER = re.compile(
    r"\b(?:together|combined|collectively|jointly|between them)\b", re.IGNORECASE
)
ALIASES = {
    "us": r"\b(?:U\.?S\.?A?\b|United States|Americans?\b)",
    "usa": r"\b(?:U\.?S\.?A?\b|United States|Americans?\b)",
    "american": r"\b(?:U\.?S\.?A?\b|United States|America)",
    "america": r"\b(?:U\.?S\.?A?\b|United States|Americans?\b)",
    "uk": r"\b(?:U\.?K\.?\b|United Kingdom|Britain|British)",
    "britain": r"\b(?:U\.?K\.?\b|United Kingdom|British)",
    "ceo": r"\bchief executive\b",
    "cfo": r"\bchief financ",
    "coo": r"\bchief operating\b",
    "cto": r"\bchief technology\b",
    "gdp": r"\bgross domestic product\b",
    "ai": r"\bartificial intelligence\b",
    "capex": r"\bcapital (?:expenditure|spending)\b",
    "united states": r"\b(?:U\.?S\.?A?\b|Americans?\b)",
    "united kingdom": r"\b(?:U\.?K\.?\b|Britain|British)",
    "european union": r"\bE\.?U\.?\b",
    "united nations": r"\bU\.?N\.?\b",
    "federal reserve": r"\bFed\b",
}
"""Other forms of a name, as patterns, by its lower-case form without periods."""
_LIKE = 0.85


def mentions(name: str, text: str) -> bool:
    """Whether a text mentions a name: its last word, or most of its words, in some form.

    Forms are the same word, its initials ("ECB") or what they stand for, its beginning ("Fed" for
    "Federal"), the people of a place ("Chinese" for "China"), a common alias, a small misspelling.
    """
    parts = words(name)
    if not parts:
        return name.lower() in text.lower()
    present = words(text)
    stems = {stem(word) for word in present}
    initials = "".join(word[0] for word in present).lower()
    found = [_present(part, text, present, stems, initials) for part in parts]
    return found[-1] or (sum(found) * 3 >= len(found) * 2 and len(found) > 1)


def _present(part: str, text: str, present: list[str], stems: set[str], initials: str) -> bool:
    plain = part.replace(".", "").lower()
    if stem(part) in stems or stem(plain) in stems:
        return True
    if (alias := ALIASES.get(plain)) and re.search(alias, text):
        return True
    if part.isupper() and len(plain) >= 3 and plain in initials:
        return True
    capitalised = [word.lower() for word in present if word[:1].isupper()]
    return len(plain) >= 3 and any(_form_of(plain, word) for word in capitalised)


def _form_of(asked: str, word: str) -> bool:
    """Whether a word of the text is another form of the one asked for."""
    if word.startswith(asked):
        return True
    if len(asked) >= 4 and len(word) >= 4 and word[:4] == asked[:4] and _PEOPLE.search(word):
        return len(word) - len(asked) <= 3
    return len(asked) >= 6 and SequenceMatcher(None, asked, word).ratio() >= _LIKE


_PEOPLE = re.compile(r"(?:ese|ian|ean|ish|an|i)s?$")


def fits_years(
    question: str, sentence: str, *, near: str, published: date | None, article: str
) -> bool:
    """Whether a sentence can be about the years that the question names, if it names any.

    ``near`` is the text just before the sentence and the title. Relative years ("next year") count
    from the day of publication. Where that is not known, the last year that the ``article`` names
    and the one before it are taken to be meant.
    """
    asked = {int(year) for year in _YEAR.findall(question)}
    if not asked:
        return True
    said = _years(sentence, published)
    if said:
        return bool(asked & said)
    if published is None and _RELATIVE_YEAR.search(sentence):
        last = max(map(int, _YEAR.findall(article)), default=0)
        return bool(asked & {last - 1, last})
    return bool(asked & _years(near, published)) or (
        published is not None and published.year in asked
    )


def _years(text: str, published: date | None) -> set[int]:
    found: set[int] = set()
    for value in values.find(text, reference=published):
        if value.when is not None and value.when.first and value.when.last:
            found |= set(
                range(
                    value.when.first.year, min(value.when.last.year, value.when.first.year + 10) + 1
                )
            )
        elif value.when is not None and value.when.year:
            found.add(value.when.year)
    return found


def fits_months(question: str, texts: str, *, published: date | None) -> bool:
    """Whether the months that the question names, if any, are those of the texts or the article."""
    asked = _months(question)
    return (
        not asked
        or bool(asked & _months(texts))
        or (published is not None and published.month in asked)
    )


def _months(text: str) -> set[int]:
    return {value.when.month for value in values.find(text) if value.when and value.when.month}


def is_other_sum(question: Question, texts: str) -> bool:
    """Whether the question asks for one kind of sum and the texts speak of none of its kind."""
    kinds = synonyms.sums(term.stem for term in question.terms)
    if not kinds:
        return False
    present = set(map(stem, words(texts)))
    return not any(kind & present for kind in kinds)


def is_share_of_total(question: Question, sentence: str) -> bool:
    """Whether the sentence gives one value for several, of which the question asks about one."""
    if not question.names or not _TOGETHER.search(sentence) or _TOGETHER.search(question.text):
        return False
    asked = {word.lower() for name in question.names for word in words(name)}
    # initials such as AI name a field as often as they name somebody
    listed = [name for name in names.find(sentence) if not name.text.isupper()]
    named = {name.text for name in listed if set(name.words) & asked}
    return len(named) <= 1 and len({name.text for name in listed} - named) >= 2
