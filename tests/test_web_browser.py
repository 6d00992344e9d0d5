"""The page in a real browser: Debian's chromium, over a service on a real port."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from browser import CHROMIUM, Tab, chromium, listening, tab
from pages_of_news import BAKERY, BRIDGE, COST
from playwright.sync_api import Browser, Page, expect

from api import keys
from api.records import open_records
from evals.bench.scripted_model import ScriptedModel
from rag.ingest import ingest
from rag.settings import load
from rag.sources import Source
from rag.types import Answer, ArticleRef, Citation, Unsupported
from rag.wiring import open_engine

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}: apt-get install chromium"
)

PHONE: dict[str, Any] = {"viewport": {"width": 320, "height": 640}}
EMOJI = """Balloon \U0001f388 race \U0001f468\u200d\U0001f469\u200d\U0001f467 of Ebbing

Published 2 May 2026

\U0001f600\U0001f600\U0001f388 Crowds cheered \U0001f1e9\U0001f1ea all day. The balloon race of \
Ebbing was won by Tilda Marsh in 3 hours and 12 minutes \U0001f3c6. She had trained for a year.
"""
BALLOON = "Who won the balloon race of Ebbing?"
ATTACK = (
    "<script>document.title='run'</script><img src=https://attacker.example/x onerror=alert(1)>"
)
HOSTILE = f"""Grain silo of Mottram sold for 7 million euros

Published 3 May 2026

The grain silo of Mottram was sold for 7 million euros {ATTACK} on Sunday.

<a href="javascript:alert(2)">Click</a> https://attacker.example/y <style>*{{display:none}}</style>
"""
SILO = "For how much was the grain silo of Mottram sold?"
NOBODY = "Who won the football World Cup in 1966?"
NOTES = [
    f"Note {n} on the harbour\n\nThe harbour took in {n} ships on this day." for n in range(21)
]
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((each) => each.getBoundingClientRect().right > window.innerWidth + 1)
  .filter((each) => each.checkVisibility() && !each.closest("pre, .hidden"))
  .map((each) => each.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two collections: articles that are asked about, and notes that fill two pages of the list."""
    folder = tmp_path_factory.mktemp("browser")
    settings = load(data=folder / "data", collections=f"notes={folder / 'notes'}")
    given = {"data": [BRIDGE, BAKERY, EMOJI, HOSTILE], "notes": NOTES}
    for name, texts in given.items():
        with open_engine(load(data=folder / name)) as engine:
            assert ingest(engine, [Source(content=text) for text in texts]).new == len(texts)
    with listening(settings) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def opened(browser: Browser, service: str) -> Iterator[Tab]:
    """The page at /, which must do nothing that its policy forbids, and ask nobody else."""
    with tab(browser, viewport={"width": 1100, "height": 800}) as opened:
        opened.page.goto(service)
        yield opened
        opened.well(service)


def ask(page: Page, question: str) -> None:
    page.get_by_label("question").fill(question)
    page.keyboard.press("Enter")


def marked(page: Page) -> str:
    """The text that is marked, once it is in sight."""
    mark = page.locator("mark")
    expect(mark).to_be_in_viewport()
    return mark.text_content() or ""


