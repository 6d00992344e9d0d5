"""Answers from a model: the draft streamed, checked, repaired once, held against other articles."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import date

from rag import messages, values, verify
from rag.condense import acceptable, stand_alone
from rag.engine import Answering
from rag.errors import ModelError
from rag.guard import Guard
from rag.links import strip_links
from rag.messages import Message
from rag.model import Completion
from rag.plain import day, one_line
from rag.question import Question, stems
from rag.reader import NOT_FOUND, Reader, Reading
from rag.types import Citation, Evidence, Token, Turn, Usage
from rag.verify import Checked
from rag.wording import clause, share

_NOTHING_FOUND = "The model found no answer in the passages that it was given."
_NOTHING_HELD = "What the model answered does not stand in the passages that it cites."
_LONGEST_REASON = 300
_SAME_CLAUSE = 0.5


@dataclass(eq=False)
class ModelAnswer:
    """One question put to a model. ``usage`` adds up what its calls used.

    ``deadline`` is a time on the running loop's clock.
    """

    answering: Answering
    deadline: float
    as_of: date | None = None
    usage: Usage | None = field(default=None, init=False)

    async def condense(self, question: str, history: Sequence[Turn]) -> str:
        """The follow-up as a question of its own; by rule when the model's words cannot be used.

        Raises ModelError.
        """
        asked = await asyncio.to_thread(
            messages.condensing, question, history, budget=self.answering.prompt_tokens
        )
        reply = self._used(await self.answering.model.complete(asked, deadline=self.deadline))
        rewritten = one_line(reply.text).strip('"“” ')
        if reply.finish == "stop" and acceptable(rewritten, question, history):
            return rewritten
        return stand_alone(question, history)

    async def events(
        self,
        question: Question,
        evidence: Sequence[Evidence],
        asked: Sequence[Message],
        *,
        reader: Callable[[], Reader],
    ) -> AsyncGenerator[Token | Reading]:
        """The draft as it comes, and at the end the checked answer. Raises ModelError.

        ``evidence`` are the passages in the messages, in their order.
        """
        guard = Guard(passages=len(evidence))
        draft = ""
        finish = "stop"
        async with aclosing(self._stream(asked)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Completion):
                    draft, finish = self._used(piece).text, piece.finish
                elif shown := guard.feed(piece):
                    yield Token(shown)
        if rest := guard.finish():
            yield Token(rest)
        if finish == "refused":
            yield _refused(draft)
            return
        checked = await self._checked(draft, question, evidence, whole=finish == "stop")
        reading = _reading(checked, finish)
        if reading.citations:
            reading = await asyncio.to_thread(_reread, reading, question, evidence, reader())
        yield reading

    def _stream(self, asked: Sequence[Message]) -> AsyncGenerator[str | Completion]:
        return self.answering.model.stream(asked, deadline=self.deadline)

    async def _checked(
        self,
        draft: str,
        question: Question,
        evidence: Sequence[Evidence],
        *,
        whole: bool,
    ) -> Checked:
        """The draft checked; where a claim of it fails, the better of it and one repaired draft."""
        first = await asyncio.to_thread(
            verify.check, draft, evidence, question=question.text, complete=whole
        )
        if not first.faults:
            return first
        asked = messages.repairing(
            question.text,
            evidence,
            draft=draft,
            faults=first.faults,
            cited=first.cited,
            budget=self.answering.prompt_tokens,
            as_of=self.as_of,
        )
        if asked is None:
            return first
        try:
            repaired = self._used(
                await self.answering.model.complete(asked, deadline=self.deadline)
            )
        except ModelError:
            # What holds of the first draft is better than no answer.
            return first
        if repaired.finish != "stop":
            return first
        second = await asyncio.to_thread(
            verify.check, repaired.text, evidence, question=question.text
        )
        better = second.kept > 0 if not first.kept else not second.faults and second.kept > 0
        if not better and not (first.kept == 0 and second.silent and not second.faults):
            return first
        # What the repair left out stays on record.
        return replace(second, unsupported=(*first.unsupported, *second.unsupported))

    def _used(self, reply: Completion) -> Completion:
        if reply.usage is not None:
            before = self.usage or Usage()
            costs = [cost for cost in (before.cost, reply.usage.cost) if cost is not None]
            self.usage = Usage(
                prompt_tokens=before.prompt_tokens + reply.usage.prompt_tokens,
                completion_tokens=before.completion_tokens + reply.usage.completion_tokens,
                cost=sum(costs) if costs else None,
            )
        return reply


def _refused(refusal: str) -> Reading:
    said = one_line(strip_links(refusal, urls=frozenset())[0])[:_LONGEST_REASON]
    return Reading("refused", "The model refused to answer.", None, (), said or None)


def _reading(checked: Checked, finish: str) -> Reading:
    """The checked draft as an answer."""
    if finish in ("filtered", "length"):
        return _stopped(checked, finish)
    if not checked.kept:
        reason = _NOTHING_HELD if checked.cut else _NOTHING_FOUND
        return Reading("not_found", NOT_FOUND, None, (), reason, checked.unsupported)
    return Reading(
        "partial" if checked.cut or checked.silent else "answered",
        checked.text,
        None,
        checked.citations,
        "A part of the answer did not hold and was left out." if checked.cut else None,
        checked.unsupported,
    )


def _stopped(checked: Checked, finish: str) -> Reading:
    filtered = finish == "filtered"
    reason = (
        "The model server's content filter stopped the answer."
        if filtered
        else "The model's answer was cut off at its greatest length."
    )
    return Reading(
        "filtered" if filtered else "truncated",
        checked.text or reason,
        None,
        checked.citations,
        reason,
        checked.unsupported,
    )


def _reread(
    reading: Reading, question: Question, evidence: Sequence[Evidence], reader: Reader
) -> Reading:
    """The answer with the phrase that answers marked, and other articles' values beside its own."""
    again = reader.reread(question, evidence, cited=reading.citations)
    if again.quoted is None:
        return reading
    if again.short and _says(reading.text, again.short):
        quoted = again.quoted
        marked = tuple(
            each.model_copy(update={"highlight": quoted.highlight})
            if (each.article_id, each.start) == (quoted.article_id, quoted.start)
            else each
            for each in reading.citations
        )
        reading = replace(reading, short=again.short, citations=marked)
    rivals = [rival for rival in again.rivals if _of_the_same(again.quoted, rival)]
    if rivals and reading.status in ("answered", "partial"):
        return _with_rivals(reading, rivals)
    return reading


