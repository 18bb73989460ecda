// <textarea data-sms-count="count-id">: says in how many texts the words will leave, and which letters make them dear.
// One letter outside the GSM alphabet (ê, ç, ’, œ…) brings a text from 160 characters down to 70.

const GSM = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
  + "abcdefghijklmnopqrstuvwxyzäöñüà");
const TWICE = new Set("^{}\\[~]|€\f");

export function measure(text) {
  const dear = new Set([...text].filter((letter) => !GSM.has(letter) && !TWICE.has(letter)));
  const units = dear.size ? text.length : [...text].reduce((sum, letter) => sum + (TWICE.has(letter) ? 2 : 1), 0);
  const [one, several] = dear.size ? [70, 67] : [160, 153];
  return { units, texts: units <= one ? Math.min(units, 1) : Math.ceil(units / several), dear: [...dear] };
}

for (const field of document.querySelectorAll("[data-sms-count]")) {
  const place = document.getElementById(field.dataset.smsCount);
  let timer;
  const tell = () => {
    const { units, texts, dear } = measure(field.value);
    const letters = dear.length ? ` Lettres coûteuses : ${dear.slice(0, 8).join(" ")}` : "";
    place.textContent = `${units} caractère${units > 1 ? "s" : ""}, ${texts} SMS.${letters}`;
  };
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(tell, 200); });
  tell();
}
