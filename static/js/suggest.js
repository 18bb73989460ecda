// <input data-suggest="/fr/suggest">: a combobox over the plain search form.
// <input data-propose="/fr/suggest" aria-describedby=…>: pages proposed as links while a subject is typed.

import { combobox, element, whileTyping } from "./combobox.js";

function search(input) {
  combobox(input, {
    address: input.dataset.suggest,
    label: input.dataset.suggestLabel,
    count: input.dataset.suggestCount,
    holder: input.closest(".search"),
    chosen({ text, url }) {
      if (url) return location.assign(url);
      input.value = text;
      input.form.requestSubmit();
    },
  });
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

document.querySelectorAll("input[data-suggest]").forEach(search);
document.querySelectorAll("[data-propose]").forEach(proposals);
