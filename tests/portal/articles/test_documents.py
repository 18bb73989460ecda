"""Documents: one text is one document, kept whole, found by its pages; hostile files are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from knowledge_base.search import Searcher
from portal import history
from portal.articles import documents, files, library
from portal.articles.models import Document, DocumentFile
from portal.commands.documents import load_documents
from portal.database import db
from portal.errors import Missing, Refused, Stale
from tests import make
from tests.knowledge_base.reading.making import docx, lines, odt, paragraphs, pdf

RULES = (
    "Le locataire entretient la chaudière chaque année et garde la facture.",
    "Le propriétaire remplace la chaudière quand elle est trop vieille pour être réparée.",
    "La vitre cassée se paie par celui qui la casse, sauf si le vent en est la cause.",
)


def as_pdf(*texts: str) -> bytes:
    plain = [text.replace("é", "\xe9") for text in texts]
    return pdf(*(lines(text) for text in plain))


def put(folder: Path, name: str, data: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    return folder


def read(folder: Path, name: str, data: bytes) -> files.Upload:
    return files.read_upload(put(folder, name, data) / name)


def test_a_folder_loads_once_and_says_what_has_no_text(
    app: Flask, tmp_path: Path, searcher: Searcher
) -> None:
    put(tmp_path, "guide.docx", docx(paragraphs(*RULES)))
    put(tmp_path, "plan.pdf", pdf("0 0 m 10 10 l S"))
    put(tmp_path, "notes.txt", b"x")
    said: list[str] = []
    assert load_documents(tmp_path, say=said.append) == {"new": 2, "skipped": 1}
    assert any("plan.pdf" in line and "without text" in line for line in said)
    assert load_documents(tmp_path) == {"same": 2, "skipped": 1}
    hit = library.find(searcher, "chaudière trop vieille", language="fr").hits[0]
    kept = db.session.get_one(DocumentFile, hit.files[0].id)
    with files.open_file(app.extensions["settings"].files_dir, kept) as file:
        assert file.read() == (tmp_path / "guide.docx").read_bytes()


def test_the_same_text_in_two_formats_is_one_document(app: Flask, tmp_path: Path) -> None:
    body = "".join(f"<text:p>{text}</text:p>" for text in RULES)
    first = documents.add_document(read(tmp_path, "guide.odt", odt(body)), by=history.SYSTEM)
    second = documents.add_document(read(tmp_path, "guide.pdf", as_pdf(*RULES)), by=history.SYSTEM)
    assert (first.what, second.what) == ("new", "format")
    assert second.document is first.document
    assert {file.format for file in first.document.files} == {"odt", "pdf"}
    assert [page.number for page in first.document.pages] == [1, 2, 3]  # those of the PDF, which readers see
    other = documents.add_document(
        read(tmp_path, "autre.odt", odt("<text:p>Tout autre chose ici.</text:p>")), by=history.SYSTEM
    )
    assert other.what == "new"


def test_a_newer_file_of_the_same_name_replaces_the_older(
    app: Flask, tmp_path: Path, searcher: Searcher
) -> None:
    load_documents(put(tmp_path, "guide.docx", docx(paragraphs("Guide pratique", *RULES))))
    slug = db.session.scalars(db.select(Document.slug)).one()
    assert load_documents(put(tmp_path, "guide.docx", docx(paragraphs("Tri des déchets verts.")))) == {
        "changed": 1
    }
    assert db.session.scalars(db.select(Document.slug)).one() == slug
    searcher.refresh()
    assert library.find(searcher, "déchets verts", language="fr").total == 1
    assert library.find(searcher, "chaudière", language="fr").total == 0


def test_replacing_a_file_starts_from_the_version_one_saw(app: Flask, tmp_path: Path) -> None:
    made = documents.add_document(
        read(tmp_path, "a.docx", docx(paragraphs(*RULES))), by=history.SYSTEM
    ).document
    db.session.commit()
    seen, newer = made.version, read(tmp_path, "b.docx", docx(paragraphs("Autre texte.")))
    documents.replace_file(made.id, newer, version=seen, by=make.staff("editor").actor)
    db.session.commit()
    assert [file.name for file in made.files] == ["b.docx"]
    with pytest.raises(Stale):
        documents.replace_file(made.id, newer, version=seen, by=make.staff("editor").actor)


def test_what_we_say_of_a_document_is_saved_and_told(app: Flask, tmp_path: Path) -> None:
    made = documents.add_document(
        read(tmp_path, "a.docx", docx(paragraphs(*RULES))), by=history.SYSTEM
    ).document
    db.session.commit()
    by = make.staff("editor").actor
    said = {"title": "Qui répare ?", "summary": "", "topic": "", "state": "retired", "language": "fr"}
    documents.save_document(made.id, version=made.version, by=by, **said)
    event = history.of(made)[0]
    assert (event.verb, event.details["after"]) == (
        "document.saved",
        {"title": "Qui répare ?", "state": "retired"},
    )
    for find in (
        lambda: documents.document_page(made.slug),
        lambda: documents.find_file(made.slug, made.files[0].id),
    ):
        with pytest.raises(Missing):
            find()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("programme.pdf", b"MZ\x90\x00", "Format inconnu"),
        ("lettre.docx", pdf(lines("x")), "n’est pas celui"),
        ("bombe.docx", docx("<w:p><w:r><w:t>" + "ha" * 9_000_000 + "</w:t></w:r></w:p>"), "démesurément"),
        ("lourd.pdf", b"%PDF-1.4\n" + b"\0" * files.LARGEST, "trop lourd"),
    ],
)
def test_a_hostile_upload_is_refused_with_a_sentence(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        read(tmp_path, name, data)


def test_a_files_name_is_only_a_name(tmp_path: Path) -> None:
    put(tmp_path, "x", docx(paragraphs("Bonjour")))
    upload = files.read_upload(tmp_path / "x", name="..\\..//etc/pass\x00wd\n.docx")
    assert upload.name == "passwd.docx"
