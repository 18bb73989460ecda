// Ctrl+K: every page, and every action of this page, by what it is called; folded or not, what <a data-command="…"> leads
// to, by what it says there. What is typed and is neither is looked for
// among citizens and cases, by the form: a number or a name never stands in an address.

import { act, actions, folded, said } from "./keys.js";

const MOST = 12;
const dialog = document.querySelector("dialog[data-palette]");
const opener = document.querySelector("[data-open-palette]");
const field = dialog?.querySelector("input[role=combobox]");
const list = dialog?.querySelector("[role=listbox]");
const count = dialog?.querySelector("[data-palette-count]");
let known = [], matching = [], active = -1;

function open() {
  if (document.querySelector("dialog[open]")) return;
  const here = actions();
  const nodes = new Set(here.map(({ node }) => node));
  const commands = [...document.querySelectorAll("a[data-command]")].filter((node) => !nodes.has(node));
  const pages = [...document.querySelectorAll(".staff-nav a, .open-contacts a")].filter((node) => !nodes.has(node));
  known = [
    ...here,
    ...commands.map((node) => ({ key: "", node, label: node.dataset.command })),
    ...pages.map((node) => ({ key: "", node, label: said(node) })),
  ];
  field.value = "";
  dialog.showModal();
  show();
}

function show() {
  const words = folded(field.value).split(/\s+/).filter(Boolean);
  const fits = (label, before) => words.every((word) => ` ${folded(label)}`.includes(before + word));
  const begins = known.filter(({ label }) => fits(label, " "));
  const holds = known.filter((one) => !begins.includes(one) && fits(one.label, ""));
  matching = [...begins, ...holds].slice(0, MOST);
  const number = /\d{4}/.test(field.value);
  active = words.length && matching.length && !number ? 0 : -1;
  list.replaceChildren(...matching.map(({ key, label }, at) => {
    const row = Object.assign(document.createElement("li"), { id: `palette-${at}`, textContent: label });
    row.setAttribute("role", "option");
    if (key) row.append(" ", Object.assign(document.createElement("kbd"), { textContent: key, ariaHidden: "true" }));
    return row;
  }));
  count.textContent = words.length ? `${matching.length} ${matching.length > 1 ? "propositions" : "proposition"}` : "";
  mark();
}

function mark() {
  [...list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === active)));
  if (active < 0) return field.removeAttribute("aria-activedescendant");
  field.setAttribute("aria-activedescendant", `palette-${active}`);
  list.children[active].scrollIntoView({ block: "nearest" });
}

function run(at) {
  const { node } = matching[at];
  dialog.close();
  act(node);
}

if (dialog) {
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    open();
  });
  opener?.addEventListener("click", (event) => { event.preventDefault(); open(); });
  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && matching.length) {
      event.preventDefault();
      active = (active + step + matching.length + (active < 0 && step < 0 ? 1 : 0)) % matching.length;
      mark();
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      run(active);
    }
  });
  list.addEventListener("click", ({ target }) => {
    const row = target.closest("[role=option]");
    if (row) run([...list.children].indexOf(row));
  });
}
