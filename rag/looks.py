"""What a line is by its make-up, whatever words it holds: share buttons, contacts, menus."""

import re

_LONGEST = 600
_EDGES = " \t|•·●▪›»«<>→▶►▸▼▾…*_~#=-–—:+×✕"
_SHARES = (
    "facebook twitter x linkedin whatsapp telegram reddit pinterest email e-mail mail print "
    "copy link share tweet instagram youtube tiktok threads bluesky mastodon flipboard "
    "messenger pocket rss save bookmark gift later article comments comment like follow sms "
    "viber line wechat weibo xing tumblr "
    "and & on | / · • , -"
)
_SHARE_WORDS = frozenset(("", *_SHARES.split()))
_BAR = re.compile(r"\s*[|•·›»▸▾▼\t]\s*|\s{2,}")
_NEW_TAB = re.compile(r",? \(?(?:opens (?:in )?(?:a )?new (?:tab|window)|external link)\)?$")
_ARROWS = "→›»▸▾▼▶❯⟶↗"
_RATING = re.compile(r"[★☆⭐]|^(?:\d(?:\.\d)? ?/ ?(?:5|10)|out of (?:5|10))$", re.IGNORECASE)
TICKER = re.compile(r".{2,50} [▲▼△▽] ?[+−-]?\d.{0,20}")
"""The price of a share with its change, as a market page has over and under its articles."""
_CONTACT = re.compile(
    r".{5,60}, [A-Z]{2} \d{5}(?:-\d{4})?"
    r"|(?:media|press|public|general|news ?desk|customer)[ -]?(?:enquir\w+|inquir\w+|contacts?"
    r"|office|line|desk|relations|service|:)(?!\w).{0,60}\d{3}[ .-]?\d{3}.{0,60}"
    r"|(?:(?:media|press|investors?) )?contacts?: .{0,80}(?:\S@\S+|\d{3}[ .-]\d{4})"
    r"|(?:tel|telephone|phone|call|fax|whatsapp|signal)\b[.:]? ?\+?\d[\d ]{6,}\d.{0,40}"
    r"|(?:(?:e-?mail|mail|tel|telephone|phone|mobile|fax|t|m|p)\b[.:]?\s*)?"
    r"(?:[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+\d[\d ().-]{6,18}\d|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})",
    re.IGNORECASE,
)
# As agencies sign: `(The Harbour Post: Ann Doe)`, `SOURCE Harbour Foods, Inc.`
_CREDIT = re.compile(r"\([A-Z][^():]{1,40}[:/] ?[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,4}\)")
_SOURCE = re.compile(r"SOURCES?:? [A-Z].{1,80}")
_SIGNED = re.compile(r"[A-Z][A-Z.'’ -]{3,40} FOR (?:THE )?[A-Z][A-Z.'’& -]{2,30}")
_FILE = re.compile(r".{0,60}\((?:pdf|docx?|xlsx?|pptx?|csv|zip|mp3)[,;:]? +\d[\d.,]* ?[kmg]i?b\)?")
# `— Ann Doe (@anndoe) 3 March 2026`, under a post that was set in, and who wrote a comment.
_POST = re.compile(r"[—–-] ?.{2,60} \(@\w{1,30}\).{0,40}")
_HANDLE = re.compile(r"@\w{2,30}(?: +\((?:author|op|staff|editor|moderator)\))?")
_FLAGS = frozenset(
    (
        "exclusive",
        "breaking",
        "breaking news",
        "developing",
        "developing story",
        "just in",
        "live now",
    )
)
# `A+`, with which the letters grow, and stars from the many: `4.8 out of 5 (312)`.
_LETTERS = re.compile(r"A ?[+−–-]{1,2}|A{2,3}|Aa")
_VOTES = re.compile(
    r"(?:rated|rating)?:? ?\d(?:[.,]\d)? ?(?:out of|/|stars?,?) ?\d* ?\([\d.,]+k?.{0,20}\)"
)
_SUMS = re.compile(r"(?:[$€£]\d[\d.,]* ){2,}(?:[$€£]\d[\d.,]*|other.{0,20}|custom.{0,20})")
_AMOUNT = re.compile(r"[$€£]\s?\d[\d.,]*|other( amount)?", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
_ICONS = re.compile("(?:[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]\\s*)+")


def plain(line: str) -> str:
    """The line as patterns see it: lower case, straight apostrophes, link text, no edge signs."""
    text = _LINK.sub(r"\1", line) if "](" in line else line
    text = text if text.isascii() else _ICONS.sub("", text)
    text = " ".join(text.replace("’", "'").replace("‘", "'").casefold().split()).strip(_EDGES)
    return _NEW_TAB.sub("", text) if text.endswith((")", "tab", "window", "link")) else text


def reason(line: str, text: str, words: int) -> str | None:
    """What a short line is by its make-up, or None. ``text`` is the line as `plain` gives it."""
    if words > 14:
        return None
    looks = (
        (_SHARE_WORDS.issuperset(word.strip(",|/·•:") for word in text.split()), "sharing"),
        (_CREDIT.fullmatch(line), "credit"),
        (_SOURCE.fullmatch(line), "origin"),
        (_LETTERS.fullmatch(line.strip()) or _VOTES.fullmatch(text), "button"),
        (_FILE.fullmatch(text), "download"),
        (_POST.fullmatch(line.strip()), "somebody's post"),
        (_HANDLE.fullmatch(text), "comments"),
        (text in _FLAGS, "flag over a story"),
        (_amounts(line) or _SUMS.fullmatch(text), "newsletter"),
        (words <= 10 and _CONTACT.fullmatch(line.strip()), "contact"),
        (words <= 10 and line.rstrip()[-1] in _ARROWS, "button"),
    )
    return next((why for found, why in looks if found), None)


def signed(line: str) -> bool:
    """Whether a line in capitals says for whom somebody wrote: `ANN DOE FOR THE QUAY`."""
    return _SIGNED.fullmatch(line.strip()) is not None


def rating(line: str) -> bool:
    """Whether a line holds the stars that a review gives."""
    return len(line) <= 80 and _RATING.search(line) is not None


def _amounts(line: str) -> bool:
    """Whether a line is sums to choose from, as a page that asks for money has."""
    cells = [cell for cell in _BAR.split(line.strip()) if cell]
    return len(cells) >= 3 and all(_AMOUNT.fullmatch(cell) for cell in cells)


def menu_row(line: str) -> bool:
    """Whether a line is several short names side by side: `Home | World | Business`."""
    cells = [cell for cell in _BAR.split(line[:_LONGEST].strip()) if cell]
    if len(cells) < 3 or len(line) > _LONGEST or any(c.isdigit() for c in line):
        return False
    return all(len(cell.split()) <= 3 and cell[-1:] not in ".!?" for cell in cells)
