// The page of one article, at /articles/{id}#q=START-END.

import { openArticle } from "/page/article.js";
import { articleAt } from "/page/text.js";
import { failed } from "/page/wire.js";

const place = document.getElementById("article-body");

async function open() {
  try {
    const article = await openArticle(place, articleAt(window.location));
    document.title = `${article.title} · Dateline`;
  } catch (error) {
    place.replaceChildren(failed(error, open));
  }
}

window.addEventListener("hashchange", () => {
  if (window.location.hash.startsWith("#q=")) open();
});
open();
