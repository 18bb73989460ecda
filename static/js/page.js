// On every page: what must be read first takes the focus; menus close as people expect; grave acts are confirmed.

// The answer to a form may be the page of another address: it is put there, to be opened again.
const stands = document.querySelector("[data-address]");
if (stands) history.replaceState(null, "", stands.dataset.address);
for (const field of document.querySelectorAll("[data-at-once]")) field.disabled = false;

const summary = document.querySelector("[data-error-summary]");
if (summary) summary.focus();

for (const menu of document.querySelectorAll("details[data-menu]")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
