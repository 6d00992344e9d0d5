"""What a question finds in a library on disk: number forms, defined names, the latest, many."""

from datetime import date
from itertools import pairwise

import pytest

from rag.closeness import closeness
from rag.engine import Engine
from rag.forms import Form, defined, of_numbers
from rag.ingest import ingest
from rag.question import read
from rag.retrieve import search
from rag.sources import Source
from rag.types import Evidence

OTHERS = [
    "The harbour of Tarn opened a new pier on Monday. Fishing boats may moor there at night.",
    "Farmers around Holm expect a poor harvest of barley after a dry spring and a late frost.",
    "The council of Saltmere chose a new mayor, who wants more trams and fewer cars in town.",
    "A film about lighthouse keepers took the main prize at the festival in Lunden on Sunday.",
]


def put(engine: Engine, *texts: str, days: tuple[date | None, ...] = ()) -> None:
    """Store texts as articles of their own: the given ones, and others about something else."""
    given = [*texts, *OTHERS]
    dated = [*days, *[None] * (len(given) - len(days))]
    ingest(
        engine,
        [
            Source(
                content=f"Report {n}\n\n{text}\n", url=f"https://paper.example/{n}", published=day
            )
            for n, (text, day) in enumerate(zip(given, dated, strict=True))
        ],
    )


def numbers(found: list[Evidence]) -> list[int]:
    """The articles found, as their place among the texts that were put in."""
    return [int((item.article.url or "").rpartition("/")[2]) for item in found]


# -- numbers


@pytest.mark.parametrize(
    ("asked", "printed"),
    [
        ("160bn", "160 billion yuan"),
        ("160 billion", "Rmb160bn"),
        ("Rmb160bn", "160 billion yuan"),
        ("$4.2 billion", "US$4.2bn"),
        ("1.5m", "1,500,000 marks"),
        ("2,400", "2400 marks"),
        ("twelve", "12"),
        ("27", "twenty-seven"),
    ],
)
def test_a_number_is_found_in_whatever_form_it_is_written(
    engine: Engine, asked: str, printed: str
) -> None:
    put(
        engine,
        "Orlan set aside 310bn marks for its plants. The firm gave no reason for the sum.",
        f"Keldar took a loan of {printed} last year. Its lenders were not named in the report.",
        "Fennick wants 75 robots for its halls and will pay for them out of its own pocket.",
    )
    best = search(engine, f"Who is behind the {asked}?", limit=3)[0]
    assert numbers([best]) == [1]
    assert best.keyword is not None


def test_only_equal_numbers_are_forms_of_one_another() -> None:
    assert [
        form.asked for form in of_numbers("Who paid 160bn in 2024 and 27 per cent in May?")
    ] == [
        "160bn",
        "27",
    ]
    (form,) = of_numbers("Who paid 160bn?")
    assert {"160 billion", "rmb160bn", "eur160 billion", "160,000,000,000"} <= {*form.others}
    assert not {"160m", "16 billion", "160 million", "160bn"} & {*form.others}
    (form,) = of_numbers("Who paid €160bn?")
    assert "eur160bn" in form.others
    assert "rmb160bn" not in form.others
    assert of_numbers("What happened on 3 May 2024?") == []
    assert of_numbers("Who paid " + "9" * 400 + "?") == []


# -- names


def test_a_short_name_finds_the_long_one_where_an_article_defines_it(engine: Engine) -> None:
    put(
        engine,
        "The Halden Reserve (Hald) met on Monday. The board had coffee.",
        "The Halden Reserve kept its rate at three per cent, its governor said in a speech.",
        "The Hald river flooded two streets. The rate at which it rose surprised the town.",
        "Orlan keeps its rate of production, the firm said. Fennick raised its own by a third.",
    )
    question = "At what level did Hald keep its rate?"
    found = search(engine, question, limit=8)
    assert numbers(found)[0] == 1


def test_a_long_name_finds_the_short_one_where_an_article_defines_it(engine: Engine) -> None:
    put(
        engine,
        "The Organisation for Ores and Tin (the “OOT”) was founded in a hall in Vane.",
        "OOT chose Ines Brandt on Friday.",
        "Workers of the mine in Vane will stay at home on Friday.",
    )
    question = "Whom did the Organisation for Ores and Tin pick to lead it?"
    found = search(engine, question, limit=8)
    assert numbers(found)[:2] == [0, 1]
    assert found[1].keyword is not None


