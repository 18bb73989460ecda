// <textarea data-sms-count="count-id">: says in how many parts the words will leave, which letters make them dear, and
// proposes a wording that avoids them. `data-sms-one-way` warns when the words ask for an answer that nobody can give.
// The table is the server's too (portal/telephony/parts.py): what is shown here is what is counted there.

import table from "./text-table.js";

const BASIC = new Set(table.basic);
const TWICE = new Set(table.twice);
const known = (letter) => BASIC.has(letter) || TWICE.has(letter);

function packed(sizes, alone, joined) {
  if (sizes.reduce((sum, size) => sum + size, 0) <= alone) return Math.min(1, sizes.length);
  let parts = 1;
  let left = joined;
  for (const size of sizes) {
    if (size > left) { parts += 1; left = joined; }
    left -= size;
  }
  return parts;
}

export function count(text) {
  const letters = [...text];
  const dear = [...new Set(letters.filter((letter) => !known(letter)))].join("");
  const sizes = letters.map((letter) => (dear ? letter.length : TWICE.has(letter) ? 2 : 1));
  const units = sizes.reduce((sum, size) => sum + size, 0);
  return { units, parts: dear ? packed(sizes, 70, 67) : packed(sizes, 160, 153), dear };
}

// In Arabic every letter is dear and none can be avoided: only what a part then holds is worth saying.
export const inArabic = (text) => new RegExp(table.arabic).test(text);

export function fold(text) {
  return text.toLowerCase().replaceAll("’", "'").normalize("NFD").replace(/[\u0300-\u036f\u064b-\u065f]/g, "");
}

function bare(letter) {
  const folded = letter === letter.toLowerCase() ? fold(letter) : fold(letter).toUpperCase();
  return folded && [...folded].every(known) ? folded : letter;
}

function plain(piece) {
  const swapped = table.swaps.reduce((words, [pattern, instead]) => words.replace(new RegExp(pattern, "g"), instead), piece);
  return [...swapped].map((letter) => (known(letter) ? letter : bare(letter))).join("");
}

export function propose(text) {
  let other = "";
  let end = 0;
  for (const found of text.matchAll(new RegExp(table.kept, "g"))) {
    other += plain(text.slice(end, found.index)) + found[0];
    end = found.index + found[0].length;
  }
  other += plain(text.slice(end));
  const saves = count(text).parts - count(other).parts;
  return saves > 0 ? { text: other, saves } : null;
}

export function asksForReply(text) {
  const folded = fold(text);
  if (table.asks.some((words) => folded.includes(words)) || new RegExp(table.commands).test(text)) return true;
  const words = folded.match(/[\p{L}\p{N}_']+/gu) || [];
  return /[?؟]/.test(text) && words.some((word) => table.answers.includes(word));
}

const several = (n, word) => `${n} ${word}${n > 1 ? "s" : ""}`;

function why(text, dear) {
  if (inArabic(text)) return " Texte en arabe : 70 caractères par SMS, 67 s’il en faut plusieurs.";
  return dear ? ` Caractères coûteux : ${[...dear].slice(0, 8).join(" ")}` : "";
}

function tell(field, place) {
  const { units, parts, dear } = count(field.value);
  place.textContent = `${several(units, "caractère")}, ${parts} SMS.${why(field.value, dear)}`;
  const warning = document.getElementById(field.dataset.smsOneWay);
  if (warning) warning.hidden = !asksForReply(field.value);
  const box = document.getElementById(field.dataset.smsProposal);
  if (!box) return;
  const found = propose(field.value);
  box.hidden = !found;
  if (!found) return;
  box.querySelector("[data-wording]").textContent = found.text;
  box.querySelector("[data-saves]").textContent = `${found.saves} SMS de moins`;
  box.querySelector("button").onclick = (click) => {
    click.preventDefault();
    field.value = found.text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  };
}

for (const field of document.querySelectorAll("[data-sms-count]")) {
  const place = document.getElementById(field.dataset.smsCount);
  let timer;
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(() => tell(field, place), 200); });
  tell(field, place);
}
