"""Answers as Markdown: what a chat tool shows of them, and that no article can add to that."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from api.chat_text import content, escaped, said, sources
from rag.plain import one_line
from rag.reader import NAME as READER
from rag.types import Answer, ArticleRef, Citation

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# What GitHub's Markdown makes a link of without being told to (GFM 0.29, 6.9), and a little more.
AUTOLINK = re.compile(r"www\.|https?://|ftp://|mailto:|xmpp:|[\w.+-]+@[\w-]+\.\w", re.IGNORECASE)
MATH = re.compile(r"(?<!\\)\$|\\\(|\\\[.*\\\]", re.DOTALL)
HOSTILE = [
    "[Click](https://evil.example/a) now",
    "![x](https://evil.example/a.png)",
    "[a][1]\n\n[1]: https://evil.example/a",
    "<https://evil.example> <a href='https://evil.example'>b</a> <img src=x onerror=alert(1)>",
    "<details type='tool_calls' name='x'><summary>y</summary>",
    "<script>alert(1)</script>",
    "See https://evil.example/a, www.evil.example. Or mail to a@evil.example!",
    "javascript:alert(1) and data:text/html,x",
    "# Heading\n---\n* item\n> quote\n| a | b |\n|---|---|\n| c | d |",
    "```html\n<b>x</b>\n```\n~~~\n",
    "It cost $4 and $5, or \\(x\\) and \\[y\\] and $$z$$",
    "**bold** __bold__ ~~gone~~ `code` a\\",
    "[2] is not a source, nor is [99] or [^1]",
    "Tom &amp; Jerry &#60;b&#62; &lt;i&gt;",
    "over\u202eturned \u200bhidden \x1b[31mred \ufeff",
    "a\x00b\r\nc\u2028d",
]


class Seen:
    """What a reader sees of a Markdown text: its words, and where its links lead."""

    def __init__(self, markdown: str) -> None:
        self.links: list[str] = []
        self.blocks: list[str] = []
        self.text = ""
        for token in PARSER.parse(markdown):
            self.blocks.append(token.type)
            for child in token.children or []:
                self._take(child)
            self.text += "\n" if token.type == "inline" else ""

    def _take(self, token: Token) -> None:
        assert token.type not in ("image", "html_inline"), token
        if token.type == "link_open":
            self.links.append(str(token.attrs["href"]))
        if token.type == "text":
            assert not AUTOLINK.search(token.content), token.content
        self.text += " " if token.type in ("softbreak", "hardbreak") else token.content


def citation(n: int = 1, **more: Any) -> Citation:
    quote = more.pop("quote", "It will cost 412 million euros.")
    return Citation(
        **{
            "n": n,
            "quote": quote,
            "article_id": "a1b2",
            "title": "Harbour bridge",
            "start": 0,
            "end": len(quote),
            "url": "https://herald.example/bridge",
            "publisher": "The Herald",
            "published": date(2026, 5, 4),
            **more,
        }
    )


def answer(**more: Any) -> Answer:
    return Answer(
        **{
            "question": "What?",
            "status": "answered",
            "text": "412 million euros [1].",
            "citations": (citation(),),
            "as_of": date(2026, 5, 4),
            "model": READER,
            "trace_id": "t",
            "asked_at": datetime(2026, 5, 5, tzinfo=UTC),
            **more,
        }
    )


def page(article_id: str) -> str:
    return f"http://dateline.example/articles/{article_id}"


def shown(given: Answer, style: Any = "markdown") -> str:
    return content(given, style=style, page=page)


def test_the_default_lists_quote_title_publisher_and_date() -> None:
    seen = Seen(shown(answer()))
    assert "412 million euros [1]." in seen.text
    assert (
        "[1] “It will cost 412 million euros.” — Harbour bridge · The Herald · 4 May 2026"
        in seen.text
    )
    assert "As of 4 May 2026." in seen.text
    assert seen.links == ["https://herald.example/bridge"]


@pytest.mark.parametrize("style", ["standard", "openwebui"])
def test_other_styles_leave_the_list_to_the_tool(style: str) -> None:
    assert shown(answer(), style) == "412 million euros [1].\n\nAs of 4 May 2026."


def test_a_quote_that_the_text_gives_is_not_given_again() -> None:
    quote = citation().quote
    text = shown(answer(text=f"412 million — “{quote}” [1]"))
    assert text.count(quote) == 1
    assert "\n\n[1] [Harbour bridge](" in text


def test_teasers_copies_and_missing_facts_are_told() -> None:
    also = (ArticleRef(id="c", title="Bridge", publisher="The Echo"),)
    cited = citation(url=None, publisher=None, published=None, kind="teaser", also=also)
    seen = Seen(shown(answer(citations=(cited,))))
    assert "Harbour bridge · no date · teaser of another story · also in The Echo" in seen.text
    assert seen.links == ["http://dateline.example/articles/a1b2"]


def test_what_was_not_found_says_why_and_names_the_nearest() -> None:
    near = (ArticleRef(id="c", title="A [bakery]", publisher="The Echo"),)
    found = answer(
        status="not_found", text="Not in the articles.", citations=(), reason="None says it.",
        nearest=near,
    )  # fmt: skip
    seen = Seen(shown(found))
    assert seen.text.startswith("Not in the articles.\nNone says it.\nThe closest articles:\n")
    assert "A ［bakery］ · The Echo · no date" in seen.text
    assert seen.links == ["http://dateline.example/articles/c"]
    assert said(shown(found)) == "Not in the articles.\n\nNone says it."
    assert said(shown(answer())) == "412 million euros [1]."


def test_a_reason_that_is_the_text_is_said_once() -> None:
    cut = answer(status="truncated", text="It was cut off.", citations=(), reason="It was cut off.")
    assert shown(cut).count("It was cut off.") == 1


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("model", [READER, "gpt"])
def test_hostile_articles_stay_text(hostile: str, model: str) -> None:
    cited = (
        citation(title=hostile, publisher=hostile, quote=hostile),
        citation(2, title=hostile, quote=f"{hostile} 2", url=None, article_id="a/../b?c"),
    )
    near = (ArticleRef(id="c", title=hostile, publisher=hostile, url="javascript:alert(1)"),)
    for text in ("It will [1] [2].", f"412 — “{hostile}” [1] and “{hostile} 2” [2]"):
        given = answer(text=text, citations=cited, nearest=near, reason=hostile, model=model)
        plain = Seen(shown(answer(text="x [1]", citations=(citation(), citation(2)), nearest=near)))
        for style in ("markdown", "standard", "openwebui"):
            markdown = shown(given, style)
            seen = Seen(markdown)
            assert set(seen.links) <= {
                "https://herald.example/bridge",
                "http://dateline.example/articles/a/../b?c",
                "http://dateline.example/articles/c",
            }
            assert not MATH.search(markdown) or markdown.count("$") < 2
            assert set(seen.blocks) <= set(plain.blocks)
            for source in sources(given, page=page):
                assert source.url.startswith(("https://herald.example/", "http://dateline.example"))
                assert "\n" not in source.title


@given(st.text(st.sampled_from('ab .,$*_`~|[]()<>!&#;:/@\\-+="“”^{}1\n\tå') | st.characters()))
@settings(max_examples=300, deadline=None)
def test_escaped_text_shows_just_that_text(text: str) -> None:
    seen = Seen(f"x {escaped(text)} x")
    wanted = re.sub(r"<(?=[a-zA-Z/!?@#$])", "< ", f"x {one_line(text)} x")
    assert " ".join(seen.text.split()) == " ".join(wanted.split())
    assert seen.links == []


def test_figures_and_names_stay_readable_without_markdown() -> None:
    text = "Sund & Holm paid $4.2 billion (18.4%) in Q1-Q2 at 9 a.m., said A. Brandt."
    assert escaped(text) == text


def test_each_source_is_told_apart_from_the_others() -> None:
    url = "https://herald.example/bridge"
    cited = (
        citation(quote="It will cost 412 million euros."),
        citation(2, quote="One two three four - five six seven eight nine ten eleven, twelve."),
        citation(3, quote="The last.", article_id="c3", url="https://echo.example/a#b"),
        citation(4, quote="The very last.", article_id="c3", url="https://echo.example/a#b"),
    )
    listed = sources(answer(citations=cited), page=page)
    assert [each.n for each in listed] == [1, 2, 3, 4]
    assert [each.title for each in listed] == [
        "Harbour bridge", "Harbour bridge (2)", "Harbour bridge (3)", "Harbour bridge (4)",
    ]  # fmt: skip
    assert listed[0].url == url
    assert listed[1].url == (
        f"{url}#:~:text=One%20two%20three%20four%20%2D,eight%20nine%20ten%20eleven%2C%20twelve."
    )
    assert listed[3].url == "https://echo.example/a#b:~:text=The%20very%20last."
    assert listed[1].named == "Harbour bridge · The Herald · 4 May 2026 (2)"
    assert [each.quote for each in listed] == [each.quote for each in cited]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "http://",
        "http://[::1",
        "x",
        "",
    ],
)
def test_what_is_no_web_address_is_never_linked(url: str) -> None:
    given = answer(citations=(citation(url=url),))
    own = "http://dateline.example/articles/a1b2"
    assert Seen(shown(given)).links == [own]
    assert [each.url for each in sources(given, page=page)] == [own]


def test_an_address_cannot_end_its_link() -> None:
    url = "https://herald.example/a)b(c|d$e`f\\g\u202eh"
    seen = Seen(shown(answer(citations=(citation(url=url),))))
    assert seen.links == ["https://herald.example/a%29b%28c%7Cd%24e%60f%5Cg%E2%80%AEh"]
