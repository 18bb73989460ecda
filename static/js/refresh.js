// <div data-refresh="/console/waiting" data-every="5">: its content is replaced by the fragment served there, which is
// asked for again. With data-news="desk staff" it is asked for when there is such news, and once a minute; every few
// seconds only while news are not heard. It rests while the tab is hidden, asks again the moment the tab is seen, and
// never takes away the focus, a field in which one types, nor a sound that is being listened to.

const APART = 5000, SPREAD = 1000, RARELY = 60_000; // two hundred desks must not all ask at the same instant
const heard = () => document.documentElement.dataset.news === "heard";

function follow(place) {
  const every = 1000 * (Number(place.dataset.every) || 5);
  const kinds = place.dataset.news?.split(" ") ?? [];
  let timer, tag, failures = 0, asked = 0;

  async function ask() {
    clearTimeout(timer);
    if (document.hidden) return;
    asked = performance.now();
    try {
      const answer = await fetch(place.dataset.refresh, { headers: tag ? { "If-None-Match": tag } : {}, redirect: "error" });
      if (answer.status === 401 || answer.status === 403) return document.dispatchEvent(new Event("relais:ended"));
      if (answer.ok) {
        tag = answer.headers.get("ETag");
        swap(place, await answer.text());
      }
      failures = answer.status < 500 ? 0 : failures + 1;
      if (answer.status === 503) await new Promise((go) => setTimeout(go, Math.random() * SPREAD));
    } catch { failures += 1; }
    place.toggleAttribute("data-stale", failures > 1);
    again(kinds.length && heard() ? RARELY : Math.min(every * 2 ** failures, RARELY));
  }
  function again(wait) {
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  }
  function hear({ detail }) {
    if (kinds.includes("staff") && detail.staff) ask();
    else if (kinds.includes("desk") && detail.desk) again(Math.max(0, asked + APART - performance.now()) + Math.random() * SPREAD);
  }
  document.addEventListener("visibilitychange", ask);
  window.addEventListener("online", ask);
  document.addEventListener("relais:news", hear);
  document.addEventListener("relais:lost", () => again(every));
  again(every);
}

export function swap(place, html) {
  if (place.dataset.shown === html || [...place.querySelectorAll("audio")].some((sound) => !sound.paused)) return;
  const kept = place.contains(document.activeElement) ? document.activeElement.id : "";
  if (kept && document.activeElement.matches("input, select, textarea")) return;
  const chosen = [...place.querySelectorAll("select[id], input[id], textarea[id]")].filter((field) => field.value !== field.defaultValue);
  place.dataset.shown = html;
  place.innerHTML = html;
  for (const { id, value } of chosen) {
    const field = document.getElementById(id);
    if (field && (!field.options || [...field.options].some((option) => option.value === value))) field.value = value;
  }
  if (kept) document.getElementById(kept)?.focus();
}

// <div data-refresh data-acts>: its buttons act in place, and what is typed elsewhere on the page stays. One with
// data-carries="note topic" takes these fields of the form "work" with it.
document.addEventListener("submit", async (event) => {
  const { submitter } = event, place = submitter?.closest("[data-acts]");
  if (!place || event.defaultPrevented) return;
  event.preventDefault();
  submitter.setAttribute("aria-disabled", "true");
  try {
    const body = new FormData(event.target, submitter);
    for (const name of submitter.dataset.carries?.split(" ") ?? []) {
      const field = document.forms.work?.elements[name];
      if (field) body.set(name, field.value);
    }
    const answer = await fetch(submitter.formAction, { method: "POST", body });
    if (answer.status === 401) return document.dispatchEvent(new Event("relais:ended"));
    if (answer.redirected) return location.assign(answer.url);
    if (answer.ok || answer.status === 422) return swap(place, await answer.text());
  } catch { /* offline: said below */ }
  submitter.removeAttribute("aria-disabled");
  place.toggleAttribute("data-stale", true);
});

document.querySelectorAll("[data-refresh]").forEach(follow);
