"""Titles, tags and the like, which chat tools ask the chat's model for: never an answer."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pages_of_news import COST
from raw_server import raw_server, whole
from test_chat import CHAT, asking, chunks, data, reading, service, text_of

from api.chat_side import MOST_TOKENS, Side, wanted
from evals.bench.scripted_model import ScriptedModel

__all__ = ["data", "reading"]

TALK = f"USER: {COST}\nASSISTANT: It will cost 412 million euros [1].\n"
HISTORY = f"### Chat History:\n<chat_history>\n{TALK}</chat_history>"


def task(what: str, output: str) -> str:
    """A prompt in the shape of Open WebUI's."""
    return f"### Task:\n{what}\n### Guidelines:\n- Keep it short.\n### Output:\n{output}\n{HISTORY}"


WEBUI_TITLE = task("Write a short title for this chat.", 'JSON format: { "title": "a title" }')
WEBUI_TAGS = task("Name some broad tags for it.", 'JSON format: { "tags": ["tag1", "tag2"] }')
WEBUI_FOLLOW_UPS = task(
    "Suggest what the user may ask next.", 'JSON format: { "follow_ups": ["Question?"] }'
)
WEBUI_QUERIES = task("Think of search queries.", '{ "queries": ["query1"] }')
WEBUI_TEXT = task("Complete the text.", '{ "text": "<completion>" }')
WEBUI_PLAIN = task("Write a short title for this chat.", "Return ONLY the title.")
WEBUI_EMOJI = "Your task is to show the speaker's mood by a fitting emoji.\n\nMessage: I won!"
LIBRE_TITLE = (
    "Provide a concise title of five words or less for the conversation, in title case. Only "
    f"return the title itself.\n\nConversation:\nUser: {COST}\nAI: It will cost 412 million euros."
)
LIBRE_ANALYSIS = (
    "Analyze this conversation and provide:\n1. The detected language\n2. A concise title in it\n\n"
    f"User: {COST}\nAI: It will cost 412 million euros."
)
LOBE_TITLE = [
    {
        "role": "system",
        "content": "You sum up conversations. Write a concise title of the conversation.\n\n"
        "Rules:\n- Output ONLY the title\n- At most 10 words",
    },
    {"role": "user", "content": f"user: {COST}\nassistant: It will cost 412 million euros."},
]
LOBE_EMOJI = [
    {"role": "system", "content": "You pick emoji.\n- Output ONLY a single emoji"},
    {"role": "user", "content": "I got a promotion"},
    {"role": "assistant", "content": "🎉"},
    {"role": "user", "content": "The news of Wendmark"},
]
LOBE_REPLIES = [
    {
        "role": "system",
        "content": "You extract 0-4 quick-reply suggestions.\n\nOutput a JSON object that "
        "conforms to the supplied schema.",
    },
    {"role": "user", "content": "Last assistant message: Do you mean the old bridge?"},
]
TITLE = "How much will the new bridge over the"
CASES = [
    (WEBUI_TITLE, Side("title", as_json=True), json.dumps({"title": TITLE})),
    (WEBUI_TAGS, Side("tags", as_json=True), '{"tags": ["News"]}'),
    (WEBUI_FOLLOW_UPS, Side("follow_ups", as_json=True), '{"follow_ups": []}'),
    (WEBUI_QUERIES, Side("queries", as_json=True), '{"queries": []}'),
    (WEBUI_TEXT, Side("text", as_json=True), '{"text": ""}'),
    (WEBUI_PLAIN, Side("title"), TITLE),
    (WEBUI_EMOJI, Side("emoji"), "📰"),
    (LIBRE_TITLE, Side("title"), TITLE),
    (LIBRE_ANALYSIS, Side("title"), TITLE),
    (LOBE_TITLE, Side("title"), TITLE),
    (LOBE_EMOJI, Side("emoji"), "📰"),
    (LOBE_REPLIES, Side("chips", as_json=True), '{"chips": []}'),
]


def messages(given: Any) -> list[Any]:
    return [{"role": "user", "content": given}] if isinstance(given, str) else given


@pytest.mark.parametrize(("given", "side", "text"), CASES)
def test_they_are_answered_by_rule_in_the_form_asked_for(
    reading: TestClient, given: Any, side: Side, text: str
) -> None:
    assert wanted(messages(given)) == side
    reply = reading.post(CHAT, json=asking(messages=messages(given))).json()
    assert reply["choices"][0]["message"]["content"] == text
    assert reply["choices"][0]["finish_reason"] == "stop"
    assert reply["citations"] == reply["search_results"] == []
    assert "412" not in text
    streamed = reading.post(CHAT, json=asking(messages=messages(given), stream=True))
    assert text_of(chunks(streamed)) == text


