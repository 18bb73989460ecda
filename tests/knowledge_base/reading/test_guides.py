"""Guides from folders, archives and files, whoever made them."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.entry import Contact, Link, Sheet
from knowledge_base.reading import markdown_sections, read_guides, sheet_to_entry
from knowledge_base.reading.markdown import read_markdown
from knowledge_base.reading.unreadable import Unreadable

XML = """<Publication xmlns:dc="http://purl.org/dc/elements/1.1/" ID="F{n}" type="Fiche Question-réponse">
<dc:title>Question {n}</dc:title><FilDAriane><Niveau ID="{audience}">Accueil</Niveau></FilDAriane>
<Texte><Paragraphe>Réponse {n}.</Paragraphe></Texte></Publication>"""
GUIDE = """---
# écrit par la mairie
title: "Inscrire un enfant à la cantine"
language: fr
audience: habitants
kind: question
summary: Toute l’année,
  en ligne ou au guichet.
topic: École
keywords:
  - cantine
  - restauration scolaire
questions: [Comment inscrire mon enfant ?, Et en cours d’année ?]
contacts:
  - Service des écoles | mairie | https://exemple.fr/ecoles | Lundi au vendredi
  - Caf
updated: 2026-01-31
author: Mairie
---

## En ligne

Voir [le tarif](sheet:tarif-cantine) et [le site](https://exemple.fr).
"""


def xml(n: int, audience: str = "Particuliers") -> bytes:
    return XML.format(n=n, audience=audience).encode()


class Skipped(dict[str, str]):
    def __call__(self, name: str, reason: str) -> None:
        self[name] = reason


def read(path: Path) -> tuple[list[Sheet], Skipped]:
    skipped = Skipped()
    return list(read_guides(path, on_skip=skipped)), skipped


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return path


def test_a_markdown_guide_is_read_with_its_front_matter() -> None:
    sheet = read_markdown(GUIDE.encode(), "ecole/cantine.md")
    assert (sheet.source_ref, sheet.audience, sheet.kind, sheet.language) == (
        "cantine",
        "habitants",
        "question",
        "fr",
    )
    assert sheet.title == "Inscrire un enfant à la cantine"
    assert sheet.summary == "Toute l’année, en ligne ou au guichet."
    assert sheet.keywords == ("cantine", "restauration scolaire")
    assert sheet.questions == ("Comment inscrire mon enfant ?", "Et en cours d’année ?")
    assert sheet.contacts == (
        Contact("mairie", "Service des écoles", "mairie", "https://exemple.fr/ecoles", "Lundi au vendredi"),
        Contact("Caf", "Caf"),
    )
    assert sheet.updated == date(2026, 1, 31)
    assert sheet.extra == {"author": "Mairie"}
    assert sheet.links == (
        Link("le tarif", "tarif-cantine", "", "inline"),
        Link("le site", "", "https://exemple.fr", "outside"),
    )
    assert sheet.body.startswith("## En ligne")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("---\ntitle: x\n", "sans fin"),
        ("---\nkind: poème\ntitle: x\n---\n", "Genre"),
        ("---\nkind: guide\n---\nsans titre", "sans titre"),
        ("---\ntitle: x\nupdated: hier\n---\n", "Date"),
        ("---\n- x\n---\n", "ligne 2"),
        ("---\ntitle: x\n???\n---\n", "ligne 3"),
    ],
)
def test_a_front_matter_that_cannot_be_read_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_markdown(text.encode(), "x.md")


def test_markdown_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(Unreadable, match="UTF-8"):
        read_markdown("---\ntitle: été\n---\n".encode("latin-1"), "x.md")


@given(st.text(max_size=200))
def test_no_front_matter_makes_the_reader_crash(noise: str) -> None:
    try:
        read_markdown(f"---\n{noise}\n---\n".encode("utf-8", "replace"), "x.md")
    except Unreadable as refusal:
        assert str(refusal)


def test_formats_are_told_by_content_and_read_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "2.txt").write_bytes(xml(2))
    (tmp_path / "a.dat").write_bytes(GUIDE.encode())
    (tmp_path / "c.xml").write_bytes(b"\xef\xbb\xbf" + xml(3))
    archive(tmp_path / "d.bin", {"5.xml": xml(5), "4.xml": xml(4)})
    (tmp_path / "README.md").write_text("# Lisez-moi")
    (tmp_path / ".cache").write_bytes(xml(9))
    sheets, skipped = read(tmp_path)
    assert [sheet.source_ref for sheet in sheets] == ["a", "F2", "F3", "F4", "F5"]
    assert list(skipped) == ["README.md"]
    assert "Format inconnu" in skipped["README.md"]


def test_a_guide_and_its_translations_share_an_identifier(tmp_path: Path) -> None:
    for name in ("fr/cantine.md", "en/cantine.md", "bus.md", "bus.ar.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("---\ntitle: x\n---\n", encoding="utf-8")
    sheets, skipped = read(tmp_path)
    assert [(sheet.source_ref, sheet.language) for sheet in sheets] == [
        ("bus", "ar"),
        ("bus", "fr"),
        ("cantine", "en"),
        ("cantine", "fr"),
    ]
    assert not skipped


def test_one_file_is_a_source_too(tmp_path: Path) -> None:
    (tmp_path / "f.xml").write_bytes(xml(1))
    assert [sheet.title for sheet in read(tmp_path / "f.xml")[0]] == ["Question 1"]


def test_an_identifier_may_be_used_once_for_each_audience_and_language(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "z.zip",
        {"1.xml": xml(1), "2.xml": xml(1, "Associations"), "3.xml": xml(1), "4.xml": xml(2)},
    )
    sheets, skipped = read(path)
    assert [(sheet.audience, sheet.source_ref) for sheet in sheets] == [
        ("particuliers", "F1"),
        ("associations", "F1"),
        ("particuliers", "F2"),
    ]
    assert skipped == {"3.xml": "Même identifiant que « 1.xml » : F1."}


def test_a_broken_member_is_left_out_and_the_others_are_read(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "z.zip",
        {
            "1.xml": b"<Publication>",
            "2.xml": b'<!DOCTYPE a [<!ENTITY x "y">]><Publication ID="F2"/>',
            "../3.xml": xml(3),
            "/4.xml": xml(4),
            "a\\..\\..\\5.xml": xml(5),
            "bomb.xml": b"<a>" + b"ha" * 3_000_000 + b"</a>",
            "huge.xml": b" " * (8 * 1024 * 1024 + 1),
            "inner.zip": archive(tmp_path / "inner.zip", {"9.xml": xml(9)}).read_bytes(),
            "well.xml": xml(6),
        },
    )
    sheets, skipped = read(path)
    assert [sheet.source_ref for sheet in sheets] == ["F6"]
    assert len(skipped) == 8
    assert "mal formé" in skipped["1.xml"]
    assert "DTD" in skipped["2.xml"]
    assert "sort de l’archive" in skipped["../3.xml"]
    assert "démesurément" in skipped["bomb.xml"]
    assert "trop grand" in skipped["huge.xml"]


def test_a_truncated_or_damaged_archive_says_so(tmp_path: Path) -> None:
    whole = archive(tmp_path / "z.zip", {f"{n}.xml": xml(n) for n in range(20)}).read_bytes()
    (tmp_path / "short.zip").write_bytes(whole[: len(whole) // 2])
    assert read(tmp_path / "short.zip") == ([], {"short.zip": "Archive illisible : File is not a zip file."})
    damaged = bytearray(whole)
    damaged[60:70] = b"\xff" * 10
    (tmp_path / "damaged.zip").write_bytes(damaged)
    sheets, skipped = read(tmp_path / "damaged.zip")
    assert len(sheets) == 19
    assert "abîmé" in skipped["0.xml"]


def test_a_member_that_lies_about_its_size_is_stopped(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as lying:
        lying.writestr("1.xml", b" " * (20 * 1024 * 1024))
        lying.getinfo("1.xml").file_size = 10
    (tmp_path / "z.zip").write_bytes(made.getvalue())
    sheets, skipped = read(tmp_path / "z.zip")
    assert sheets == []
    assert set(skipped) == {"1.xml"}


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "secret.xml"
    outside.write_bytes(xml(1))
    (tmp_path / "guides").mkdir()
    (tmp_path / "guides" / "f.xml").symlink_to(outside)
    assert read(tmp_path / "guides") == ([], {"f.xml": "Lien qui sort du dossier."})


def test_a_sheet_becomes_an_entry_with_its_known_links() -> None:
    sheet = read_markdown(GUIDE.encode(), "cantine.md")
    entry = sheet_to_entry(sheet, id="7", ids={"tarif-cantine": "8", "cantine": "7"})
    assert (entry.id, entry.title, entry.topic) == ("7", sheet.title, "École")
    assert entry.headings == ("En ligne",)
    assert entry.body == "En ligne\nVoir le tarif et le site."
    assert entry.links == ("8",)
    assert sheet_to_entry(sheet, id="7", ids={}).links == ()


def test_plain_text_is_what_a_reader_sees() -> None:
    headings, text = markdown_sections(
        "# Un *titre*\n\nDu **gras**, `code` &amp; [lien](https://x.fr) \\* ![image](i.png)\nsuite\n\n"
        "| a | b |\n| --- | --- |\n| 1 | [2](x) |\n\n```\nbloc\n```\n\n> cité\n\n- un\n- deux\n\n[r]: https://r.fr\n\n[r]"
    )
    assert headings == ("Un titre",)
    assert text.split("\n") == [
        "Un titre", "Du gras, code & lien * image suite", "a  b", "1  2", "bloc", "cité", "un", "deux", "r",
    ]  # fmt: skip
