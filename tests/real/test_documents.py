"""The office documents of three public projects: all load, and the right one is found."""

from __future__ import annotations

import csv
from itertools import combinations

import pytest

from knowledge_base.reading import DocumentText, read_document, same_text
from tests.real.folder import data_folder

FOLDER = data_folder("documents-bureautiques")
RENTAL_GUIDE = "GUIDE-QUI-REPARE-QUI-ENTRETIENT-Ministere2016-1.pdf"
ARABIC_MANDATE = "Aidants_Connect_-_Impression_du_mandat_arabe.pdf"
PASHTO_MANDATE = "Aidants_Connect_-_Impression_du_mandatPachto_.pdf"


@pytest.fixture(scope="module")
def documents() -> dict[str, DocumentText]:
    files = sorted(path for path in FOLDER.iterdir() if path.suffix in (".pdf", ".docx", ".odt"))
    return {path.name: read_document(path) for path in files}


def test_every_file_loads_with_its_pages(documents: dict[str, DocumentText]) -> None:
    assert len(documents) == 24
    with (FOLDER / "manifeste.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            document = documents[row["fichier"]]
            assert row["fichier"].endswith(f".{document.format}")
            assert not row["pages"] or len(document.pages) == int(row["pages"])
            characters = sum(len(page) for page in document.pages)
            assert characters > 0.9 * int(row["caracteres_de_texte"]), row["fichier"]


def test_the_one_without_text_says_so(documents: dict[str, DocumentText]) -> None:
    assert [name for name, document in documents.items() if document.empty] == ["Grille-visite.pdf"]


def test_each_is_in_its_language(documents: dict[str, DocumentText]) -> None:
    others = {name: one.language for name, one in documents.items() if one.language != "fr" and not one.empty}
    assert others == {ARABIC_MANDATE: "ar", PASHTO_MANDATE: "ps"}


def test_the_same_text_in_two_formats_is_recognised_and_nothing_else(
    documents: dict[str, DocumentText],
) -> None:
    pairs = [(a, b) for a, b in combinations(documents, 2) if same_text(documents[a], documents[b])]
    assert pairs == [
        (f"{name}.odt", f"{name}.pdf")
        for name in ("RGAA-v4.1.2", "rgaa4-2019-exemple-declaration", "rgaa4-2019-modele-rapport-audit")
    ]


def test_words_are_whole_on_pages_drawn_letter_by_letter(documents: dict[str, DocumentText]) -> None:
    page = documents[RENTAL_GUIDE].pages[3].replace("\n", " ")
    assert "entretien annuel par un professionnel" in page
    assert "remplacement des vitres cassées, joints et mastics vétustes" in page


def test_arabic_words_come_out_the_right_way_round(documents: dict[str, DocumentText]) -> None:
    text = "\n".join(documents[ARABIC_MANDATE].pages)
    assert "على المواقع التي" in text
    assert "ىلع" not in text
