"""A draft taken apart: every form of marker is read, true sentences stay whole, none is slow."""

import time

import pytest

from rag.claims import Claim, take_apart


def read(draft: str) -> list[tuple[str, tuple[int, ...]]]:
    claims = take_apart(draft, urls=frozenset()).claims
    return [(claim.lead + claim.text, claim.cites) for claim in claims]


@pytest.mark.parametrize(
    ("marker", "cites"),
    [
        ("[1]", (1,)),
        ("[1][2]", (1, 2)),
        ("[1], [3]", (1, 3)),
        ("[1, 3-5]", (1, 3, 4, 5)),
        ("［1］", (1,)),
        ("【1†source】", (1,)),
        ("[#1]", (1,)),
        ("[^1]", (1,)),
        ("[[1]]", (1,)),
        ("[[1], [2]]", (1, 2)),
        ("([1])", (1,)),
        ("(see [1], [2])", (1, 2)),
        ("[ref 1]", (1,)),
        ("[p. 1]", (1,)),
        ("[passage 1, passage 8]", (1, 8)),
        ("(see passage 2)", (2,)),
        (r"\cite{1}", (1,)),
        (r"\cite{1,2}", (1, 2)),
        ("(1)", (1,)),
        ("(1)(2)", (1, 2)),
        ("[1](https://attacker.example/x)", (1,)),
        ("[[1]](https://attacker.example/x)", (1,)),
        ("[passage 1](https://attacker.example/x)", (1,)),
        ("**[1]**", (1,)),
    ],
)
def test_every_form_of_marker_is_read_and_leaves_nothing(
    marker: str, cites: tuple[int, ...]
) -> None:
    after = [("It costs €48 million.", cites), (" It closes.", ())]
    assert read(f"It costs €48 million {marker}. It closes.") == after
    assert read(f"It costs €48 million. {marker}") == after[:1]


