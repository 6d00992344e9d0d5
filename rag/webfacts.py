"""What an HTML page says of itself in its metadata: JSON-LD, OpenGraph and other meta tags."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from rag import byline
from rag.clean import clean

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_ARTICLE = re.compile(r"(?:article|posting|report|review)$", re.IGNORECASE)
_PUBLISHED_NAMES = (
    "article:published_time datepublished og:published_time og:article:published_time "
    "article:published article.published pubdate publishdate publish-date publish_date pub_date "
    "publication_date date_published dc.date.issued dcterms.issued dc.date.published "
    "parsely-pub-date sailthru.date cxenseparse:recs:publishtime date dc.date dcterms.date "
    "dc.date.created dcterms.created datecreated"
)
_UPDATED_NAMES = (
    "article:modified_time datemodified og:updated_time article:updated_time article:updated "
    "dcterms.modified dc.date.modified dc.date.updated last-modified lastmod modified_time "
    "parsely-modified-date"
)
_PUBLISHED = _PUBLISHED_NAMES.split()
_UPDATED = _UPDATED_NAMES.split()
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)")
_NODES = 2_000


@dataclass(frozen=True)
class Facts:
    """What a page says of itself, None where it does not."""

    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: date | None = None
    updated: date | None = None
    url: str | None = None


def first_of(*facts: Facts) -> Facts:
    """Each fact as the first one of several says it."""
    said = {
        each.name: next((told for fact in facts if (told := getattr(fact, each.name))), None)
        for each in fields(Facts)
    }
    return Facts(**said)


def read(tree: "HtmlElement") -> Facts:
    """The facts in the metadata of a page that still has its scripts; nothing is guessed.

    Dates come from an article's JSON-LD, from meta tags and ``itemprop``, in this order. A
    canonical URL without a path is a site's and not this page's.
    """
    head = _head_alone(tree)
    named = _named(head)
    dates = _dates(tree)
    url = _own_url(named.get("url"), tree)
    publisher = named.get("publisher")
    if publisher and url and publisher.casefold() in urlsplit(url).netloc.casefold():
        publisher = None if "." in publisher else publisher
    return Facts(
        title=named.get("title"),
        publisher=publisher,
        author=named.get("author"),
        published=dates.get("published"),
        updated=dates.get("updated"),
        url=url,
    )


def day(value: object) -> date | None:
    """The day of a timestamp as written there; None when there is none or it reads two ways."""
    if not isinstance(value, str):
        return None
    text = value[:80].strip()
    compact = _COMPACT.match(text)
    return byline.day_of("-".join(compact.groups()) if compact else text)


def _head_alone(tree: "HtmlElement") -> "HtmlElement":
    """A page with the metadata of another and no text, so that no name is guessed from a text."""
    from lxml.html import document_fromstring

    bare: HtmlElement = document_fromstring("<html><head></head><body></body></html>")
    head = bare.find("head")
    for element in tree.iter("meta", "title", "link", "script"):
        data = element.get("type") == "application/ld+json"
        if element.tag != "script" or data:
            copied = deepcopy(element)
            copied.tail = None
            head.append(copied)
    return bare


def _named(head: "HtmlElement") -> dict[str, str]:
    from trafilatura.metadata import extract_metadata

    try:
        found = extract_metadata(head, date_config={"extensive_search": False})
    except Exception:  # noqa: BLE001  metadata that breaks its reader is as good as none
        return {}
    values = {
        "title": found.title,
        "publisher": found.sitename,
        "author": found.author,
        "url": found.url,
    }
    cleaned = {key: " ".join(clean(str(value)).split()) for key, value in values.items() if value}
    return {key: value for key, value in cleaned.items() if value and len(value) <= 400}


def _own_url(found: str | None, tree: "HtmlElement") -> str | None:
    """The page's canonical URL; relative ones are resolved by ``<base>``."""
    if not found:
        return None
    base = tree.find(".//base")
    try:
        url = urljoin(base.get("href", "") if base is not None else "", found)
        parts = urlsplit(url)
    except ValueError:
        return None
    whole = parts.scheme in ("http", "https") and parts.netloc and parts.path.strip("/")
    return url if whole else None


def _dates(tree: "HtmlElement") -> dict[str, date]:
    said: dict[str, list[object]] = {"published": [], "updated": []}
    for node in _articles(tree):
        said["published"] += [node.get("datePublished"), node.get("dateCreated")]
        said["updated"].append(node.get("dateModified"))
    tags: dict[str, list[object]] = {}
    for element in tree.iter("meta"):
        for key in ("property", "name", "itemprop", "http-equiv"):
            tags.setdefault(element.get(key, "").casefold(), []).append(element.get("content"))
    said["published"] += [value for name in _PUBLISHED for value in tags.get(name, ())]
    said["updated"] += [value for name in _UPDATED for value in tags.get(name, ())]
    for element in tree.iter("time", "span", "div", "p"):
        name = {"datePublished": "published", "dateModified": "updated"}.get(
            element.get("itemprop", "").split(" ")[0]
        )
        if name is None and element.get("pubdate") is not None:
            name = "published"
        if name is not None:
            said[name].append(element.get("datetime") or element.get("content"))
    found = {name: next(filter(None, map(day, values)), None) for name, values in said.items()}
    return {name: when for name, when in found.items() if when is not None}


def _articles(tree: "HtmlElement") -> list[dict[str, Any]]:
    """The article nodes of the page's JSON-LD, of each script those nearest to its top first."""
    found = []
    for script in tree.iter("script"):
        if script.get("type") != "application/ld+json" or not script.text:
            continue
        try:
            loaded = json.loads(script.text, strict=False)
        except (ValueError, RecursionError):
            continue
        found += [node for node in _nodes(loaded) if _is_article(node)]
    return found


def _nodes(loaded: object) -> Iterator[dict[str, Any]]:
    todo, seen = [loaded], 0
    while todo and seen < _NODES:
        node, seen = todo.pop(0), seen + 1
        if isinstance(node, list):
            todo += node
        elif isinstance(node, dict):
            yield node
            todo += [node[key] for key in ("@graph", "mainEntity") if key in node]


def _is_article(node: dict[str, Any]) -> bool:
    kinds = node.get("@type")
    return any(
        isinstance(kind, str) and _ARTICLE.search(kind)
        for kind in (kinds if isinstance(kinds, list) else [kinds])
    )
