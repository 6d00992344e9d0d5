"""What a confidence is worth: which questions are answered, rightly and wrongly, as it falls."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BINS = 10
SHARES = tuple(tenth / 10 for tenth in range(1, 11))


@dataclass(frozen=True)
class Point:
    """What is answered from a confidence on: of the answerable questions, and of the others.

    ``right`` are the answerable that are answered with the right sentence, ``false`` the
    unanswerable that are answered.
    """

    confidence: float
    answerable: int
    answered: int
    right: int
    unanswerable: int
    false: int


@dataclass(frozen=True, eq=False)
class Curve:
    """One row a question: the confidence in its first sentence, and whether that one is right.

    A confidence of 0 says that there is no sentence at all, so that nothing can be answered.
    """

    confidence: NDArray[np.float64]
    right: NDArray[np.bool_]
    answerable: NDArray[np.bool_]

    def of(self, rows: NDArray[Any]) -> "Curve":
        """The curve of some of the questions."""
        return Curve(self.confidence[rows], self.right[rows], self.answerable[rows])

    @property
    def area(self) -> float:
        """Area under the risk-coverage curve (Geifman & El-Yaniv 2017): less is better.

        The risk is the share of wrong ones among the questions answered, averaged over how many
        are; every unanswerable one is wrong.
        """
        ranked = self.right[np.argsort(-self.confidence, kind="stable")]
        return float(np.mean(1 - np.cumsum(ranked) / np.arange(1, len(ranked) + 1)))

    @property
    def calibration_error(self) -> float:
        """Expected calibration error over ten bins of as many questions each."""
        order = np.argsort(self.confidence, kind="stable")
        apart = (
            abs(float(np.sum(self.confidence[rows]) - np.sum(self.right[rows])))
            for rows in np.array_split(order, _BINS)
        )
        return sum(apart) / len(order)

    @property
    def brier(self) -> float:
        """Mean squared distance of the confidence from right (1) or wrong (0)."""
        return float(np.mean((self.confidence - self.right) ** 2))

    def from_(self, confidence: float) -> Point:
        """What is answered from this confidence on."""
        answered = (self.confidence >= confidence) & (self.confidence > 0)
        return Point(
            confidence=confidence,
            answerable=int(self.answerable.sum()),
            answered=int((answered & self.answerable).sum()),
            right=int((answered & self.answerable & self.right).sum()),
            unanswerable=int((~self.answerable).sum()),
            false=int((answered & ~self.answerable).sum()),
        )

    def at_answered(self, share: float) -> Point | None:
        """The point where this share of the answerable is answered; None when it never is."""
        return self._at(self.answerable, share)

    def at_right(self, share: float) -> Point | None:
        """The point where this share of the answerable is answered rightly."""
        return self._at(self.answerable & self.right, share)

    def _at(self, counted: NDArray[np.bool_], share: float) -> Point | None:
        needed = max(1, math.ceil(share * int(self.answerable.sum()) - 1e-9))
        falling = np.sort(self.confidence[counted])[::-1]
        if len(falling) < needed or falling[needed - 1] <= 0:
            return None
        return self.from_(float(falling[needed - 1]))

    def false_share(self, share: float) -> float:
        """Share of the unanswerable answered where this of the answerable is; nan if never."""
        point = self.at_answered(share)
        return point.false / point.unanswerable if point and point.unanswerable else math.nan
