"""What nobody sees on an HTML page is nowhere in its article, and what is seen stays."""

import time

import pytest
from pages_of_html import HIDDEN_WAYS, ferry, hidden_by

from rag import markup
from rag.page import parse
from rag.types import Article


@pytest.fixture(scope="module")
def page() -> Article:
    return parse(ferry(), html=True)


@pytest.mark.parametrize("way", HIDDEN_WAYS)
def test_hidden_text_is_nowhere(page: Article, way: str) -> None:
    article = parse(ferry(hidden_by(way)), html=True)
    assert "9,999" not in article.text
    assert article.text == page.text


@pytest.mark.parametrize(
    "style",
    [
        "display:block",
        "opacity:0.9",
        "font-size:10px",
        "left:-10px;position:absolute",
        "overflow:hidden;height:200px",
        "margin-left:-20px",
        "visibility:visible",
        "color:#000",
        "display:none;display:block",
        "display:block!important;display:none",
        "color:transparent;background:linear-gradient(red,blue);-webkit-background-clip:text",
        "color:#fffa",
        "opacity:50%",
        "transform:translate(-50%,-50%) scale(1) rotateX(10deg)",
        "position:relative;left:50%;margin-left:-50vw",
        "margin-left:calc(50% - 50vw)",
        "clip-path:inset(0 10% 0 0 round 5px)",
        "clip-path:polygon(0 0, 100% 0, 100% 100%)",
        "max-height:0",
        "font:700 16px/0 serif",
        "filter:opacity(80%)",
    ],
)
def test_text_that_is_seen_stays(style: str) -> None:
    seen = "Nordhav will also sail to Vane on Sundays, its chief executive Petra Lind said."
    assert seen in parse(ferry(f'<p style="{style}">{seen}</p>'), html=True).text


@pytest.mark.parametrize(
    ("css", "seen"),
    [
        ("@media print{.news{display:none}}", True),
        ("@media (max-width:600px){.news{display:none}}", True),
        (".news{display:none} p.news{display:block}", True),
        ("#n{display:block} .news{display:none}", True),
        (".news{display:none!important} #n{display:block}", False),
        (".news::before{display:none} .news:hover{opacity:0}", True),
        (".other .news{display:none}", True),
        ("p:not(.news){display:none}", True),
        (".news{position:absolute} #n{left:-9999px}", False),
        ("@media screen{@layer a{#n{opacity:0}}}", False),
        ("p[{}} .news{display:none", True),
        (":not(" * 3000 + "{display:none}", True),
        ("a{width:" + "(" * 3000, True),
    ],
)
def test_the_rules_of_a_page_hide_as_they_do_in_a_browser(css: str, seen: bool) -> None:
    said = "Nordhav will also sail to Vane on Sundays, its chief executive Petra Lind said."
    html = ferry(f'<style>{css}</style><p class="news" id="n">{said}</p>')
    assert (said in parse(html, html=True).text) is seen


def test_what_a_click_on_details_opens_stays() -> None:
    said = "Nordhav will also sail to Vane on Sundays, its chief executive Petra Lind said."
    html = ferry(f"<details><summary>More</summary><p>{said}</p></details>")
    assert said in parse(html, html=True).text


@pytest.mark.parametrize(
    "selector", ["div * p:not(.k{n}), *", "* * * * * p.k{n}:not(a)", "p:nth-child({n}) ~ p"]
)
def test_a_page_of_a_great_many_rules_is_read_in_time(selector: str) -> None:
    css = ",".join(selector.format(n=n) for n in range(3000)) + "{left:1px}"
    css += "".join(selector.format(n=n) + "{left:1px}" for n in range(3000))
    text = "<div>" * 50 + "<p>Nordhav also sails to Vane.</p>" * 500 + "</div>" * 50
    tree = markup.parse(f"{text}<style>{css}</style>", name="The page")
    began = time.thread_time()
    markup.drop_unseen(tree)
    assert time.thread_time() - began < 10
    assert "Vane" in tree.text_content()
