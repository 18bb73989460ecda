// Staff pages: <a|button data-key="n"> and <input data-key="/"> answer to their key; "?" lists them all.
// A key that the page gives to something of its own is no longer the navigation's. Nothing happens while one types, nor with Ctrl, Alt or Meta, and a person can turn them off (WCAG 2.1.4).

const OFF = "relais-shortcuts-off";
const help = document.querySelector("[data-shortcut-help]");
const typing = (node) => node.isContentEditable
  || (node.matches("input, select, textarea") && !node.matches("[type=checkbox], [type=radio], [type=submit]"));
const keyed = () => [...new Map([...document.querySelectorAll("[data-key]")]
  .filter((node) => node.offsetParent || node.matches("input")).map((node) => [node.dataset.key, node])).values()];
const named = (node) => node.dataset.keyLabel || node.getAttribute("aria-label") || node.labels?.[0]?.textContent || node.textContent;

function list() {
  const rows = keyed().map((node) => {
    const row = document.createElement("div");
    const key = document.createElement("dt");
    const does = document.createElement("dd");
    key.append(Object.assign(document.createElement("kbd"), { textContent: node.dataset.key }));
    does.textContent = named(node).replace(/\s+/g, " ").trim();
    row.append(key, does);
    return row;
  });
  help.querySelector("dl").replaceChildren(...rows);
  help.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?" && help) { event.preventDefault(); return list(); }
  if (localStorage.getItem(OFF)) return;
  const node = keyed().find((candidate) => candidate.dataset.key === event.key);
  if (!node) return;
  event.preventDefault();
  node.focus();
  if (!node.matches("input, select, textarea, form")) node.click();
});

const choice = help?.querySelector("[data-shortcuts-on]");
if (choice) {
  choice.checked = !localStorage.getItem(OFF);
  choice.addEventListener("change", () => (choice.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
}
document.querySelector("[data-open-shortcuts]")?.addEventListener("click", list);
