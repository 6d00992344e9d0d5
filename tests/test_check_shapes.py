"""Answers in the shapes that models give: true ones stay, with a figure exchanged they do not."""

import pytest

from rag.page import parse
from rag.passages import split
from rag.types import Evidence
from rag.verify import Checked, check

MARATHON = parse(
    """Marathon at Ellsworth draws a record field

Published: May 18, 2026

A record 9,400 runners started in the Ellsworth marathon on Sunday. Eleven of them were taken to \
hospital, the organisers said, and 140 gave up before the finish.

Tova Reinholt won the women's race in two hours and 24 minutes. She is a 31-year-old nurse from \
Cradock and ran her first marathon only four years ago.

The entry fee rose to €95 from €80. One entrant in eight came from abroad. Runners who are over 70 \
pay €40.

Noise from the loudspeakers was noticed on May 3, the council said. It wrote to the organisers two \
weeks later. Residents had complained that they may be used for no more than 20 minutes an hour.

| Country | Share | Runners |
|---|---|---|
| Ostmark | 61.5% | 5,781 |
| Velland | 14.2% | 1,335 |

The club has built tracks in three parks. It chose Hollin Park over two yards in the harbour.

The course was lengthened this year, according to Brightwater, which measures it.
""",
    publisher="The Ellsworth Echo",
)
BUDGET = parse(
    """Ellsworth marathon in figures

Published: May 20, 2026

The marathon earned the club €1.3 million in entry fees, against €900,000 in May 2024. It had been \
offered €450,000 by a sponsor who values the race at €6 million.

For the whole year the club expects a surplus of between €200,000 and €260,000. In the first half \
it had a surplus of €75,000.

Chairman Ivo Marlow will not see the next race. He is stepping down at the end of the year and \
hands over to the treasurer, Runa Castellane. He would not say why.
""",
    publisher="The Ellsworth Echo",
)
EVIDENCE = [
    Evidence(passage, article, 1.0)
    for article in (MARATHON, BUDGET)
    for passage in split(article, count=lambda text: len(text.split()))
]
"""[1] the marathon, [2] its budget."""


def checked(question: str, draft: str) -> Checked:
    return check(draft, EVIDENCE, question=question)


@pytest.mark.parametrize(
    ("question", "draft"),
    [
        ("How many runners went to hospital?", "At least ten, namely eleven [1]."),
        ("How many runners were taken to hospital?", "Eleven [1]."),
        ("How much did a sponsor offer?", "450,000 euros [2]."),
        ("What share of the entrants came from abroad?", "One in eight [1]."),
        ("How long may loudspeakers be used?", "They cannot run longer than 20 minutes an "
         "hour [1]."),
        ("When did the council write?", "It noticed the noise on 3 May and wrote two weeks later, "
         "on 17 May [1]."),
        ("When was the race?", "On 18 May it was reported that 9,400 runners had started [1]."),
        ("How much dearer is the entry?", "By €15: the fee is now €95, and was €80 [1]."),
        ("How much dearer is the entry?", "By €15. The fee is €95 now and was €80 before [1]."),
        ("How much more is the fee?", "A rise of €15 is what the entry fee saw [1]."),
        ("By how many runners did Ostmark lead?", "By 4,446: Ostmark had 5,781 runners, "
         "Velland 1,335 [1]."),
        ("What surplus is expected for the second half?", "€125,000 to €185,000. The club expects "
         "a surplus of between €200,000 and €260,000 for the whole year [2] and had a surplus of "
         "€75,000 in the first half [2]."),
        ("How did the income from fees change?", "By €400,000, from €900,000 to €1.3 million [2]."),
        ("How does a nurse come to win?", "Two things are known of Tova Reinholt: she is a nurse, "
         "and she won the women's race [1]."),
        ("Why Hollin Park?", "It was preferred to two harbour yards [1]."),
        ("Who pays less?", "Besides, runners over 70 pay €40 [1]."),
        ("Who leaves the club?", "Chairman Ivo Marlow steps down at the end of 2026 [2]."),
        ("Why does he leave?", "Ivo Marlow would not say why he is stepping down [2]. His reasons "
         "are not given in the article [2]."),
        ("Is the whole sum a loan?", "The entry fee rose to €95, not a small step, from €80 [1]."),
        ("Was the course changed?", "The course was lengthened this year [1]. The information "
         "comes from Brightwater itself [1]."),
    ],
)  # fmt: skip
def test_true_answers_of_many_shapes_stay(question: str, draft: str) -> None:
    found = checked(question, draft)
    assert (found.cut, found.faults) == (0, ())
    assert found.kept


@pytest.mark.parametrize(
    ("question", "draft"),
    [
        ("How many runners were taken to hospital?", "140 [1]."),
        ("How many runners gave up before the finish?", "Eleven [1]."),
        ("At what sum does the sponsor value the race?", "At 450,000 euros [2]."),
        ("How old is the winner?", "Tova Reinholt, a 70-year-old nurse, won the race [1]."),
        ("How long may loudspeakers be used?", "They cannot run longer than 31 minutes an "
         "hour [1]."),
        ("When did the council write?", "It noticed the noise on 3 May and wrote two weeks later, "
         "on 20 May [1]."),
        ("How much dearer is the entry?", "By €40: the fee is now €95, and was €80 [1]."),
        ("How many came from Ostmark?", "61.5% (1,335) of the runners came from Ostmark [1]."),
        ("How many gave up?", "Eleven runners gave up before the finish [1]."),
        ("What surplus is expected for the second half?", "€125,000 to €195,000. The club expects "
         "a surplus of between €200,000 and €260,000 for the whole year [2] and had a surplus of "
         "€75,000 in the first half [2]."),
        ("How does a nurse come to win?", "Nine things are known of Tova Reinholt: she is a nurse, "
         "and she won the women's race [1]."),
        ("When is the next race?", "The next race is due on 20 May [2]."),
    ],
)  # fmt: skip
def test_a_figure_of_something_else_on_the_page_is_cut(question: str, draft: str) -> None:
    found = checked(question, draft)
    assert found.cut == 1
    assert found.faults


