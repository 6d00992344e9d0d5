"""Verdicts on hand-made answers."""

from datetime import UTC, date, datetime

import pytest

from evals.cases import Case
from evals.graders import Outcome, grade, verbatim_faults
from rag.types import Answer, Article, Citation, Kind, Label, Line, Status


def article(text: str, *, label: Label = Label.BODY) -> Article:
    return Article(
        id="a1",
        title="A page",
        text=text,
        lines=(Line(start=0, end=len(text), label=label, reason="made by hand"),),
        content_hash="0",
    )


def case(**given: object) -> Case:
    fields: dict[str, object] = {
        "id": "c",
        "question": "How much?",
        "type": "amount",
        "accept": ["Rmb160 billion", "$23 billion"],
        "article": "page.txt",
        "split": "dev",
        **given,
    }
    return Case.model_validate(fields)


def answer(
    quote: str | None,
    *,
    short: str | None = None,
    status: Status = "answered",
    kind: Kind = "body",
    text: str = "",
    published: date | None = None,
) -> Answer:
    citations: tuple[Citation, ...] = ()
    if quote is not None:
        citations = (
            Citation(
                n=1,
                quote=quote,
                article_id="a1",
                title="A page",
                start=0,
                end=len(quote),
                kind=kind,
                published=published,
            ),
        )
    return Answer(
        question="How much?",
        status=status,
        text=text or quote or "",
        short=short,
        citations=citations,
        model="embedded",
        trace_id="t",
        asked_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def outcome(asked: Case, given: Answer) -> Outcome:
    quote = given.citations[0].quote if given.citations else ""
    return grade(asked, given, {"a1": article(quote)}).outcome


PLAN = "It plans to spend about Rmb160 billion ($23 billion), up from Rmb150 billion."


@pytest.mark.parametrize(
    ("short", "expected"),
    [
        ("about Rmb160 billion ($23 billion)", "correct"),
        ("Rmb160bn", "correct"),
        ("160 billion yuan", "correct"),
        ("$23B", "correct"),
        ("$160 billion", "wrong"),
        ("Rmb160 million", "wrong"),
        ("160 billion", "wrong"),
        ("Rmb150 billion", "wrong"),
        ("spending", "wrong"),
        (None, "correct"),
    ],
)
def test_amounts_are_judged_by_value_in_the_short_answer(
    short: str | None, expected: Outcome
) -> None:
    assert outcome(case(), answer(PLAN, short=short)) == expected


def test_without_a_short_answer_the_quotes_decide() -> None:
    assert outcome(case(), answer("It spent Rmb150 billion.")) == "wrong"


def test_a_right_short_answer_that_no_quote_carries_is_wrong() -> None:
    verdict = grade(
        case(), answer("It plans much.", short="$23B"), {"a1": article("It plans much.")}
    )
    assert verdict.outcome == "wrong"
    assert "no quote" in verdict.why


@pytest.mark.parametrize(
    ("type_", "accept", "quote", "short", "expected"),
    [
        ("percentage", "2.34%", "Its return was 2.34 per cent.", "2.34 per cent", "correct"),
        ("percentage", "2.34%", "Its return was 2.43 per cent.", "2.43 per cent", "wrong"),
        ("percentage", "33%", "A third of them left.", "A third", "wrong"),
        ("percentage", "12%", "Sales fell 12%.", "fell 12%", "correct"),
        ("count", "20,000", "It buys 20,000 H200 chips.", "20,000 H200 chips", "correct"),
        ("count", "20,000", "It costs $20,000.", "$20,000", "wrong"),
        ("count", "30tn", "It had more than 30tn tokens.", "more than 30tn", "correct"),
        ("count", "six", "Some 6 of the members agreed.", "6", "correct"),
        ("amount", "25 million solms", "It got 25 million solms.", "25 million solms", "correct"),
        ("amount", "25 million solms", "It has 25 million users.", "25 million users", "wrong"),
        (
            "date",
            "February 16, 2026",
            "On 16 February 2026 it came.",
            "16 February 2026",
            "correct",
        ),
        ("date", "2029", "It opens in spring 2029.", "spring 2029", "correct"),
        ("date", "February 16, 2026", "It came in 2026.", "2026", "wrong"),
        ("date", "June 2026", "It came on 3 June 2026.", "3 June 2026", "correct"),
    ],
)
def test_values_of_every_type(
    type_: str, accept: str, quote: str, short: str, expected: Outcome
) -> None:
    asked = case(type=type_, accept=[accept])
    assert outcome(asked, answer(quote, short=short)) == expected


def test_relative_dates_count_from_the_date_of_the_cited_article() -> None:
    asked = case(type="date", accept=["March 3, 2026"])
    quote = "It raised its offer on Tuesday."
    given = answer(quote, short="Tuesday", published=date(2026, 3, 3))
    assert outcome(asked, given) == "correct"
    later = answer(quote, short="Tuesday", published=date(2026, 3, 12))
    assert outcome(asked, later) == "wrong"


@pytest.mark.parametrize(
    ("short", "expected"),
    [
        ("Ines Okoro-Blatt", "correct"),
        ("Inés OKORO BLATT", "correct"),
        ("Okoro-Blatt", "correct"),
        ("Tibor Menzies", "wrong"),
        ("Ines", "wrong"),
        (None, "correct"),
    ],
)
def test_persons_are_judged_by_their_names(short: str | None, expected: Outcome) -> None:
    asked = case(type="person", accept=["Ines Okoro-Blatt"])
    quote = "Tibor Menzies said that Ines Okoro-Blatt founded it."
    assert outcome(asked, answer(quote, short=short)) == expected


def test_text_may_stand_in_the_quote_beside_the_short_answer() -> None:
    asked = case(type="text", accept=["within ten days"])
    assert outcome(asked, answer("Owners get it back within ten days.", short="Owners")) == (
        "correct"
    )


@pytest.mark.parametrize(
    ("accept", "quote", "expected"),
    [
        ("a worn rubber seal on the bow door", "The bow door had a worn rubber seal.", "correct"),
        ("it cannot get the transformers it needs", "Voltessa cannot get transformers.", "correct"),
        ("US export controls", "It was delayed due to US export controls.", "correct"),
        ("two bodies had been logged twice", "The bodies were found on Sunday.", "wrong"),
    ],
)
def test_reasons_are_judged_by_the_content_words_of_a_quote(
    accept: str, quote: str, expected: Outcome
) -> None:
    assert outcome(case(type="reason", accept=[accept]), answer(quote)) == expected


def test_what_must_not_be_given_makes_an_answer_wrong() -> None:
    asked = case(must_not=["Rmb150 billion"])
    verdict = grade(asked, answer(PLAN, short="Rmb160bn, up from Rmb150bn"), {"a1": article(PLAN)})
    assert verdict.outcome == "wrong"
    assert "Rmb150 billion" in verdict.why
    assert outcome(asked, answer(PLAN, short="Rmb160 billion")) == "correct"
    assert outcome(asked, answer(PLAN)) == "correct"
    assert outcome(asked, answer("It spent Rmb150 billion.")) == "wrong"


def test_abstaining_is_right_only_when_nothing_answers() -> None:
    silent = answer(None, status="not_found")
    nothing = case(type="unanswerable", accept=[])
    assert outcome(nothing, silent) == "correct"
    assert outcome(case(), silent) == "abstained"
    assert outcome(nothing, answer(PLAN, short="Rmb160 billion")) == "wrong"
    assert outcome(nothing, answer(PLAN, status="partial")) == "wrong"


def test_a_teaser_must_be_cited_as_one_and_named_in_the_answer() -> None:
    asked = case(kind="teaser", accept=["$212"])
    quote = "It fell from a high of $212 to $180."
    labelled = f"From a teaser of another story: {quote}"
    assert outcome(asked, answer(quote, short="$212", kind="teaser", text=labelled)) == "correct"
    assert outcome(asked, answer(quote, short="$212", kind="teaser")) == "wrong"
    assert outcome(asked, answer(quote, short="$212", text=labelled)) == "wrong"


def test_a_body_answer_is_not_taken_from_a_teaser() -> None:
    assert outcome(case(), answer(PLAN, short="$23 billion", kind="teaser")) == "wrong"


def test_quotes_must_be_word_for_word_and_no_furniture() -> None:
    given = answer("Subscribe now")
    assert verbatim_faults(given, {"a1": article("Subscribe now")}) == ()
    furniture = article("Subscribe now", label=Label.FURNITURE)
    assert "furniture" in verbatim_faults(given, {"a1": furniture})[0]
    assert "word for word" in verbatim_faults(given, {"a1": article("Subscribe here")})[0]
    assert "no stored article" in verbatim_faults(given, {})[0]
