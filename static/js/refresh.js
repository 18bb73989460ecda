// <div data-refresh="/console/waiting" data-every="5">: its content is replaced by the fragment served there.
// It rests while the tab is hidden, asks again the moment the tab is seen, and never takes the focus away.

function follow(place) {
  const every = 1000 * (Number(place.dataset.every) || 5);
  let timer, tag, failures = 0;

  async function ask() {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      const answer = await fetch(place.dataset.refresh, { headers: tag ? { "If-None-Match": tag } : {}, redirect: "error" });
      if (answer.status === 401 || answer.status === 403) return location.reload();
      if (answer.ok) {
        tag = answer.headers.get("ETag");
        swap(place, await answer.text());
      }
      failures = answer.status < 500 ? 0 : failures + 1;
    } catch { failures += 1; }
    place.toggleAttribute("data-stale", failures > 1);
    timer = setTimeout(ask, Math.min(every * 2 ** failures, 60000));
  }
  document.addEventListener("visibilitychange", ask);
  window.addEventListener("online", ask);
  timer = setTimeout(ask, every);
}

function swap(place, html) {
  if (place.dataset.shown === html) return;
  const kept = place.contains(document.activeElement) ? document.activeElement.id : "";
  if (kept && document.activeElement.matches("input, select, textarea")) return;
  place.dataset.shown = html;
  place.innerHTML = html;
  if (kept) document.getElementById(kept)?.focus();
}

document.querySelectorAll("[data-refresh]").forEach(follow);