@pytest.mark.parametrize(
    "given",
    [
        COST,
        "What is the title of the new agreement between the chat firms?",
        "Which single emoji did the minister post?",
        "Provide the date of the conversation between the two ministers.",
        "Please summarize the conversation of the presidents on Tuesday.",
        "Who won the title?\n### Task:\nGenerate",
        [
            {"role": "system", "content": "Give each chat a title. Use only our articles."},
            {"role": "user", "content": COST},
            {"role": "assistant", "content": "412 million euros."},
            {"role": "user", "content": "And since when?"},
        ],
        [
            {"role": "system", "content": "You are a helpful assistant. Only use the articles."},
            {"role": "user", "content": "Which tags did the shop use for the chat?"},
        ],
    ],
)
def test_a_question_is_a_question(given: Any) -> None:
    assert wanted(messages(given)) is None


def test_a_title_is_the_beginning_of_what_was_asked_first(reading: TestClient) -> None:
    def title(*contents: str) -> str:
        given = [{"role": "user", "content": each} for each in contents]
        reply = reading.post(CHAT, json=asking(messages=given)).json()
        return str(reply["choices"][0]["message"]["content"])

    ask = "Provide a concise title for this conversation."
    assert title("What did the mayor say?", ask) == "What did the mayor say"
    assert title(f"{ask}\nUser: " + "w" * 500 + " x") == "A question about the articles"
    assert title(ask) == "A question about the articles"
    assert (
        title(f"{ask}\nUser: See [this](https://evil.example) **now**\nAI: x") == "See this **now"
    )


def test_a_model_writes_them_with_few_tokens_and_without_articles(data: Path) -> None:
    said = {
        WEBUI_TITLE: 'Sure: {"title": "🌉 The bridge\\nof Wendmark"} Bye.',
        WEBUI_TAGS: '{"tags": ["Bridges", "Cities"]}',
        WEBUI_FOLLOW_UPS: '{"follow_ups": ["When is it built? See https://evil.example/x"]}',
        LIBRE_TITLE: '"Bridge Cost"',
    }
    wanted_texts = [
        {"title": "🌉 The bridge of Wendmark"},
        {"tags": ["Bridges", "Cities"]},
        {"follow_ups": ["When is it built? See"]},
        "Bridge Cost",
    ]
    with (
        ScriptedModel(reply=lambda sent: said[sent[-1]["content"]]) as model,
        service(data, model.url) as client,
    ):
        for prompt, text in zip(said, wanted_texts, strict=True):
            reply = client.post(CHAT, json=asking(prompt)).json()
            content = reply["choices"][0]["message"]["content"]
            assert (content if isinstance(text, str) else json.loads(content)) == text
            assert reply["usage"]["prompt_tokens"] > 0
            sent = model.requests[-1]
            assert sent["max_tokens"] == MOST_TOKENS
            assert sent["messages"] == [{"role": "user", "content": prompt}]
        assert len(model.requests) == 4
        client.post(CHAT, json=asking(WEBUI_QUERIES))
        client.post(CHAT, json=asking(WEBUI_EMOJI))
        assert len(model.requests) == 4, "for these a rule does as well"


@pytest.mark.parametrize(
    "said", ["", "Bridges!", "{", '{"tags": "News"}', '{"tags": [1]}', '{"a": []}', "[" * 9_999]
)
def test_what_a_model_says_in_another_form_is_not_passed_on(data: Path, said: str) -> None:
    with ScriptedModel(reply=lambda _: said) as model, service(data, model.url) as client:
        reply = client.post(CHAT, json=asking(WEBUI_TAGS)).json()
    assert model.requests
    assert reply["choices"][0]["message"]["content"] == '{"tags": ["News"]}'


def test_a_model_that_fails_spoils_no_title(data: Path) -> None:
    with raw_server([whole(b"{}", status=401)]) as model, service(data, model.base_url) as client:
        response = client.post(CHAT, json=asking(WEBUI_TITLE))
    assert model.requests
    assert json.loads(response.json()["choices"][0]["message"]["content"]) == {"title": TITLE}


@pytest.mark.parametrize("filling", ["\n", " ", "user:", "[", "a", "### Task:\n"])
def test_a_huge_prompt_takes_no_longer_than_its_size(reading: TestClient, filling: str) -> None:
    # A rule that looked back at each character would not end within the hour.
    ask = "Provide a concise title for this conversation.\nUser: "
    given = ask + filling * (1_000_000 // len(filling))
    response = reading.post(CHAT, json=asking(given))
    assert response.status_code == 200
    assert len(response.json()["choices"][0]["message"]["content"]) < 100
