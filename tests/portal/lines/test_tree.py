"""Finding one's way in a menu."""

from __future__ import annotations

import pytest

from portal.lines import tree as steps

PERSON = {"do": "queue", "queue": "accueil", "topic": ""}
PAPERS = {"do": "queue", "queue": "etat-civil", "topic": "etat-civil"}
MENU = {
    "do": "say",
    "says": {"fr": "Bonjour."},
    "then": {
        "do": "choose",
        "choices": [
            {
                "key": "1",
                "label": {"fr": "Pour une carte ou un acte, tapez 1."},
                "then": {
                    "do": "choose",
                    "choices": [
                        {"key": "1", "label": {"fr": "Carte d’identité"}, "then": PAPERS},
                        {"key": "2", "label": {"fr": "Acte"}, "then": {"do": "voicemail"}},
                    ],
                },
            },
            {"key": "0", "label": {"fr": "Parler à quelqu’un"}, "then": PERSON},
        ],
    },
}


def test_a_path_leads_to_its_step_and_a_wrong_one_nowhere() -> None:
    assert steps.step_at(MENU, "") is MENU
    assert steps.step_at(MENU, "-11") is PAPERS
    assert steps.step_at(MENU, "-0") is PERSON
    for wrong in ("-9", "1", "-11-", "-1x"):
        assert steps.step_at(MENU, wrong) is None


def test_zero_leads_to_the_person_of_the_nearest_menu() -> None:
    assert steps.person_near(MENU, "-12") == "-0"
    assert steps.person_near({"do": "choose", "choices": [{"key": "3", "then": PAPERS}]}) == "3"
    assert steps.person_near({"do": "voicemail"}) is None


def test_a_topic_said_aloud_is_found_under_a_menu() -> None:
    assert steps.about(MENU, "-", "etat-civil") == "-11"
    assert steps.about(MENU, "-12", "etat-civil") is None
    assert steps.about(MENU, "-", "") is None


@pytest.mark.parametrize(
    ("label", "title"),
    [
        ("Pour une carte ou un acte, tapez 1.", "Une carte ou un acte"),
        ("Carte d’identité", "Carte d’identité"),
        ("To speak to someone, press 0.", "Speak to someone"),
        ("للتحدث مع موظف، اضغطوا 0.", "للتحدث مع موظف"),
    ],
)
def test_a_choice_is_named_without_its_key(label: str, title: str) -> None:
    assert steps.title_of({"key": "1", "label": {"fr": label}}) == title


def test_the_choices_made_along_a_path_are_told() -> None:
    assert steps.titles(MENU, "-11") == ["Une carte ou un acte", "Carte d’identité"]


def test_a_text_that_a_language_lacks_is_said_in_french_with_its_voice() -> None:
    assert steps.in_language({"fr": "Bonjour", "en": "Hello"}, "en") == ("Hello", "en")
    assert steps.in_language({"fr": "Bonjour", "en": ""}, "en") == ("Bonjour", "fr")
    assert steps.in_language(None, "en") == ("", "fr")
