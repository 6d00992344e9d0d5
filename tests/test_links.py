"""Links, pictures and HTML in a model's text go, and are told; links to given articles stay."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.links import strip_links

OWN = "https://post.example/bridge"
URLS = frozenset({OWN})


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("See [the report](https://a.example/x).", "See the report."),
        ('See [the report](https://a.example/x "title").', "See the report."),
        ("See [the report](<https://a.example/x>).", "See the report."),
        ("See [the report](https://a.example/x_(y)).", "See the report."),
        ("See https://a.example/x.", "See ."),
        ("See <https://a.example/x>", "See "),
        ("See HTTPS://A.EXAMPLE", "See "),
        ("See //a.example/x", "See "),
        ("See www.a.example", "See "),
        ("See a.example/x?y=secret", "See "),
        ("Write to mailto:x@a.example", "Write to "),
        ("ftp://a.example/x", ""),
        ("data:text/html;base64,xx", ""),
        ("![alt](https://a.example/x.png) It is so.", " It is so."),
        ("![alt][ref] It is so.", " It is so."),
        ("A <img src='https://a.example/x.png'> b", "A  b"),
        ("A <img src=x onerror=alert(1)", "A "),
        ("A <!-- hidden --> b", "A  b"),
        ("[the report][ref]\n\n[ref]: https://a.example", "the report\n\n"),
        ("[![alt](https://a.example/x.png)](https://a.example/y)", ""),
    ],
)
def test_what_leads_elsewhere_goes_and_is_told(text: str, left: str) -> None:
    stripped, removed = strip_links(text, urls=URLS)
    assert stripped == left
    assert removed
    assert all(told.part and told.why.endswith("is taken out") for told in removed)


@pytest.mark.parametrize(
    "text",
    [
        f"See [the report]({OWN}).",
        f"See {OWN}.",
        f"See <{OWN}>.",
        "It costs 5 < 6 million, 3/4 of it, and/or more [1][2].",
        "It is 5:30 p.m.; the U.S. firm Booking.com said: yes.",
        "[sic] [1]",
    ],
)
def test_what_leads_nowhere_else_stays(text: str) -> None:
    assert strip_links(text, urls=URLS) == (text, [])


@pytest.mark.parametrize("address", [f"{OWN}?x=1", f"{OWN}/x", f"{OWN}#x", OWN.upper(), OWN[:-1]])
def test_an_address_is_compared_to_the_letter(address: str) -> None:
    assert address not in strip_links(f"See [it]({address}) or {address}", urls=URLS)[0]


PARTS = ["[", "]", "(", ")", "!", "<", ">", "https://a.example/x", "//a.example", "www.a.example"]
PARTS += ["text ", "\n", "[r]: ", "<img src=", "'", '"', "a.example/y", OWN, " ", "&lt;", "\\"]


@settings(max_examples=500, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=20))
def test_no_nesting_keeps_a_foreign_address(parts: list[str]) -> None:
    stripped, _ = strip_links("".join(parts), urls=URLS)
    foreign = stripped.replace(OWN, "")
    assert not re.search(r"\w*:?//[\w.]|www\.\w|a\.example/|<img", foreign)


@pytest.mark.parametrize(
    "text", ["[" * 20_000, "![" * 10_000, "<" * 20_000, "[a](" * 5_000, "a." * 10_000, "](" * 9_000]
)
def test_hostile_text_takes_no_time(text: str) -> None:
    began = time.perf_counter()
    strip_links(text, urls=URLS)
    assert time.perf_counter() - began < 2