def test_an_answer_shows_its_quotes_and_where_they_stand(opened: Tab) -> None:
    page = opened.page
    ask(page, COST)
    quote = page.locator(".quote")
    expect(quote).to_have_count(1)
    expect(page.locator(".badge")).to_have_text("Answered")
    expect(page.locator(".lead")).to_have_text("412 million euros [1]")
    expect(quote.locator("strong")).to_have_text("412 million euros")
    expect(quote).to_contain_text("4 May 2026")
    expect(quote).to_contain_text("Harbour bridge to cost 412 million euros")
    expect(page.locator(".footing")).to_contain_text("As of 4 May 2026")
    expect(page.locator(".confidence")).to_have_text(re.compile("right|unsure"))
    page.get_by_role("link", name="Quote 1").click()
    expect(quote).to_be_focused()
    said = quote.locator("blockquote").text_content()
    quote.locator(".open-quote").click()
    assert marked(page) == said
    expect(page.locator("[data-label=body]").first).to_contain_text(said or "?")
    expect(page.locator("[data-label=teaser] .label")).to_have_text("teaser of another story")
    furniture = page.locator("[data-label=furniture]").first
    expect(furniture.locator("summary")).to_have_text("page furniture, 4 lines")
    expect(furniture.locator("p").first).to_be_hidden()
    furniture.locator("summary").click()
    expect(furniture.get_by_text("Sport")).to_be_visible()
    assert "/articles/" in page.url
    # The address opens the same place again, on a page of its own; Back closes the panel.
    address = page.url
    page.go_back()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.goto(address)
    assert marked(page) == said
    expect(page).to_have_title("Harbour bridge to cost 412 million euros · Dateline")


def test_a_quote_after_emoji_is_marked_in_its_place(opened: Tab) -> None:
    page = opened.page
    ask(page, BALLOON)
    said = page.locator(".quote blockquote").text_content()
    assert said is not None
    assert "Tilda Marsh" in said
    assert said.endswith("\U0001f3c6.")
    assert "Tilda Marsh" in (page.locator(".quote strong").text_content() or "")
    page.locator(".open-quote").click()
    assert marked(page) == said


def test_every_part_of_an_answer_is_shown(opened: Tab) -> None:
    """One with all parts at once, as no single question makes it."""
    quote = "\U0001f388 Marsh \U0001f3c6 won in 3 hours."
    answer = Answer(
        question="Who won?",
        condensed="Who won the race of Ebbing?",
        status="partial",
        text="Marsh won [1]. It rained [99].",
        confidence=0.9,
        citations=(
            Citation(
                n=1,
                quote=quote,
                article_id="ab12",
                title="Other news",
                start=40,
                end=40 + len(quote),
                kind="teaser",
                publisher="Ebbing Echo",
                published=date(2026, 5, 2),
                url="https://news.example/a",
                highlight=(42, 47),
                also=(ArticleRef(id="cd34", title="Copy", publisher="Marsh Mail"),),
            ),
        ),
        reason="A part was left out.",
        as_of=date(2026, 5, 2),
        unsupported=(Unsupported(part="It snowed.", why="no passage says so"),),
        model="gpt",
        trace_id="0",
        asked_at=datetime(2026, 5, 3, tzinfo=UTC),
    )
    stream = f"event: done\r\ndata: {answer.model_dump_json()}\r\n\r\n"
    kind = "text/event-stream"
    page = opened.page
    page.route(
        "**/v1/ask*", lambda route: route.fulfill(body=f": ping\n\n{stream}", content_type=kind)
    )
    ask(page, "Who won?")
    shown = page.locator(".answer")
    expect(shown.locator(".status")).to_have_text("Answered in part very likely right")
    expect(shown.locator(".condensed")).to_have_text("Asked as: Who won the race of Ebbing?")
    expect(shown.locator(".lead")).to_have_text("Marsh won [1]. It rained [99].")
    expect(shown.locator(".lead a")).to_have_text(["[1]"])
    expect(shown.locator(".reason")).to_have_text("A part was left out.")
    expect(shown.locator("blockquote")).to_have_text(quote)
    expect(shown.locator("strong")).to_have_text("Marsh")
    expect(shown.locator(".quote .label")).to_have_text("teaser of another story")
    expect(shown.locator(".also")).to_have_text("Also printed by Marsh Mail, no date")
    expect(shown.locator(".also a")).to_have_attribute("href", re.compile("^/articles/cd34"))
    expect(shown.locator(".outward")).to_have_attribute("href", "https://news.example/a")
    expect(shown.locator(".unsupported li")).to_have_text("It snowed.no passage says so")
    expect(shown.locator(".footing")).to_have_text(
        "As of 2 May 2026. Written by gpt, checked against the quotes."
    )


