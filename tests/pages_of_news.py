"""Two pages as people paste them, and a case, for the tests of the command line and of HTTP."""

BRIDGE = """The Wendmark Herald
Home
News
Sport

Harbour bridge to cost 412 million euros

By Odile Brandt

Published 4 May 2026

The new bridge over the harbour of Wendmark will cost 412 million euros, the city council said.

Construction of the bridge starts in September 2026. It is the first bridge over the harbour.

You May Also Like

Tunnel
Tarnhaven tunnel delayed until 2031
"""
BAKERY = """Brodal bakery hires 85 bakers

Published 6 May 2026

The Brodal bakery in Lund Hollow is hiring 85 bakers for its new night shift, its owner said.

The bakery sells 14,000 loaves a day, more than any other in the valley.
"""
COST = "How much will the new bridge over the harbour of Wendmark cost?"
CASES = """
cases:
- id: bridge
  question: How much will the new bridge over the harbour of Wendmark cost?
  type: amount
  accept: ["€412m"]
  article: bridge.txt
  split: dev
- id: gold
  question: Who won the football World Cup in 1966?
  type: unanswerable
  split: test
"""
