"""Web addresses: without what only tracks readers, and when two are of the same page."""

from urllib.parse import urldefrag, urlsplit


def clean(url: str) -> str:
    """An address without default port, ``utm_source`` and the like, and fragment.

    What is no web address is returned as it is.
    """
    # A quarter of a second to import, so only once there is an address.
    from courlan import normalize_url

    if not url.casefold().startswith(("http://", "https://")):
        return url
    try:
        plain, fragment = urldefrag(str(normalize_url(url)))
    except ValueError:
        return url
    # "#!" begins the path of a page that is drawn by a script.
    return f"{plain}#{fragment}" if fragment.startswith("!") else plain


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
