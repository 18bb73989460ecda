// <input data-suggest="/fr/suggest">: a combobox (ARIA practices, list autocomplete) over the plain search form.
// <input data-propose="/fr/suggest" aria-describedby=…>: pages proposed as links while a subject is typed.

const WAIT = 150;
let lists = 0;

async function ask(address, words, signal) {
  const answer = await fetch(`${address}?q=${encodeURIComponent(words)}`, { signal });
  if (!answer.ok) return [];
  return (await answer.json()).map((item) => (typeof item === "string" ? { text: item } : item));
}

// Calls show(items) with the answer to the last words typed, and only to those.
function whileTyping(input, address, show) {
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

function element(name, attributes, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

function combobox(input) {
  const id = `suggestions-${++lists}`;
  const list = element("ul", { id, class: "suggestions", role: "listbox", "aria-label": input.dataset.suggestLabel, hidden: "" });
  const told = element("p", { class: "visually-hidden", role: "status" });
  input.closest(".search").append(list, told);
  for (const [key, value] of [["role", "combobox"], ["autocomplete", "off"], ["aria-autocomplete", "list"],
    ["aria-controls", id], ["aria-expanded", "false"]]) input.setAttribute(key, value);
  let items = [], at = -1;

  const close = () => { list.hidden = true; at = -1; mark(); };
  const mark = () => {
    input.setAttribute("aria-expanded", String(!list.hidden));
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === at)));
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `${id}-${at}`);
  };
  const choose = (i) => {
    const { text, url } = items[i];
    close();
    if (url) return location.assign(url);
    input.value = text;
    input.form.requestSubmit();
  };

  whileTyping(input, input.dataset.suggest, (found) => {
    items = found;
    list.replaceChildren(...found.map((item, i) => element("li", { id: `${id}-${i}`, role: "option" }, item.text)));
    list.hidden = !found.length || document.activeElement !== input;
    at = -1;
    mark();
    told.textContent = input.dataset.suggestCount.replace("{n}", found.length);
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

function proposals(input) {
  const box = document.getElementById(input.dataset.proposeInto);
  whileTyping(input, input.dataset.propose, (found) => {
    const links = found.filter((item) => item.url).map((item) => {
      const line = document.createElement("li");
      line.append(element("a", { href: item.url, target: "_blank", rel: "noopener" }, item.text));
      return line;
    });
    box.querySelector("ul").replaceChildren(...links);
    box.hidden = !links.length;
  });
}

document.querySelectorAll("input[data-suggest]").forEach(combobox);
document.querySelectorAll("[data-propose]").forEach(proposals);
