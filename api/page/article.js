// An article as elements: every line with what it was taken for, and a quote marked in its place.

import { json } from "/page/wire.js";
import { el, number, outward, shown, time, unitsOf } from "/page/text.js";

const LABELS = {
  title: "title",
  body: "body",
  heading: "heading",
  dateline: "date line",
  teaser: "teaser of another story",
  rubric: "heading of teasers",
  furniture: "page furniture",
};

/** Fetch an article and show it in `place`, with its quote marked, scrolled to and focused. */
export async function openArticle(place, { id, collection, from, to }) {
  const query = collection ? `?collection=${encodeURIComponent(collection)}` : "";
  const article = await json(`/v1/articles/${encodeURIComponent(id)}${query}`);
  place.replaceChildren(head(article), body(article, from, to));
  const marked = place.querySelector("mark");
  if (marked) {
    marked.tabIndex = -1;
    marked.scrollIntoView({ block: "center" });
    marked.focus({ preventScroll: true });
  } else if (from !== null) {
    const told = "The quote is no longer where the link says: the article has changed since.";
    place.firstChild.append(el("p", { class: "failed", role: "alert", text: told }));
  }
  return article;
}

function head(article) {
  const line = el("p", { class: "dateline" }, time(article.published));
  line.append(el("span", { class: "publisher", text: article.publisher ?? "no publisher" }));
  if (article.author) line.append(el("span", { text: `by ${article.author}` }));
  const made = el("header", { class: "article-head" }, line);
  made.append(el("h1", { id: "article-heading", text: article.title }));
  const more = el("p", { class: "quiet" });
  if (article.updated) more.append("Updated ", time(article.updated), ". ");
  const original = article.url && outward(article.url);
  if (original) more.append(original);
  else if (article.url) more.append(shown(`Its address is none of the web: ${article.url}`));
  if (more.hasChildNodes()) made.append(more);
  return made;
}

function body(article, from, to) {
  const offsets = article.lines.flatMap((line) => [line.start, line.end]);
  const units = unitsOf(article.text, from === null ? offsets : [...offsets, from, to]);
  const quote = from === null ? null : { start: units(from), end: units(to) };
  const lines = article.lines.map((line) => ({ ...line, start: units(line.start), end: units(line.end) }));
  const made = el("div", { class: "article" });
  for (const run of runs(lines)) made.append(group(run, article.text, quote));
  return made;
}

/** Neighbouring lines with the same label together. */
function runs(lines) {
  const all = [];
  for (const line of lines) {
    const last = all.at(-1);
    if (last?.[0].label === line.label) last.push(line);
    else all.push([line]);
  }
  return all;
}

function group(lines, text, quote) {
  const { label } = lines[0];
  const words = LABELS[label] ?? label;
  const paragraphs = lines.map((line) => el("p", { title: line.reason }, ...marked(line, text, quote)));
  const given = { class: "layer", "data-label": label };
  if (label !== "furniture") {
    const tag = el("p", { class: "label", text: words });
    return el("section", { ...given, "aria-label": words }, tag, el("div", { class: "lines" }, ...paragraphs));
  }
  const open = lines.some((line) => meets(line, quote));
  const summary = el("summary", { class: "label", text: `${words}, ${number(lines.length, "line")}` });
  return el("details", { ...given, open }, summary, el("div", { class: "lines" }, ...paragraphs));
}

function meets(line, quote) {
  return quote !== null && quote.start < line.end && quote.end > line.start;
}

/** The text of a line with the part of it that is quoted marked. Offsets in UTF-16 units. */
function marked(line, text, quote) {
  if (!meets(line, quote)) return [shown(text.slice(line.start, line.end))];
  const from = Math.max(line.start, quote.start);
  const to = Math.min(line.end, quote.end);
  return [
    shown(text.slice(line.start, from)),
    el("mark", { text: text.slice(from, to) }),
    shown(text.slice(to, line.end)),
  ];
}
