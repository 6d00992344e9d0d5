// Adding articles: by pasting, from files, or by address where the service fetches pages.

import { collection } from "/page/ask.js";
import { addressOf, el, number, shown } from "/page/text.js";
import { Problem, json } from "/page/wire.js";

const MOST_BYTES = 5_000_000;
const OUTCOMES = { new: "New", unchanged: "Unchanged", changed: "Updated" };

const $ = (id) => document.getElementById(id);
const form = $("add-form");
const outcomes = $("outcomes");

let changed = null;

/** Wire the form; `onChange` is called when an article was added or changed. */
export function install(onChange) {
  changed = onChange;
  form.addEventListener("change", (event) => {
    if (event.target.name === "way") choose(event.target.value);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add();
  });
  const drop = $("drop");
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files.length) $("files").files = event.dataTransfer.files;
  });
}

/** Offer addresses only where the service fetches pages. */
export function offer({ fetches_urls: fetches }) {
  $("way-url").hidden = !fetches;
}

function choose(way) {
  for (const each of form.querySelectorAll("[data-way]")) each.hidden = each.dataset.way !== way;
  $("known-url-field").hidden = way === "url";
}

async function add() {
  const way = form.elements.way.value;
  $("add-button").disabled = true;
  try {
    if (way === "paste") await send("The text", () => ({ text: $("pasted").value }), $("pasted"));
    else if (way === "url") await send($("address").value, () => ({ url: $("address").value.trim() }), $("address"));
    else await sendFiles([...$("files").files]);
  } finally {
    $("add-button").disabled = false;
  }
}

async function sendFiles(files) {
  if (!files.length) return fail("Nothing was sent", new Problem({ title: "No file", detail: "Choose a file first." }));
  if (files.length > 1 && ($("known-title").value || $("known-url").value)) {
    const detail = "A title or an address can be that of one file only. Nothing was sent; clear it, or choose one file.";
    return fail("Nothing was sent", new Problem({ title: "Several files", detail }));
  }
  for (const file of files) await send(file.name, () => contentOf(file), null);
  $("files").value = "";
}

/** What a file holds, as the service takes it. Throws a Problem. */
async function contentOf(file) {
  if (file.size > MOST_BYTES) {
    throw new Problem({ title: "Too large", detail: "The file is larger than 5 MB. Nothing of it was stored; give a smaller one." });
  }
  const text = decoded(new Uint8Array(await file.arrayBuffer()));
  return /\.x?html?$/i.test(file.name) ? { html: text } : { text };
}

function decoded(bytes) {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 2048));
  const marked = { "ÿþ": "utf-16le", "þÿ": "utf-16be" }[start.slice(0, 2)];
  const declared = /<meta[^>]+charset\s*=\s*["']?([\w-]+)/i.exec(start)?.[1];
  for (const charset of [marked, "utf-8", declared]) {
    try {
      if (charset) return new TextDecoder(charset, { fatal: true }).decode(bytes);
    } catch {
      // It is not in this one, or there is none of that name.
    }
  }
  const detail = "The file is not in UTF-8 and does not say what it is in. Nothing was stored; save it as UTF-8, or use `dateline ingest`.";
  throw new Problem({ title: "Characters that cannot be read", detail });
}

/** Send one article and say what became of it; `field` is emptied when it went well. */
async function send(name, content, field) {
  const waiting = el("li", { class: "outcome" }, el("p", { class: "quiet", text: `${name}: being read …` }));
  outcomes.prepend(waiting);
  try {
    const body = { ...known(), ...(await content()) };
    const query = collection() ? `?collection=${encodeURIComponent(collection())}` : "";
    const stored = await json(`/v1/articles${query}`, { method: "POST", body });
    waiting.replaceChildren(done(stored));
    if (field) field.value = "";
    if (stored.outcome !== "unchanged") changed();
  } catch (error) {
    waiting.remove();
    fail(name, error);
  }
}

function known() {
  const given = {
    title: $("known-title").value.trim(),
    publisher: $("known-publisher").value.trim(),
    published: $("known-published").value,
    url: $("known-url-field").hidden ? "" : $("known-url").value.trim(),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value));
}

function done(stored) {
  const href = addressOf(stored.id, { collection: collection() });
  const badge = el("span", { class: "badge", "data-outcome": stored.outcome, text: OUTCOMES[stored.outcome] ?? stored.outcome });
  const link = el("a", { class: "title", href, "data-article": true, text: stored.title });
  return el("p", {}, badge, " ", link, el("span", { class: "quiet", text: ` ${number(stored.passages, "passage")}` }));
}

function fail(name, error) {
  const box = el("div", { class: "failed" }, el("p", {}, el("strong", {}, shown(`${name}: ${error.title ?? "this page failed"}`))));
  box.append(el("p", { text: error.message }));
  outcomes.prepend(el("li", { class: "outcome" }, box));
}
