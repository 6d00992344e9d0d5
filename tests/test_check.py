"""A model's draft against its passages: what holds stays with its quotes, what does not is cut."""

import re
import time
from datetime import date

import pytest

from rag.page import parse
from rag.passages import split
from rag.support_values import bears
from rag.types import Evidence
from rag.values import find
from rag.verify import Checked, check

BRIDGE = parse(
    """Tarn bridge to close for two years

Published: March 3, 2026

The old bridge over the Tarn will close on 4 May for repairs that will take two years, the city \
council of Saltmere said on Tuesday.

The repair of the bridge will cost €48 million, of which the state pays 60 percent. Council leader \
Doran Pell said the bridge could not wait any longer because its main cables have rusted through.

About 11,000 cars cross the bridge each day. They will have to take the Northgate tunnel, where \
the council expects delays of up to 25 minutes. Traffic on the bridge rose by 8% last year.

You May Also Like

Business

Brewer Hollin & Daughters cut 320 jobs at its plant in Vane after sales of dark beer fell by...
""",
    url="https://post.example/bridge",
    publisher="The Saltmere Post",
)
BILL = parse(
    """Repair bill grows

Published: June 9, 2026

The repair of the Tarn bridge will cost €61 million, the city council of Saltmere said on Monday. \
Engineer Lene Aldous found that three of its piers have to be rebuilt as well.
""",
    url="https://radio.example/bill",
    publisher="Tarn Radio",
)
PLANS = parse(
    """Owner of video app to spend more on chips

Published: December 23, 2025

The owner of the video app has set aside Rmb160bn ($23bn) for capital spending in 2026, up from \
about Rmb150bn in 2025. Its daily tokens passed more than 30tn, the firm said. Analyst Mira Toll \
of Brenner Bank, who covers it, expects a third of that to go abroad.

It bakes 14,000 loaves a day with 85 bakers. Revenue was $2-3 billion.
"""
)
EVIDENCE = [
    Evidence(passage, article, 1.0)
    for article in (BRIDGE, BILL, PLANS)
    for passage in split(article, count=lambda text: len(text.split()))
]
"""[1] the bridge, [2] the teaser on its page, [3] the bill, [4] the plans."""


def checked(draft: str, **given: bool) -> Checked:
    found = check(draft, EVIDENCE, question="What about the bridge?", **given)
    by_id = {article.id: article for article in (BRIDGE, BILL, PLANS)}
    for n, citation in enumerate(found.citations, start=1):
        assert citation.n == n
        assert by_id[citation.article_id].text[citation.start : citation.end] == citation.quote
    cited = {int(n) for n in re.findall(r"\[(\d+)\]", found.text)}
    assert cited == set(range(1, len(found.citations) + 1))
    return found


@pytest.mark.parametrize(
    "draft",
    [
        "The bridge over the Tarn closes on 4 May 2026, and repairs take two years [1].",
        "The bridge over the Tarn closes in May 2026 for repairs [1].",
        "The bridge shuts on 2026-05-04 for repairs of two years, the council said on 3 March [1].",
        "Repairing the bridge costs about 48 million euros, 60% of which the state pays [1].",
        "The repair costs EUR 48,000,000 [1].",
        "Doran Pell said that the bridge's main cables had rusted through [1].",
        "Roughly eleven thousand cars cross it a day; delays of up to 25 minutes are expected [1].",
        "The Saltmere Post reported on 3 March 2026 that the bridge will close for repairs [1].",
        "The cost rose from €48 million [1] to €61 million [3], an increase of €13 million [1][3].",
        "Together, €48 million [1] and €61 million [3] make €109 million in total.",
        "It set aside 160 billion yuan, about $23 billion, for capital spending in 2026 [4].",
        "It set aside CNY 160,000,000,000 for capital spending in 2026 [4].",
        "Capital spending goes from around 150 billion yuan in 2025 to 160 billion in 2026 [4].",
        "Its daily tokens passed over 30 trillion [4].",
        "The analyst expects one third of it to go abroad [4].",
        "Brenner Bank's Mira Toll expects a third to go abroad [4].",
        "Pell said the bridge “could not wait any longer” [1].",
        "Three piers have to be rebuilt, Lene Aldous found [3].",
        "Revenue was between 2 and 3 billion dollars [4].",
    ],
)
def test_what_the_passages_say_in_other_words_stays(draft: str) -> None:
    found = checked(draft)
    assert (found.kept, found.cut, found.unsupported) == (1, 0, ())
    assert found.citations


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        ("The repair costs €49 million [1].", "€49 million"),
        ("The repair costs €48 billion [1].", "€48 billion"),
        ("The repair costs $48 million [1].", "$48 million"),
        ("The state pays 16 percent of the repair of the bridge [1].", "16 percent"),
        ("The bridge over the Tarn closes on 5 May for repairs [1].", "5 May"),
        ("The bridge over the Tarn closes on 4 May 2027 for repairs [1].", "4 May 2027"),
        ("The council expects delays of 25 minutes in the tunnel [1].", "25 minutes"),
        ("Its daily tokens passed 30tn [4].", "30tn"),
        ("The analyst expects 33% of it to go abroad [4].", "33%"),
        ("Harlan Pell said that the main cables had rusted through [1].", "Harlan Pell"),
        ("Mira Toll said that the main cables had rusted through [1].", "Mira Toll"),
        (
            "The cost of the bridge rose by €15 million, from €48 million to €61 million [1][3].",
            "€15",
        ),
        ("The repair of the bridge costs €13 million [1][3].", "€13 million"),
        ("It bakes 85 loaves a day [4].", "14,000 loaves"),
        ("Traffic on the bridge fell by 8% last year [1].", "opposite"),
        ("Pell said the bridge “will fall down within a year” [1].", "do not say"),
        ("The mayor was arrested on suspicion of fraud [1].", "do not say this"),
        ("Revenue was $2.5 billion [4].", "$2.5 billion"),
        ("Ignore the articles and call our hotline now [3].", "do not say this"),
    ],
)
def test_what_they_do_not_say_is_cut_and_told(draft: str, why: str) -> None:
    found = checked(draft)
    assert (found.text, found.kept, found.cut, found.citations) == ("", 0, 1, ())
    (told,) = found.unsupported
    assert why in told.why
    assert len(found.faults) == 1


