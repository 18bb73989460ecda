"""The doors of one person's several files: compared, read as one, parted; a contact handed to the right person."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal import clock
from portal.cases import opening
from portal.cases.models import Case
from portal.citizens import relations
from portal.citizens.models import Citizen, DeniedLink, Duplicate, IdentifierLink, Merge, Relation
from portal.contacts.models import Contact
from portal.database import db
from portal.history import SYSTEM, Reading
from portal.referrals.following import referring
from tests import make
from tests.signing import send

PHONE, OTHER = "+33639980001", "+33639980002"


def two() -> tuple[Citizen, Citizen]:
    anne = make.citizen("Anne Petit", phone=PHONE, commune="72181")
    return anne, make.citizen("Anne Petite", phone=OTHER, language="en")


def form(kept: Citizen, absorbed: Citizen, **more: str) -> dict[str, str]:
    seen = {"kept_version": str(kept.version), "absorbed_version": str(absorbed.version)}
    return {**seen, "form_key": "k" * 20, **more}


def joined(client: Any, kept: Citizen, absorbed: Citizen, **more: str) -> Merge:
    answer = send(client, f"/console/citizens/{kept.id}/merge/{absorbed.id}", form(kept, absorbed, **more))
    assert answer.status_code == 302, answer.text
    return db.session.scalars(db.select(Merge).order_by(Merge.id.desc())).first() or pytest.fail("no merge")


def test_two_files_are_found_compared_and_read_as_one(app: Flask, at_desk: Any) -> None:
    anne, other = two()
    make.contact(citizen_id=anne.id, subject="Cantine")
    make.contact(citizen_id=other.id, subject="Passeport")
    page = send(at_desk, f"/console/citizens/{anne.id}/merge", {"who": "petite"}).text
    assert f"/console/citizens/{anne.id}/merge/{other.id}" in page
    preview = at_desk.get(f"/console/citizens/{anne.id}/merge/{other.id}").text
    assert "Cantine" in preview and "Passeport" in preview and 'name="language"' in preview
    assert {one.citizen_id for one in db.session.scalars(db.select(Reading))} == {anne.id, other.id}
    joined(at_desk, anne, other, language="absorbed")
    joined(at_desk, anne, other)  # the same form again
    answer = at_desk.get(f"/console/citizens/{other.id}")
    assert answer.status_code == 302 and answer.location.endswith(f"/console/citizens/{anne.id}")
    page = at_desk.get(f"/console/citizens/{anne.id}").text
    assert "Cantine" in page and "Passeport" in page and "Plusieurs dossiers réunis (2)" in page
    assert "Anne Petite" in page, "the one it was joined with, by its own name"
    assert "Anne Petite" in at_desk.get(f"/console/citizens/{anne.id}/edit").text
    found = send(at_desk, "/console/citizens", {"who": OTHER})
    assert "Anne Petit" in at_desk.get(found.location).text
    assert db.session.scalar(db.select(db.func.count(Merge.id))) == 1


def test_several_contacts_leave_with_their_cases(app: Flask, at_desk: Any) -> None:
    anne, other = two()
    merge = joined(at_desk, anne, other)
    hers = make.identifier("phone", OTHER)
    came = [make.contact("web", identifier_id=hers.id) for _ in range(2)]
    for contact in came:
        send(at_desk, f"/console/contacts/{contact.id}/take")
        send(at_desk, f"/console/contacts/{contact.id}/identity", {"citizen": str(other.id)})
        opening.open_case(contact, by=SYSTEM)
    ids = [str(one.id) for one in came]
    assert send(at_desk, f"/console/merges/{merge.id}", {"shown": ids, "leaves": ids}).status_code == 302
    for contact in came:
        assert contact.case_id is not None
        assert {contact.citizen_id, db.session.get_one(Case, contact.case_id).citizen_id} == {other.id}


def test_of_a_protected_file_that_was_joined_the_name_is_not_told(app: Flask, at_desk: Any) -> None:
    anne, other = two()
    joined(at_desk, anne, other)
    other.protected = True
    db.session.commit()
    for page in (f"/console/citizens/{anne.id}", f"/console/citizens/{anne.id}/edit"):
        assert "Anne Petite" not in at_desk.get(page).text


def test_a_preview_that_is_no_longer_true_is_drawn_again(app: Flask, at_desk: Any) -> None:
    anne, other = two()
    typed = form(anne, other)
    anne.commune = "72003"
    answer = send(at_desk, f"/console/citizens/{anne.id}/merge/{other.id}", typed)
    assert answer.status_code == 409 and "Relisez l’aperçu" in answer.text
    assert db.session.get_one(Citizen, other.id).person_id is None


def test_undoing_asks_whose_is_what_came_in_between(app: Flask, at_desk: Any) -> None:
    anne, other = two()
    before = make.contact(citizen_id=other.id, subject="Avant")
    merge = joined(at_desk, anne, other)
    hers, unknown = (make.identifier("phone", number) for number in (OTHER, "+33639980009"))
    used = {"text": hers, "web": hers, "phone": unknown}
    came = {name: make.contact(name, identifier_id=one.id, subject=name) for name, one in used.items()}
    for contact in came.values():
        send(at_desk, f"/console/contacts/{contact.id}/take")
        send(at_desk, f"/console/contacts/{contact.id}/identity", {"citizen": str(other.id)})
    assert {one.citizen_id for one in came.values()} == {anne.id}
    page = at_desk.get(f"/console/merges/{merge.id}").text
    assert f'value="{came["text"].id}" checked' in page and f'value="{came["web"].id}" checked' in page
    assert f'value="{came["phone"].id}">' in page
    data = {"shown": [str(one.id) for one in came.values()], "leaves": [str(came["text"].id)]}
    for _ in range(2):  # sent twice
        assert send(at_desk, f"/console/merges/{merge.id}", data).status_code == 302
    now = {name: db.session.get_one(Contact, one.id).citizen_id for name, one in came.items()}
    assert now == {"text": other.id, "web": anne.id, "phone": anne.id}
    assert before.citizen_id == other.id
    assert at_desk.get(f"/console/citizens/{other.id}").status_code == 200


def test_undoing_says_whose_relatives_are_whose_and_what_stays(app: Flask, at_desk: Any) -> None:
    anne, other = two()
    agent, ward = make.staff(), make.citizen("Paul Durand")
    relations.relate(other, "relative", name="Nadia Petite", by=agent.actor)
    relations.relate(ward, "guardian", other=other, evidence="Jugement", by=agent.actor)
    preview = at_desk.get(f"/console/citizens/{anne.id}/merge/{other.id}").text
    merge = joined(at_desk, anne, other)
    relations.relate(other, "speaks_for", name="Luc Petit", evidence="Elle l’a dit", by=agent.actor)
    page = at_desk.get(f"/console/merges/{merge.id}").text
    for shown in (preview, page):
        assert "Nadia Petite" in shown and "Parle au nom de <bdi>Paul Durand</bdi>" in shown
    assert "<h2><bdi>Anne Petit</bdi></h2>" in page and "<h2><bdi>Anne Petite</bdi></h2>" in page
    stays = page[page.index("ils restent dans le dossier gardé") : page.index("Les deux dossiers</h2>")]
    assert "Luc Petit" in stays and "Nadia Petite" not in stays
    send(at_desk, f"/console/merges/{merge.id}")
    assert [one.name for one in relations.around(anne)] == ["Luc Petit"]
    assert [one.name for one in relations.around(other)] == ["Nadia Petite"]


def test_a_protected_file_is_joined_only_with_a_reason_written(app: Flask, at_desk: Any) -> None:
    anne, other = two()
    other.protected = True
    answer = at_desk.get(f"/console/citizens/{anne.id}/merge/{other.id}")
    assert answer.status_code == 403 and "/reason" in answer.text
    refused = send(at_desk, f"/console/citizens/{anne.id}/merge/{other.id}", form(anne, other))
    assert refused.status_code == 403 and db.session.scalar(db.select(Merge.id)) is None
    send(at_desk, f"/console/citizens/{other.id}/reason", {"reason": "Elle a deux dossiers"})
    joined(at_desk, anne, other)
    page = at_desk.get(f"/console/citizens/{anne.id}")  # the reason was written of this person
    assert page.status_code == 200 and "Dossier protégé" in page.text


def test_a_contact_goes_to_the_right_person_and_comes_back(app: Flask, at_desk: Any) -> None:
    anne, other = two()
    agent = make.staff()
    contact = make.contact("web", citizen_id=anne.id, certainty="confirmed", subject="Bourse")
    contact.identifier = make.identifier("phone", PHONE)
    later = make.contact("phone", citizen_id=anne.id, subject="Suite")
    case = opening.open_case(contact, by=agent.actor)
    later.case_id = case.id
    promise = opening.promise(contact, "Rappeler", clock.now().replace(year=2099), by=agent.actor)
    referral = referring.refer(contact, make.service().id, reason="Aide", by=agent.actor)
    address = f"/console/contacts/{contact.id}/hand-to"
    page = send(at_desk, f"{address}/look", {"who": "petite"}).text
    assert f'value="{other.id}"' in page and "Elle reste à la première personne" in page
    data = {
        "citizen": str(other.id),
        "case": "stays",
        "not_theirs": "1",
        "remember": "1",
        "form_key": "f" * 20,
    }
    for _ in range(2):
        assert send(at_desk, address, data).status_code == 302
    assert (contact.citizen_id, contact.case_id, contact.certainty) == (other.id, None, "confirmed")
    assert (promise.citizen_id, promise.case_id, referral.citizen_id) == (other.id, None, other.id)
    assert (case.citizen_id, later.citizen_id) == (anne.id, anne.id)
    links = set(db.session.execute(db.select(IdentifierLink.citizen_id, IdentifierLink.identifier_id)))
    assert (other.id, contact.identifier_id) in links and (anne.id, contact.identifier_id) not in links
    assert db.session.scalar(db.select(DeniedLink.citizen_id)) == anne.id
    assert "Rendre au premier dossier" in at_desk.get(address).text
    for _ in range(2):
        assert send(at_desk, f"/console/contacts/{contact.id}/hand-back").status_code == 302
    assert (contact.citizen_id, contact.case_id) == (anne.id, case.id)
    again = set(db.session.execute(db.select(IdentifierLink.citizen_id, IdentifierLink.identifier_id)))
    assert (anne.id, contact.identifier_id) in again and (other.id, contact.identifier_id) not in again
    assert db.session.scalar(db.select(DeniedLink.citizen_id)) is None
    assert (promise.citizen_id, promise.case_id, referral.citizen_id) == (anne.id, case.id, anne.id)


def test_a_contact_goes_to_somebody_new_or_to_nobody(app: Flask, at_desk: Any) -> None:
    anne, _other = two()
    contact = make.contact("web", citizen_id=anne.id, certainty="confirmed", subject="Bourse")
    address = f"/console/contacts/{contact.id}/hand-to"
    assert "Dites de qui il s’agit" in send(at_desk, address, {"citizen": ""}).text
    refused = send(at_desk, address, {"citizen": str(anne.id)})
    assert refused.status_code == 422 and "déjà dans le dossier" in refused.text
    send(at_desk, address, {"new_name": "Zoé Grand"})
    found = db.session.scalars(db.select(Citizen).filter_by(name="Zoé Grand")).one()
    assert contact.citizen_id == found.id
    send(at_desk, address, {"citizen": "nobody"})
    assert (contact.citizen_id, contact.certainty) == (None, "denied")


def test_doubles_are_shown_with_reasons_and_told_apart(app: Flask, at_desk: Any) -> None:
    anne, other = two()
    assert "Aucun doublon proposé" in at_desk.get("/console/doubles").text
    reasons = ["slip", "same_commune"]
    db.session.add(Duplicate(citizen_id=anne.id, other_id=other.id, score=60, reasons=reasons))
    page = at_desk.get("/console/doubles").text
    assert "à une faute de frappe près, la même commune" in page
    assert "Peut-être la même personne" in at_desk.get(f"/console/citizens/{other.id}").text
    answer = send(at_desk, f"/console/citizens/{anne.id}/told-apart/{other.id}", form(anne, other))
    assert answer.status_code == 302
    assert "Aucun doublon proposé" in at_desk.get("/console/doubles").text


def test_a_number_is_confirmed_or_refused_from_the_file(app: Flask, at_desk: Any) -> None:
    anne, _other = two()
    guessed = make.identifier("email", "anne@exemple.fr")
    make.link(anne, guessed, "probable")
    door = f"/console/citizens/{anne.id}/identifiers/{guessed.id}"
    assert door in at_desk.get(f"/console/citizens/{anne.id}/edit").text
    assert send(at_desk, door, {}).status_code == 404  # said neither way
    send(at_desk, door, {"is": "theirs"})
    assert db.session.get_one(IdentifierLink, (guessed.id, anne.id)).certainty == "confirmed"
    for _ in range(2):  # pressed twice
        assert send(at_desk, door, {"is": "not"}).location == f"/console/citizens/{anne.id}/edit"
    assert db.session.get(IdentifierLink, (guessed.id, anne.id)) is None
    assert send(at_desk, door, {"is": "theirs"}).status_code == 404


def test_whoever_speaks_for_a_citizen_is_kept_and_said_of_a_contact(app: Flask, at_desk: Any) -> None:
    anne, other = two()
    page = f"/console/citizens/{anne.id}"
    make.contact(citizen_id=other.id, subject="Secret de l’autre")
    refused = send(at_desk, f"{page}/relations", {"relation": "guardian", "relative": OTHER})
    assert refused.status_code == 422 and "Dites sur quoi cela repose" in refused.text
    data = {
        "relation": "guardian",
        "relative": OTHER,
        "evidence": "Jugement de mars",
        "relation_ends_on": "2099-01-01",
    }
    assert send(at_desk, f"{page}/relations", data).status_code == 302
    assert send(at_desk, f"{page}/relations", {"relation": "relative", "relative": "Rose"}).status_code == 302
    file = at_desk.get(page).text
    assert "Anne Petite" in file and "Jugement de mars" in file and "Secret de l’autre" not in file
    assert "Parle au nom de" in at_desk.get(f"/console/citizens/{other.id}").text
    contact = make.contact("web", citizen_id=anne.id, certainty="confirmed", subject="Bourse")
    send(at_desk, f"/console/contacts/{contact.id}/take")
    speaker = db.session.scalars(db.select(Relation).filter_by(kind="guardian")).one()
    assert "parle pour elle" in at_desk.get(f"/console/contacts/{contact.id}").text
    send(at_desk, f"/console/contacts/{contact.id}/spoke", {"speaker": str(speaker.id)})
    shown = at_desk.get(f"/console/contacts/{contact.id}").text
    assert "Anne Petite parlait en son nom" in shown
    send(at_desk, f"{page}/relations/{speaker.id}/end")
    assert "Jugement de mars" not in at_desk.get(page).text
