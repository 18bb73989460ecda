// The phones, live: one long request tells what changed; forms act without leaving the page.
const board = document.querySelector("[data-live]");
const aloud = document.querySelector("[data-aloud]");
const shown = new WeakMap();
const title = document.title;

function show(phone, { state, parts }) {
  phone.dataset.state = state;
  for (const [name, html] of Object.entries(parts)) put(phone.querySelector(`[data-part="${name}"]`), html);
  for (const part of phone.querySelectorAll("[data-when]")) {
    const wanted = part.dataset.when.split(" ").includes(state);
    if (!wanted && part.contains(document.activeElement)) phone.querySelector("[role=log]").focus();
    part.hidden = !wanted;
  }
}

// What only grows is added to: screen readers then say the new words alone.
function put(part, html) {
  const before = shown.get(part);
  if (before === html) return;
  const known = part.children.length;
  const grows = before !== undefined && html.startsWith(before);
  if (grows) part.insertAdjacentHTML("beforeend", html.slice(before.length));
  else part.innerHTML = html;
  shown.set(part, html);
  part.scrollTop = part.scrollHeight;
  if (part.dataset.part === "transcript" && before !== undefined) say([...part.children].slice(grows ? known : 0));
}

function say(lines) {
  if (!aloud.querySelector("input").checked) return;
  for (const line of lines) {
    if (!line.matches(".speech:not(.by-phone)")) continue;
    const words = new SpeechSynthesisUtterance(line.firstChild.textContent);
    words.lang = line.lang || "fr-FR";
    speechSynthesis.speak(words);
  }
}

async function follow() {
  const address = new URL("/live", location.href);
  address.search = location.search;
  for (let since = ""; ; ) {
    address.searchParams.set("since", since);
    try {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(answer.status);
      const { stamp, phones } = await answer.json();
      since = stamp;
      for (const phone of board.children) if (phones[phone.dataset.phone]) show(phone, phones[phone.dataset.phone]);
      document.title = board.querySelector("[data-state=ringing]") ? `☎ On sonne – ${title}` : title;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

function complain(form, words) {
  let place = form.querySelector("[role=alert]");
  if (!place) {
    place = document.createElement("p");
    place.className = "problem";
    place.setAttribute("role", "alert");
    form.prepend(place);
  }
  place.textContent = words;
  place.hidden = !words;
}

async function act(event) {
  const form = event.target.closest("form[data-act]");
  if (!form) return;
  event.preventDefault();
  const said = new FormData(form, event.submitter);
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(Object.fromEntries(said)),
  }).catch(() => null);
  const told = answer ? await answer.json().catch(() => ({})) : { error: "Le réseau ne répond plus." };
  complain(form, told.error ?? "");
  if (!told.error) for (const field of form.querySelectorAll("textarea, [name=text]")) field.value = "";
}

// A person who types would already be speaking: the line is told to be patient.
let told = 0;
function typing(event) {
  const form = event.target.closest("form[data-typing]");
  if (!form || Date.now() - told < 3000) return;
  told = Date.now();
  fetch(form.dataset.typing, { method: "POST" }).catch(() => {});
}

if (board) {
  aloud.hidden = !("speechSynthesis" in window);
  for (const part of board.querySelectorAll("[role=log]")) part.scrollTop = part.scrollHeight;
  board.addEventListener("submit", act);
  board.addEventListener("input", typing);
  follow();
}
