"""Words are the same whoever types them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base import analysis
from knowledge_base.analysis import words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("impots", "Impôts"),
        ("l’œuvre d’un élève", "oeuvre eleve"),
        ("aujourd’hui", "aujourd'hui"),
        ("JUSQU'À l'été", "été"),
        ("qu'il renouvelle", "renouveler"),
        ("prud’hommes", "prud'homme"),
        ("d’E\u0301TE\u0301", "été"),
    ],
)
def test_accents_elisions_case_and_endings_make_no_difference(one: str, other: str) -> None:
    assert words(one) == words(other) != []


def test_summer_is_a_word_and_today_is_one_word() -> None:
    assert words("l’été, aujourd’hui") == ["ete", "aujourdhui"]


def test_words_that_only_hold_a_sentence_together_are_left_out() -> None:
    assert words("les impôts de la ville, et vous ?") == words("impôts ville")


def test_codes_and_numbers_stay_whole() -> None:
    assert words("CERFA 12345*01, fiche F1342") == ["cerf", "12345*01", "12345", "fich", "f1342"]


def test_a_word_does_not_become_an_acronym_by_its_stem() -> None:
    assert words("café") == words("cafés") == ["cafe"]
    assert words("la CAF, une CAFs") == ["caf", "caf"]
    assert words("un tiers") != words("un TI") and words("l’Asie") != words("l’ASI")
    assert words("pacsé") == words("PACS"), "those who use the word as one find it"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("بِطَاقَة الهُوِيَّة", "بطاقه هويه"),
        ("المدرسـة", "مدرسة"),
        ("والأطفال", "الاطفال"),
        ("١٢ سنة", "12 سنه"),
    ],
)
def test_arabic_is_read_without_vowel_signs_articles_and_letter_variants(one: str, other: str) -> None:
    assert words(one, "ar") == words(other, "ar") != []


def test_english_possessives_and_contractions_do_not_hide_the_word() -> None:
    assert words("the child's passport", "en") == words("child passport", "en")


def test_a_language_we_do_not_know_is_read_as_french() -> None:
    assert words("les impôts", "br") == words("impôts")


@given(st.text(max_size=80), st.sampled_from(["fr", "en", "ar"]))
def test_case_never_matters_and_places_point_at_the_words(text: str, language: str) -> None:
    placed = list(analysis.words_with_places(text, language))
    assert [term for word in placed for term in word.terms] == words(text, language)
    for word in placed:
        assert words(text[word.start : word.end], language) == list(word.terms)


@given(st.text(alphabet="abcdeéèêàçœ'’ -", max_size=60))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert analysis.fold(analysis.fold(text)) == analysis.fold(text)


@given(st.lists(st.sampled_from(["impôts", "l’été", "carte", "d'identité", "école"]), max_size=8))
def test_a_question_without_accents_has_the_same_terms(said: list[str]) -> None:
    text = " ".join(said)
    assert words(text) == words(analysis.fold(text)) == words(text.upper())
