// <form data-dirty>: leaving with words unsaved is asked about, unless they are kept (jottings.js). Nothing is kept on the
// machine.

for (const form of document.querySelectorAll("form[data-dirty]")) {
  const now = () => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value.name ?? value]));
  const before = now();
  const kept = () => "page_mark" in form.elements && document.documentElement.dataset.jots && !form.dataset.unsaved;
  let sent = false;
  form.addEventListener("submit", (event) => { sent = !event.defaultPrevented; });
  window.addEventListener("beforeunload", (event) => { if (!sent && !kept() && now() !== before) event.preventDefault(); });
}
