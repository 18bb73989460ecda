"""The language of a text, by its script and its commonest words. Small, ours, enough for what towns publish."""

from __future__ import annotations

import re
from collections import Counter

UNKNOWN = "und"
_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f]")
_LETTER = re.compile(r"[^\W\d_]")
# Letters that one language of the script has and the others do not.
_PASHTO = frozenset("ټډړږښګڼېۍځڅ")
_URDU = frozenset("ٹڈڑےں")
_PERSIAN = frozenset("پچژگی")
_OTHER_SCRIPTS = {
    "uk": re.compile("[іїєґІЇЄҐ]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "hy": re.compile("[\u0530-\u058f]"),
    "ka": re.compile("[\u10a0-\u10ff]"),
    "zh": re.compile("[\u4e00-\u9fff]"),
    "ta": re.compile("[\u0b80-\u0bff]"),
    "bn": re.compile("[\u0980-\u09ff]"),
}
# The commonest of what is published, and of what people write of themselves: a text of five words holds few others.
_COMMON = {
    "fr": "le la les des du de et est une un dans pour que qui sur au aux par vous votre avec ce ou ne pas en "
    "je j il elle on nous moi mon ma mes suis ai c bonjour merci comment",
    "en": "the of and to in is for that you your with on are be this or by not from it as have will can "
    "i my he she we am was has don please help need hello thanks how what where when",
    "es": "el los las de y es una un en para que por con su del se lo no al como sus o este",
    "it": "il lo gli di e una un che per con del della si non da sono nel alla i le dei",
    "de": "der die das und ist ein eine den von zu mit sie für auf nicht im dem des oder werden",
    "pt": "o os as de e uma um que para com do da em por não se dos das no na ao",
    "tr": "ve bir bu için ile de da olarak olan veya en gibi daha çok ne",
    "ro": "de și la în cu pe din este sau care pentru un o nu să al",
}
_COMMON_SETS = {code: frozenset(words.split()) for code, words in _COMMON.items()}


def language_of(text: str, default: str = UNKNOWN) -> str:
    """The main language's code. A quarter of Arabic letters is enough: French pages do not hold as many by chance."""
    letters = len(_LETTER.findall(text))
    if letters < 3:
        return default
    arabic = len(_ARABIC.findall(text))
    if arabic > letters / 4:
        return _of_arabic_script(text, arabic)
    for code, script in _OTHER_SCRIPTS.items():
        if len(script.findall(text)) > letters / (4 if code != "uk" else 40):
            return code
    return _of_latin_script(text) or default


def parts_by_script(text: str) -> dict[str, str]:
    """A page in two scripts, line by line, as one text for each language; most pages give themselves."""
    arabic: list[str] = []
    other: list[str] = []
    for line in text.split("\n"):
        (arabic if len(_ARABIC.findall(line)) * 2 > len(_LETTER.findall(line)) else other).append(line)
    texts = ["\n".join(lines) for lines in (other, arabic)]
    if min(len(_LETTER.findall(one)) for one in texts) < 80:
        return {language_of(text): text}
    return {language_of(one): one for one in texts}


def _of_arabic_script(text: str, arabic: int) -> str:
    marks = Counter(text)
    for code, own in (("ps", _PASHTO), ("ur", _URDU), ("fa", _PERSIAN)):
        if sum(marks[letter] for letter in own) > arabic / 50:
            return code
    return "ar"


def _of_latin_script(text: str) -> str:
    words = Counter(re.findall(r"[^\W\d_]+", text[:200_000].lower()))
    scores = {code: sum(words[word] for word in common) for code, common in _COMMON_SETS.items()}
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] * 12 >= words.total() or scores[best] >= 20 else ""