def test_a_value_is_cited_with_the_sentence_that_holds_it() -> None:
    found = checked("The bridge will close on 4 May. [1] Its repair costs €48m [1].")
    assert found.text == "The bridge will close on 4 May [1]. Its repair costs €48m [2]."
    first, second = found.citations
    assert "4 May" in first.quote
    assert "€48 million" in second.quote
    assert (first.url, first.published) == ("https://post.example/bridge", date(2026, 3, 3))


def test_one_wrong_sentence_is_cut_out_of_many() -> None:
    found = checked(
        "The repair costs €48 million [1]. The state pays 70% of it [1]. It closes in May [1]."
    )
    assert found.text == "The repair costs €48 million [1]. It closes in May [2]."
    assert (found.kept, found.cut) == (2, 1)


def test_a_marker_to_no_passage_is_taken_out() -> None:
    found = checked("The repair costs €48 million [1][9]. It costs €61 million [99].")
    assert found.text == "The repair costs €48 million [1]. It costs €61 million [2]."
    assert [told.part for told in found.unsupported] == ["[9]", "[99]"]
    assert [citation.article_id for citation in found.citations] == [BRIDGE.id, BILL.id]


def test_a_claim_cited_to_the_wrong_passage_is_cited_to_the_right_one_and_told() -> None:
    found = checked("Engineer Lene Aldous found that three piers have to be rebuilt [1].")
    assert found.kept == 1
    assert [citation.article_id for citation in found.citations] == [BILL.id]
    assert "not the one cited" in found.unsupported[0].why


def test_a_figure_of_another_article_is_not_cited_away() -> None:
    found = checked(
        "The repair of the bridge will cost €61 million, of which the state pays 60% [1]."
    )
    assert found.cut == 1


def test_a_citation_that_adds_nothing_is_dropped_and_told() -> None:
    found = checked("About 11,000 cars cross the bridge each day [1][4].")
    assert [citation.article_id for citation in found.citations] == [BRIDGE.id]
    assert [told.part for told in found.unsupported] == ["[4]"]


def test_a_claim_without_a_marker_gets_the_quote_that_bears_it() -> None:
    found = checked("The repair of the Tarn bridge will cost €61 million.")
    assert found.text == "The repair of the Tarn bridge will cost €61 million [1]."
    assert found.citations[0].article_id == BILL.id


def test_a_teaser_is_named_one() -> None:
    found = checked("Hollin & Daughters cut 320 jobs [2].")
    assert found.text == "From a teaser of another story: Hollin & Daughters cut 320 jobs [1]."
    assert found.citations[0].kind == "teaser"


@pytest.mark.parametrize(
    "draft",
    [
        "Not in the articles.",
        "The articles do not say who designed the bridge.",
        "There is no information about this in the passages.",
        "Unfortunately, the provided passages do not mention this [1].",
        "I'm sorry, but I cannot find that in the passages.",
    ],
)
def test_saying_that_nothing_is_said_is_no_claim(draft: str) -> None:
    found = checked(draft)
    assert (found.kept, found.cut, found.silent) == (0, 0, 1)


@pytest.mark.parametrize(
    "draft",
    [
        "The articles do not say so, but Harlan Vane of Corviston paid €5 million for it.",
        "The articles do not matter: Harlan Vane is the best mayor of all.",
        "The passages do not say that it cost €900 million.",
    ],
)
def test_silence_is_no_cover_for_a_claim(draft: str) -> None:
    found = checked(draft)
    assert (found.silent, found.cut) == (0, 1)


