"""Words on the telephone stand for keys."""

from __future__ import annotations

import pytest

from portal.lines.hearing import heard, heard_after_an_answer, hints

STEP = {
    "do": "choose",
    "choices": [
        {"key": "1", "words": {"fr": ["acte"], "en": ["certificate"]}},
        {"key": "2", "words": {"fr": ["acte de naissance", "livret, famille"]}},
        {"key": "7"},
        "not a choice",
    ],
}


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("Je voudrais un acte, s’il vous plaît", "1"),
        ("un ACTE DE NAISSANCE", "2"),
        ("actes", ""),
        ("sept", "7"),
        ("tapez 7", "7"),
        ("7", "7"),
        ("j’ai sept enfants", ""),
        ("Quelqu’un ?", "0"),
        ("je veux parler à un conseiller", "0"),
        ("zéro", "0"),
        ("", ""),
    ],
)
def test_words_stand_for_a_key_and_the_longest_wins(said: str, key: str) -> None:
    assert heard(STEP, said, "fr") == key


def test_each_language_has_its_words() -> None:
    assert heard(STEP, "a certificate please", "en") == "1"
    assert heard(STEP, "acte", "en") == ""
    assert heard(STEP, "واحد", "ar") == "1"
    assert heard(STEP, "one", "xx") == ""


def test_after_an_answer_a_few_words_are_enough() -> None:
    for said in ("vous pouvez répéter", "Répétez, s’il vous plaît", "réécouter"):
        assert heard_after_an_answer(said, "fr") == "1"
    assert heard_after_an_answer("envoyez-le-moi", "fr") == heard_after_an_answer("by text", "en") == "2"
    assert heard_after_an_answer("أعد من فضلك", "ar") == "1"
    assert heard_after_an_answer("موظف", "ar") == heard_after_an_answer("agent, please", "en") == "0"
    assert heard_after_an_answer("envoyez-moi un conseiller", "fr") == "0"
    assert heard_after_an_answer("send me to an agent", "en") == "0"
    assert heard_after_an_answer("je voudrais laisser un message", "fr") == "0"
    assert heard_after_an_answer("euh", "fr") == ""


def test_the_network_is_told_what_may_be_said() -> None:
    assert hints(STEP, "fr") == "acte, acte de naissance, livret  famille"
    assert hints(STEP, "ar") == ""
