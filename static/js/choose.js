// <input data-choose="/console/services" data-choose-into="id">: a combobox that takes one of those the address answers.
// The field keeps its text; the hidden field named by `into`, where there is one, its value. Also in what comes later.

import { combobox } from "./combobox.js";

function bind(input) {
  if (input.dataset.bound) return;
  input.dataset.bound = "yes";
  const holder = input.closest(".choosing");
  combobox(input, {
    address: input.dataset.choose,
    label: input.dataset.chooseLabel,
    count: input.dataset.chooseCount,
    holder,
    chosen({ text, value }) {
      input.value = text;
      const into = document.getElementById(input.dataset.chooseInto);
      if (into) into.value = value;
      for (const other of holder.parentElement.querySelectorAll("[type=radio]")) other.checked = false;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    },
  });
}

document.querySelectorAll("input[data-choose]").forEach(bind);
document.addEventListener("focusin", ({ target }) => { if (target.dataset?.choose) bind(target); });
