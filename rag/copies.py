"""Copies of one story, such as a wire report in several outlets: folded into one, all named."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from rag.passages import quotable
from rag.sentences import sentences
from rag.twins import Printed, same
from rag.types import Article, ArticleRef, Citation, Evidence, Kind, Passage

Gram = tuple[str, str, str]
"""Three words in a row."""

_LONG = 6
_SHARED = 3
_HALF = 0.5
_ENOUGH = 25
_MOST_HOLDING = 16


def fold(found: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with each passage that another article prints as well left out.

    A passage is left out when every sentence of it stands, the same but for an edit known to be
    harmless (see ``twins.same``), in passages found of one other article of the same kind. Of two
    articles that print the same, the earlier one stays, an undated one goes, then the one that
    scored less; but one that has all of the other and more stays whenever it was published. What
    stays takes the best score among its copies, and names in ``copies`` the articles left out.
    ``found`` is in order of score, and so is what is returned.
    """
    pieces = [_Piece(item) for item in found]
    order = _originals_first(pieces)
    left = _left(order)
    if any(piece.is_near for piece in order):
        # A shorter original goes into a later one that adds to it.
        left = _left(left[::-1])
    return sorted((piece.folded() for piece in left), key=lambda item: -item.score)


def named(citations: Sequence[Citation], evidence: Sequence[Evidence]) -> tuple[Citation, ...]:
    """The citations with the other articles that print the same quote in ``also``.

    Looked for in the articles of the evidence and in their copies. An article is named when it has
    the sentence; unless that begins with a name, it must also have the sentence before it, since
    "The deal will close in May." is about whatever stands there.
    """
    return tuple(
        each.model_copy(update={"also": tuple(_also(each, evidence))}) for each in citations
    )


def ref(article: Article) -> ArticleRef:
    """An article as it is named to a reader."""
    return ArticleRef(
        id=article.id,
        title=article.title,
        url=article.url,
        publisher=article.publisher,
        published=article.published,
    )


def prints(article: Article, text: str, *, published: date | None, kind: Kind) -> bool:
    """Whether an article has all sentences of a text, quoted from one published on another day."""
    return _all_in(_printed_in(text, published), _printed(article, kind))


class _Piece:
    """A passage of the evidence on its way to being left out, or named with its copies."""

    def __init__(self, item: Evidence) -> None:
        self.item = item
        self.grams = _grams(item.passage.text)
        self.score = item.score
        self.is_near = False
        self.copies: dict[str, Article] = {copy.id: copy for copy in item.copies}

    @property
    def sentences(self) -> tuple[Printed, ...]:
        """Its sentences, headings left out."""
        passage = self.item.passage
        return _printed_at(self.item.article, passage.kind, passage.start, passage.end)

    @property
    def tells(self) -> bool:
        """Whether it says enough by itself to be known for a copy."""
        words = len(self.item.passage.text.split())
        return words >= _ENOUGH or any(one.begins_with_name for one in self.sentences)

    def is_of_another(self, other: "_Piece") -> bool:
        """Whether two passages are of two articles, and both of the body or both teasers."""
        mine, theirs = self.item.passage, other.item.passage
        return mine.article_id != theirs.article_id and mine.kind == theirs.kind

    def take(self, copy: "_Piece") -> None:
        """Stand for a copy as well, and for the copies that it stood for."""
        self.copies |= {copy.item.article.id: copy.item.article} | copy.copies
        self.copies.pop(self.item.article.id, None)
        self.score = max(self.score, copy.score)

    def folded(self) -> Evidence:
        """The evidence with its copies."""
        if not self.copies:
            return self.item
        copies = tuple(sorted(self.copies.values(), key=_earliest))
        return replace(self.item, score=self.score, copies=copies)


def _originals_first(pieces: Sequence[_Piece]) -> list[_Piece]:
    """The passages of the earliest article first, then of the one that scored best."""
    best: dict[str, int] = {}
    for at, piece in enumerate(pieces):
        best.setdefault(piece.item.article.id, at)

    def place(piece: _Piece) -> tuple[date, int]:
        article = piece.item.article
        return article.published or date.max, best[article.id]

    return sorted(pieces, key=place)


def _left(order: Sequence[_Piece]) -> list[_Piece]:
    """The passages that stay: each but those that one article before them prints as well."""
    left: list[_Piece] = []
    holding: defaultdict[Gram, list[_Piece]] = defaultdict(list)
    for piece in order:
        hosts = _hosts(piece, holding)
        for host in hosts:
            host.take(piece)
        if not hosts:
            left.append(piece)
            for gram in piece.grams:
                holding[gram].append(piece)
    return left


def _hosts(piece: _Piece, holding: Mapping[Gram, Sequence[_Piece]]) -> Sequence[_Piece]:
    """The passages of one other article that print all of a passage; none when no article does."""
    known = piece.grams & holding.keys()
    if len(known) < _few(piece.grams):
        return ()
    shared = Counter(other for gram in known for other in holding[gram][:_MOST_HOLDING])
    by_article: dict[str, list[_Piece]] = {}
    for other, count in shared.items():
        if other.is_of_another(piece) and count >= _few(other.grams, piece.grams):
            by_article.setdefault(other.item.article.id, []).append(other)
    piece.is_near = piece.is_near or bool(by_article)
    if by_article and piece.tells:
        most = {id: max(shared[one] for one in some) for id, some in by_article.items()}
        for id in sorted(most, key=lambda id: (-most[id], id)):
            some = by_article[id]
            if _all_in(piece.sentences, [one for host in some for one in host.sentences]):
                # One that only begins alike stands for nothing, and gets no better score.
                return [one for one in some if some == [one] or _any_in(piece, one)]
    return ()


