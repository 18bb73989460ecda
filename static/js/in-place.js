// <button formaction="…" data-in-place="id">: the form is posted, and what comes back replaces the element of that id.
// Without this module, or when the server cannot be reached, the button sends the whole page as any other does.

const PART = "X-Part";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-in-place]");
  if (!button?.form || button.dataset.plain) return;
  event.preventDefault();
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  const name = button.dataset.inPlace;
  try {
    const body = new FormData(button.form, button);
    const answer = await fetch(button.formAction, { method: "POST", body, headers: { [PART]: name } });
    if (answer.redirected || (!answer.ok && answer.status !== 422)) throw new Error("not a part");
    const html = await answer.text();
    draw(name, html);
  } catch {
    button.dataset.plain = "1";
    button.removeAttribute("aria-disabled");
    button.click();
  }
});

function draw(name, html) {
  const place = document.getElementById(name);
  const part = new DOMParser().parseFromString(html, "text/html").getElementById(name);
  if (!place || !part) throw new Error("no such part");
  place.replaceWith(document.adoptNode(part));
  part.focus({ preventScroll: true });
}
