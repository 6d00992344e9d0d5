"""What people say of answers: `POST /v1/feedback` takes it, `GET /v1/feedback` lists it."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AwareDatetime, Field
from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Integer,
    Row,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
)

from api import problems
from api.answers import KEPT_DAYS, MOST, Kept, Memory, columns, kept_of, values_of
from api.auth import needs
from api.deps import Limit, Offset, paged
from api.records import tables
from api.schemas import Given
from rag.errors import NoSuchAnswer
from rag.rows import without_zone
from rag.schema import changing, reading
from rag.types import Frozen

# With a copy of the answer, which itself is only kept for a while.
_feedback = Table(
    "feedback",
    tables,
    Column("number", Integer, primary_key=True),
    Column("rating", String, nullable=False),
    Column("note", Text),
    Column("expected", Text),
    Column("created", DateTime, nullable=False),
    *columns(),
    sqlite_autoincrement=True,
)

Rating = Literal["up", "down"]
_Text = Annotated[str, Field(max_length=5_000)]

giving = APIRouter(prefix="/v1", dependencies=[needs("ask")], tags=["feedback"])
listing = APIRouter(prefix="/v1", dependencies=[needs("admin")], tags=["feedback"])


class NewFeedback(Given):
    """What somebody says of the answer with this trace id, and what they had expected."""

    trace_id: Annotated[str, Field(min_length=1, max_length=100)]
    rating: Rating
    note: _Text | None = None
    expected: _Text | None = None


class Feedback(Frozen):
    """What was said of an answer, with the answer as it was."""

    rating: Rating
    note: str | None
    expected: str | None
    created: AwareDatetime
    answer: Kept


class FeedbackList(Frozen):
    """A page of the list, the newest first. ``next_offset`` is None on the last one."""

    feedback: tuple[Feedback, ...]
    next_offset: int | None


def _memory(request: Request) -> Memory:
    memory: Memory = request.app.state.answers
    return memory


Answers = Annotated[Memory, Depends(_memory)]


@giving.post(
    "/feedback",
    status_code=201,
    responses={
        200: {"model": Feedback, "description": "In place of what was said before"},
        **problems.documented(400, 404, 413, 422, 503),
    },
)
def give_feedback(given: NewFeedback, response: Response, answers: Answers) -> Feedback:
    """Say whether an answer was good. A second time takes the place of the first."""
    answer = answers.find(given.trace_id)
    if answer is None:
        why = (
            f"answers are kept for {KEPT_DAYS} days, the newest {MOST:,} of them."
            if answers.keep
            else "this service keeps none (DATELINE_KEEP_ANSWERS)."
        )
        raise NoSuchAnswer(
            f"No answer has the trace id {given.trace_id!r}. Nothing was kept; {why}"
        )
    feedback = Feedback(
        rating=given.rating,
        note=given.note,
        expected=given.expected,
        created=datetime.now(UTC),
        answer=answer,
    )
    if _keep(answers.records, feedback):
        response.status_code = 200
    return feedback


@listing.get("/feedback", responses=problems.documented(422))
def list_feedback(answers: Answers, limit: Limit = 50, offset: Offset = 0) -> FeedbackList:
    """What was said of answers, the newest first."""
    found = every(answers.records, limit=limit + 1, offset=offset)
    feedback, after = paged(found, limit=limit, offset=offset)
    return FeedbackList(feedback=feedback, next_offset=after)


def every(records: Engine, *, limit: int | None = None, offset: int = 0) -> list[Feedback]:
    """All feedback, the newest first."""
    query = select(_feedback).order_by(_feedback.c.number.desc()).limit(limit).offset(offset)
    with reading(records) as connection:
        return [_of(row) for row in connection.execute(query)]


def _keep(records: Engine, feedback: Feedback) -> bool:
    """Write feedback down; whether it took the place of another."""
    values = feedback.model_dump(exclude={"answer"}) | values_of(feedback.answer)
    values["created"] = without_zone(feedback.created)
    same = _feedback.c.trace_id == feedback.answer.trace_id
    with changing(records) as connection:
        replaced = connection.execute(delete(_feedback).where(same)).rowcount
        connection.execute(insert(_feedback).values(values))
    return bool(replaced)


def _of(row: Row[Any]) -> Feedback:
    return Feedback(
        rating=row.rating,
        note=row.note,
        expected=row.expected,
        created=row.created.replace(tzinfo=UTC),
        answer=kept_of(row),
    )
