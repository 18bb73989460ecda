"""Whether a phrase of a rule is in what a person said."""

import pytest

from portal.referrals.deciding.phrases import phrase, said


def fits(text: str, words: str, language: str = "fr") -> bool:
    return phrase(text).fits(said(words, language))


@pytest.mark.parametrize(
    ("text", "words", "language"),
    [
        ("titre de séjour", "RENOUVELER MON TITRE DE SEJOUR", "fr"),
        ("carte Vitale", "ma carte vitale est perdue", "fr"),
        ("la CAF", "dossier caf", "fr"),
        ("aide aux aidants", "Aide pour les aidants", "fr"),
        ("dossier d’APL", "mes apl : où en est le dossier", "fr"),
        ("AIDES AU LOGEMENT", "une aide pour mon logement", "fr"),
        ("I lost my RSA", "i lost the rsa", "en"),
        ("facture d’eau", "l'eau : facture trop haute", "fr"),
        ("avis d’imposition", "où est mon avis d’imposition ?", "fr"),
        ("permis de conduire", "je perds mes permis, conduire", "fr"),
        ("husband hits me", "My husband hit me", "en"),
        ("heart attack", "heart attack", "fr"),
        ("carte grise", "I lost my carte grise", "en"),
        ("زوجي يضربني", "إن زوجي يضربني كل يوم", "ar"),
        ('"au secours"', "AU SECOURS !", "fr"),
        ("حريق", "هناك حريق في البيت", "fr"),
    ],
)
def test_a_phrase_fits_whatever_the_accents_the_order_and_the_small_words(
    text: str, words: str, language: str
) -> None:
    assert fits(text, words, language)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("titre de séjour", "le titre du journal"),
        ("me tuer", "les abeilles vont se faire tuer"),
        ("pas internet", "comment avoir internet"),
        ("ne respire plus", "je respire"),
        ("not breathing", "breathing exercises"),
        ("لا يتنفس", "يتنفس"),
        ('"au secours"', "le secourisme au travail"),
        ("aide aux aidants", "une aide pour payer mon loyer"),
        ("CAF", "installer une terrasse devant mon café"),
        ("un PAI à l’école", "payer l’école"),
    ],
)
def test_a_phrase_does_not_fit_without_a_word_that_tells(text: str, words: str) -> None:
    assert not fits(text, words)
    assert not fits(text, words, "en")


def test_a_phrase_of_small_words_alone_needs_them() -> None:
    assert fits("la", "la") and not fits("la", "le")


def test_a_phrase_without_a_word_needs_nothing_and_fits_nobody() -> None:
    assert not phrase("…").needs["fr"]
    assert not fits("…", "bonjour")
