export default {
  "basic": "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ \u00a0\u202f!\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
  "twice": "^{}\\[~]|€\f",
  "arabic": "[\u0620-\u064a\u066e-\u06d3]",
  "swaps": [
    ["«[ \u00a0\u202f]*", "\""], ["[ \u00a0\u202f]*»", "\""], ["[“”„]", "\""], ["[’‘‚′]", "'"], ["…", "..."],
    ["[–—−]", "-"], ["‑", "-"], ["[nN]°[ \u00a0\u202f]?", "no "], ["°C", " degrés C"], ["°", " degrés"],
    ["[\u00a0\u202f\u2009]", " "], ["[\u200b\u00ad\ufeff]", ""], ["œ", "oe"], ["Œ", "OE"], ["•", "-"], ["→", "->"], ["™", "TM"], ["×", "x"]
  ],
  "kept": "https?:\\/\\/\\S+|www\\.\\S+|\\S+@\\S+|\\{[a-z_]+\\}",
  "asks": [
    "repondez", "repondre a ce", "votre reponse par sms", "renvoyez", "par retour", "envoyez oui", "tapez",
    "reply", "text back", "text us", "answer this", "اجب", "ردوا", "ارسل", "الرد على"
  ],
  "answers": ["oui", "non", "ok", "yes", "no", "stop", "نعم", "لا", "d'accord", "confirmez", "confirmer", "confirm"],
  "commands": "(^|[^A-Z])(OUI|NON|YES|STOP|OK|SOS)(?![A-Z])"
};
