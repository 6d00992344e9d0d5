// The list of articles: searched by title, a page at a time, deleted from after a question.

import { collection } from "/page/ask.js";
import { addressOf, el, number, shown, time } from "/page/text.js";
import { failed, json, request } from "/page/wire.js";

const PAGE = 20;

const $ = (id) => document.getElementById(id);
const list = $("library-list");
const told = $("library-told");
const dialog = $("delete-dialog");

let offset = 0;
let title = "";
let wanted = 0;
let doomed = null;
let changed = null;

/** Wire the list; `onChange` is called when an article was deleted. */
export function install(onChange) {
  changed = onChange;
  $("library-form").addEventListener("submit", (event) => {
    event.preventDefault();
    title = $("titles").value.trim();
    load(0);
  });
  $("newer").addEventListener("click", () => load(Math.max(0, offset - PAGE)));
  $("older").addEventListener("click", () => load(offset + PAGE));
  $("delete-no").addEventListener("click", () => dialog.close());
  $("delete-yes").addEventListener("click", remove);
}

/** Load a page of the list. */
export async function load(from = offset) {
  const mine = (wanted += 1);
  const query = new URLSearchParams({ limit: PAGE, offset: from });
  if (title) query.set("q", title);
  if (collection()) query.set("collection", collection());
  told.textContent = "Loading …";
  try {
    const { articles, next_offset: next } = await json(`/v1/articles?${query}`);
    if (mine === wanted) show(articles, from, next);
  } catch (error) {
    if (mine !== wanted) return;
    told.textContent = "";
    list.replaceChildren(el("li", {}, failed(error, () => load(from))));
  }
}

function show(articles, from, next) {
  offset = from;
  list.replaceChildren(...articles.map(item));
  if (articles.length) told.textContent = `${from + 1} to ${from + articles.length}, the newest first`;
  else told.textContent = title ? "No article has this in its title." : "There are no articles here yet.";
  $("newer").disabled = from === 0;
  $("older").disabled = next === null;
  $("library-pages").hidden = from === 0 && next === null;
}

function item(article) {
  const href = addressOf(article.id, { collection: collection() });
  const link = el("a", { class: "title", href, "data-article": true, text: article.title });
  const about = el("p", { class: "dateline" }, time(article.published));
  about.append(el("span", { class: "publisher", text: article.publisher ?? "no publisher" }));
  about.append(el("span", { text: number(article.passages, "passage") }));
  const label = el("span", { class: "hidden" }, shown(` ${article.title}`));
  const button = el("button", { type: "button", class: "plain delete", click: () => confirm(article) }, "Delete", label);
  return el("li", { class: "item" }, el("div", {}, about, link), button);
}

function confirm(article) {
  doomed = article;
  $("delete-what").replaceChildren(shown(article.title));
  $("delete-failed").hidden = true;
  dialog.showModal();
}

async function remove() {
  const { id } = doomed;
  const query = collection() ? `?collection=${encodeURIComponent(collection())}` : "";
  $("delete-yes").disabled = true;
  try {
    await request(`/v1/articles/${encodeURIComponent(id)}${query}`, { method: "DELETE" });
  } catch (error) {
    $("delete-failed").replaceChildren(shown(`${error.title ?? "This page failed"}: ${error.message}`));
    $("delete-failed").hidden = false;
    return;
  } finally {
    $("delete-yes").disabled = false;
  }
  dialog.close();
  changed();
  await load(list.children.length === 1 ? Math.max(0, offset - PAGE) : offset);
  told.textContent = `Deleted. ${told.textContent}`;
  $("library-title").focus();
}
