// <form data-dirty>: leaving with words unsaved is asked about. Nothing is kept on the machine.

for (const form of document.querySelectorAll("form[data-dirty]")) {
  const now = () => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value.name ?? value]));
  const before = now();
  let sent = false;
  form.addEventListener("submit", (event) => { sent = !event.defaultPrevented; });
  window.addEventListener("beforeunload", (event) => { if (!sent && now() !== before) event.preventDefault(); });
}
