"""Words that news uses for one another, so that a question need not use the article's own.

General newsroom English, written for Dateline; nothing in it comes from any test set.
"""

from collections.abc import Iterable

from rag.question import stem

_GROUPS = """
buy bought acquire acquisition purchase takeover
sell sold sale divest
cost price pay paid
worth value valuation valued
start founded found founder establish began begin
own owner owned
dismiss fire cut axe shed redundant layoff
boss ceo
employ employee staff worker workforce
rise rose increase grow grew growth gain climb jump
fall fell drop decline decrease slip
profit earnings earn earned
revenue sales turnover
die died death dead killed toll
hurt injured injury wounded
delay postpone postponed rescheduled
offer bid proposal proposed
deal agreement accord pact
win won victory
build built construct construction
close closed shut closure
ship vessel boat ferry
aircraft plane jet airliner
car vehicle automobile
poll survey
fault defect defective faulty flaw
component part
approve approved approval cleared
ban banned forbid forbidden block blocked prohibit
restriction curb
oppose opposition opposed opponent
spend spent spending outlay expenditure invest invested investment budget
biggest largest
error mistake wrong incorrect
correct corrected correction revised
refund repay repaid reimburse
rent rental lease leasing leased
company firm
based headquartered located
""".strip().splitlines()


def _table() -> dict[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for line in _GROUPS:
        stems = frozenset(map(stem, line.split()))
        for one in stems:
            table[one] = table.get(one, frozenset()) | stems
    return table


_GROUP_OF = _table()


# One way only: who runs a firm is asked for, its chief executive is named.
_NAMED_FOR = {
    frozenset(map(stem, asked.split())): frozenset(map(stem, named.split()))
    for asked, named in {
        "run head lead charge": "chief executive director president chair chairman head",
        "newspaper outlet publication": "times post journal herald tribune gazette guardian news "
        "courier telegraph reuters bloomberg",
    }.items()
}


_TELLING_LITTLE = frozenset(map(stem, "per each net rate put pour lose lost sell sold".split()))  # noqa: SIM905
# What a sum is: a price is no budget and a profit no revenue, whatever else agrees.
_SUMS = [
    frozenset(map(stem, line.split()))
    for line in """
cost price charge fee per each apiece pay paid ticket rate sell sold fare worth bill
revenue sales turnover
profit earnings earn earned net income loss lose lost
worth value valuation valued capitalisation capitalization
spend spent spending outlay capex expenditure invest invested investment budget put pour cost pay
salary wage pay paid earn
debt loan borrow owe lend lent
fine penalty fined
raise raised funding round
""".strip().splitlines()
]


def sums(stems: Iterable[str]) -> list[frozenset[str]]:
    """For each kind of sum that words name, the stems that tell that kind."""
    asked = set(stems)
    return [kind for kind in _SUMS if asked & (kind - _TELLING_LITTLE)]


def of(word_stem: str) -> frozenset[str]:
    """The stems that may stand for this one, itself not among them."""
    named = (stems for asked, stems in _NAMED_FOR.items() if word_stem in asked)
    return frozenset().union(_GROUP_OF.get(word_stem, frozenset()), *named) - {word_stem}
