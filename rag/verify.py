"""Checks on a finished answer, in code: quotes, what they are quotes of, and the short answer."""

from collections.abc import Mapping, Sequence

from rag.types import Article, Citation, Evidence, Label


def faults(
    citations: Sequence[Citation], *, short: str | None, evidence: Sequence[Evidence]
) -> list[str]:
    """What is wrong with an answer's citations, a line each; empty when all is well.

    Each quote must stand in a retrieved article at its offsets, hold no line of page furniture,
    and be of the kind it claims; the short answer must stand in one of the quotes.
    """
    articles = {item.article.id: item.article for item in evidence}
    found = [fault for citation in citations if (fault := _fault(citation, articles))]
    if short is not None and not any(short in citation.quote for citation in citations):
        found.append(f"the short answer {short!r} stands in no quote")
    return found


def _fault(citation: Citation, articles: Mapping[str, Article]) -> str | None:
    article = articles.get(citation.article_id)
    if article is None:
        return f"[{citation.n}] cites an article that was not retrieved"
    if article.text[citation.start : citation.end] != citation.quote or not citation.quote:
        return f"[{citation.n}] is not what the article says there"
    allowed = {Label.TEASER} if citation.kind == "teaser" else {Label.BODY}
    labels = labels_within(article, citation.start, citation.end)
    if not labels <= allowed:
        wrong = ", ".join(sorted(labels - allowed))
        return f"[{citation.n}] quotes {wrong} as {citation.kind}"
    if citation.highlight is not None:
        left, right = citation.highlight
        if not citation.start <= left < right <= citation.end:
            return f"[{citation.n}] marks a phrase outside its quote"
    return None


def labels_within(article: Article, start: int, end: int) -> set[Label]:
    """The labels of the lines that a span of the article's text touches."""
    return {line.label for line in article.lines if line.start < end and line.end > start}
