// The routes of the service, drawn from /openapi.json.

import { el, shown } from "/page/text.js";
import { json } from "/page/wire.js";

const METHODS = ["get", "post", "put", "patch", "delete"];
const DEEPEST = 4;

/** Text in which `this` is code, and paragraphs are apart. */
function prose(text) {
  return String(text)
    .trim()
    .split(/\n{2,}/)
    .map((part) => el("p", {}, ...part.split(/`+([^`]+)`+/).map((each, at) => (at % 2 ? el("code", { text: each }) : shown(each)))));
}

function nameOf(reference) {
  return reference.split("/").at(-1);
}

/** The type of a schema in words, with links to those that are described below. */
function typeOf(schema, depth = 0) {
  if (!schema || schema === true || depth > DEEPEST) return el("span", { text: "anything" });
  if (schema.$ref) {
    const name = nameOf(schema.$ref);
    return el("a", { href: `#schema-${name}`, text: name });
  }
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices) {
    const parts = choices.flatMap((each, at) => [at ? " or " : "", typeOf(each, depth + 1)]);
    return el("span", {}, ...parts);
  }
  if (schema.enum) return el("span", { text: schema.enum.map((each) => JSON.stringify(each)).join(" or ") });
  if (schema.const !== undefined) return el("span", { text: JSON.stringify(schema.const) });
  if (schema.prefixItems) {
    return el("span", {}, "[", ...schema.prefixItems.flatMap((each, at) => [at ? ", " : "", typeOf(each, depth + 1)]), "]");
  }
  if (schema.type === "array") return el("span", {}, "list of ", typeOf(schema.items, depth + 1));
  const limits = [
    ["minimum", "at least"],
    ["maximum", "at most"],
    ["minLength", "characters: at least"],
    ["maxLength", "characters: at most"],
  ].filter(([name]) => schema[name] !== undefined);
  const words = [schema.format ?? schema.type ?? "anything", ...limits.map(([name, text]) => `${text} ${schema[name].toLocaleString("en-GB")}`)];
  return el("span", { text: words.join(", ") });
}

function fields(rows) {
  const list = el("dl", { class: "fields-list" });
  for (const { name, where, needed, schema, text } of rows) {
    const term = el("dt", {}, el("code", { text: name }), " ", el("span", { class: "quiet" }, typeOf(schema)));
    if (where) term.append(el("span", { class: "quiet", text: ` in the ${where}` }));
    if (needed) term.append(el("span", { class: "label", text: "needed" }));
    const about = [];
    if (text) about.push(...prose(text));
    if (schema?.default !== undefined && schema.default !== null) {
      about.push(el("p", { class: "quiet" }, "Without it: ", el("code", { text: JSON.stringify(schema.default) })));
    }
    list.append(term, el("dd", {}, ...about));
  }
  return list;
}

/** A value that fits a schema, with what must be given and little more. */
function example(schema, all, depth = 0) {
  if (!schema || depth > DEEPEST) return null;
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.$ref) return example(all[nameOf(schema.$ref)], all, depth + 1);
  if (schema.anyOf) return example(schema.anyOf[0], all, depth + 1);
  if (schema.enum) return schema.enum[0];
  if (schema.type === "object") {
    const needed = schema.required ?? Object.keys(schema.properties ?? {}).slice(0, 2);
    return Object.fromEntries(needed.map((name) => [name, example(schema.properties?.[name], all, depth + 1) ?? "..."]));
  }
  if (schema.type === "array") return [example(schema.items, all, depth + 1)];
  if (schema.type === "integer" || schema.type === "number") return schema.minimum ?? 1;
  if (schema.type === "boolean") return true;
  return schema.format === "date" ? "2026-01-31" : "...";
}

function curl(path, method, operation, all) {
  const parts = [`curl -s ${window.location.origin}${path}`];
  if (method !== "get") parts[0] = `curl -s -X ${method.toUpperCase()} ${window.location.origin}${path}`;
  const body = operation.requestBody?.content?.["application/json"];
  if (body) {
    const sent = body.example ?? Object.values(body.examples ?? {})[0]?.value ?? example(body.schema, all);
    parts.push(`  -H 'content-type: application/json'`, `  -d '${JSON.stringify(sent).replaceAll("'", "'\\''")}'`);
  }
  return el("pre", { tabindex: "0", "aria-label": "Example with curl" }, el("code", { text: parts.join(" \\\n") }));
}

function routeView(path, method, operation, all) {
  const id = `${method}-${path}`;
  const view = el("section", { class: "route", id, "aria-labelledby": `${id}-title` });
  const title = el("h2", { id: `${id}-title` }, el("span", { class: "badge", text: method.toUpperCase() }), " ", el("code", { text: path }));
  view.append(title, ...prose(operation.description ?? operation.summary ?? ""));
  const rows = (operation.parameters ?? []).map((each) => ({
    name: each.name,
    where: each.in,
    needed: each.required,
    schema: each.schema,
    text: each.description,
  }));
  if (rows.length) view.append(el("h3", { text: "Parameters" }), fields(rows));
  for (const [media, { schema }] of Object.entries(operation.requestBody?.content ?? {})) {
    view.append(el("h3", {}, "Body, ", el("code", { text: media })));
    view.append(schema?.properties ? properties(schema) : el("p", {}, typeOf(schema)));
  }
  view.append(el("h3", { text: "Answers" }), answers(operation.responses ?? {}));
  view.append(el("h3", { text: "Example" }), curl(path, method, operation, all));
  return view;
}

function answers(responses) {
  const list = el("dl", { class: "fields-list" });
  const problems = [];
  for (const [status, { description, content }] of Object.entries(responses)) {
    if (content?.["application/problem+json"]) {
      problems.push(`${status} ${description}`);
      continue;
    }
    const kinds = Object.entries(content ?? {});
    const types = kinds.flatMap(([media, { schema }]) => [" ", schema ? typeOf(schema) : "", el("span", { class: "quiet", text: ` ${media}` })]);
    list.append(el("dt", {}, el("code", { text: status }), ...types), el("dd", {}, ...prose(description ?? "")));
  }
  if (problems.length) list.append(el("dt", { text: "Problem documents" }), el("dd", { text: problems.join(", ") }));
  return list;
}

function schemaView(name, schema) {
  const view = el("section", { class: "route", id: `schema-${name}` }, el("h3", { text: name }));
  if (schema.description) view.append(...prose(schema.description));
  view.append(schema.properties ? properties(schema) : el("p", {}, typeOf(schema)));
  return view;
}

function properties(schema) {
  const needed = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties).map(([name, each]) => ({
    name,
    needed: needed.has(name),
    schema: each,
    text: each.description,
  }));
  return fields(rows);
}

async function draw() {
  const described = await json("/openapi.json");
  const all = described.components?.schemas ?? {};
  const contents = el("ul", { class: "contents" });
  for (const [path, item] of Object.entries(described.paths)) {
    for (const method of METHODS.filter((each) => item[each])) {
      const text = `${method.toUpperCase()} ${path}`;
      contents.append(el("li", {}, el("a", { href: `#${method}-${path}`, text })));
      document.getElementById("routes").append(routeView(path, method, item[method], all));
    }
  }
  document.getElementById("contents").append(contents);
  for (const [name, schema] of Object.entries(all)) document.getElementById("schemas").append(schemaView(name, schema));
  if (window.location.hash) document.getElementById(decodeURIComponent(window.location.hash.slice(1)))?.scrollIntoView();
}

draw().catch((error) => {
  const told = document.getElementById("docs-failed");
  told.textContent = error.message;
  told.hidden = false;
});