def test_the_head_of_a_table_stays_when_it_has_titles_alone() -> None:
    rows = "|---|---|\n| Ostmark | 5,781 [1] |\n| Velland | 1,335 [1] |"
    found = checked("How many runners came from where?", f"| Country | Runners |\n{rows}")
    assert found.text.startswith("| Country | Runners |\n|---|---|\n| Ostmark | 5,781 [1] |")
    assert (found.kept, found.cut) == (2, 0)
    found = checked("How many runners came from where?", f"| Doran Pell | 77 dead |\n{rows}")
    assert (found.kept, found.cut) == (2, 1)
    assert "77" not in found.text


def test_what_follows_upon_a_quote_belongs_to_the_answer() -> None:
    found = checked("Who leaves?", "Ivo Marlow is stepping down [2]. He does not say why [2].")
    assert (found.kept, found.cut) == (2, 0)


LIGHTHOUSE = parse(
    """Keeper leaves the Marrow Point lighthouse

Published: June 12, 2026

At least six gulls died after a glass pane fell in a gale at Marrow Point.

The lighthouse was built in 1951. Gusts of up to 140 km/h were measured there on Monday.

Keeper Agnes Tolliver leaves at the end of August for health reasons. Her successor is Radu \
Pettifer, until now head of repairs. The lamp was last replaced in February.

The trust pays guides at least €14 an hour. Children under nine get in free. One lamp in seven is \
broken.

The ticket costs €9 rather than the €7 it cost in May. Visitor numbers have lost 12% since \
January. They rose 3% in the spring.

The trust won 31 grants in four years, a record. The museum has managed only 17 between them.

"I cannot forget that night," said volunteer Moira Lant, 58, who rang the bell. Eight of the \
helpers were students.

The trust supports the plan. A sponsor promised 40,000 leaflets.
""",
    publisher="The Marrow Gazette",
)
AT_SEA = [
    Evidence(passage, LIGHTHOUSE, 1.0)
    for passage in split(LIGHTHOUSE, count=lambda text: len(text.split()))
]


@pytest.mark.parametrize(
    ("question", "draft"),
    [
        ("How strong was the gale?", "Gusts reached 140 km/h at Marrow Point on Monday [1]."),
        ("What do guides earn?", "They get a minimum hourly wage of €14 from the trust [1]."),
        ("Who gets in free?", "Children younger than nine get in free [1]."),
        ("How good is the lighting?", "One in seven lamps is broken [1]."),
        ("How much dearer is the ticket?", "€2 dearer: it has gone from €7 to €9 [1]."),
        ("How have visitor numbers done?", "Well in the spring: visitor numbers rose 3% [1]."),
        ("How many grants has the museum?", "Few: the museum has won only 17 [1]."),
        ("Who takes over?", "Agnes Tolliver leaves at the end of August and will be replaced by "
         "Radu Pettifer, the head of repairs [1]."),
        ("How old is it?", "The lighthouse was built in 1951, so it is about 75 years old [1]."),
        ("Who helped?", "Eight of the helpers were students [1]."),
        ("How does the trust see the plan?", "It stands behind it. The trust supports the "
         "plan [1]."),
        ("What does Moira Lant remember?", "Moira Lant, a volunteer, rang the bell [1]."),
    ],
)  # fmt: skip
def test_other_words_for_what_is_said_stay(question: str, draft: str) -> None:
    found = check(draft, AT_SEA, question=question)
    assert (found.cut, found.faults) == (0, ())
    assert found.kept


@pytest.mark.parametrize(
    ("question", "draft"),
    [
        ("How strong was the gale?", "Gusts reached 120 km/h at Marrow Point on Monday [1]."),
        ("What do guides earn?", "They get a minimum hourly wage of €13 from the trust [1]."),
        ("Who gets in free?", "Children older than nine get in free [1]."),
        ("How good is the lighting?", "One in eight lamps is broken [1]."),
        ("How much dearer is the ticket?", "€3 dearer: it has gone from €7 to €9 [1]."),
        ("How have visitor numbers done?", "Well in the spring: visitor numbers rose 12% [1]."),
        ("When does the keeper leave?", "Agnes Tolliver leaves at the end of February for "
         "health reasons [1]."),
        ("Who takes over?", "Agnes Tolliver leaves at the end of August and will be replaced by "
         "Moira Lant, the head of repairs [1]."),
        ("How old is it?", "The lighthouse was built in 1951, so it is about 85 years old [1]."),
        ("Who helped?", "31 of the helpers were students [1]."),
        ("How does the trust see the plan?", "It does not want it. The trust supports the "
         "plan [1]."),
    ],
)  # fmt: skip
def test_other_words_do_not_hide_what_is_wrong(question: str, draft: str) -> None:
    found = check(draft, AT_SEA, question=question)
    assert found.cut == 1
    assert found.faults