def test_a_hostile_article_is_only_text(opened: Tab) -> None:
    page = opened.page
    ask(page, SILO)
    expect(page.locator(".quote")).to_contain_text("<script>document.title='run'</script>")
    said = page.locator(".quote blockquote").text_content()
    page.locator(".open-quote").click()
    assert marked(page) == said
    expect(page.locator("#article-body")).to_contain_text(ATTACK)
    expect(page.locator("#article-body")).to_contain_text("javascript:alert(2)")
    assert page.locator("#article-body").locator("script, img, style, a").count() == 0
    assert page.title() != "run"


def test_addresses_and_characters_that_act_do_not(opened: Tab, service: str) -> None:
    """What the service refuses or takes out, as if it had come through all the same."""
    text = "Safe \u202egnp.exe\u202c\u0007 and\u200b done."
    article = {
        "id": "ab12",
        "title": text,
        "text": text,
        "lines": [{"start": 0, "end": len(text), "label": "body", "reason": text}],
        "url": "javascript:alert(1)",
        "publisher": text,
        "author": text,
        "published": "2026-05-01",
        "updated": None,
    }
    page = opened.page
    page.route("**/v1/articles/ab12", lambda route: route.fulfill(json=article))
    page.goto(f"{service}/articles/ab12#q=5-{len(text)}")
    assert marked(page) == text[5:]
    assert page.locator("#article-body a").count() == 0
    expect(page.locator("#article-body")).to_contain_text("none of the web: javascript:alert(1)")
    codes = page.locator("mark .unseen").evaluate_all(
        "(all) => all.map((each) => each.dataset.code)"
    )
    assert codes == ["U+202E", "U+202C", "U+0007", "U+200B"]
    # Left to right: what a direction mark would turn around stands where it is written.
    assert page.locator("mark").evaluate("(mark) => mark.innerText") == "gnp.exe and done."
    article["url"] = "https://news.example/a"
    page.reload()
    link = page.locator("#article-body a")
    expect(link).to_have_attribute("href", "https://news.example/a")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    article["lines"] = []
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("no longer where the link says")


def test_when_nothing_is_found_the_nearest_articles_are_shown(opened: Tab, service: str) -> None:
    page = opened.page
    ask(page, NOBODY)
    expect(page.locator(".badge")).to_have_text("Not in the articles")
    expect(page.locator(".lead")).to_contain_text("do not mention World Cup")
    expect(page.get_by_role("heading", name="Nearest articles")).to_be_visible()
    page.locator(".nearest a").first.click()
    expect(page.get_by_role("dialog").locator("[data-label=body]").first).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".nearest a").first).to_be_focused()
    expect(page).to_have_url(f"{service}/")


def test_filters_narrow_what_may_answer(opened: Tab) -> None:
    page = opened.page
    page.locator("#filters summary").click()
    expect(page.get_by_role("combobox", name="Publisher").locator("option")).to_contain_text(
        ["All publishers", "The Wendmark Herald (1)"]
    )
    page.get_by_label("Published since").fill("2026-05-05")
    expect(page.locator("#filters-set")).to_have_text(" (1 set)")
    ask(page, COST)
    expect(page.locator("#turn-1 + .result .badge")).to_have_text("Not in the articles")
    page.get_by_label("Published since").fill("")
    page.get_by_label("Published until").fill("2026-05-04")
    page.get_by_role("combobox", name="Publisher").select_option("The Wendmark Herald")
    ask(page, COST)
    expect(page.locator("#turn-2 + .result .badge")).to_have_text("Answered")
    page.get_by_label("Collection").select_option("notes")
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator("#about")).to_contain_text("21 articles")
    page.get_by_role("button", name="Clear the filters").click()
    ask(page, "How many ships did the harbour take in?")
    page.locator(".open-quote").first.click()
    assert "collection=notes" in page.url
    assert "ships" in marked(page)


