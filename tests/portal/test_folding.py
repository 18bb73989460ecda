"""What is new in a letter is told apart from what it repeats, however its program marks it."""

from __future__ import annotations

import pytest

from portal.mail.folding import fold
from portal.mail.html import to_text

OUTLOOK = "De : Mairie <m@v.example>\nEnvoyé : lundi 3 mars 2025 10:12\nÀ : moi\nObjet : Carte\n\nBonjour"


@pytest.mark.parametrize(
    ("text", "new", "quoted"),
    [
        (
            "Merci\n\nLe lun. 3 mars 2025 à 10:12, Mairie <m@v.example> a\nécrit :\n\n> Bonjour\n",
            "Merci",
            "> Bonjour",
        ),
        ("Thanks\n\nOn Mon, 3 Mar 2025 at 10:12, Town <m@v.example> wrote:\n> Hello", "Thanks", "> Hello"),
        ("شكرا\n\nفي الاثنين، 3 مارس 2025 كتب Mairie <m@v.example>:\n> مرحبا", "شكرا", "> مرحبا"),
        (f"Merci\n\n{OUTLOOK}", "Merci", "Objet : Carte"),
        (f"Merci\n________________________________\n{OUTLOOK}", "Merci", "Objet : Carte"),
        ("Merci\n-----Message d'origine-----\nBonjour", "Merci", "Bonjour"),
        ("Le 3 mars 2025 à 10:12, Mairie a écrit :\n> Bonjour\n> Encore\n\nVoici", "Voici", "> Encore"),
        ("> Première ?\nOui.\n> Seconde ?\nNon.", "> Première ?\nOui.\n> Seconde ?\nNon.", ""),
        (
            "La CAF m’a écrit :\nvotre dossier est complet",
            "La CAF m’a écrit :\nvotre dossier est complet",
            "",
        ),
        (OUTLOOK, OUTLOOK, ""),
    ],
)
def test_the_new_words_come_first(text: str, new: str, quoted: str) -> None:
    folded = fold(text)
    assert folded.new == new
    assert quoted in folded.quoted and bool(quoted) is bool(folded.quoted)


@pytest.mark.parametrize("signature", ["-- \nZoé\n06 39 98 00 01", "Envoyé de mon iPhone", "أُرسلت من هاتفي"])
def test_a_signature_is_folded(signature: str) -> None:
    folded = fold(f"Bonjour\n\n{signature}")
    assert folded.new == "Bonjour" and folded.signature.splitlines()[-1] == signature.splitlines()[-1]


def test_a_page_becomes_its_words_and_nothing_that_runs_or_fetches() -> None:
    page = (
        "<head><title>x</title><style>p{}</style></head><p>Bonjour &amp; merci<script>alert(1)</script></p>"
        '<img src="http://traceur.example/p.gif"><div style="display:none">Aperçu</div>'
        '<p>Voir <a href="https://ville.example/a">la page</a></p><blockquote>Avant<br>Encore</blockquote>'
    )
    text = to_text(page)
    assert text.split("\n") == [
        "Bonjour & merci",
        "",
        "Voir la page (https://ville.example/a)",
        "",
        "> Avant",
        "> Encore",
    ]
