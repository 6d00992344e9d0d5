// Questions and their answers, the newest first; a draft is shown as one until it is checked.

import { answerView } from "/page/answer.js";
import { day, el, number, shown } from "/page/text.js";
import { Problem, events, failed, json, request } from "/page/wire.js";

const MOST_TURNS = 20;
const NARROW = window.matchMedia("(max-width: 36rem)");

const $ = (id) => document.getElementById(id);
const form = $("ask-form");
const question = $("question");
const turns = $("turns");

let history = [];
let asked = 0;
let running = null;
let told = null;

/** Wire the form. */
export function install() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!running) ask(question.value.trim());
  });
  question.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  $("stop").addEventListener("click", () => running?.abort());
  $("anew").addEventListener("click", anew);
  $("filters-clear").addEventListener("click", clearFilters);
  for (const id of ["since", "until", "publisher"]) $(id).addEventListener("change", countFilters);
  $("collection").addEventListener("change", () => {
    anew();
    lookUp();
  });
}

/** The collection chosen, null when there is only one. */
export function collection() {
  return $("collection").value || null;
}

/** Ask the service what there is to choose from. Gives null when it does not say. */
export async function lookUp() {
  const name = collection();
  const query = name ? `?collection=${encodeURIComponent(name)}` : "";
  try {
    told = await json(`/v1/catalogue${query}`);
  } catch (error) {
    $("about").replaceChildren(shown(`${error.title ?? "This page failed"}: ${error.message}`));
    return null;
  }
  const publishers = told.publishers.map(({ name: text, articles }) =>
    el("option", { value: text, text: `${text} (${articles})` }),
  );
  const chosen = $("publisher").value;
  $("publisher").replaceChildren(el("option", { value: "", text: "All publishers" }), ...publishers);
  $("publisher").value = told.publishers.some((each) => each.name === chosen) ? chosen : "";
  if (told.collections.length > 1 && !name) {
    $("collection").replaceChildren(...told.collections.map((text) => el("option", { value: text, text })));
    $("collection-field").hidden = false;
  }
  countFilters();
  $("about").textContent = abstract();
  return told;
}

function abstract() {
  if (!told.articles) return "The library is empty. Add an article to have something to ask about.";
  const newest = told.newest ? `, the newest of ${day(told.newest)}` : "";
  const known = told.publishers.length ? ` from ${number(told.publishers.length, "publisher")}` : "";
  const held = `${number(told.articles, "article")}${known}${newest}.`;
  return `${held} Answers quote them word for word, and say so when they do not hold the answer.`;
}

function filters() {
  const given = { since: $("since").value, until: $("until").value, publisher: $("publisher").value };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value));
}

function countFilters() {
  const count = Object.keys(filters()).length;
  $("filters-set").textContent = count ? ` (${count} set)` : "";
}

function clearFilters() {
  for (const id of ["since", "until", "publisher"]) $(id).value = "";
  countFilters();
}

function anew() {
  running?.abort();
  history = [];
  turns.replaceChildren();
  follow();
  question.focus();
}

/** Say whether the next question is a follow-up. */
function follow() {
  $("question-label").textContent = history.length ? "Your next question" : "Your question";
  $("anew").hidden = !turns.hasChildNodes();
  $("view-ask").classList.toggle("talking", turns.hasChildNodes());
}

async function ask(text) {
  if (!text) return;
  asked += 1;
  const place = `turn-${asked}`;
  const turn = turnView(text, place);
  turns.prepend(turn.section);
  running = new AbortController();
  const { signal } = running;
  const chosen = collection();
  $("ask-button").disabled = true;
  $("stop").hidden = false;
  question.value = "";
  follow();
  if (NARROW.matches) turn.section.scrollIntoView();
  try {
    const body = { question: text, filters: filters(), history: history.slice(-2 * MOST_TURNS) };
    const answer = await answered(body, { chosen, signal, turn });
    turn.result.replaceChildren(answerView(answer, { collection: chosen, place }));
    if (!signal.aborted) {
      history.push({ role: "user", content: text }, { role: "assistant", content: answer.text });
    }
  } catch (error) {
    turn.result.replaceChildren(notAnswered(error, text, turn.section));
    if (!question.value) question.value = text;
  } finally {
    turn.result.setAttribute("aria-busy", "false");
    running = null;
    $("ask-button").disabled = false;
    $("stop").hidden = true;
    follow();
  }
}

/** The checked answer; what comes before it goes into the turn as it comes. */
async function answered(body, { chosen, signal, turn }) {
  const query = chosen ? `?collection=${encodeURIComponent(chosen)}` : "";
  const accept = "text/event-stream";
  const response = await request(`/v1/ask${query}`, { method: "POST", body, signal, accept });
  for await (const { name, data } of events(response)) {
    if (name === "retrieved") turn.step.textContent = `Reading ${number(data.passages.length, "passage")} …`;
    else if (name === "token") turn.write(data.text);
    else if (name === "citation") turn.step.textContent = "Checked against the articles …";
    else if (name === "done") return data;
    else if (name === "error") throw new Problem(data);
  }
  const detail = "The connection ended before the answer did. What was written so far is not checked, so it is not shown.";
  throw new Problem({ title: "The answer broke off", detail, retryable: true });
}

function turnView(text, place) {
  const step = el("p", { class: "step", text: "Searching the articles …" });
  const draft = el("p", { class: "draft-text" });
  const label = el("p", { class: "label", text: "Draft, not checked yet" });
  const box = el("div", { class: "draft", "aria-hidden": true, hidden: true }, label, draft);
  const result = el("div", { class: "result", "aria-live": "polite", "aria-busy": "true" }, step, box);
  const heading = el("h2", { id: place, text });
  const section = el("article", { class: "turn", "aria-labelledby": place }, heading, result);
  const write = (piece) => {
    box.hidden = false;
    draft.append(shown(piece));
  };
  return { section, result, step, write };
}

function notAnswered(error, text, section) {
  if (error.name === "AbortError") {
    return el("p", { class: "quiet stopped", text: "Stopped. What was drafted is not kept." });
  }
  return failed(error, () => {
    if (running) return;
    section.remove();
    if (question.value === text) question.value = "";
    ask(text);
  });
}