def test_a_follow_up_is_sent_with_what_was_said(opened: Tab) -> None:
    page = opened.page
    ask(page, COST)
    expect(page.locator(".quote")).to_have_count(1)
    expect(page.get_by_label("Your next question")).to_be_visible()
    with page.expect_request("**/v1/ask*") as sent:
        ask(page, "When does its construction start?")
    history = sent.value.post_data_json["history"]
    assert [turn["role"] for turn in history] == ["user", "assistant"]
    assert history[0]["content"] == COST
    assert "412 million euros" in history[1]["content"]
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator("#turn-2 + .result")).to_have_attribute("aria-busy", "false")
    page.get_by_role("button", name="Start anew").click()
    expect(page.locator(".turn")).to_have_count(0)
    with page.expect_request("**/v1/ask*") as sent:
        ask(page, COST)
    assert sent.value.post_data_json["history"] == []
    expect(page.locator(".quote")).to_have_count(1)


def test_articles_are_added_searched_and_deleted(opened: Tab, tmp_path: Path) -> None:
    page = opened.page
    text = "Lido of Orrin opens\n\nPublished 7 May 2026\n\nThe lido of Orrin opens on 3 June 2026."
    page.get_by_role("link", name="Add").click()
    for outcome in ("New", "Unchanged"):
        page.get_by_label("Text or HTML of the page").fill(text)
        page.get_by_role("button", name="Add").click()
        expect(page.locator(".outcome .badge").first).to_have_text(outcome)
    expect(page.get_by_label("Text or HTML of the page")).to_have_value("")
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".outcome").first).to_contain_text("No article that can be read")
    assert page.get_by_role("radio", name="Address").count() == 0
    page.get_by_label("Files").check()
    old = tmp_path / "old.html"
    body = "<p>The café of Orrin closes on 9 June 2026, its owner said.</p>" * 2
    old.write_bytes(f"<meta charset=windows-1252><title>Café shut</title>{body}".encode("cp1252"))
    (tmp_path / "bad.bin").write_bytes(bytes(range(256)))
    page.get_by_label("Saved pages").set_input_files([old, tmp_path / "bad.bin"])
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".outcome").first).to_contain_text("bad.bin: No article")
    expect(page.locator(".outcome").nth(1)).to_contain_text("New")
    dropped = page.evaluate_handle(
        "() => { const all = new DataTransfer(); all.items.add(new File([`Pier of Orrin"
        " painted\\n\\nThe pier of Orrin was painted blue by 40 people.`], 'pier.txt'));"
        " return all; }"
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": dropped})
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".outcome .title").first).to_have_text("Pier of Orrin painted")

    page.get_by_role("link", name="Library").click()
    expect(page.locator(".item")).to_have_count(7)
    page.get_by_label("Words in the title").fill("orrin")
    page.keyboard.press("Enter")
    expect(page.locator(".item .title")).to_have_text(
        ["Pier of Orrin painted", "Lido of Orrin opens"]
    )
    page.get_by_role("button", name="Delete Lido of Orrin opens").click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator(".item")).to_have_count(2)
    for title in ("Lido of Orrin opens", "Pier of Orrin painted"):
        page.get_by_role("button", name=f"Delete {title}").click()
        expect(page.get_by_role("dialog")).to_contain_text(title)
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(page.locator(".item .title", has_text=title)).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text("Deleted. No article has this in its title.")
    page.get_by_label("Words in the title").fill("Café")
    page.keyboard.press("Enter")
    expect(page.locator(".item .title")).to_have_text(["Café shut"])
    page.get_by_role("button", name="Delete Café shut").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".item")).to_have_count(0)


def test_a_long_list_comes_in_pages(opened: Tab) -> None:
    page = opened.page
    page.locator("#filters summary").click()
    page.get_by_label("Collection").select_option("notes")
    page.get_by_role("link", name="Library").click()
    expect(page.locator(".item")).to_have_count(20)
    expect(page.get_by_role("button", name="Newer")).to_be_disabled()
    page.get_by_role("button", name="Older").click()
    expect(page.locator(".item")).to_have_count(1)
    expect(page.get_by_role("button", name="Older")).to_be_disabled()
    page.get_by_role("button", name="Newer").click()
    expect(page.locator(".item")).to_have_count(20)


