// Adding articles: by pasting, from files, or by address where the service fetches pages.

import { collection } from "/page/ask.js";
import { addressOf, el, number, shown } from "/page/text.js";
import { Problem, request } from "/page/wire.js";

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
    if (way === "paste") await send("The text", { ...known(), text: $("pasted").value }, $("pasted"));
    else if (way === "url") await send($("address").value, { ...known(), url: $("address").value.trim() }, $("address"));
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
  for (const file of files) await send(file.name, formOf(file), null);
  $("files").value = "";
}

/** Send one article and say what became of it; `field` is emptied when it went well. */
async function send(name, body, field) {
  const waiting = el("li", { class: "outcome" }, el("p", { class: "quiet", text: `${name}: being read …` }));
  outcomes.prepend(waiting);
  try {
    const query = collection() ? `?collection=${encodeURIComponent(collection())}` : "";
    const response = await request(`/v1/articles${query}`, { method: "POST", body });
    const outcome = response.headers.get("Dateline-Outcome");
    waiting.replaceChildren(done(await response.json(), outcome));
    if (field) field.value = "";
    if (outcome !== "unchanged") changed();
  } catch (error) {
    waiting.remove();
    fail(name, error);
  }
}

/** A file with what is known of it, as a form sends them. */
function formOf(file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(known())) form.set(name, value);
  form.set("file", file);
  return form;
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

function done(stored, outcome) {
  const href = addressOf(stored.id, { collection: collection() });
  const badge = el("span", { class: "badge", "data-outcome": outcome, text: OUTCOMES[outcome] ?? "Stored" });
  const link = el("a", { class: "title", href, "data-article": true, text: stored.title });
  return el("p", {}, badge, " ", link, el("span", { class: "quiet", text: ` ${number(stored.passages, "passage")}` }));
}

function fail(name, error) {
  const box = el("div", { class: "failed" }, el("p", {}, el("strong", {}, shown(`${name}: ${error.title ?? "this page failed"}`))));
  box.append(el("p", { text: error.message }));
  outcomes.prepend(el("li", { class: "outcome" }, box));
}
