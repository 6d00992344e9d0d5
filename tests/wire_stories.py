"""A wire report as four outlets print it, the same with another figure, and stories that share a
paragraph: all made up.
"""

ABOUT_KELDAR = (
    "Keldar Lines was founded in 1962 and has its seat in Oxmere, where it employs about 1,900 "
    "people."
)
OPENING = (
    "Keldar Lines will pay $4.2 billion for its rival Sund & Holm, the two ferry companies said on "
    "Friday."
)
BODY = f"""The merged company will run 71 ships on 38 routes between Oxmere and the Farrow Isles. \
Keldar's chief executive, Maren Tolle, said that nobody would lose a job before 2028.

Shareholders of Sund & Holm will vote on 27 February. Its largest shareholder, the Brandt family, \
owns 31% of the shares and has promised to support the sale.

Passengers fear dearer tickets. A crossing from Oxmere to Farrow Town costs 46 euros today, and \
the union of island councils wants that price to be frozen for five years.

The competition office in Lunden will examine the deal and expects to decide by the end of June. \
It stopped an attempt of Keldar Lines to buy the freight carrier Norrvik in 2019.

{ABOUT_KELDAR}
"""
ENDING = (
    "Shares of Sund & Holm closed 17% higher in Lunden, and those of Keldar Lines fell by 3%, "
    "since analysts had expected a lower price."
)


def page(
    headline: str, published: str, opening: str, *, body: str = BODY, ending: str = ENDING
) -> str:
    """A page as it is copied out of a browser."""
    parts = [headline, f"Published: {published}", opening, body, ending]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


LEDGER = page("Keldar Lines buys rival Sund & Holm", "January 2, 2026", OPENING)
POST = page(
    "Ferry giants join forces in $4.2 billion deal",
    "January 3, 2026\nBy Ines Corvin, Northern Wire",
    f"OXMERE, Jan 2 (Northern Wire) — {OPENING}",
)
RADIO = page("Islands face one big ferry company", "January 3, 2026", OPENING, ending="")
LETTER = page(
    "What the ferry merger means",
    "January 4, 2026",
    OPENING.replace("said on Friday", "said Friday"),
    body=BODY.replace("said that nobody", "said nobody"),
)
COURIER = page(
    "Keldar pays more than thought for Sund & Holm",
    "January 3, 2026",
    OPENING.replace("$4.2 billion", "$4.3 billion"),
)
STRIKE = f"""Strike stops ferries to the Farrow Isles

Published: March 9, 2026

Sailors of Keldar Lines stopped work at midnight, and no ferry has left the harbour of Oxmere \
since. Their union asks for 6% more pay and a free weekend each month.

{ABOUT_KELDAR}
"""
OUTLETS = {
    "Harbour Ledger": LEDGER,
    "Saltmere Post": POST,
    "Tarn Radio": RADIO,
    "Lund Letter": LETTER,
}
