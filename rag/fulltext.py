"""Full text search in SQLite's FTS5; every line that another SQL database would need otherwise."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Float, Select, column, func, literal_column, select, table, text

TITLE_WEIGHT = 0.5
"""Weight of a hit in the title; one in the passage weighs 1. Every passage repeats the title."""

_MAX_TERMS = 500

# title and text; the row id is the passage id
_fts = table("fulltext", column("rowid"))


def create(connection: Connection) -> None:
    """Make the full-text table."""
    connection.execute(
        text(
            "CREATE VIRTUAL TABLE fulltext USING fts5("
            "title, text, tokenize = 'porter unicode61 remove_diacritics 2')"
        )
    )


def add(connection: Connection, rows: Iterable[tuple[int, str, str]]) -> None:
    """Add (passage id, title, text) rows."""
    statement = text("INSERT INTO fulltext (rowid, title, text) VALUES (:id, :title, :text)")
    given = [{"id": id, "title": title, "text": body} for id, title, body in rows]
    if given:
        connection.execute(statement, given)


def remove(connection: Connection, passage_ids: Sequence[int]) -> None:
    """Remove the rows of these passages."""
    if passage_ids:
        statement = text("DELETE FROM fulltext WHERE rowid = :id")
        connection.execute(statement, [{"id": id} for id in passage_ids])


def matches(terms: Iterable[str]) -> Select[int, float] | None:
    """A select of ``id`` and ``score`` (BM25, higher is better) of what holds any of the terms.

    A term of several words must stand as that phrase. None when no term holds a letter or digit.
    """
    quoted = {_quoted(term): None for term in terms if any(map(str.isalnum, term))}
    if not quoted:
        return None
    query = " OR ".join(list(quoted)[:_MAX_TERMS])
    rank = -func.bm25(literal_column("fulltext"), TITLE_WEIGHT, 1.0, type_=Float)
    return select(_fts.c.rowid.label("id"), rank.label("score")).where(
        text("fulltext MATCH :query").bindparams(query=query)
    )


def in_title(words: str) -> Select[int] | None:
    """A select of the ids of passages whose title holds all of these words, in any form of them.

    None when there is no word with a letter or digit.
    """
    quoted = [_quoted(word) for word in words.split() if any(map(str.isalnum, word))]
    if not quoted:
        return None
    query = f"title : ({' AND '.join(quoted[:_MAX_TERMS])})"
    return select(_fts.c.rowid).where(text("fulltext MATCH :query").bindparams(query=query))


def _quoted(term: str) -> str:
    """A term as an FTS5 string, in which nothing is syntax but the doubled quote."""
    # FTS5 ends at a NUL, and a lone surrogate cannot be stored as UTF-8
    plain = term.casefold().replace("\0", " ").encode("utf-8", "ignore").decode()
    return '"' + plain.replace('"', '""') + '"'
