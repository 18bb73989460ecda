// A combobox with a list (ARIA practices, list autocomplete), over a plain text field: used by suggest.js and choose.js.

const WAIT = 150;
let lists = 0;

async function ask(address, words, signal) {
  const url = new URL(address, location.href);
  url.searchParams.set("q", words);
  const answer = await fetch(url, { signal, headers: { Accept: "application/json" } });
  if (!answer.ok) return [];
  return (await answer.json()).map((item) => (typeof item === "string" ? { text: item } : item));
}

// Calls show(items) with the answer to the last words typed, and only to those.
export function whileTyping(input, address, show) {
  let timer, running;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    running?.abort();
    const words = input.value.trim();
    if (words.length < 2) return show([]);
    running = new AbortController();
    const { signal } = running;
    timer = setTimeout(() => ask(address, words, signal).then(show, () => signal.aborted || show([])), WAIT);
  });
}

export function element(name, attributes, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

function option(item, id) {
  const made = element("li", { id, role: "option" }, item.text);
  if (item.detail) made.append(element("small", {}, item.detail));
  return made;
}

// address: answers ?q= with [{ text, detail, … }] or strings. label, count: what the list is called, how many there are
// ({n}). holder: where the list stands. chosen(item): what to do with the one taken.
export function combobox(input, { address, label, count, holder, chosen }) {
  const id = `suggestions-${++lists}`;
  const list = element("ul", { id, class: "suggestions", role: "listbox", "aria-label": label, hidden: "" });
  const told = element("p", { class: "visually-hidden", role: "status" });
  holder.append(list, told);
  for (const [key, value] of [["role", "combobox"], ["autocomplete", "off"], ["aria-autocomplete", "list"],
    ["aria-controls", id], ["aria-expanded", "false"]]) input.setAttribute(key, value);
  let items = [], at = -1;

  const close = () => { list.hidden = true; at = -1; mark(); };
  const mark = () => {
    input.setAttribute("aria-expanded", String(!list.hidden));
    [...list.children].forEach((each, i) => each.setAttribute("aria-selected", String(i === at)));
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `${id}-${at}`);
  };
  const choose = (i) => {
    const item = items[i];
    close();
    chosen(item);
  };

  whileTyping(input, address, (found) => {
    items = found;
    list.replaceChildren(...found.map((item, i) => option(item, `${id}-${i}`)));
    list.hidden = !found.length || document.activeElement !== input;
    at = -1;
    mark();
    told.textContent = count.replace("{n}", found.length);
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && items.length) {
      event.preventDefault();
      at = list.hidden ? (step > 0 ? 0 : items.length - 1) : ((at + 1 + step + items.length + 1) % (items.length + 1)) - 1;
      list.hidden = false;
      mark();
    } else if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      else event.preventDefault();
      close();
    } else if (event.key === "Enter" && !list.hidden && at >= 0) {
      event.preventDefault();
      choose(at);
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => choose([...list.children].indexOf(event.target.closest("li"))));
  input.addEventListener("blur", close);
}
