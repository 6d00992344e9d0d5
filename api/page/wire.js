// Requests to the service, the key they carry, errors in words, and streams of events.

import { el } from "/page/text.js";

const KEY = "dateline-key";

/** What the service says went wrong: `title` and `message` are words for a reader. */
export class Problem extends Error {
  constructor({ title, detail, status = 0, retryable = false }) {
    super(detail);
    this.title = title;
    this.status = status;
    this.retryable = retryable;
  }
}

/** The key of this tab; it is gone when the tab is closed. */
export const key = {
  get: () => sessionStorage.getItem(KEY),
  set: (value) => sessionStorage.setItem(KEY, value),
  forget: () => sessionStorage.removeItem(KEY),
};

/** A response that went well. Asks for a key when one is needed. Throws a Problem or AbortError. */
export async function request(path, { method = "GET", body, signal, accept } = {}) {
  for (;;) {
    const headers = {};
    const sent = key.get();
    if (sent) headers.Authorization = `Bearer ${sent}`;
    if (accept) headers.Accept = accept;
    const sends = body === undefined || body instanceof FormData ? body : JSON.stringify(body);
    if (typeof sends === "string") headers["Content-Type"] = "application/json";
    const response = await answered(path, { method, headers, body: sends, signal });
    if (response.ok) return response;
    const problem = await told(response);
    if (response.status !== 401) throw problem;
    // Another request may have been given a key meanwhile.
    if (key.get() === sent && !(await keyGiven(problem))) throw problem;
  }
}

/** The JSON of a response that went well. */
export async function json(path, options) {
  return (await request(path, options)).json();
}

async function answered(path, options) {
  try {
    return await fetch(path, { ...options, cache: "no-store", credentials: "omit" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    const detail = "The service did not answer. Is it still running? Nothing was changed; try again.";
    throw new Problem({ title: "No connection", detail, retryable: true });
  }
}

async function told(response) {
  const status = response.status;
  try {
    const { title, detail, retryable } = await response.json();
    if (title && detail) return new Problem({ title, detail, status, retryable });
  } catch {
    // It is no problem document: something between here and the service answered.
  }
  const detail = `The server answered with status ${status}, and not in Dateline's words.`;
  return new Problem({ title: "Not answered", detail, status });
}

/** The events of a stream, as {name, data}. https://html.spec.whatwg.org/#server-sent-events */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let name = "message";
  let data = [];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split(/\r?\n/);
    rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (data.length) yield { name, data: JSON.parse(data.join("\n")) };
        name = "message";
        data = [];
        continue;
      }
      const [, field, content] = /^([^:]*):? ?(.*)$/.exec(line);
      if (field === "event") name = content;
      else if (field === "data") data.push(content);
    }
  }
}

/** The box that tells what went wrong; `again` is what a button to try again does. */
export function failed(error, again = null) {
  const box = el("div", { class: "failed", role: "alert" });
  box.append(el("p", {}, el("strong", { text: error.title ?? "This page failed" })));
  box.append(el("p", { text: error.message }));
  if (again) box.append(el("button", { type: "button", class: "second", click: again, text: "Try again" }));
  return box;
}

let asking = null;

/** Whether a key was given; requests that fail at the same time share one dialog. */
function keyGiven(problem) {
  asking ??= askForKey(problem).finally(() => {
    asking = null;
  });
  return asking;
}

function askForKey(problem) {
  return new Promise((resolve) => {
    const had = key.get() !== null;
    const field = el("input", { id: "key", type: "password", autocomplete: "off", spellcheck: "false", required: true });
    const close = (given) => {
      if (given) key.set(given);
      else key.forget();
      dialog.remove();
      document.dispatchEvent(new Event("key"));
      resolve(Boolean(given));
    };
    const form = el(
      "form",
      {
        submit: (event) => {
          event.preventDefault();
          if (field.value.trim()) close(field.value.trim());
        },
      },
      el("h2", { id: "key-title", text: had ? "That key is not accepted" : "A key is needed" }),
      el("p", { id: "key-why", text: problem.message }),
      el("p", {}, el("label", { for: "key", text: "Your key" }), field),
      el("p", { class: "quiet", text: "It is kept in this tab only, and forgotten when you close it." }),
      el(
        "div",
        { class: "actions" },
        el("button", { type: "button", class: "second", click: () => close(null), text: "Not now" }),
        el("button", { type: "submit", text: "Use this key" }),
      ),
    );
    const dialog = el("dialog", { class: "box", "aria-labelledby": "key-title", "aria-describedby": "key-why" }, form);
    dialog.addEventListener("cancel", () => close(null));
    document.getElementById("key-place").append(dialog);
    dialog.showModal();
    field.focus();
  });
}