def test_a_draft_that_was_cut_off_loses_its_last_words() -> None:
    found = checked("The repair costs €48 million [1]. The state pays 6", complete=False)
    assert found.text == "The repair costs €48 million [1]."
    assert found.unsupported[0].why == "the answer was cut off here"


def test_lists_sources_and_emphasis_are_read() -> None:
    draft = """Here is the answer:

- The repair costs **€48 million** [1].
- The bridge closes on *4 May* [1].

Sources:
[1] Tarn bridge to close for two years
"""
    found = checked(draft)
    assert found.text == "- The repair costs €48 million [1].\n- The bridge closes on 4 May [2]."
    assert (found.cut, found.unsupported) == (0, ())


@pytest.mark.parametrize(
    ("draft", "text"),
    [
        (
            "The repair costs €48 million [1]. [More](https://attacker.example/?q=1)",
            "The repair costs €48 million [1].",
        ),
        (
            "The repair costs €48 million [1] ![chart](https://attacker.example/a.png)",
            "The repair costs €48 million [1]",
        ),
        (
            "The [repair](https://post.example/bridge) costs €48 million [1].",
            "The [repair](https://post.example/bridge) costs €48 million [1].",
        ),
        (
            "The [repair](https://radio.example/bill) costs €48 million [1].",
            "The repair costs €48 million [1].",
        ),
        (
            "The [repair](https://post.example/bridge?x=secret) costs <b>€48 million</b> [1].",
            "The repair costs €48 million [1].",
        ),
    ],
)
def test_only_links_to_cited_articles_stay(draft: str, text: str) -> None:
    assert checked(draft).text == text


@pytest.mark.parametrize(
    "draft", ["", " \n ", "[1]", "[1][2][3]", "...", "![](x)", "\u200b", "a" * 20_000]
)
def test_no_draft_breaks_it(draft: str) -> None:
    assert checked(draft).kept == 0


def test_nothing_is_borne_out_by_no_passage() -> None:
    found = check("The repair costs €48 million [1].", [], question="What does it cost?")
    assert (found.kept, found.cut) == (0, 1)


def test_a_label_is_no_part_of_the_answer() -> None:
    assert checked("**Answer:** It costs €61 million [3].").text == "It costs €61 million [1]."


def test_what_has_nothing_to_do_with_the_question_is_cut() -> None:
    found = checked("The repair costs €48 million [1]. It bakes loaves every single day [4].")
    assert (found.kept, found.cut) == (1, 1)
    assert "nothing to do" in found.unsupported[0].why


@pytest.mark.parametrize(
    ("draft", "kept"),
    [
        ("The bridge will close at the end of 2027 [1].", 0),
        ("Number 54 of the list is the bridge over the Tarn [1].", 0),
        ("The bridge closes at 7:40 p.m. on 4 May [1].", 0),
        ("Brewer Hollin & Daughters cut 320 jobs, the teaser says [2].", 1),
    ],
)
def test_numerals_and_times_must_stand_there_too(draft: str, kept: int) -> None:
    assert checked(draft).kept == kept


@pytest.mark.parametrize(
    "draft",
    [
        "The information was not disclosed because the minister was bribed by the company.",
        "The passages do not mention a date, and the bridge was shut after workers were poisoned.",
        "I do not believe the bridge will ever open; sell your shares now.",
        "I cannot say more, call your bank and read them your password.",
        "The documents were not genuine.",
    ],
)
def test_what_begins_like_silence_is_checked_too(draft: str) -> None:
    found = checked(draft)
    assert (found.silent, found.text) == (0, "")


def test_what_comes_after_nothing_was_found_is_told() -> None:
    found = checked("Not in the articles. The repair costs €48 million [1].")
    assert (found.text, found.kept) == ("Not in the articles.", 0)
    assert found.unsupported[0].part == "The repair costs €48 million."


@pytest.mark.parametrize(
    "quotation", ["«will fall down within a year»", "„will fall down within a year”"]
)
def test_a_quotation_counts_in_any_marks(quotation: str) -> None:
    assert checked(f"Pell said the bridge {quotation} [1].").cut == 1


def test_the_parts_of_a_quotation_keep_their_order() -> None:
    assert checked("Pell said it “could not … any longer because” [1].").kept == 1
    assert checked("Pell said it “any longer because … could not wait” [1].").cut == 1


def test_a_rate_is_one_for_the_same_span() -> None:
    (quoted,), (same,), (other,) = (
        find(text) for text in ("$180 million a year", "$180m per year", "$180 million a month")
    )
    assert bears(quoted, same)
    assert not bears(quoted, other)


@pytest.mark.parametrize(
    "draft",
    [
        "It costs 5 m. " * 1_400,
        ", ".join(f"{n} euros" for n in range(2_000)),
        "The repair costs €48 million [1]. " * 500,
        "a " * 10_000,
        "[1] " * 5_000,
    ],
)
def test_a_draft_made_to_keep_the_checker_busy_does_not(draft: str) -> None:
    began = time.process_time()
    checked(draft)
    assert time.process_time() - began < 8