def _few(*grams: frozenset[Gram]) -> float:
    """How much wording two texts share at least, when a sentence of one can stand in the other."""
    return min(_SHARED, *(_HALF * len(each) for each in grams))


def _all_in(wanted: Sequence[Printed], told: Sequence[Printed]) -> bool:
    """Whether each sentence has one like it among those told."""
    by_text: dict[str, list[Printed]] = {}
    for sentence in told:
        by_text.setdefault(sentence.plain, []).append(sentence)
    return bool(wanted) and all(
        any(same(sentence, other) for other in by_text.get(sentence.plain, ()))
        or any(same(sentence, other) for other in told if other.plain != sentence.plain)
        for sentence in wanted
    )


def _any_in(piece: _Piece, other: _Piece) -> bool:
    """Whether one passage has a sentence of another."""
    return any(same(mine, theirs) for mine in piece.sentences for theirs in other.sentences)


def _also(citation: Citation, evidence: Sequence[Evidence]) -> list[ArticleRef]:
    cited: Article | None = None
    copies: dict[str, Article] = {}
    others: dict[str, Article] = {}
    for item in evidence:
        told = {each.id: each for each in (item.article, *item.copies)}
        cited = told.get(citation.article_id, cited)
        if _stands_in(item, citation):
            found = copies if citation.article_id in told else others
            found |= told
    if cited is None:
        return []
    known = sorted((others | copies).values(), key=_earliest)
    return [
        ref(article)
        for article in known
        if article.id != cited.id
        and _repeats(article, citation, cited=cited, is_copy=article.id in copies)
    ]


def _repeats(article: Article, citation: Citation, *, cited: Article, is_copy: bool) -> bool:
    """Whether an article has a quote, and says it of the same thing."""
    quote = _printed_in(citation.quote, citation.published)
    told = _printed(article, citation.kind)
    if not _all_in(quote, told):
        return False
    if quote[0].begins_with_name:
        return True
    own = _printed(cited, citation.kind)
    at = next((n for n, one in enumerate(own) if one.plain == quote[0].plain), 0)
    places = [n for n, one in enumerate(told) if same(one, quote[0])]
    if not at:
        return is_copy and 0 in places
    return any(n and same(own[at - 1], told[n - 1]) for n in places)


def _stands_in(item: Evidence, citation: Citation) -> bool:
    """Whether a passage is the one quoted, or prints what is quoted."""
    passage = item.passage
    if passage.article_id == citation.article_id:
        return passage.start < citation.end and citation.start < passage.end
    if passage.kind != citation.kind or not _may_hold(passage.text, citation.quote):
        return False
    return _all_in(_printed_in(citation.quote, citation.published), _Piece(item).sentences)


def _printed_in(text: str, published: date | None) -> list[Printed]:
    return [Printed(text[start:end], published) for start, end in sentences(text)]


@dataclass(frozen=True)
class _Span:
    """A part of an article; equal to another while the article is the same."""

    id: str
    content_hash: str
    published: date | None
    kind: Kind
    start: int
    end: int
    article: Article = field(compare=False)


def _printed(article: Article, kind: Kind) -> tuple[Printed, ...]:
    """The sentences of an article's body, or of its teasers."""
    if kind == "body":
        return _printed_at(article, kind, 0, len(article.text))
    each = (_printed_at(article, kind, teaser.start, teaser.end) for teaser in article.teasers)
    return tuple(sentence for some in each for sentence in some)


def _printed_at(article: Article, kind: Kind, start: int, end: int) -> tuple[Printed, ...]:
    return _of_span(
        _Span(article.id, article.content_hash, article.published, kind, start, end, article)
    )


@lru_cache(maxsize=256)
def _of_span(span: _Span) -> tuple[Printed, ...]:
    """The sentences of a part, kept: one question after the other asks for the same ones."""
    text = span.article.text
    passage = Passage(span.id, 0, span.kind, span.start, span.end, text[span.start : span.end])
    return tuple(
        Printed(text[start:end], span.published) for start, end in quotable(span.article, passage)
    )


def _may_hold(text: str, quote: str) -> bool:
    """Whether enough of a quote's wording stands in a text for it to be worth a closer look."""
    wanted = _grams(quote)
    return len(wanted & _grams(text)) >= _few(wanted)


def _grams(text: str) -> frozenset[Gram]:
    """The long words of a text, each with the words on either side: enough to know it again."""
    words = text.casefold().split()
    return frozenset(
        gram for gram in zip(words, words[1:], words[2:], strict=False) if len(gram[1]) >= _LONG
    )


def _earliest(article: Article) -> tuple[date, str]:
    return article.published or date.max, article.title
