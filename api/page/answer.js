// An answer as elements: what it says, its numbered quotes, and what is said when there is none.

import { addressOf, day, el, outward, shown, time, unitsOf } from "/page/text.js";

const STATUS = {
  answered: "Answered",
  partial: "Answered in part",
  conflicting: "The articles disagree",
  not_found: "Not in the articles",
  refused: "The model declined to answer",
  filtered: "Held back by a filter at the model's server",
  truncated: "The model's answer was cut off",
};
const EMBEDDED = "embedded-reader";

/** The elements of a checked answer. `place` tells apart the quotes of several answers. */
export function answerView(answer, { collection, place }) {
  const quoteId = (n) => `${place}-quote-${n}`;
  const view = el("div", { class: "answer", "data-status": answer.status });
  view.append(statusLine(answer));
  if (answer.condensed) view.append(el("p", { class: "quiet condensed", text: `Asked as: ${answer.condensed}` }));
  // That nothing was found is said by the status; what matters then is why.
  const bare = answer.status === "not_found" && answer.reason;
  if (!bare) view.append(lead(answer, quoteId));
  if (answer.reason) view.append(el("p", { class: bare ? "lead" : "reason", text: answer.reason }));
  if (answer.citations.length) {
    const cards = answer.citations.map((citation) => quoteCard(citation, { collection, id: quoteId(citation.n) }));
    view.append(el("ol", { class: "quotes", "aria-label": "Quotes" }, ...cards));
  }
  if (answer.nearest.length) view.append(...nearest(answer, collection));
  if (answer.unsupported.length) view.append(...unsupported(answer));
  view.append(footing(answer));
  return view;
}

/** How likely the quotes answer the question, in words. */
export function confidence(value) {
  if (value >= 0.85) return "very likely right";
  if (value >= 0.6) return "probably right";
  if (value >= 0.4) return "as likely right as wrong";
  return "unsure: read what is quoted";
}

function statusLine(answer) {
  const line = el("p", { class: "status" });
  line.append(el("span", { class: "badge", text: STATUS[answer.status] ?? answer.status }));
  if (answer.confidence !== null) {
    line.append(" ", el("span", { class: "quiet confidence", text: confidence(answer.confidence) }));
  }
  return line;
}

/** What answers: the text, or where that is made of the quotes below it, the short answer. */
function lead(answer, quoteId) {
  const quoted = answer.citations.length > 0 && answer.citations.every((each) => answer.text.includes(each.quote));
  let text = answer.text;
  if (quoted) {
    text = answer.short ?? "The articles say:";
    if (answer.status === "conflicting") text = "The articles give different answers.";
    text += ` ${answer.citations.map((each) => `[${each.n}]`).join(" ")}`;
  }
  const numbers = new Set(answer.citations.map((each) => each.n));
  const paragraph = el("p", { class: "lead" });
  let at = 0;
  for (const match of text.matchAll(/\[(\d{1,4})\]/g)) {
    const n = Number(match[1]);
    if (!numbers.has(n)) continue;
    paragraph.append(shown(text.slice(at, match.index)), marker(n, quoteId(n)));
    at = match.index + match[0].length;
  }
  paragraph.append(shown(text.slice(at)));
  return paragraph;
}

function marker(n, id) {
  const go = (event) => {
    event.preventDefault();
    const card = document.getElementById(id);
    card.scrollIntoView({ block: "center" });
    card.focus();
  };
  return el("a", { class: "marker", href: `#${id}`, "aria-label": `Quote ${n}`, click: go, text: `[${n}]` });
}

function quoteCard(citation, { collection, id }) {
  const { article_id: article, start, end } = citation;
  const address = addressOf(article, { collection, from: start, to: end });
  const link = el("a", { class: "open-quote", href: address, "data-article": true, title: "See it in the article" });
  link.append(...emphasised(citation));
  const head = el("p", { class: "dateline" }, time(citation.published));
  head.append(el("span", { class: "publisher", text: citation.publisher ?? "no publisher" }));
  if (citation.kind === "teaser") head.append(el("span", { class: "label", text: "teaser of another story" }));
  const card = el("li", { id, class: "quote", tabindex: "-1" });
  card.append(el("span", { class: "n", "aria-hidden": true, text: citation.n }), head);
  card.append(el("blockquote", {}, link), el("p", { class: "title", text: citation.title }));
  const original = citation.url && outward(citation.url);
  if (original) card.append(el("p", { class: "original" }, original));
  if (citation.also.length) card.append(copies(citation.also, collection));
  return card;
}

/** The quote, with what answers in it emphasised. */
function emphasised(citation) {
  if (!citation.highlight) return [shown(citation.quote)];
  const [left, right] = citation.highlight.map((offset) => offset - citation.start);
  const units = unitsOf(citation.quote, [left, right]);
  const { quote } = citation;
  const answering = el("strong", { text: quote.slice(units(left), units(right)) });
  return [shown(quote.slice(0, units(left))), answering, shown(quote.slice(units(right)))];
}

function copies(also, collection) {
  const line = el("p", { class: "also quiet" }, "Also printed by ");
  also.forEach((copy, at) => {
    const href = addressOf(copy.id, { collection });
    const text = `${copy.publisher ?? copy.title}, ${day(copy.published)}`;
    line.append(at ? "; " : "", el("a", { href, "data-article": true, title: copy.title, text }));
  });
  return line;
}

function nearest(answer, collection) {
  const items = answer.nearest.map((near) => {
    const link = el("a", { href: addressOf(near.id, { collection }), "data-article": true, text: near.title });
    const origin = el("span", { class: "quiet" }, `${near.publisher ?? "no publisher"}, `, time(near.published));
    return el("li", {}, link, origin);
  });
  return [el("h3", { text: "Nearest articles" }), el("ul", { class: "list nearest" }, ...items)];
}

function unsupported(answer) {
  const items = answer.unsupported.map(({ part, why }) =>
    el("li", {}, el("s", { text: part.trim() }), el("span", { class: "quiet", text: why })),
  );
  const heading = el("h3", { text: "Taken out: the articles do not bear it out" });
  return [heading, el("ul", { class: "list unsupported" }, ...items)];
}

function footing(answer) {
  const by = answer.model === EMBEDDED ? "Picked by the embedded reader" : `Written by ${answer.model}, checked against the quotes`;
  const line = el("p", { class: "quiet footing" });
  if (answer.as_of) line.append("As of ", time(answer.as_of), ". ");
  line.append(shown(`${by}.`));
  return line;
}