@pytest.mark.parametrize(
    ("draft", "after"),
    [
        ("It opens in May.¹ It costs €5.²", [("It opens in May.", (1,)), (" It costs €5.", (2,))]),
        ("It opens soon¹,² in May.", [("It opens soon in May.", (1, 2))]),
        ("The lake¹ has 12 km² and 10³ fish.", [("The lake has 12 km² and 10³ fish.", (1,))]),
        ("It runs at 30 m³ or 5000m² a day.", [("It runs at 30 m³ or 5000m² a day.", ())]),
        ("It opens in 2027¹.", [("It opens in 2027.", (1,))]),
    ],
)
def test_raised_numbers_are_markers_behind_a_word_only(
    draft: str, after: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert read(draft) == after


@pytest.mark.parametrize(
    "draft",
    [
        "It lost (40).",
        "It lost (5) million euros.",
        "Section 12(3).",
        "(1) The cables rusted.",
    ],
)
def test_other_numbers_in_parentheses_stay(draft: str) -> None:
    assert read(draft) == [(draft, ())]


def test_a_list_with_numbers_in_parentheses_has_no_markers() -> None:
    assert [cites for _, cites in read("Two reasons:\n(1) It rusted (1).\n(2) It broke.")] == [
        ()
    ] * 3
    inline = read("There are two reasons. (1) The cables rusted. (2) The piers broke.")
    assert "".join(text for text, _ in inline) == (
        "There are two reasons. (1) The cables rusted. (2) The piers broke."
    )
    assert read("It rusted. (1) It broke. (2)") == [("It rusted.", (1,)), (" It broke.", (2,))]


@pytest.mark.parametrize(
    ("draft", "text", "cites"),
    [
        ("According to [1], Voltessa grew.", "According to the article, Voltessa grew.", (1,)),
        ("According to [1] and [2], it grew.", "According to the articles, it grew.", (1, 2)),
        ("It grew, as [2] says.", "It grew, as the article says.", (2,)),
        ("In [3], it grew.", "In the article, it grew.", (3,)),
        ("It grew, as reported in [3].", "It grew, as reported in the article.", (3,)),
        ("[1] says that it grew.", "The article says that it grew.", (1,)),
        ("Passages 1 and 2 say so.", "The articles say so.", (1, 2)),
        ("In passage 1, 20 people died.", "In the article, 20 people died.", (1,)),
        ("The plant it invested in [1] grew.", "The plant it invested in grew.", (1,)),
    ],
)
def test_a_marker_that_is_part_of_its_sentence_becomes_words(
    draft: str, text: str, cites: tuple[int, ...]
) -> None:
    assert read(draft) == [(text, cites)]


@pytest.mark.parametrize(
    "draft",
    [
        '"Not in the articles."',
        "“Not in the articles”.",
        "'Not in the articles'.",
        "*Not in the articles.*",
        "_Not in the articles._",
        "**Not in the articles**.",
        "`Not in the articles.`",
        '**"Not in the articles."**',
        "> Not in the articles.",
    ],
)
def test_an_abstention_comes_out_of_its_quotation_marks(draft: str) -> None:
    assert read(draft) == [("Not in the articles.", ())]
    assert read(f"{draft}\n\nIt grew.")[0] == ("Not in the articles.", ())


def test_other_quotations_keep_their_marks() -> None:
    assert read('"It will not open."') == [('"It will not open."', ())]


@pytest.mark.parametrize(
    ("draft", "texts"),
    [
        ("***Bold it** all*, `code`, __x__.", ["Bold it all, code, x."]),
        ("It is 2*3*4, 5 * 6, snake_case_name.", ["It is 2*3*4, 5 * 6, snake_case_name."]),
        ("```\nIt grew.\n```", ["It grew."]),
        ("# Title\n\nIt grew.\n\n> It shrank.", ["Title", "\nIt grew.", "\nIt shrank."]),
        ("It grew [1].\n\n**Sources:**\n- [1] A page\n2. Another\n", ["It grew."]),
        ("It grew [1].\nSources:\nof income are many.", ["It grew.", "\nSources:", "\nof income"]),
        ("* It *grew*.\n* It shrank.", ["* It grew.", "\n* It shrank."]),
    ],
)
def test_markup_goes_and_text_stays(draft: str, texts: list[str]) -> None:
    found = [text for text, _ in read(draft)]
    assert len(found) == len(texts)
    assert all(text.startswith(start) for text, start in zip(found, texts, strict=True))


def test_markers_are_put_before_the_end_of_a_sentence() -> None:
    assert Claim("It grew.", ()).marked([1, 2]) == "It grew [1][2]."
    assert Claim("It “grew.”", ()).marked([1]) == "It “grew.” [1]"
    assert Claim("It “grew”.", ()).marked([1]) == "It “grew” [1]."
    assert Claim("It grew", ()).marked([1]) == "It grew [1]"


_REPEATED = [
    "`",
    "*",
    "**",
    "_",
    "__",
    "\n",
    " ",
    "\t",
    "[",
    "[1]",
    "[1] ",
    "(1)",
    "(1) ",
    "<",
    "![",
]
_REPEATED += [
    "](",
    "[a](",
    "a.",
    "a-",
    "passage 1 ",
    "- ",
    "* ",
    "• ",
    "#",
    "# ",
    "# \n",
    ">",
    "> ",
]
_REPEATED += [
    "Sources:\n",
    "`a ",
    "**a ",
    "\n \n",
    "```",
    "in [1] ",
    "¹",
    "a¹",
    "(",
    '"',
    "1-",
    "a",
]
_REPEATED += ["```p.①[1-", "“[1] ```", "<script>", "1,", "[1,", "\\cite{"]


@pytest.mark.parametrize("unit", _REPEATED)
def test_hostile_drafts_take_no_time(unit: str) -> None:
    draft = (unit * 20_000)[:20_000]
    began = time.process_time()
    take_apart(draft, urls=frozenset())
    take_apart(f"It grew [1].\n{draft}x", urls=frozenset(), complete=False)
    assert time.process_time() - began < 2


def test_hostile_quotation_marks_take_no_time_to_mark() -> None:
    began = time.process_time()
    Claim('"' * 20_000 + "x", ()).marked([1])
    assert time.process_time() - began < 0.5
