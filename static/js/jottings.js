// <form data-dirty>: what one types is kept on the server while one types, so that it comes back with the page, whatever
// ends it: a closed tab, a machine that stops, a session that runs out. Nothing is kept on this machine.

const PAUSE = 1200, OFTEN = 5000, AT_MOST = 1500;
const typed = new Map();
// The answer to a form shows what was sent, and names what was typed of it: what the fields said before is not known here.
const answered = document.getElementById("live-act")?.dataset.answered?.split(" ");
let timer, last = performance.now(), sending, asking;
document.documentElement.dataset.jots = "1";

const TYPED = ["text", "date", "time", "number", "email", "tel", "url"];
const eligible = (field) => field.name && !["who", "q"].includes(field.name) && field.form?.matches("[data-dirty]")
  && (field.matches("textarea, select") || ticks(field) || TYPED.includes(field.type));

// Boxes and radios of one name are one field, `name[]`: what is ticked, a line each.
const ticks = (field) => ["checkbox", "radio"].includes(field.type);
const group = (field) => [...field.form.elements].filter((one) => one.name === field.name && ticks(one));
const ticked = (fields, how) => fields.filter((one) => one[how]).map((one) => one.value).join("\n");
const called = (field) => (ticks(field) ? `${field.name}[]` : field.name);
const said = (field) => (ticks(field) ? ticked(group(field), "checked") : field.value);

function before(field) {
  if (ticks(field)) return ticked(group(field), "defaultChecked");
  if (!field.options) return field.defaultValue;
  return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value ?? "";
}

function note({ target }) {
  if (!target.form || !eligible(target)) return;
  const field = ticks(target) ? group(target)[0] : target;
  typed.set(field, said(field));
  target.form.dataset.unsaved = "1";
  clearTimeout(timer);
  timer = setTimeout(keep, performance.now() - last > OFTEN ? 0 : PAUSE);
}

async function keep() {
  clearTimeout(timer);
  const form = [...typed.keys()][0]?.form;
  if (!form) return true;
  const body = new FormData();
  const sent = [...typed].filter(([field]) => field.form === form);
  for (const name of ["csrf_token", "page_mark"]) body.set(name, form.elements[name]?.value ?? "");
  for (const [field, value] of sent) {
    body.append("field", called(field));
    body.append("typed", value);
    body.append("over", before(field));
  }
  if (answered) body.set("unknown", "1");
  last = performance.now();
  asking = new AbortController();
  try {
    const answer = await fetch("/console/jottings", { method: "POST", body, keepalive: true, redirect: "error", signal: asking.signal });
    if (answer.ok) {
      for (const [field, value] of sent) if (typed.get(field) === value) typed.delete(field);
      if (![...typed.keys()].some((field) => field.form === form)) delete form.dataset.unsaved;
      return true;
    }
    if (answer.status === 401) document.dispatchEvent(new Event("relais:ended"));
  } catch { /* offline: kept at the next word, or sent with the form */ }
  return false;
}

document.addEventListener("input", note);
document.addEventListener("change", note);
document.addEventListener("visibilitychange", () => document.hidden && keep());
window.addEventListener("pagehide", keep);

// A form that goes away while another is half written waits for its words to be kept: the page that comes shows them.
// What a form takes away itself is kept no more. It names its boxes, for those that are not ticked are not sent, and what
// was typed in it, for a page that refuses it cannot tell that from what it always says.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (event.target.matches("[data-dirty]")) {
    const fields = [...event.target.elements].filter((one) => one.name);
    name(event.target, "form_checks", fields.filter(ticks).map((one) => one.name));
    name(event.target, "form_typed", fields.filter((one) => eligible(one) && (said(one) !== before(one) || wasTyped(one))).map(called));
  }
  for (const field of [...typed.keys()]) if (field.form === event.target) typed.delete(field);
  if (event.target.dataset.unsaved) asking?.abort();
  if (sending || ![...typed.keys()].some((field) => field.form !== event.target)) return;
  const { target, submitter } = event;
  event.preventDefault();
  sending = true;
  Promise.race([keep(), new Promise((go) => setTimeout(go, AT_MOST))]).finally(() => {
    target.requestSubmit(submitter);
    sending = false;
  });
});

function name(form, what, names) {
  const kept = form.elements[what] ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: what }));
  kept.value = [...new Set(names)].join(" ");
}

// What was ticked comes back unless the page now says something else than what it was ticked over.
const back = JSON.parse(document.querySelector("[data-jotted]")?.dataset.jotted || "{}");
for (const field of document.querySelectorAll("form[data-dirty] :is([type=checkbox], [type=radio])")) {
  const [words, over] = back[called(field)] ?? [];
  if (words === undefined || group(field)[0] !== field) continue;
  if (over !== null && ![over, words].includes(before(field))) continue;
  for (const one of group(field)) one.checked = words.split("\n").includes(one.value);
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

// Of a page that answers a form, only that form was typed in: beside it, others say what they always do.
const isHere = (address) => address !== null && new URL(address, location).pathname === location.pathname;
const wasSent = (form) => [form.getAttribute("action"), ...[...form.elements].map((one) => one.getAttribute("formaction"))].some(isHere);
function wasTyped(field) {
  return answered?.includes(called(field)) && wasSent(field.form);
}
if (answered) {
  for (const field of document.querySelectorAll("form[data-dirty] :is(textarea, input, select)")) {
    if (eligible(field) && wasTyped(field)) note({ target: field });
  }
  keep();
}