def _of_the_same(quoted: Citation, rival: Citation) -> bool:
    """Whether another value is said of the same thing: in the words that stand around this one."""
    left, right = quoted.highlight or (quoted.start, quoted.start)
    around = clause(quoted.quote, left - quoted.start, right - quoted.start)
    return share(around, stems(rival.quote)) >= _SAME_CLAUSE


def _says(text: str, phrase: str) -> bool:
    """Whether the text gives the phrase, to the letter or as a value."""
    wanted = values.find(phrase)
    if not wanted:
        return phrase.lower() in text.lower()
    return all(any(values.same(one, other) for other in values.find(text)) for one in wanted)


def _with_rivals(reading: Reading, rivals: Sequence[Citation]) -> Reading:
    """A conflicting answer: what another article says instead stands beside what was answered."""
    text, citations = reading.text, list(reading.citations)
    cited = {(each.article_id, each.start) for each in citations}
    for rival in rivals:
        if (rival.article_id, rival.start) not in cited:
            citations.append(rival.model_copy(update={"n": len(citations) + 1}))
            when = f" of {day(rival.published)}" if rival.published else ""
            text += f" Another article{when} differs: “{rival.quote}” [{len(citations)}]"
    return replace(reading, status="conflicting", text=text, citations=tuple(citations))
