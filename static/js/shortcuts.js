// Staff pages: whatever can be done answers to its key (keys.js); "?" lists them all. Nothing happens while one types,
// nor with Ctrl, Alt or Meta, and a person can turn them off (WCAG 2.1.4).

import { act, actions } from "./keys.js";

const OFF = "relais-shortcuts-off", TOGETHER = 1500;
const help = document.querySelector("[data-shortcut-help]");
const typing = (node) => node.isContentEditable
  || (node.matches("input, select, textarea") && !node.matches("[type=checkbox], [type=radio], [type=submit]"));
let begun = "", at = 0;

function list() {
  const rows = actions().map(({ key, label }) => {
    const row = document.createElement("div");
    const name = document.createElement("dt");
    const does = document.createElement("dd");
    name.append(...[...key].flatMap((sign) => [Object.assign(document.createElement("kbd"), { textContent: sign }), " "]));
    does.textContent = label;
    row.append(name, does);
    return row;
  });
  help.querySelector("dl").replaceChildren(...rows);
  help.showModal();
  help.scrollTop = 0; // the focus goes to what is last; the list is read from its beginning
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || typing(event.target)) return;
  if (document.querySelector("dialog[open]") || event.key.length > 1) return;
  if (event.key === "?" && help) { event.preventDefault(); return list(); }
  if (localStorage.getItem(OFF)) return;
  const now = performance.now();
  const typed = (now - at < TOGETHER ? begun : "") + event.key;
  const all = actions();
  const found = all.find(({ key }) => key === typed) ?? all.find(({ key }) => key === event.key);
  begun = !found && all.some(({ key }) => key.startsWith(typed)) ? typed : "";
  at = now;
  if (begun) return event.preventDefault();
  if (!found) return;
  event.preventDefault();
  act(found.node);
});

const choice = help?.querySelector("[data-shortcuts-on]");
if (choice) {
  choice.checked = !localStorage.getItem(OFF);
  choice.addEventListener("change", () => (choice.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
}
document.querySelector("[data-open-shortcuts]")?.addEventListener("click", list);
