// The contact page and the contact entered by hand: what the server would do with one more page, done in place.
// <input data-look="…" data-look-into="id">: answers found while one types. <input data-who="…" data-who-into="id">: people.
// <button data-insert="…"> puts an answer's title and address in the reply; <button data-refer="id"> fills the referral.

const WAIT = 250;

function whileTyping(input, ask, show) {
  let timer, running;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    timer = setTimeout(async () => {
      try {
        const answer = await ask(input.value.trim(), signal);
        if (answer.ok) show(await answer.text());
      } catch { /* typed on, or offline: the button still works */ }
    }, WAIT);
  });
}

// What is typed is a number, a name or somebody's matter. It stays out of addresses: posted, with the form's own token.
for (const [door, into] of [["look", "lookInto"], ["who", "whoInto"]]) {
  for (const input of document.querySelectorAll(`[data-${door}]`)) {
    const place = document.getElementById(input.dataset[into]);
    whileTyping(input, (typed, signal) => {
      const body = new FormData();
      body.set("csrf_token", input.form.elements.csrf_token.value);
      body.set(input.name, typed);
      return fetch(input.dataset[door], { method: "POST", body, signal });
    }, (html) => { place.innerHTML = html; });
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert], [data-refer]");
  const form = button?.form;
  if (!form) return;
  if (button.dataset.insert && form.elements.body) insert(form, button);
  else if (button.dataset.refer && form.elements.service) refer(form, button.dataset);
  else return;
  event.preventDefault();
});

function insert(form, button) {
  const field = form.elements.body;
  field.value = `${field.value.trimEnd()}\n${button.dataset.insert}`.trimStart();
  field.dispatchEvent(new Event("input", { bubbles: true }));
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "articles", value: button.value }));
  field.focus();
}

function refer(form, { refer: service, referName: name, referWhy: why, referRule: rule }) {
  form.elements.service.value = service;
  form.elements["service-words"].value = name;
  form.elements.reason.value = why;
  form.elements.rule.value = rule ?? "";
  form.elements.disposition.value = "referred";
  form.elements["service-words"].closest("details").open = true;
  form.elements.reason.focus();
}
