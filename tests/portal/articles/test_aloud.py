"""An answer is read aloud: what matters first, whole sentences, no longer than is listened to."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.articles.aloud import LONGEST_S, PACE, read_aloud, spoken
from portal.articles.models import ArticleText
from portal.database import db
from tests import make


def test_the_summary_then_the_first_level_are_said() -> None:
    body = "## En bref\n\nVenez **en personne** avec [vos pièces](https://x.example).\n\n"
    body += "- une photo ;\n- un acte\n\n## Coût\n\nRien."
    assert (
        spoken("C’est gratuit", body)
        == "C’est gratuit. Venez en personne avec vos pièces. une photo. un acte."
    )


def test_tables_are_for_the_eye() -> None:
    assert spoken("", "Avant.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nAprès.") == "Avant. Après."


def test_no_more_than_a_minute_is_said_in_whole_sentences() -> None:
    said = spoken("", "Une phrase de quelques mots, ni plus ni moins. " * 100)
    assert PACE * (LONGEST_S - 5) < len(said) <= PACE * LONGEST_S and said.endswith("moins.")
    assert 0 < len(spoken("", "mot " * 2000)) <= PACE * LONGEST_S


@pytest.mark.parametrize("body", ["", "## Titre", "![](x)", "---"])
def test_a_body_without_words_is_silent(body: str) -> None:
    assert spoken("", body) == ""


def test_an_answer_is_in_the_language_asked_for_or_in_french(app: Flask) -> None:
    article = make.article("Titre", "Texte.", slug="a")
    article.texts["en"] = ArticleText(language="en", title="Title", body="Text.")
    db.session.flush()
    for language, told in (("en", ("Title", "Text.", "en")), ("ar", ("Titre", "Texte.", "fr"))):
        found = read_aloud("a", language)
        assert found is not None and found[2:] == told
    article.state = "retired"
    assert read_aloud("a", "fr") is None and read_aloud("nulle", "fr") is None


def test_what_an_editor_changes_is_said_at_once(app: Flask) -> None:
    article = make.article("Titre", "Avant.", slug="a")
    assert read_aloud("a", "fr")
    article.texts["fr"].body = "Après."
    db.session.flush()
    found = read_aloud("a", "fr")
    assert found is not None and found.text == "Après."