def test_brackets_define_only_what_the_short_name_is_made_of() -> None:
    told = ["Orlan Dynamics (Vane) and the Bank of Vane (BoV) met the Federal Reserve (the Fed)."]
    assert defined("What did the Fed say?", told) == [Form("fed", ("federal reserve",))]
    assert defined("Who runs the Bank of Vane?", told) == [Form("bank of vane", ("bov",))]
    assert defined("Who lives in Vane?", told) == []
    assert defined("Who runs Orlan?", told) == []


# -- what must stand there


def test_a_quoted_phrase_must_stand_in_what_comes_first(engine: Engine) -> None:
    put(
        engine,
        "A crane lifted the quiet bell of Holm, and the bell of Holm rang. Holm loves its bell.",
        "Engineers call the device a bell quiet crane.",
        "One quiet crane stands in the yard.",
    )
    found = search(engine, 'What is a "quiet crane" of Holm with a bell?', limit=3)
    assert {*numbers(found)[:2]} == {1, 2}


def test_what_lacks_a_name_or_a_number_counts_for_less() -> None:
    passages = [
        ("Fennick robots", "It sold 75 of them in spring."),
        ("Orlan robots", "It sold 75 of them in spring."),
        ("", "Fennick sold some robots to Orlan."),
        ("", "Nobody bought any."),
    ]
    asked = read("How many of its 75 robots did Fennick sell to Orlan?")
    found = closeness(asked, passages)
    assert [round(3 * each.missing) for each in found] == [1, 1, 1, 3]
    assert [each.unquoted for each in found] == [0.0] * 4
    assert all(each.missing == 0.0 for each in closeness(read("Who sells?"), passages))


def test_words_that_stand_together_beat_words_that_are_scattered(engine: Engine) -> None:
    scattered = "The prize was new. A main road was built. The film was long. Festival time came."
    put(engine, scattered, "It took the main prize of the film festival. Rain fell all day long.")
    assert numbers(search(engine, "Who took the main prize of the film festival?", limit=1)) == [1]


# -- the latest

RATE = "The central bank of Vane set its rate at {} per cent, and gave the same reasons as before."
OLD, MIDDLE, NEW = date(2026, 1, 5), date(2026, 2, 2), date(2026, 3, 9)


@pytest.mark.parametrize(
    ("days", "newest_first"),
    [((OLD, NEW, None, MIDDLE), [1, 3, 0, 2]), ((None, OLD, MIDDLE, NEW), [3, 2, 1, 0])],
)
@pytest.mark.parametrize("word", ["latest", "current", "most recent"])
def test_the_newest_comes_first_only_when_the_latest_is_asked_for(
    engine: Engine, days: tuple[date | None, ...], newest_first: list[int], word: str
) -> None:
    put(engine, *[RATE.format(figure) for figure in ("3", "4", "5", "6")], days=days)
    latest = search(engine, f"What is the {word} rate of the central bank of Vane?", limit=8)
    assert numbers(latest)[:4] == newest_first
    plain = search(engine, "What is the rate of the central bank of Vane?", limit=8)
    assert plain[0].score - plain[3].score < 0.1 < latest[0].score - latest[3].score
    for found in (latest, plain):
        assert all(one.score >= other.score for one, other in pairwise(found))


def test_what_is_new_and_off_the_matter_does_not_come_first(engine: Engine) -> None:
    put(
        engine,
        RATE.format("3"),
        "The central station of Vane has a new roof.",
        days=(date(2020, 1, 1), date(2026, 1, 1)),
    )
    found = search(engine, "What is the current rate of the central bank of Vane?", limit=8)
    assert numbers(found)[0] == 0


# -- many passages of one article


def test_one_long_article_leaves_room_for_others(engine: Engine) -> None:
    part = (
        "The ferry {0} of Keldar Lines runs from Tarn to Holm. Ferry {0} was built by Orlan for "
        "the Keldar ferry service and took its first passengers across the sound in spring. "
    )
    padding = "Passengers praised the food on board, and the crew waved from the upper deck. " * 9
    put(
        engine,
        "\n\n".join(part.format(n) + padding for n in range(12)),
        "Keldar Lines runs a ferry from Tarn to Holm.",
        "A ferry of Keldar Lines was late in Holm, and travellers from Tarn missed their trains.",
    )
    found = search(engine, "Which ferry of Keldar Lines runs from Tarn to Holm?", limit=8)
    assert {1, 2} < {*numbers(found)}
    assert numbers(found).count(0) == 6