def focused(page: Page, selector: str) -> bool:
    seen: bool = page.evaluate("(selector) => document.activeElement.matches(selector)", selector)
    return seen


def test_everything_goes_by_keyboard(opened: Tab) -> None:
    page = opened.page
    key = page.keyboard.press
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.type(COST)
    key("Enter")
    expect(page.locator(".quote")).to_have_count(1)
    for selector in ("#filters summary", "#ask-button", "#anew", ".marker"):
        key("Tab")
        assert focused(page, selector), selector
        style = "(getComputedStyle(document.activeElement).outlineStyle)"
        assert page.evaluate(style) == "solid", selector
    key("Enter")
    expect(page.locator(".quote")).to_be_focused()
    key("Tab")
    assert focused(page, ".open-quote")
    key("Enter")
    expect(page.locator("mark")).to_be_focused()
    for _ in range(8):
        key("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || "
            "document.activeElement.closest('#article-dialog') !== null"
        )
    key("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator(".open-quote")).to_be_focused()
    page.get_by_label("Your next question").focus()
    for _ in range(6):
        key("Shift+Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    key("Enter")
    expect(page.locator("main")).to_be_focused()
    expect(page.locator(".quote")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_cut_off(browser: Browser, service: str, scheme: Any) -> None:
    with tab(browser, color_scheme=scheme, reduced_motion="reduce", **PHONE) as opened:
        page = opened.page
        page.goto(service)
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 26, 28)"
        assert dark == (scheme == "dark")
        page.evaluate(SPACED)

        def fits() -> None:
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
            assert page.evaluate(TOO_WIDE) == []

        page.locator("#filters summary").click()
        fits()
        ask(page, SILO)
        expect(page.locator(".quote")).to_be_visible()
        fits()
        page.locator(".open-quote").click()
        expect(page.locator("mark")).to_be_in_viewport()
        fits()
        page.get_by_role("button", name="Close").click()
        page.get_by_role("link", name="Library").click()
        expect(page.locator(".item").first).to_be_visible()
        fits()
        page.locator(".item button").first.click()
        fits()
        page.get_by_role("button", name="Keep it").click()
        page.get_by_role("link", name="Add").click()
        page.get_by_label("Files").check()
        page.get_by_text("What you know of it").click()
        fits()
        page.goto(f"{service}/docs")
        expect(page.locator(".route").first).to_be_visible()
        fits()
        opened.well(service)


def test_the_routes_are_described(opened: Tab, service: str) -> None:
    page = opened.page
    page.goto(f"{service}/docs")
    described = page.request.get(f"{service}/openapi.json").json()
    titles = page.locator("#routes h2")
    expect(titles).to_have_count(sum(len(item) for item in described["paths"].values()))
    expect(page.locator("#schemas h3")).to_have_count(len(described["components"]["schemas"]))
    example = page.locator("[id='post-/v1/ask'] pre").text_content() or ""
    assert example.startswith(f"curl -s -X POST {service}/v1/ask \\\n")
    assert '"question":' in example
    page.locator("[id='post-/v1/ask']").get_by_role("link", name="Question").click()
    expect(page.locator("#schema-Question")).to_be_in_viewport()
    for link in page.locator("main a[href^='#']").all():
        name = (link.get_attribute("href") or "")[1:]
        assert page.locator(f"[id='{name}']").count() == 1, name


def test_a_key_is_asked_for_and_kept_in_this_tab_only(browser: Browser, tmp_path: Path) -> None:
    with open_engine(load(data=tmp_path)) as engine:
        ingest(engine, [Source(content=BRIDGE)])
    records = open_records(tmp_path)
    _, key = keys.create(records, "ask")
    records.dispose()
    with listening(load(data=tmp_path)) as url, tab(browser) as opened:
        page = opened.page
        page.goto(url)
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("This needs a key")
        page.get_by_label("Your key").fill("dl_wrong")
        page.keyboard.press("Enter")
        expect(dialog).to_contain_text("That key is not accepted")
        page.get_by_label("Your key").fill(key)
        page.keyboard.press("Enter")
        expect(page.locator("#about")).to_contain_text("1 article")
        ask(page, COST)
        expect(page.locator(".quote")).to_have_count(1)
        kept = page.evaluate("[localStorage.length, document.cookie, sessionStorage.length]")
        assert kept == [0, "", 1]
        # It may ask, and change nothing.
        page.get_by_role("link", name="Library").click()
        page.locator(".item button").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(dialog.get_by_role("alert")).to_contain_text("has the scope ask")
        page.get_by_role("button", name="Keep it").click()
        page.get_by_role("button", name="Forget the key").click()
        assert page.evaluate("sessionStorage.length") == 0
        page.get_by_role("link", name="Ask").click()
        ask(page, COST)
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#turns .failed")).to_contain_text("This needs a key")
        opened.well(url)


def test_errors_are_told_in_words(opened: Tab) -> None:
    page = opened.page
    page.route("**/v1/ask*", lambda route: route.abort())
    ask(page, COST)
    expect(page.locator("#turns .failed")).to_contain_text("The service did not answer")
    page.unroute("**/v1/ask*")
    stream = 'event: token\ndata: {"text": "The "}\n\n'
    kind = "text/event-stream"
    page.route("**/v1/ask*", lambda route: route.fulfill(body=stream, content_type=kind))
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#turns .failed")).to_contain_text("The answer broke off")
    told = {"title": "The model's answer was cut off", "detail": "It ended early. Ask again."}
    stream += f"event: error\ndata: {json.dumps(told)}\n\n"
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#turns .failed")).to_contain_text("It ended early. Ask again.")
    expect(page.locator(".draft")).to_have_count(0)
    page.unroute("**/v1/ask*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".quote")).to_have_count(1)
    expect(page.locator(".turn")).to_have_count(1)


def test_a_draft_is_a_draft_until_it_is_checked(browser: Browser, tmp_path: Path) -> None:
    with open_engine(load(data=tmp_path)) as engine:
        ingest(engine, [Source(content=text) for text in (BRIDGE, BAKERY)])
    with ScriptedModel("unsupported", pause=0.02) as model:
        settings = load(data=tmp_path, model="scripted", base_url=model.url, allow_urls=True)
        with listening(settings) as url, tab(browser, reduced_motion="reduce") as opened:
            page = opened.page
            page.goto(url)
            ask(page, COST)
            draft = page.locator(".draft")
            expect(draft).to_contain_text("Draft, not checked yet")
            expect(draft.locator(".draft-text")).to_contain_text("The new bridge")
            expect(page.locator(".result")).to_have_attribute("aria-busy", "true")
            still = "getComputedStyle(document.querySelector('.step'), '::before').animationName"
            assert page.evaluate(still) == "none"
            expect(page.locator(".quote")).to_have_count(1)
            expect(draft).to_have_count(0)
            expect(page.locator(".result")).to_have_attribute("aria-busy", "false")
            expect(page.locator(".lead")).not_to_contain_text("costly mistake")
            expect(page.locator(".unsupported s")).to_contain_text("costly mistake")
            expect(page.locator(".unsupported .quiet")).not_to_have_text("")
            expect(page.locator(".footing")).to_contain_text("Written by scripted")
            page.get_by_role("button", name="Start anew").click()
            model.mode = "stall"
            ask(page, COST)
            expect(page.locator(".draft-text")).to_contain_text("The new bridge")
            page.get_by_role("button", name="Stop").click()
            expect(page.locator(".result")).to_have_text("Stopped. What was drafted is not kept.")
            expect(page.get_by_label("question")).to_have_value(COST)
            # This service fetches pages, though not its own.
            page.get_by_role("link", name="Add").click()
            page.get_by_role("radio", name="Address").check()
            page.get_by_label("Address of the page").fill(f"{url}/healthz")
            page.get_by_role("button", name="Add").click()
            expect(page.locator(".outcome")).to_contain_text("No address that is fetched")
            opened.well(url)
