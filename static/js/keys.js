// What can be done on the page now, and by which keys. <a|button data-key="n"> and <input data-key="/"> name theirs, of
// one sign or several ("g1"); every other button gets "." and two letters of what it says. A key that the page gives to
// something of its own is no longer the navigation's, which keeps its keys where a narrow screen folds it.

const REST = ":is(.staff-head, .live, main) :is(button, a.button, summary), main .tabs a";
const SIGNS = "abcdefghijklmnopqrstuvwxyz0123456789";

export const shown = (node) => (node.offsetParent || node.matches("input, .staff-nav a")) && !node.closest("[aria-hidden=true], [hidden], dialog");

export const said = (node) => (node.dataset.keyLabel || node.getAttribute("aria-label") || node.labels?.[0]?.textContent || text(node))
  .replace(/\s+/g, " ").trim();

function text(node) {
  const copy = node.cloneNode(true);
  copy.querySelectorAll("kbd").forEach((key) => key.remove());
  return copy.textContent;
}

export const folded = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function* spellings(words) {
  const signs = [...folded(words)].filter((sign) => SIGNS.includes(sign));
  for (const first of [...signs, ...SIGNS]) for (const second of [...signs.slice(1), ...SIGNS]) yield `.${first}${second}`;
}

export function actions() {
  const named = new Map([...document.querySelectorAll("[data-key]")].filter(shown).map((node) => [node.dataset.key, node]));
  const known = new Set(named.values());
  const taken = new Set(named.keys());
  const found = [...named].map(([key, node]) => ({ key, node, label: said(node) }));
  for (const node of document.querySelectorAll(REST)) {
    if (known.has(node) || !shown(node) || node.disabled) continue;
    const label = said(node);
    const key = [...spellings(label)].find((one) => !taken.has(one));
    taken.add(key);
    found.push({ key, node, label });
  }
  return found;
}

export function act(node) {
  node.focus();
  if (!node.matches("input:not([type=checkbox], [type=radio]), select, textarea, form")) node.click();
}
