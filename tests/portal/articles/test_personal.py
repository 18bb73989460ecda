"""Personal data in what is to be published: found in texts as people write them, and nothing else."""

from __future__ import annotations

import pytest

from portal.articles.personal import check, personal, without
from portal.errors import Refused

FOUND = [
    (
        "Rappelez-moi au 06 39 98 12 34 ou au +33 1.99.00.55.66 svp",
        {"phone": ["06 39 98 12 34", "+33 1.99.00.55.66"]},
    ),
    ("Mon mail : aicha.benali+mairie@exemple.fr.", {"email": ["aicha.benali+mairie@exemple.fr"]}),
    (
        "J’habite 12 bis, rue des Lilas, 96017 Saint-Elvin.",
        {"address": ["12 bis, rue des Lilas, 96017 Saint-Elvin"]},
    ),
    ("Il y a un trou devant le 4 impasse du Moulin !", {"address": ["4 impasse du Moulin"]}),
    ("Je suis née le 3 mars 1984 à Oran", {"birth": ["3 mars 1984"]}),
    ("Date de naissance : 12/07/1951", {"birth": ["12/07/1951"]}),
    ("Mon dossier K7QF-3MXT-2B est bloqué", {"reference": ["K7QF-3MXT-2B"]}),
    ("N° allocataire 1234567, dossier n° AB-2025-0042", {"reference": ["1234567", "AB-2025-0042"]}),
    ("Sécurité sociale 2 84 03 99 123 456 78", {"number": ["2 84 03 99 123 456 78"]}),
    ("IBAN FR76 3000 1007 9412 3456 7890 185", {"number": ["FR76 3000 1007 9412 3456 7890 185"]}),
    ("La voiture immatriculée AB-123-CD gêne", {"number": ["AB-123-CD"]}),
    ("Bonjour Mme Le Guen, votre carte est prête.", {"name": ["Le Guen"]}),
    ("Je m’appelle Karim Ould-Ali et mon fils Yanis est en CE2.", {"name": ["Karim Ould-Ali", "Yanis"]}),
    ("Cordialement,\nJean-Marc DUPONT", {"name": ["Jean-Marc DUPONT"]}),
    ("Merci d’avance.\n\nLucie Martin", {"name": ["Lucie Martin"]}),
]
NOTHING = [
    "La mairie est ouverte du lundi au vendredi de 9 h à 17 h, 3 agents vous reçoivent.",
    "Le tarif est de 12,50 € par repas ; le quotient familial est celui de 2026.",
    "Appelez le 39 39, le 15 ou le 112.",
    "L’article L. 111-2 du code et le formulaire Cerfa n° 12345 s’appliquent depuis le 1er janvier 2026.",
    "Prenez rendez-vous avant le 30 novembre 2026.",
    "La rue de la République est barrée ; passez par la place du Marché.",
    "Bonjour Madame, Monsieur,\nvotre bac sera levé mardi.",
    "Adressez-vous à Monsieur le maire.",
    "Les déchets verts se déposent à la déchèterie des Quatre Vents.",
]


@pytest.mark.parametrize(("text", "wanted"), FOUND)
def test_what_is_personal_is_found(text: str, wanted: dict[str, list[str]]) -> None:
    found: dict[str, list[str]] = {}
    for one in personal(text):
        assert text[one.start : one.end] == one.text
        found.setdefault(one.kind, []).append(one.text)
    assert found == wanted


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_not_personal_is_left(text: str) -> None:
    assert personal(text) == []


def test_a_known_name_is_found_whatever_its_accents_and_capitals() -> None:
    text = "Votre demande, aïcha, et celle de BENALI Omar. Le lieu-dit Benalia n’y est pour rien."
    assert [one.text for one in personal(text, names=["Aïcha Benali"])] == ["aïcha", "BENALI"]


def test_what_is_ours_is_not_personal() -> None:
    text = "Écrivez à etat-civil@ville.example, appelez le 01 99 00 00 10, venez au 1 place de la Mairie."
    assert len(personal(text)) == 3
    ours = ["etat-civil@ville.example", "+33199000010", "1, place de la Mairie"]
    assert personal(text, ours=ours) == []


def test_what_is_marked_gives_way_to_what_it_was_and_nothing_is_left() -> None:
    text = "Mme Benali, née le 3 mars 1984, 12 rue des Lilas, vous serez rappelée au 06 39 98 12 34."
    clean = without(text, personal(text))
    assert clean == "Mme [nom], née le [date de naissance], [adresse], vous serez rappelée au [téléphone]."
    assert personal(clean) == []
    check("body", clean, personal(clean))
    with pytest.raises(Refused):
        check("body", text, personal(text))
