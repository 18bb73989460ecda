// <p data-here="/console/here">: says that this page is looked at, and whether one types, and shows who else does. Rarely
// while one is alone; oftener in company; not at all while the tab is hidden.

const ALONE = 20_000, TOGETHER = 5000, TYPING = 12_000;
const place = document.querySelector("[data-here]");
const form = document.getElementById("live-act");
let timer, typedAt = -TYPING;

function body(more) {
  const data = new FormData();
  for (const name of ["csrf_token", "page_mark"]) data.set(name, form.elements[name]?.value ?? "");
  for (const [name, value] of Object.entries(more)) data.set(name, value);
  return data;
}

async function beat() {
  clearTimeout(timer);
  if (document.hidden || !form?.elements.page_mark) return;
  try {
    const types = performance.now() - typedAt < TYPING ? { types: "1" } : {};
    const answer = await fetch(place.dataset.here, { method: "POST", body: body(types), redirect: "error" });
    if (!answer.ok) return;
    const html = (await answer.text()).trim();
    if (place.dataset.shown !== html) {
      place.dataset.shown = html;
      place.innerHTML = html;
    }
  } catch { /* offline */ }
  timer = setTimeout(beat, place.firstElementChild ? TOGETHER : ALONE);
}

function leave() {
  fetch(place.dataset.here, { method: "POST", body: body({ gone: "1" }), keepalive: true }).catch(() => {});
}

document.addEventListener("input", ({ target }) => {
  if (!target.form?.matches("[data-dirty]")) return;
  const silent = performance.now() - typedAt > TYPING;
  typedAt = performance.now();
  if (silent && place.firstElementChild) beat();
});
document.addEventListener("visibilitychange", () => (document.hidden ? leave() : beat()));
window.addEventListener("pagehide", () => document.hidden || leave());
if (place) beat();
