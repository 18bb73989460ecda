"""The archive of service-public.fr: everything loads and nothing that a sheet says is lost."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from knowledge_base.entry import KINDS, Sheet
from knowledge_base.reading import markdown_sections, read_guides
from knowledge_base.reading.dila import read_dila
from knowledge_base.reading.xml import parse_xml
from tests.real.folder import data_folder

FOLDER = data_folder("service-public-vosdroits")
NAVIGATION = {"SurTitre", "Audience", "Canal", "FilDAriane", "Theme", "DossierPere", "PivotLocal"}


def refuse(name: str, reason: str) -> None:
    raise AssertionError(f"{name}: {reason}")


def files(audience: str, step: int) -> Iterator[bytes]:
    with zipfile.ZipFile(FOLDER / f"vosdroits-{audience}-xml.zip") as archive:
        for name in archive.namelist()[::step]:
            yield archive.read(name)


def said(element: Element, parent: str = "") -> Iterator[str]:
    """Every text of the page itself: what is said about it, and the names of its neighbours' folders, apart."""
    for child in element:
        beside = (
            child.tag in NAVIGATION
            or child.tag.startswith("{")
            or (element.tag, child.tag) == ("FicheLiee", "Dossier")
        )
        if not beside:
            yield child.text or ""
            yield from said(child)
        yield child.tail or ""


def shown(sheet: Sheet) -> str:
    contacts = [text for one in sheet.contacts for text in (one.title, markdown_sections(one.note).text)]
    links = [link.title for link in sheet.links]
    plain = markdown_sections(sheet.body).text
    return bare(
        " ".join([plain, sheet.summary, sheet.title, *sheet.keywords, *sheet.questions, *links, *contacts])
    )


def bare(text: str) -> str:
    return "".join(text.split())


def lost(data: bytes) -> list[str]:
    there = shown(read_dila(data))
    return [text for text in said(parse_xml(data)) if bare(text) not in there]


def check_nothing_is_lost(audience: str, step: int) -> None:
    for data in files(audience, step):
        assert lost(data) == [], data[:400]


@pytest.mark.parametrize(("audience", "step"), [("particuliers", 60), ("associations", 12)])
def test_nothing_that_a_sheet_says_is_lost(audience: str, step: int) -> None:
    check_nothing_is_lost(audience, step)


@pytest.mark.whole
@pytest.mark.parametrize("audience", ["particuliers", "associations"])
def test_nothing_is_lost_in_the_whole_archive(audience: str) -> None:
    check_nothing_is_lost(audience, 1)


@pytest.mark.whole
@pytest.mark.parametrize(("audience", "count"), [("particuliers", 4873), ("associations", 241)])
def test_every_file_loads_and_agrees_with_the_list(audience: str, count: int) -> None:
    with (FOLDER / "index.csv").open(encoding="utf-8") as stream:
        listed = {row["id"]: row for row in csv.DictReader(stream) if row["audience"] == audience}
    path = FOLDER / f"vosdroits-{audience}-xml.zip"
    sheets = {sheet.source_ref: sheet for sheet in read_guides(path, on_skip=refuse)}
    assert len(sheets) == count == len(listed)
    for ref, sheet in sheets.items():
        row = listed[ref]
        assert sheet.audience == audience
        assert sheet.kind in KINDS
        assert str(sheet.updated) == row["date"]
        assert sheet.url == (row["url"] or sheet.url)
        assert sheet.topic == row["theme"] or sheet.kind not in ("question",)


def test_the_recent_sheets_of_both_schemas_load() -> None:
    sheets = {sheet.source_ref: sheet for sheet in read_guides(FOLDER / "exemples-recents", on_skip=refuse)}
    assert {ref: sheet.extra["schema"] for ref, sheet in sheets.items()} == {
        "F2883": "3.3",
        "F303": "3.3",
        "F2918": "3.4",
    }
    assert {contact.kind for contact in sheets["F2918"].contacts} == {"cij", "mission_locale", ""}
    for path in sorted((FOLDER / "exemples-recents").glob("*.xml")):
        assert lost(path.read_bytes()) == []


def test_a_second_reading_finds_the_same() -> None:
    path: Path = FOLDER / "vosdroits-associations-xml.zip"
    first, second = ([sheet.digest for sheet in read_guides(path, on_skip=refuse)] for _ in range(2))
    assert first == second
    assert len(set(first)) == 241
