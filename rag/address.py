"""Web addresses: without what only tracks readers, and when two are of the same page."""

import re
from urllib.parse import urlsplit, urlunsplit

PATTERN = r"^https?://[^\s<>\"]+$"
"""What an address that is given looks like."""

# Only names that nothing but tracking uses. "ref", "source" or "cid" tell pages apart on some
# sites, and of two pages taken for one, one would be lost.
_TRACKS = re.compile(
    r"(?:utm_\w+|fbclid|gclid|gbraid|wbraid|dclid|msclkid|yclid|twclid|ttclid|igshid|mc_[ce]id"
    r"|_hs(?:enc|mi)|mkt_tok|ref_src|ref_url|oly_(?:anon|enc)_id|wt_mc|at_medium|at_campaign)=",
    re.IGNORECASE,
)


def clean(url: str) -> str:
    """An address without default port, ``utm_source`` and the like, and fragment.

    What is no web address is returned as it is.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    scheme = parts.scheme.casefold()
    if scheme not in ("http", "https") or not parts.hostname:
        return url
    place = parts.netloc.casefold()
    if port == {"http": 80, "https": 443}[scheme]:
        place = place.rpartition(":")[0]
    query = "&".join(part for part in parts.query.split("&") if not _TRACKS.match(part))
    # "#!" begins the path of a page that is drawn by a script.
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    return urlunsplit((scheme, place, parts.path, query, fragment))


def key(url: str) -> str:
    """An address as addresses are compared: clean, without scheme and trailing slash."""
    scheme, found, rest = clean(url).partition("://")
    return rest.rstrip("/") if found and scheme in ("http", "https") else url


def host(url: str) -> str | None:
    """The host of an address in lower case, without ``www.``; None when it has none."""
    try:
        name = urlsplit(url).hostname
    except ValueError:
        return None
    return name.removeprefix("www.") if name else None
