"""Documents made to harm, or broken: refused with a sentence, within the means given."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from knowledge_base.reading import Unreadable, read_document
from tests.knowledge_base.reading.making import archive, docx, lines, odt, paragraphs, pdf

ENTITIES = """<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "&x;&x;">]><a>&y;</a>"""
WELL = docx(paragraphs("Bonjour"))
LOCKED = pdf(lines("Secret"), trailer=f"/ID [<{'00' * 16}> <{'00' * 16}>] /Encrypt << /Filter /Standard /V 1 /R 2 "
             f"/O <{'11' * 32}> /U <{'22' * 32}> /P -4 >>")  # fmt: skip


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (WELL, "lettre.pdf", "n’est pas celui d’un fichier .pdf"),
        (pdf(lines("x")), "lettre.docx", "n’est pas celui d’un fichier .docx"),
        (odt("<text:p>x</text:p>"), "lettre.docx", "n’est pas celui"),
        (b"MZ\x90\x00 programme", "lettre.pdf", "Format inconnu"),
        (b"", "vide.pdf", "Format inconnu"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "lettre.docx", "mot de passe"),
        (LOCKED, "secret.pdf", "mot de passe"),
        (b"%PDF-1.4\n" + b"\xff" * 500, "casse.pdf", "abîmé"),
        (WELL[: len(WELL) // 2], "coupe.docx", "illisible"),
        (archive({"x.txt": "x"}), "lettre.docx", "pas un document Word"),
        (archive({"word/document.xml": ENTITIES}), "lettre.docx", "DTD"),
        (docx("", {"word/footnotes.xml": ENTITIES}), "lettre.docx", "DTD"),
        (odt("", {"meta.xml": ENTITIES}), "lettre.odt", "DTD"),
        (docx("", {"word/vbaProject.bin": b"x"}), "lettre.docx", "macros"),
        (odt("", {"Basic/Standard/script.xml": b"x"}), "lettre.odt", "macros"),
        (odt("", {"META-INF/manifest.xml": "<m><encryption-data/></m>"}), "lettre.odt", "mot de passe"),
        (docx("<w:p>" * 400 + "</w:p>" * 400), "profond.docx", "imbriqués"),
    ],
)
def test_a_hostile_or_broken_document_is_refused_with_a_sentence(
    tmp_path: Path, data: bytes, name: str, reason: str
) -> None:
    path = tmp_path / "upload"
    path.write_bytes(data)
    with pytest.raises(Unreadable, match=reason):
        read_document(path, name=name)


def test_a_document_that_unfolds_without_measure_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bombe.docx"
    path.write_bytes(docx(paragraphs("ha" * 9_000_000)))
    with pytest.raises(Unreadable, match="démesurément"):
        read_document(path, name=path.name)


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two million words that do not repeat, as no zip limit can tell from a book."""
    chance = random.Random(1)
    words = " ".join(f"{chance.getrandbits(20):x}" for _ in range(2_000_000))
    path = tmp_path_factory.mktemp("endless") / "livre.docx"
    path.write_bytes(docx(paragraphs(words)))
    return path


@pytest.mark.slow
def test_a_reading_that_takes_too_long_is_stopped(endless: Path) -> None:
    with pytest.raises(Unreadable, match="trop de temps"):
        read_document(endless, timeout_s=1)


def test_a_reading_that_takes_too_much_memory_is_stopped(endless: Path) -> None:
    with pytest.raises(Unreadable, match=r"mémoire|échoue"):
        read_document(endless, memory_mb=120)
