// An article in a panel over the page, at an address that opens it again.

import { openArticle } from "/page/article.js";
import { articleAt, el } from "/page/text.js";
import { failed } from "/page/wire.js";

const panel = document.getElementById("article-dialog");
const place = document.getElementById("article-body");
let wanted = 0;

/** Have links to articles open the panel; those with a key held open a tab, as everywhere. */
export function install() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-article]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    window.history.pushState({ article: true }, "", link.href);
    open();
  });
  window.addEventListener("popstate", () => {
    if (articleAt(window.location)) open();
    else if (panel.open) panel.close();
  });
  panel.addEventListener("close", () => {
    wanted += 1;
    // Closed by its button or Escape rather than by going back: go back then.
    if (window.history.state?.article) window.history.back();
  });
  panel.addEventListener("click", (event) => {
    if (event.target === panel) panel.close();
  });
  document.getElementById("article-close").addEventListener("click", () => panel.close());
}

async function open() {
  const mine = (wanted += 1);
  const fresh = el("div", {}, el("p", { id: "article-heading", class: "quiet", text: "Opening the article …" }));
  place.replaceChildren(fresh);
  document.getElementById("article-alone").href = window.location.href;
  if (!panel.open) panel.showModal();
  try {
    await openArticle(fresh, articleAt(window.location));
  } catch (error) {
    if (mine === wanted) fresh.replaceChildren(failed(error, open));
  }
}
