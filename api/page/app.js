// The page at /: its three views, by the part of the address after #.

import * as add from "/page/add.js";
import * as ask from "/page/ask.js";
import * as library from "/page/library.js";
import * as panel from "/page/panel.js";
import { key, json } from "/page/wire.js";

const VIEWS = ["ask", "library", "add"];

let current = null;

function view() {
  const named = window.location.hash.slice(1);
  // Another part of the address, such as that of the skip link, leaves the view as it is.
  if (named && !VIEWS.includes(named)) return;
  const chosen = named || "ask";
  // Closing an article changes the part after # too.
  if (chosen === current) return;
  current = chosen;
  for (const each of VIEWS) {
    document.getElementById(`view-${each}`).hidden = each !== chosen;
    const link = document.querySelector(`nav a[href="#${each}"]`);
    if (each === chosen) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = chosen === "ask" ? "Dateline" : `${chosen === "library" ? "Library" : "Add articles"} · Dateline`;
  if (chosen === "library") library.load(0);
  if (chosen === "ask") document.getElementById("question").focus({ preventScroll: true });
  else document.getElementById(`${chosen}-title`).focus({ preventScroll: true });
}

async function lookUp() {
  const told = await ask.lookUp();
  if (told) add.offer(told);
}

async function name() {
  try {
    const { info } = await json("/openapi.json");
    document.getElementById("service").textContent = `${info.title} ${info.version}`;
  } catch {
    // The footer only names the version.
  }
}

function keyHeld() {
  document.getElementById("forget").hidden = key.get() === null;
}

ask.install();
add.install(lookUp);
library.install(lookUp);
panel.install();
document.addEventListener("key", keyHeld);
document.getElementById("forget").addEventListener("click", () => {
  key.forget();
  keyHeld();
});
window.addEventListener("hashchange", view);
keyHeld();
view();
lookUp();
name();
