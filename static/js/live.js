// The strip on top of every page of the console: presence, what rings, the wrap-up's clock. It follows this agent's news,
// in hidden tabs too, and never reloads the page: what one types stays. Other places hear of news by "relais:news".

import { swap } from "./refresh.js";

const SOUND = "relais-sound";
const RARELY = 60_000, OFTEN = 5000;
const place = document.querySelector("[data-live]");
const said = document.querySelector("[data-live-said]");
const title = document.title;
const worker = new Worker(new URL("news-worker.js", import.meta.url));
let timer, over = 0, ringing = "", audio;

const strip = () => place.firstElementChild.dataset;
const brief = () => worker.postMessage({ ticket: strip().ticket, every: Number(strip().ask) });

worker.onmessage = ({ data }) => {
  if (data.news) {
    const [staff, desk, network] = data.news;
    document.dispatchEvent(new CustomEvent("relais:news", { detail: { staff, desk } }));
    if (staff || network) ask();
  } else if (data.expired) ask();
  else lost(data.lost);
};

function lost(yes) {
  const page = document.documentElement.dataset;
  const now = yes ? "lost" : "heard";
  if (page.news === now) return;
  page.news = now;
  if (yes) {
    document.dispatchEvent(new Event("relais:lost"));
    ask();
  }
}

async function ask() {
  clearTimeout(timer);
  try {
    const answer = await fetch(place.dataset.live, { redirect: "error" });
    if (answer.status === 401 || answer.status === 403) return ended();
    if (answer.ok) show(await answer.text());
  } catch { /* offline: the worker says so */ }
  timer = setTimeout(ask, document.documentElement.dataset.news === "lost" ? OFTEN : RARELY);
}

function show(html) {
  swap(place, html);
  for (const link of place.querySelectorAll(".open-contacts a")) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
  }
  brief();
  notice();
}

// The session is over. What is half typed must not go with the page.
function ended() {
  if (!document.querySelector("form[data-dirty]")) return location.reload();
  place.querySelector("[data-ended]").hidden = false;
}

function notice() {
  const call = place.querySelector("[data-ringing]");
  const left = place.querySelector("[data-left]");
  over = left ? performance.now() + 1000 * Number(left.dataset.left) : 0;
  const id = call?.dataset.ringing ?? "";
  if (id && id !== ringing) {
    said.textContent = call.dataset.said;
    ring();
  } else if (!id) said.textContent = "";
  ringing = id;
  tick();
  const sound = place.querySelector("[data-sound]");
  if (sound) {
    sound.hidden = false;
    sound.setAttribute("aria-pressed", String(Boolean(localStorage.getItem(SOUND))));
  }
}

function tick() {
  const left = place.querySelector("[data-left]");
  if (left) {
    const seconds = Math.max(0, Math.round((over - performance.now()) / 1000));
    left.textContent = `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  }
  const flash = ringing && Math.floor(performance.now() / 1000) % 2 === 0;
  const wanted = flash ? place.querySelector("[data-ringing]")?.dataset.said ?? title : title;
  if (document.title !== wanted) document.title = wanted;
}

// Two short notes, if the agent asked for them. A browser that allows no sound until one clicks keeps silent.
function ring() {
  if (!localStorage.getItem(SOUND)) return;
  audio ??= new AudioContext();
  for (const [at, pitch] of [[0, 660], [0.25, 880]]) {
    const note = audio.createOscillator(), loud = audio.createGain();
    note.frequency.value = pitch;
    loud.gain.setValueAtTime(0.15, audio.currentTime + at);
    loud.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + at + 0.22);
    note.connect(loud).connect(audio.destination);
    note.start(audio.currentTime + at);
    note.stop(audio.currentTime + at + 0.24);
  }
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-sound]")) return;
  if (localStorage.getItem(SOUND)) localStorage.removeItem(SOUND);
  else localStorage.setItem(SOUND, "1");
  notice();
  ring();
});

// A button of the strip acts in place: the page behind it keeps what is typed.
document.addEventListener("submit", async (event) => {
  if (event.target.id !== "live-act" || event.defaultPrevented) return;
  event.preventDefault();
  const { submitter } = event;
  try {
    const answer = await fetch(submitter.formAction, { method: "POST", body: new FormData(event.target, submitter), redirect: "error" });
    if (answer.status === 401) return ended();
    if (answer.ok || answer.status === 422) show(await answer.text());
  } catch { ask(); }
});

document.addEventListener("visibilitychange", () => document.hidden || ask());
document.addEventListener("relais:ended", ended);
window.addEventListener("online", ask);
window.addEventListener("pageshow", (event) => event.persisted && ask());
setInterval(tick, 1000);

worker.postMessage({ ticket: strip().ticket, every: Number(strip().ask), numbers: strip().numbers.split(".").map(Number) });
notice();
timer = setTimeout(ask, RARELY);
