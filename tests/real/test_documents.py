"""The office documents of three public projects: all load, and the right one is found."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest

from knowledge_base import index
from knowledge_base.entry import Entry
from knowledge_base.reading import (
    DocumentText,
    document_to_entries,
    read_document,
    read_guides,
    same_text,
    sheet_to_entry,
)
from knowledge_base.search import Searcher
from tests.real.folder import data_folder

FOLDER = data_folder("documents-bureautiques")
RENTAL_GUIDE = "GUIDE-QUI-REPARE-QUI-ENTRETIENT-Ministere2016-1.pdf"
ARABIC_MANDATE = "Aidants_Connect_-_Impression_du_mandat_arabe.pdf"
PASHTO_MANDATE = "Aidants_Connect_-_Impression_du_mandatPachto_.pdf"


@pytest.fixture(scope="session")
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


def entries(documents: dict[str, DocumentText]) -> Iterable[Entry]:
    """One text in two formats is found once, by its PDF, which has the pages people see."""
    for name, document in documents.items():
        twins = [other for other in documents if other != name and same_text(document, documents[other])]
        if document.format == "pdf" or not twins:
            yield from document_to_entries(document, id=name, name=name)


def found_in_three(searcher: Searcher, kinds: tuple[str, ...] = ()) -> int:
    right = 0
    for line in (FOLDER / "questions-dev.jsonl").read_text(encoding="utf-8").splitlines():
        asked = json.loads(line)
        hits = searcher.find(asked["question"], kinds=kinds, limit=3).hits
        right += bool({hit.group for hit in hits} & {expected["fichier"] for expected in asked["attendus"]})
    return right


def test_the_right_document_is_in_the_first_three(documents: dict[str, DocumentText], tmp_path: Path) -> None:
    index.build(tmp_path, entries(documents))
    assert found_in_three(Searcher(tmp_path)) >= 13


@pytest.mark.whole
def test_the_right_document_is_found_beside_the_archive(
    documents: dict[str, DocumentText], tmp_path: Path
) -> None:
    """The archive has sheets of its own on half of these questions (who mends what, over-indebtedness)."""
    guides = data_folder("service-public-vosdroits") / "vosdroits-particuliers-xml.zip"
    sheets = list(read_guides(guides, on_skip=print))
    ids = {sheet.source_ref: sheet.source_ref for sheet in sheets}
    guide_entries = (sheet_to_entry(sheet, id=sheet.source_ref, ids=ids) for sheet in sheets)
    index.build(tmp_path, [*guide_entries, *entries(documents)])
    searcher = Searcher(tmp_path)
    assert found_in_three(searcher, kinds=("document",)) >= 13
    assert found_in_three(searcher) >= 9
