"""Words of distress are heard in each language, and not where there are none."""

import pytest

from portal.referrals.deciding.distress import distress


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("je veux mourir", "fr"),
        ("au secours", "fr"),
        ("j'ai envie de me suicider", "fr"),
        ("mon mari me frappe aidez moi", "fr"),
        ("MON PERE NE RESPIRE PLUS", "fr"),
        ("il y a une odeur de gaz dans l’immeuble", "fr"),
        ("il va se tuer, venez vite", "fr"),
        ("mon bébé ne bouge plus", "fr"),
        ("il a la bouche tordue et le bras paralysé", "fr"),
        ("elle s'est ouvert les veines", "fr"),
        ("incendie dans mon immeuble", "fr"),
        ("il y a le feu chez ma voisine", "fr"),
        ("il est dans le coma", "fr"),
        ("my baby is not moving", "en"),
        ("she swallowed bleach", "en"),
        ("there is a fire in my building", "en"),
        ("send help please", "fr"),
        ("سأقتل نفسي", "ar"),
        ("أمي لا تتنفس", "fr"),
        ("هددني بالقتل", "ar"),
        ("I want to die", "en"),
        ("my husband hits me", "en"),
        ("he is not breathing", "fr"),
        ("I can’t breathe", "en"),
        ("أريد أن أموت", "ar"),
        ("زوجي يضربني", "fr"),
        ("والدي فاقد الوعي", "ar"),
    ],
)
def test_distress_is_heard_whatever_the_language_of_the_page(words: str, language: str) -> None:
    assert distress(words, language)


@pytest.mark.parametrize(
    "words",
    [
        "refaire ma carte d’identité",
        "comité social et économique",
        "carte européenne d’armes à feu",
        "détecteur de fumée : sécurité incendie",
        "quand passe l’enlèvement des encombrants",
        "merci beaucoup",
        "le secourisme au travail",
        "bonjour",
        "inscription à l’atelier rap",
        "je veux inscrire mon fils à la cantine",
        "chien dangereux dans la rue",
        "feu tricolore en panne",
        "I want to live in Valbrune",
        "violon à l’école de musique",
        "demande d’aide au logement",
        "comment contester une amende",
        "déclarer un décès",
        "أريد تجديد جواز السفر",
        "",
    ],
)
def test_an_ordinary_request_is_not_distress(words: str) -> None:
    assert not distress(words)
    assert not distress(words, "en")


def test_distress_is_told_in_the_words_of_the_list_not_of_the_person() -> None:
    assert distress("Moi, Jeanne Martin, je veux mourir") == ("veux mourir",)
