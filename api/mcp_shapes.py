"""What MCP tools give: the shapes of ChatGPT's connectors, and an article as text for a model."""

from collections.abc import Callable
from datetime import date

from rag.plain import one_line
from rag.types import Article, Frozen, Label

_READ = (Label.HEADING, Label.BODY)


class Hit(Frozen):
    """An article that was found. ``url`` is never empty: ChatGPT cites nothing without one."""

    id: str
    title: str
    url: str


class Results(Frozen):
    """What ``search`` gives, the best first, in the shape that ChatGPT's connectors ask for."""

    results: tuple[Hit, ...]


class Document(Hit):
    """What ``fetch`` gives, in the shape that ChatGPT's connectors ask for."""

    text: str
    metadata: dict[str, str]


def hit(article: Article, *, page: Callable[[str], str]) -> Hit:
    """An article as it is named. ``page`` is an address for one that has none of its own."""
    title = one_line(article.title) or "Untitled"
    return Hit(id=article.id, title=title, url=article.url or page(article.id))


def document(article: Article, *, page: Callable[[str], str]) -> Document:
    """An article with its text."""
    named = hit(article, page=page)
    return Document(
        id=named.id, title=named.title, url=named.url, text=text(article), metadata=facts(article)
    )


def facts(article: Article) -> dict[str, str]:
    """What is known of an article besides its title and address."""
    known: dict[str, str | date | None] = {
        "publisher": article.publisher,
        "author": article.author,
        "published": article.published,
        "updated": article.updated,
    }
    return {name: one_line(str(value)) for name, value in known.items() if value}


def text(article: Article) -> str:
    """The article without page furniture and invisible characters, a paragraph for each line.

    Teasers of other stories come last and are named as such: they are not the article's own.
    """
    lines = [
        one_line(article.text[line.start : line.end])
        for line in article.lines
        if line.label in _READ
    ]
    if article.teasers:
        lines.append("Teasers of other stories on the page, which are not part of this article:")
    for teaser in article.teasers:
        rubric = f"{one_line(teaser.rubric)}: " if teaser.rubric else ""
        lines.append(f"- {rubric}{one_line(article.text[teaser.start : teaser.end])}")
    return "\n\n".join(lines)


def page_of_text(article: Article, *, page: Callable[[str], str]) -> str:
    """An article as one text: its title, what is known of it, and what it says."""
    named = hit(article, page=page)
    known = "\n".join(f"{name}: {value}" for name, value in facts(article).items())
    head = "\n".join(part for part in (named.title, known, f"url: {named.url}") if part)
    return f"{head}\n\n{text(article)}"
