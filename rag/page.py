"""A raw page (plain text, Markdown or HTML) -> Article: each line labelled, with a reason."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from rag import (
    address,
    byline,
    frontmatter,
    furniture,
    layout,
    masthead,
    openers,
    weblayout,
    webpage,
)
from rag.blocks import Block, Layout, Row, blocks, rows
from rag.clean import clean
from rag.types import Article, Label, Line, Teaser
from rag.webfacts import Facts, first_of

_TITLE_WORDS = 14
_SITE = re.compile(r"(?P<title>.{10,}?)\s+(?:[|·•–—]|-)\s+(?P<site>[^|·•]{2,40})$")
_URL = re.compile(
    r"(?:canonical |source |article )?(?:url|link|permalink): ?(?P<url>https?://\S+)$",
    re.IGNORECASE,
)


def parse(
    raw: str,
    *,
    html: bool = False,
    url: str | None = None,
    source: str | None = None,
    title: str | None = None,
    publisher: str | None = None,
    author: str | None = None,
    published: date | None = None,
    updated: date | None = None,
    fetched: datetime | None = None,
    base: str | None = None,
) -> Article:
    """Read a page. What the caller gives wins over what the page says; nothing is guessed.

    With ``fetched``, when the page was fetched, "2 hours ago" in its date line is a date. ``base``
    is where it was fetched from: what the page says of its own address counts only on that host.

    Raises BadArticle for HTML that cannot be parsed, and nothing else. A page without a line of
    body (no ``body`` label) is returned as such: to refuse it is the caller's business. Offsets
    are into ``Article.text``: ``clean(raw)``, or with ``html`` the text that the page shows.
    """
    web = webpage.read(raw, name=source or url or "The page") if html else None
    text = clean(raw) if web is None else web.text
    matter = frontmatter.FrontMatter() if web else frontmatter.read(text)
    lines = rows(text, matter.end)
    page_blocks = blocks(text, lines)
    given = Facts(_line(title), _line(publisher), _line(author), published, updated, _line(url))
    ahead = _of_matter(matter)
    said = _said(page_blocks) if web is None else web.facts
    names = [name for name in (given.title or ahead.title, said.title) if name]
    page = weblayout.read(web, page_blocks, names) if web else layout.read(page_blocks, names)
    seen = _seen(page, fetched)
    if web is not None:
        said = replace(
            said,
            title=_shown(page) if page.sure else said.title,
            published=said.published or weblayout.published(web, page),
        )
        seen = replace(seen, publisher=seen.publisher or _site(web.tab, page))
    facts = first_of(given, ahead, said, seen, Facts(title=_shown(page)))
    own = first_of(ahead, said, seen).url
    facts = replace(facts, url=_address(given.url, own, base=base))
    head = [
        Line(start=r.start, end=r.end, label=Label.FURNITURE, reason="front matter")
        for r in rows(text[: matter.end])
    ]
    article = _article(text, head, lines, page, facts, source=source)
    return article.model_copy(update={"fetched": fetched}) if fetched else article


def _of_matter(matter: frontmatter.FrontMatter) -> Facts:
    return Facts(
        title=matter.first("title", "headline"),
        publisher=matter.first("publisher", "site_name", "sitename", "site", "outlet"),
        author=matter.first("author", "authors", "byline"),
        published=_matter_day(matter, "published", "date", "pubdate"),
        updated=_matter_day(matter, "updated", "modified", "lastmod"),
        url=matter.first("url", "canonical", "canonical_url", "link"),
    )


def _address(given: str | None, said: str | None, *, base: str | None) -> str | None:
    """The address that is given, else the one a page gives itself, else where it was fetched from.

    A page that could name another site's address could take the place of an article of that site.
    """
    foreign = base is not None and (said is None or address.host(said) != address.host(base))
    url = given or (base if foreign else said)
    return address.clean(url) if url else None


def _line(value: str | None) -> str | None:
    """A given value as one clean line, None when nothing is left of it."""
    return " ".join(clean(value).split()) or None if value is not None else None


def _matter_day(matter: frontmatter.FrontMatter, *names: str) -> date | None:
    value = matter.first(*names)
    return byline.day_of(value) if value else None


def _said(page: Sequence[Block]) -> Facts:
    """Title and publisher that the page spells out: `The post X appeared first on Y`, `X | Y`."""
    for block in reversed(page):
        found = furniture.appeared_first(block.text)
        if found:
            return Facts(title=found[0], publisher=found[1])
    texts = {block.text for block in page[:200]}
    for block in page[:8]:
        split = _SITE.match(block.text) if block.words <= 40 else None
        # Not the way back to a front page: `The Quay - Back to home`.
        way = split and furniture.reason(split["site"], words=len(split["site"].split()))
        if split and not way and split["title"] in texts:
            return Facts(title=split["title"], publisher=split["site"].strip())
    return Facts()


def _site(tab: str, page: Layout) -> str | None:
    """The site in a title `X | Y`, when X is the headline and a line or the footer says Y too."""
    split = _SITE.match(tab)
    if split is None or split["title"] != _shown(page):
        return None
    site = split["site"].strip()
    foots = (b.text for b in page.blocks if b.reason == "copyright")
    said = any(b.text.casefold() == site.casefold() for b in page.blocks)
    return site if said or any(site in foot for foot in foots) else None


def _shown(page: Layout) -> str:
    """The headline found on the page, else the first words of its text."""
    if page.title is not None:
        return page.blocks[page.title].text.lstrip("# ").strip("*_ ")
    body = next((b for b in page.blocks if b.label is Label.BODY), None)
    first = body or next(iter(page.blocks), None)
    if first is None:
        return "Untitled"
    words = first.text[:400].split()
    short = " ".join(words[:_TITLE_WORDS])[:120]
    return short if len(short) == len(first.text) else short.rstrip(" ,;:") + " …"


def _seen(page: Layout, fetched: datetime | None) -> Facts:
    """Author, dates, publisher and link from the lines around the article, never from its text."""
    top = page.title if page.title is not None and page.title < page.anchor else 0
    header = page.blocks[max(0, top - 3) : page.anchor + 1]
    dated = [b for b in header if b.label is Label.DATELINE]
    outside = [b for b in page.blocks if b.label in (Label.DATELINE, Label.FURNITURE)]
    published, updated = _days(dated, outside, fetched)
    if published is None and page.anchor < len(page.blocks):
        published = byline.opening_date(page.blocks[page.anchor].text)
    links = (_URL.match(b.text) for b in outside if len(b.text) < 500)
    return Facts(
        publisher=_publisher(page),
        author=_author(dated),
        published=published,
        updated=updated,
        url=next((found["url"] for found in links if found), None),
    )


def _days(
    dated: Sequence[Block], outside: Sequence[Block], fetched: datetime | None
) -> tuple[date | None, date | None]:
    """Published and updated: labelled dates first, then the first plain one in the header."""
    near = [stamp for block in dated for stamp in byline.stamps(block.text, fetched=fetched)]
    # When another edition brought the article is not when this page did.
    told = [b for b in outside if b.words <= 24 and b.reason != "origin"]
    far = [stamp for b in told for stamp in byline.stamps(b.text) if stamp.role]
    said = {
        role: [s.day for s in near + far if s.role == role] for role in ("published", "updated")
    }
    plain = [s.day for s in near if s.role is None]
    published = next(iter(said["published"] + plain), None)
    return published, next(iter(said["updated"]), None)


def _author(dated: Sequence[Block]) -> str | None:
    for block in dated:
        found = byline.author(block.text)
        if found:
            return found
    named = (
        byline.name_alone(b.text) or byline.with_role(b.text)
        for b in dated
        if b.reason.startswith("name")
    )
    return next((name for name in named if name), None)


def _publisher(page: Layout) -> str | None:
    top = page.title if page.title is not None and page.title < page.anchor else page.anchor
    above = (Label.FURNITURE, Label.RUBRIC)
    heads = [b.text for b in page.blocks[:top] if b.label in above or b.reason.startswith("kept")]
    foots = [
        (b.text, b.reason) for b in page.blocks[top:] if b.label in (Label.FURNITURE, Label.RUBRIC)
    ]
    return masthead.publisher(heads, foots, [b.text for b in page.blocks])


def _article(
    text: str,
    head: list[Line],
    lines: Sequence[Row],
    page: Layout,
    facts: Facts,
    *,
    source: str | None,
) -> Article:
    """Put the article together: lines, teasers, identity and content hash."""
    labelled = [
        Line(start=row.start, end=row.end, label=block.label or Label.BODY, reason=block.reason)
        for block in page.blocks
        for row in lines[block.first : block.last + 1]
    ]
    said = {
        "title": facts.title,
        "publisher": facts.publisher,
        "author": facts.author,
        "published": facts.published.isoformat() if facts.published else None,
        "updated": facts.updated.isoformat() if facts.updated else None,
        "url": facts.url,
    }
    content = _digest(json.dumps([text, said], ensure_ascii=False, sort_keys=True))
    return Article(
        id=_digest(facts.url or source or content)[:12],
        title=facts.title or "Untitled",
        text=text,
        lines=(*head, *labelled),
        teasers=_teasers(lines, page),
        url=facts.url,
        source=source,
        publisher=facts.publisher,
        author=facts.author,
        published=facts.published,
        updated=facts.updated,
        content_hash=content,
    )


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def _teasers(lines: Sequence[Row], page: Layout) -> tuple[Teaser, ...]:
    """Teasers in the order of the page, from the first line of each to its last."""
    made = []
    for group in page.teasers:
        first, last = page.blocks[group.blocks[0]], page.blocks[group.blocks[-1]]
        start, end = lines[first.first].start, lines[last.last].end
        made.append(Teaser(start=start, end=end, rubric=group.rubric))
    for n in page.pointers:
        block = page.blocks[n]
        found = openers.pointer(block.text)
        start = lines[block.first].start + (
            found.start if found and block.first == block.last else 0
        )
        made.append(
            Teaser(start=start, end=lines[block.last].end, rubric=found.rubric if found else None)
        )
    return tuple(sorted(made, key=lambda teaser: teaser.start))
