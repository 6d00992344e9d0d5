"""What chat tools ask a chat's model besides the chat: titles, tags, follow-ups, an emoji.

Nothing is searched for these and no article is quoted. A model, where one is set, is asked with
few tokens, and only what has the form that was asked for is taken from it; a rule does the rest.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, get_args

from rag import tokens
from rag.engine import Answering
from rag.errors import ModelError
from rag.links import strip_links
from rag.messages import Message
from rag.model import Completion
from rag.plain import one_line

Kind = Literal["title", "tags", "follow_ups", "queries", "text", "chips", "emoji"]

MOST_TOKENS = 200
"""Tokens that a model may write for one of these."""

_SECONDS = 15.0
_INSTRUCTIONS = 8_000
_MOST_ITEMS = 5
_LONGEST_ITEM = 200
_LONGEST_TITLE = 60
_TITLE_WORDS = 8
_EMOJI = "📰"
_UNTITLED = "A question about the articles"

# Open WebUI begins each of its own with this, and ends the instructions with the chat.
_TASK = "### Task:"
_CHAT = re.compile(r"^(?:#+ Chat History|<chat_history>|Conversation:)", re.MULTILINE)
_KEY = re.compile(r'"(title|tags|follow_ups|queries|text)"\s*:')
_TITLE_WANTED = re.compile(
    r"(?:please )?(?:provide|generate|create|write|suggest|analy[sz]e|summari[sz]e)\b"
    r"[^?]{0,150}\btitle\b",
    re.IGNORECASE,
)
_OF_CHAT = re.compile(r"\b(?:conversation|chat)\b", re.IGNORECASE)
_EMOJI_WANTED = re.compile(r"your task is\b[^.]{0,150}\bemoji\b", re.IGNORECASE)
_ONE_EMOJI = re.compile(r"\bsingle emoji\b", re.IGNORECASE)
_QUICK_REPLIES = re.compile(r"\bquick-reply suggestions\b", re.IGNORECASE)
_ONLY = re.compile(r"\bonly\b", re.IGNORECASE)
_FIRST_ASKED = re.compile(
    r"^\s*user\s*:\s*(.+?)(?=^\s*(?:ai|assistant)\s*:|</chat_history>|\Z)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_JSON = re.compile(r"\{.*\}", re.DOTALL)


@dataclass(frozen=True)
class Side:
    """What is asked for, and whether as a JSON object with its name as the key."""

    kind: Kind
    as_json: bool = False


def wanted(messages: Sequence[Message]) -> Side | None:
    """What the messages ask for besides an answer; None for a question.

    Tools put it either into the last message, or into a system message with the chat below it.
    """
    last = next((each["content"] for each in reversed(messages) if each["role"] == "user"), "")
    told = "\n".join(each["content"] for each in messages if each["role"] == "system")
    head = _CHAT.split(last.lstrip()[:_INSTRUCTIONS], maxsplit=1)[0]
    return _by_message(head) or _by_system(told[:_INSTRUCTIONS])


def _by_message(head: str) -> Side | None:
    if head.startswith(_TASK):
        key = _KEY.search(head)
        named = next((kind for kind in get_args(Kind) if key and key[1] == kind), None)
        if named is not None:
            return Side(named, as_json=True)
        return Side("title" if "title" in head.lower() else "text")
    if _TITLE_WANTED.match(head) and _OF_CHAT.search(head[:300]):
        return Side("title")
    return Side("emoji") if _EMOJI_WANTED.match(head) else None


def _by_system(told: str) -> Side | None:
    """A system message that wants one thing only; what else it may say is no concern of ours."""
    wants_title = _TITLE_WANTED.search(told)
    if wants_title and _OF_CHAT.search(told) and _ONLY.search(told):
        return Side("title")
    if _ONLY.search(told) and _ONE_EMOJI.search(told):
        return Side("emoji")
    return Side("chips", as_json=True) if _QUICK_REPLIES.search(told) else None


async def reply(
    messages: Sequence[Message], side: Side, *, answering: Answering | None
) -> tuple[str, Completion | None]:
    """The text to answer with, and what the model said when it was asked. Raises no ModelError."""
    said = None
    if answering is not None and side.kind in ("title", "tags", "follow_ups"):
        with suppress(ModelError):
            said = await _asked(messages, answering)
    value = _read(said.text, side) if said else None
    if value is None:
        value = _by_rule(messages, side.kind)
    if side.as_json:
        return json.dumps({side.kind: value}, ensure_ascii=False), said
    return str(value), said


async def _asked(messages: Sequence[Message], answering: Answering) -> Completion:
    budget = answering.prompt_tokens // max(len(messages), 1)
    sent: list[Message] = [
        {
            "role": each["role"],
            "content": await asyncio.to_thread(tokens.truncate, each["content"], limit=budget),
        }
        for each in messages
    ]
    latest = asyncio.get_running_loop().time() + min(_SECONDS, answering.deadline)
    return await answering.model.complete(sent, deadline=latest, most_tokens=MOST_TOKENS)


def _read(text: str, side: Side) -> Any:
    """What a model says, in the form asked for; None when it is not in it."""
    if not side.as_json:
        return _clean(text, longest=_LONGEST_TITLE) or None
    found = _JSON.search(text)
    try:
        value = json.loads(found[0])[side.kind] if found else None
    except (ValueError, KeyError, RecursionError):
        return None
    if side.kind == "title":
        return (_clean(value, longest=_LONGEST_TITLE) or None) if isinstance(value, str) else None
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return None
    items = (_clean(each, longest=_LONGEST_ITEM) for each in value[:_MOST_ITEMS])
    return [each for each in items if each]


def _by_rule(messages: Sequence[Message], kind: Kind) -> Any:
    if kind == "title":
        return _title(messages)
    if kind == "tags":
        return ["News"]
    return {"emoji": _EMOJI, "text": ""}.get(kind, [])


def _title(messages: Sequence[Message]) -> str:
    """The beginning of what the user asked first."""
    asked = [each["content"] for each in messages if each["role"] == "user"]
    quoted = _FIRST_ASKED.search(asked[-1]) if asked else None
    first = quoted[1] if quoted else (asked[0] if len(asked) > 1 else "")
    words = _clean(first, longest=1_000).split()[:_TITLE_WORDS]
    title = ""
    for word in words:
        if len(title) + len(word) >= _LONGEST_TITLE:
            break
        title += f" {word}"
    return title.strip(" .,;:!?“”\"'") or _UNTITLED


def _clean(text: str, *, longest: int) -> str:
    plain = one_line(strip_links(text, urls=frozenset())[0])
    return plain.strip(' "“”*#`')[:longest].strip()
