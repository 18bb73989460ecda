"""The administration of content through its doors: written, previewed, found, and never lost to another's save."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.articles import library, searches
from portal.articles.models import Article, Document
from portal.database import brief_write, db
from portal.staff.models import Staff
from tests import make
from tests.knowledge_base.reading.making import docx, paragraphs, pdf
from tests.signing import send, signed_in

ARTICLE = {
    "kind": "question",
    "state": "published",
    "topic": "",
    "fr-title": "Trottinettes égarées",
    "fr-body": "## Où\r\n\r\nAux objets trouvés.",
    "fr-keywords": "trottinette\n\nobjet perdu",
    "form_key": "une-cle-de-formulaire",
}
PAGES = (
    "/admin/",
    "/admin/articles",
    "/admin/articles/new",
    "/admin/searches",
    "/admin/topics",
    "/admin/topics/new",
    "/admin/documents",
    "/admin/services",
    "/admin/services/new",
)


def fill(client: Any, path: str, page: str, **fields: Any) -> Any:
    """Fills in the form of a page and sends it."""
    return send(client, path, fields)


@pytest.fixture
def editor(client: Any) -> Any:
    return signed_in(client, make.staff("editor"))


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_who_answers_people_writes_no_content(app: Flask, client: Any, role: str) -> None:
    signed_in(client, make.staff(role))
    assert {client.get(page).status_code for page in PAGES} == {403}


def test_an_editor_opens_every_content_page_and_no_page_about_people(app: Flask, editor: Any) -> None:
    assert {editor.get(page).status_code for page in PAGES} == {200}
    closed = ("/admin/staff", "/admin/staff/new", "/admin/organizations/new")
    assert {editor.get(page).status_code for page in closed} == {403}


def test_an_article_is_written_once_and_found(app: Flask, editor: Any, work: Callable[[], int]) -> None:
    for _ in range(2):
        answer = fill(editor, "/admin/articles", "/admin/articles/new", **ARTICLE)
        assert answer.status_code == 302
    article = db.session.scalars(db.select(Article)).one()
    assert article.texts["fr"].keywords == ["trottinette", "objet perdu"]
    work()
    found = library.find(app.extensions["searcher"], "trottinette", language="fr")
    assert [hit.title for hit in found.hits] == ["Trottinettes égarées"]
    assert "Trottinettes égarées" in editor.get("/admin/articles?q=EGAREES").text
    assert "Aucun article" in editor.get("/admin/articles?q=piscine").text
    page = editor.get(f"/admin/articles/{article.id}").text
    assert "a créé" in page and "Aux objets trouvés." in page


def test_a_preview_saves_nothing_and_runs_nothing(app: Flask, editor: Any) -> None:
    hostile = {
        **ARTICLE,
        "fr-body": "<script>alert(1)</script> [x](javascript:alert(1)) **gras**",
        "act": "preview",
    }
    page = fill(editor, "/admin/articles", "/admin/articles/new", **hostile).text
    assert "<strong>gras</strong>" in page
    assert "<script>alert" not in page and 'href="javascript' not in page
    assert db.session.scalar(db.select(db.func.count(Article.id))) == 0


def test_what_is_wrong_is_said_beside_what_was_typed(app: Flask, editor: Any) -> None:
    answer = fill(editor, "/admin/articles", "/admin/articles/new", **{**ARTICLE, "fr-title": ""})
    assert answer.status_code == 422
    assert "Écrivez le titre en français" in answer.text and "Aux objets trouvés." in answer.text


def test_a_stale_save_shows_both_versions_and_loses_neither(app: Flask, editor: Any) -> None:
    article = make.article("Titre premier", body="Texte premier.")
    path = f"/admin/articles/{article.id}"
    first = {**ARTICLE, "fr-title": "Titre d’Anne", "fr-body": "Texte d’Anne.", "version": "1"}
    assert fill(editor, path, path, **first).status_code == 302
    second = {**ARTICLE, "fr-title": "Titre de Béa", "fr-body": "Texte de Béa.", "version": "1"}
    answer = fill(editor, path, path, **second)
    assert answer.status_code == 409
    for words in ("<del>Titre d’Anne</del>", "<ins>Titre de Béa</ins>", 'name="version" value="2"'):
        assert words in answer.text
    assert db.session.scalars(db.select(Article)).one().texts["fr"].title == "Titre d’Anne"
    assert fill(editor, path, path, **{**second, "version": "2"}).status_code == 302
    assert db.session.scalars(db.select(Article)).one().texts["fr"].title == "Titre de Béa"


def test_a_topic_is_made_and_changed(app: Flask, editor: Any) -> None:
    said = {"names-fr": "Déchets", "names-en": "Waste", "position": "3"}
    assert fill(editor, "/admin/topics", "/admin/topics/new", **said).status_code == 302
    topic = make.topic("dechets")
    path = f"/admin/topics/{topic.id}"
    assert fill(editor, path, path, **{**said, "names-fr": "Tri", "version": "1"}).status_code == 302
    assert fill(editor, path, path, **{**said, "names-fr": "Ordures", "version": "1"}).status_code == 409
    assert fill(editor, "/admin/topics", "/admin/topics/new", **{"names-en": "x"}).status_code == 422


def test_searches_in_vain_are_shown(app: Flask, editor: Any) -> None:
    with brief_write() as session:
        searches.note_search(session, words="piscine 0639980001", language="fr", found=0)
    page = editor.get("/admin/searches").text
    assert "piscine #" in page and "0639980001" not in page


def upload(client: Any, path: str, page: str, name: str, data: bytes, **fields: str) -> Any:
    return fill(client, path, page, **{**fields, "file": (io.BytesIO(data), name)})


def test_a_document_is_added_renamed_replaced_and_retired(
    app: Flask, editor: Any, work: Callable[[], int]
) -> None:
    first = docx(paragraphs("Règlement du marché couvert, place de la halle."))
    assert upload(editor, "/admin/documents", "/admin/documents", "marche.docx", first).status_code == 302
    work()
    document = db.session.scalars(db.select(Document)).one()
    path, searcher = f"/admin/documents/{document.id}", app.extensions["searcher"]
    assert library.find(searcher, "marché couvert", language="fr").hits[0].noun == "document"
    told = editor.get(f"{path}/files/{document.files[0].id}")
    assert told.headers["Content-Disposition"] == "attachment; filename=marche.docx" and told.data == first
    said = {"title": "Règlement du marché", "state": "published", "language": "fr", "version": "1"}
    assert fill(editor, path, path, **said).status_code == 302
    assert fill(editor, path, path, **{**said, "title": "Autre"}).status_code == 409
    second = docx(paragraphs("Tarifs des emplacements."))
    assert upload(editor, f"{path}/file", path, "tarifs.docx", second, version="2").status_code == 302
    version = str(db.session.scalars(db.select(Document.version)).one())
    assert fill(editor, path, path, **{**said, "state": "retired", "version": version}).status_code == 302
    work()
    assert searcher.find("tarifs").total == 0


def test_documents_are_listed_a_page_at_a_time(app: Flask, editor: Any) -> None:
    db.session.add_all(
        [Document(slug=f"doc-{n}", title=f"Guide n° {n:02}", language="fr") for n in range(22)]
    )
    first, second = (editor.get(f"/admin/documents?q=guide&page={n}").text for n in (1, 2))
    assert "Guide n° 21" in first and "Guide n° 01" not in first
    assert "Guide n° 01" in second and "q=guide" in second


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("virus.pdf", b"MZ\x90\x00", "Format inconnu"),
        ("lettre.pdf", docx(paragraphs("x")), "n’est pas celui"),
        ("bombe.docx", docx("<w:p><w:r><w:t>" + "ha" * 9_000_000 + "</w:t></w:r></w:p>"), "démesurément"),
        ("lourd.pdf", pdf("x") + b"\0" * (21 << 20), "trop lourd"),
        ("", b"", "Choisissez un fichier"),
    ],
)
def test_a_hostile_upload_is_refused_with_a_sentence(
    app: Flask, editor: Any, name: str, data: bytes, reason: str
) -> None:
    answer = upload(editor, "/admin/documents", "/admin/documents", name, data)
    assert answer.status_code == 422 and reason in answer.text
    assert db.session.scalar(db.select(db.func.count(Document.id))) == 0


def test_a_file_beyond_all_measure_is_refused(app: Flask, editor: Any) -> None:
    answer = upload(editor, "/admin/documents", "/admin/documents", "x.pdf", b"\0" * (26 << 20))
    assert answer.status_code == 413 and "trop lourds : 25 Mo" in answer.text


def test_a_service_is_written_with_its_hours(app: Flask, editor: Any) -> None:
    town = make.organization()
    said = {
        "organization": str(town.id),
        "name_fr": "Piscine",
        "schedule-mon": "8h30-12h, 14h-18h",
    }
    assert fill(editor, "/admin/services", "/admin/services/new", **said).status_code == 302
    page = editor.get("/admin/services").text
    assert "Piscine" in page and town.name in page
    path = page.split('">Piscine</a>')[0].rpartition('href="')[2]
    assert "08:30-12:00, 14:00-18:00" in editor.get(path).text
    assert fill(editor, path, path, **{**said, "name_fr": "Bassin", "version": "1"}).status_code == 302
    stale = fill(editor, path, path, **{**said, "name_fr": "Plongeoir", "version": "1"})
    assert stale.status_code == 409 and "Bassin" in stale.text and "Plongeoir" in stale.text
    wrong = fill(editor, path, path, **{**said, "schedule-mon": "le matin", "version": "2"})
    assert wrong.status_code == 422 and "8h30-12h" in wrong.text


def test_an_organization_is_the_administrators_to_write(app: Flask, client: Any) -> None:
    signed_in(client, make.staff("administrator"))
    said = {"name": "Département", "url": "https://departement.example"}
    assert fill(client, "/admin/organizations", "/admin/organizations/new", **said).status_code == 302
    row = make.organization("departement")
    path = f"/admin/organizations/{row.id}"
    assert fill(client, path, path, **{**said, "name": "Conseil", "version": "1"}).status_code == 302
    assert fill(client, path, path, **{**said, "name": "Autre", "version": "1"}).status_code == 409
    assert (
        fill(client, path, path, **{**said, "url": "ftp://departement.example", "version": "2"}).status_code
        == 422
    )


NEW = {"email": "Nadia@ville.example", "first_name": "Nadia", "last_name": "Roux", "role": "agent"}


def test_a_first_password_is_shown_once_and_opens(app: Flask, client: Any) -> None:
    signed_in(client, make.staff("administrator"))
    page = fill(client, "/admin/staff", "/admin/staff/new", **NEW).text
    password = page.partition("<code>")[2].partition("</code>")[0]
    member = db.session.scalars(db.select(Staff).filter_by(email="nadia@ville.example")).one()
    assert password not in client.get(f"/admin/staff/{member.id}").text
    other = app.test_client()
    assert fill(other, "/sign-in", "/sign-in", email=member.email, password=password).status_code == 302
    again = fill(client, "/admin/staff", "/admin/staff/new", **NEW)
    assert again.status_code == 422 and "déjà un compte" in again.text


def test_closing_an_account_ends_its_sessions_at_once(app: Flask, client: Any) -> None:
    agent, other = make.staff(), app.test_client()
    signed_in(other, agent)
    assert other.get("/console/").status_code == 200
    signed_in(client, make.staff("administrator"))
    path = f"/admin/staff/{agent.id}"
    assert fill(client, f"{path}/closing", path).status_code == 302
    assert other.get("/console/").status_code == 302
    assert fill(client, f"{path}/opening", path).status_code == 302
    assert db.session.get_one(Staff, agent.id).disabled_at is None


def test_a_number_is_kept_as_the_network_writes_it_or_refused(app: Flask, client: Any) -> None:
    agent = make.staff()
    signed_in(client, make.staff("administrator"))
    path, said = (
        f"/admin/staff/{agent.id}",
        {"first_name": "A", "last_name": "B", "role": "agent", "version": "1"},
    )
    assert fill(client, path, path, **said, phone="01 99 00 00 21").status_code == 302
    assert db.session.get_one(Staff, agent.id).phone == "+33199000021"
    answer = fill(client, path, path, **{**said, "version": "2"}, phone="mon bureau")
    assert answer.status_code == 422 and "mon bureau" in answer.text


def test_a_changed_role_is_obeyed_at_once(app: Flask, client: Any) -> None:
    agent, other = make.staff(), app.test_client()
    signed_in(other, agent)
    signed_in(client, make.staff("administrator"))
    path = f"/admin/staff/{agent.id}"
    said = {"first_name": "A", "last_name": "B", "role": "editor", "version": "1"}
    assert fill(client, path, path, **said).status_code == 302
    assert other.get("/console/").status_code == 302
    assert fill(client, path, path, **{**said, "last_name": "C"}).status_code == 409


def test_nobody_changes_their_own_role_nor_the_last_administrator(app: Flask, client: Any) -> None:
    me = make.staff("administrator")
    signed_in(client, me)
    path = f"/admin/staff/{me.id}"
    said = {"first_name": "A", "last_name": "B", "role": "agent", "version": str(me.version)}
    assert fill(client, path, path, **said).status_code == 403
    assert fill(client, f"{path}/closing", path).status_code == 403


def test_another_organizations_staff_do_not_exist_here(app: Flask, client: Any) -> None:
    theirs = make.staff(of=make.organization("departement"), last_name="Ailleurs")
    signed_in(client, make.staff("administrator"))
    assert "Ailleurs" not in client.get("/admin/staff").text
    path = f"/admin/staff/{theirs.id}"
    assert client.get(path).status_code == 404
    for act in ("", "/closing", "/opening", "/sign-out", "/password"):
        answer = fill(client, path + act, "/admin/staff/new", **{**NEW, "version": "1"})
        assert answer.status_code == 404
    assert db.session.get_one(Staff, theirs.id).disabled_at is None
