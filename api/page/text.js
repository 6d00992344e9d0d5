// Text into elements. What comes from articles goes in as text nodes only, never as markup.

// Control characters but tab and line ends, direction marks, zero-width ones and tags: a reader
// should see that they are there, and they should not act.
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u;
const UNSEEN_APART = new RegExp(`(${UNSEEN.source})`, "u");

/** An element; `given` are its attributes, "text" its text, and functions its listeners. */
export function el(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") made.append(shown(value));
    else if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Text as it stands; a character that cannot be seen shows as its number and has no effect. */
export function shown(text) {
  const fragment = document.createDocumentFragment();
  for (const part of String(text).split(UNSEEN_APART)) {
    if (!part) continue;
    if (!UNSEEN.test(part)) {
      fragment.append(part);
      continue;
    }
    const code = part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    const mark = el("span", { class: "unseen", "data-code": `U+${code}` });
    // Kept for who reads the text by a program, and not laid out, so that it does nothing.
    const kept = document.createElement("span");
    kept.hidden = true;
    kept.append(part);
    mark.append(kept);
    fragment.append(mark);
  }
  return fragment;
}

/**
 * Offsets in Unicode code points, as Python counts, to those in UTF-16 units, as JavaScript does.
 * The result is a function; the offsets that it can be asked for are given beforehand.
 */
export function unitsOf(text, offsets) {
  if (!/[\ud800-\udfff]/.test(text)) return (offset) => offset;
  const sorted = [...new Set(offsets)].sort((one, other) => one - other);
  const known = new Map();
  let points = 0;
  let units = 0;
  for (const offset of sorted) {
    while (points < offset && units < text.length) {
      units += text.codePointAt(units) > 0xffff ? 2 : 1;
      points += 1;
    }
    known.set(offset, units);
  }
  return (offset) => known.get(offset);
}

/** "13 January 2026", or that there is no date. */
export function day(iso) {
  if (!iso) return "no date";
  const date = new Date(`${iso.slice(0, 10)}T00:00:00Z`);
  const parts = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
  return date.toLocaleDateString("en-GB", parts);
}

/** A date as an element that programs can read. */
export function time(iso) {
  return iso ? el("time", { datetime: iso, text: day(iso) }) : el("span", { text: day(iso) });
}

/** "1 article", "2 articles". */
export function number(count, what) {
  return `${count.toLocaleString("en-GB")} ${what}${count === 1 ? "" : "s"}`;
}

/** A link out of this page, or null when the address is none of the web's. */
export function outward(address, text) {
  let url = null;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return null;
  const given = { href: url.href, rel: "noopener noreferrer", target: "_blank", class: "outward" };
  return el("a", { ...given, text: text ?? `Original at ${url.hostname}` });
}

/** Where an article is shown; `from` and `to` mark a quote in it. */
export function addressOf(id, { collection = null, from = null, to = null } = {}) {
  const query = collection ? `?collection=${encodeURIComponent(collection)}` : "";
  const marked = from === null ? "" : `#q=${from}-${to}`;
  return `/articles/${encodeURIComponent(id)}${query}${marked}`;
}

/** What `addressOf` put into an address, or null when it is none of an article. */
export function articleAt(location) {
  const id = /^\/articles\/([^/]+)$/.exec(location.pathname)?.[1];
  if (!id) return null;
  const marked = /^#q=(\d+)-(\d+)$/.exec(location.hash);
  return {
    id: decodeURIComponent(id),
    collection: new URLSearchParams(location.search).get("collection"),
    from: marked ? Number(marked[1]) : null,
    to: marked ? Number(marked[2]) : null,
  };
}
