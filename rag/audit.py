"""The index held against the library: what it lacks, has too much, has wrong, cannot find."""

from collections.abc import Callable
from dataclasses import dataclass

from rag.index import Index
from rag.library import Library

_AT_ONCE = 250


@dataclass(frozen=True)
class Audit:
    """How many passages of how many were looked for by their own vectors, and what was amiss.

    ``missing`` are not in the index, ``strange`` in the index alone, ``altered`` have another
    vector, article, kind, publisher or date there, and ``unreachable`` are not found by their own
    vector.
    """

    passages: int
    looked_for: int
    missing: int = 0
    strange: int = 0
    altered: int = 0
    unreachable: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing was amiss."""
        return not (self.missing or self.strange or self.altered or self.unreachable)

    def __str__(self) -> str:
        """What was amiss, or that all is well, as part of a line."""
        amiss = {
            "missing from it": self.missing,
            "in it but not in the library": self.strange,
            "other than in the library": self.altered,
            "not found by their own vector": self.unreachable,
        }
        told = ", ".join(f"{count:,} {what}" for what, count in amiss.items() if count)
        searched = f"{self.looked_for:,} of {self.passages:,} passages looked for"
        return f"{searched}; {told or 'all found'}"


def audit(
    library: Library,
    index: Index,
    *,
    most: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Audit:
    """Compare all that is stored of each passage, and look for passages by their own vectors.

    For ``most`` of them, evenly spread, where not all are to be looked for: it takes 1.5 ms each.
    What the index was not told yet is left out. Nobody should be writing meanwhile. ``progress`` is
    given how many were looked at and how many will be. Raises SearchIndexError, DataFolderError.
    """
    told, untold = library.told()
    held = index.ids()
    missing = set(told) - held
    strange = held - set(told) - untold
    step = max(1, -(-len(told) // most)) if most else 1
    looked_for = altered = unreachable = 0
    for at in range(0, len(told), _AT_ONCE):
        rows = library.passage_vectors(told[at : at + _AT_ONCE])
        rows = [row for row in rows if row.passage_id not in missing]
        altered += index.altered(rows)
        chosen = [row for at_row, row in enumerate(rows, at) if at_row % step == 0]
        unreachable += index.unreachable(chosen)
        looked_for += len(chosen)
        if progress is not None:
            progress(min(at + _AT_ONCE, len(told)), len(told))
    return Audit(len(told), looked_for, len(missing), len(strange), altered, unreachable)
