// The phones, live: one long request tells what changed; forms act without leaving the page.
const board = document.querySelector("[data-live]");

function show(phone, { state, parts }) {
  phone.dataset.state = state;
  for (const [name, html] of Object.entries(parts)) {
    const part = phone.querySelector(`[data-part="${name}"]`);
    if (part.innerHTML.trim() === html.trim()) continue;
    part.innerHTML = html;
    part.scrollTop = part.scrollHeight;
  }
  reveal(phone);
}

function reveal(phone) {
  for (const part of phone.querySelectorAll("[data-when]")) {
    const wanted = part.dataset.when.split(" ").includes(phone.dataset.state);
    if (part.hidden === wanted && part.contains(document.activeElement)) phone.querySelector("[data-part=transcript]").focus();
    part.hidden = !wanted;
  }
}

async function follow() {
  const address = new URL("/live", location.href);
  address.search = location.search;
  for (;;) {
    address.searchParams.set("since", board.dataset.stamp);
    try {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(answer.status);
      const { stamp, phones } = await answer.json();
      board.dataset.stamp = stamp;
      for (const phone of board.children) if (phones[phone.dataset.phone]) show(phone, phones[phone.dataset.phone]);
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
  for (const phone of board.children) reveal(phone);
  for (const part of board.querySelectorAll("[data-part]")) part.scrollTop = part.scrollHeight;
  board.addEventListener("submit", act);
  board.addEventListener("input", typing);
  follow();
}
