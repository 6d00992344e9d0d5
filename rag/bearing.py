"""The passages that a model was given, as sentences that a claim is held against."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from rag import support_names
from rag.embed import Embedder
from rag.names import Name
from rag.passages import quotable
from rag.question import stem, stems, words
from rag.quoted import SURE, Finding, Sentence, Worked
from rag.types import Evidence
from rag.weighing import Weighing
from rag.wording import share

Vector = NDArray[np.float32]

_FAR = 0.1
_MUCH = 3


class Given:
    """The passages that a model was given, as sentences. Not safe across threads."""

    def __init__(self, evidence: Sequence[Evidence], *, question: str, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: dict[str, Vector] = {}
        self._question = question
        self._asked = stems(question)
        self.sentences = [
            Sentence(number, item, start, end, item.article.text[start:end])
            for number, item in enumerate(evidence, start=1)
            for start, end in quotable(item.article, item.passage)
        ]
        texts = [f"{item.article.title}\n{item.passage.text}" for item in evidence]
        self._all = support_names.Context("\n".join([question, *texts]))
        self._lowered = support_names.lowered([*texts, question])

    def weigh(self, text: str, numbers: Iterable[int], *, cited: bool, worked: Worked) -> Finding:
        """Hold a claim against the passages with these numbers.

        When the claim ``cited`` them, each that says something of it is quoted.
        ``worked`` are the values from which this claim may work out a sum or a difference.
        """
        among = set(numbers)
        chosen = [one for one in self.sentences if one.number in among]
        if not chosen:
            return Finding(faults=("no passage that was given says this",))
        said = stems(text)
        shares = [share(said, sentence.stems) for sentence in chosen]
        # The meaning of the sentences decides only where their wording does not.
        meanings = [0.0] * len(chosen) if max(shares) >= SURE else self._meanings(text, chosen)
        weighing = Weighing(
            text,
            chosen,
            self.names_in(text),
            shares=shares,
            meanings=meanings,
            asked=self._asked,
        )
        return weighing.finding(worked, cited=cited)

    def beside(self, cites: Iterable[int]) -> list[int]:
        """The numbers of the other passages of the articles that these are of."""
        numbers = set(cites)
        articles = {one.evidence.article.id for one in self.sentences if one.number in numbers}
        return sorted(
            {one.number for one in self.sentences if one.evidence.article.id in articles} - numbers
        )

    def names_in(self, text: str) -> list[Name]:
        """The names in a text; a word that is written in lower case somewhere is none."""
        return support_names.claimed(text, lowered=self._lowered)

    def says_much(self, text: str) -> bool:
        """Whether a text has enough words besides names to be looked for anywhere."""
        named = {stem(word) for name in self.names_in(text) for word in words(name.text)}
        return len(stems(text) - named) >= _MUCH

    def unknown(self, text: str, *, besides: frozenset[str]) -> int:
        """How many content words of a text stand neither in the question nor among ``besides``."""
        return len(stems(text) - self._asked - besides)

    def knows_names(self, text: str) -> bool:
        """Whether each name in a text stands in the question or in what was given."""
        return not any(self._all.lacks(name) for name in self.names_in(text))

    def is_beside_the_question(self, text: str) -> bool:
        """Whether a text with no name shares no word with the question, nor anything in meaning.

        So is what a model repeats or does at the word of an article.
        """
        if self.names_in(text):
            return False
        if stems(text) & self._asked:
            return False
        question, claim = self._embedded([self._question, text])
        return float(question @ claim) < _FAR

    def _meanings(self, text: str, chosen: Sequence[Sentence]) -> list[float]:
        """The cosine of each sentence with the claim."""
        claim, *vectors = self._embedded([text, *(sentence.text for sentence in chosen)])
        return [float(vector @ claim) for vector in vectors]

    def _embedded(self, texts: Sequence[str]) -> list[Vector]:
        """The vectors of texts, each embedded once."""
        new = list(dict.fromkeys(text for text in texts if text not in self._vectors))
        if new:
            self._vectors.update(zip(new, self._embedder.embed(new), strict=True))
        return [self._vectors[text] for text in texts]
