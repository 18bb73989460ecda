"""An owner reads, confirms or corrects what we publish of them by a link; administrators see what is stale."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal import clock, jobs
from portal.config import Settings
from portal.database import db
from portal.directory.confirming import asking, correcting, freshness
from portal.directory.confirming.correcting import Correction
from portal.directory.models import Organization, Service
from portal.mail.models import Letter
from portal.referrals.models import Partner
from tests import make
from tests.signing import signed_in

WEEK = {"mon": [["09:00", "12:00"], ["14:00", "17:00", "sur rendez-vous"]]}


@pytest.fixture
def caf(app: Flask) -> Service:
    """The one service of a partner, unconfirmed since 2017."""
    make.organization(name="Ville d’Arbois")
    service = make.service("caf", phone="+33384000000", schedule=WEEK, source_date=date(2017, 12, 12))
    owner = Organization(slug="caf-du-jura", name="CAF du Jura", email="accueil@caf.example")
    service.organization = owner
    db.session.flush()
    db.session.add(Partner(organization_id=owner.id, email="referent@caf.example"))
    db.session.commit()
    return service


@pytest.fixture
def link(app: Flask, caf: Service) -> str:
    """Where the owner's letter leads."""
    request = asking.ask(caf.organization)
    db.session.commit()
    settings: Settings = app.extensions["settings"]
    return f"/partner/confirm/{asking.sign(request.id, settings.secret_key)}"


def fields(page: Any) -> dict[str, str]:
    """The hidden fields of a page's forms."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))


def test_an_owner_reads_and_confirms_without_an_account(client: Any, caf: Service, link: str) -> None:
    page = client.get(link)
    assert "+33384000000" in page.text and "sur rendez-vous" in page.text and "2017" in page.text
    assert freshness.is_stale(caf, clock.now())  # reading changed nothing
    assert client.post(link, data=fields(page)).status_code == 303
    answered = client.get(link)
    assert "Vous l’avez confirmé" in answered.text and "je confirme" not in answered.text
    db.session.refresh(caf)
    assert caf.confirmed_by == "accueil@caf.example" and not freshness.is_stale(caf, clock.now())
    assert "2017" not in client.get(f"/fr/services/{caf.slug}").text


def test_a_link_replayed_does_no_harm(client: Any, caf: Service, link: str) -> None:
    sent = fields(client.get(link))
    client.post(link, data=sent)
    with time_machine.travel(clock.now() + timedelta(days=2)):
        client.post(link, data=sent)
    db.session.refresh(caf)
    assert caf.confirmed_at and caf.confirmed_at.date() == clock.now().date()
    assert client.get(f"{link}/services/{caf.id}").status_code == 404


@pytest.mark.parametrize("wrong", ["nothing", "MQ.altered", "0"])
def test_a_link_guessed_or_altered_opens_nothing(client: Any, caf: Service, wrong: str) -> None:
    page = client.get(f"/partner/confirm/{wrong}")
    assert page.status_code == 404 and "Ce lien n’est pas bon" in page.text


def test_an_altered_link_changes_nothing(client: Any, caf: Service, link: str) -> None:
    sent = fields(client.get(link))
    assert client.post(f"{link}x", data=sent).status_code == 404
    db.session.refresh(caf)
    assert caf.confirmed_at is None


def test_an_expired_link_says_so(client: Any, caf: Service, link: str) -> None:
    with time_machine.travel(clock.now() + timedelta(days=91)):
        page = client.get(link)
    assert page.status_code == 410 and "plus valable" in page.text


def test_an_answer_without_the_form_s_own_token_is_refused(client: Any, caf: Service, link: str) -> None:
    sent = fields(client.get(link))
    assert client.post(link, data={"seen": sent["seen"]}).status_code == 400
    db.session.refresh(caf)
    assert caf.confirmed_at is None


def test_what_changed_meanwhile_is_read_again(client: Any, caf: Service, link: str) -> None:
    sent = fields(client.get(link))
    caf.phone = "+33384999999"
    db.session.commit()
    page = client.post(link, data=sent)
    assert page.status_code == 422 and "a changé pendant" in page.text and "84 99 99 99" in page.text


def test_a_corrected_number_is_kept_as_all_are_and_must_be_one(client: Any, caf: Service, link: str) -> None:
    form = client.get(f"{link}/services/{caf.id}")
    assert 'value="03 84 00 00 00"' in form.text
    hours = "9h-12h, 14h-17h (sur rendez-vous)"
    typed = {**fields(form), "phone": "03 84 00 00 00", "hours-mon": hours, "note": "Rien d’autre."}
    assert client.post(f"{link}/services/{caf.id}", data={**typed, "phone": "à l’accueil"}).status_code == 422
    client.post(f"{link}/services/{caf.id}", data=typed)
    assert db.session.scalars(db.select(Correction)).one().changes == {}, "shown otherwise, it is the same"
    client.post(f"{link}/services/{caf.id}", data={**typed, "phone": "03 84 11 11 11"})
    db.session.expire_all()
    kept = db.session.scalars(db.select(Correction)).one()
    assert kept.changes == {"phone": ["+33384000000", "+33384111111"]}


def test_a_correction_is_kept_for_an_administrator_who_publishes_it(
    client: Any, caf: Service, link: str
) -> None:
    form = client.get(f"{link}/services/{caf.id}")
    assert "14:00-17:00 (sur rendez-vous)" in form.text
    typed = {
        **fields(form),
        "phone": "+33384111111",
        "hours-mon": "9h-12h",
        "hours-tue": "9h-12h",
        "note": "Depuis mars.",
    }
    assert client.post(f"{link}/services/{caf.id}", data=typed).status_code == 303
    assert "attend d’être relue" in client.get(link).text
    db.session.refresh(caf)
    assert caf.phone == "+33384000000"
    signed_in(client, make.staff("administrator"))
    inbox = client.get("/admin/corrections")
    assert "+33384111111" in inbox.text and "Depuis mars." in inbox.text
    assert "09:00-12:00, 14:00-17:00 (sur rendez-vous)" in inbox.text
    (made,) = correcting.inbox()
    client.post(f"/admin/corrections/{made.id}/accept", data=fields(inbox))
    db.session.refresh(caf)
    assert caf.phone == "+33384111111"
    assert caf.schedule == {"mon": [["09:00", "12:00"]], "tue": [["09:00", "12:00"]]}
    assert "publiée" in client.get(link).text


def test_a_correction_set_aside_changes_nothing(client: Any, caf: Service, link: str) -> None:
    typed = {**fields(client.get(f"{link}/services/{caf.id}")), "phone": "+33384000000", "note": "Fermé ?"}
    client.post(f"{link}/services/{caf.id}", data={**typed, "closed": "1"})
    (made,) = correcting.inbox()
    signed_in(client, make.staff("administrator"))
    client.post(f"/admin/corrections/{made.id}/refuse", data=fields(client.get("/admin/corrections")))
    db.session.refresh(caf)
    assert caf.active and correcting.inbox() == []


def test_hours_that_cannot_be_read_are_said_beside_their_day(client: Any, caf: Service, link: str) -> None:
    typed = fields(client.get(f"{link}/services/{caf.id}"))
    page = client.post(f"{link}/services/{caf.id}", data={**typed, "hours-mon": "le matin"})
    assert page.status_code == 422 and 'id="hours-mon-error"' in page.text and "le matin" in page.text


def test_another_organization_s_service_is_not_corrected(client: Any, caf: Service, link: str) -> None:
    other = make.service("eau")
    db.session.commit()
    assert client.get(f"{link}/services/{other.id}").status_code == 404


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
def test_the_link_speaks_its_reader_s_language(client: Any, link: str, language: str, direction: str) -> None:
    page = client.get(link, headers={"Accept-Language": language})
    assert f'lang="{language}"' in page.text and f'dir="{direction}"' in page.text
    assert "exactes" not in page.text


def test_partners_are_written_to_and_reminded_once(
    app: Flask, client: Any, caf: Service, work: Callable[[], int]
) -> None:
    def letters() -> list[Letter]:
        theirs = db.select(Letter).filter_by(to="referent@caf.example").order_by(Letter.id)
        return list(db.session.scalars(theirs))

    def a_day(days: int) -> None:
        with time_machine.travel(start + timedelta(days=days), tick=False):
            jobs.enqueue("ask_owners", {}, dedupe_key=f"test {days}")
            work()

    start = clock.now()
    a_day(0), a_day(1)
    (letter,) = letters()
    assert "CAF du Jura" in letter.body and "12 décembre 2017" in letter.body
    a_day(31), a_day(32), a_day(70)
    assert [one.subject[:6] for one in letters()] == [letter.subject[:6], "Rappel"]
    url = re.search(r"/partner/confirm/\S+", letter.body)
    assert url and client.get(url[0]).status_code == 200


def test_the_stale_are_listed_by_owner_and_a_selection_is_asked(
    client: Any, caf: Service, work: Callable[[], int]
) -> None:
    imported = Organization(slug="mouchard", name="Mairie de Mouchard", email="mairie@mouchard.example")
    silent = Organization(slug="muet", name="Mairie sans adresse")
    for one in (imported, silent):
        db.session.add(Service(slug=f"s-{one.slug}", organization=one, source_date=date(2017, 12, 12)))
    db.session.commit()
    signed_in(client, make.staff("administrator"))
    known = client.get("/admin/freshness")
    assert "CAF du Jura" in known.text and "Mouchard" not in known.text
    everyone = client.get("/admin/freshness?among=all&name=mouchard")
    assert "Mairie de Mouchard" in everyone.text and "CAF" not in everyone.text
    chosen = {**fields(everyone), "organization": [imported.id, silent.id]}
    client.post("/admin/freshness/ask", data=chosen)
    told = client.get("/admin/freshness?among=all")
    assert "1 demande en route" in told.text and "Mairie sans adresse" in told.text
    work()
    assert db.session.scalar(db.select(Letter).filter_by(to="mairie@mouchard.example"))
    assert "envoyée" in client.get("/admin/freshness?among=all").text


def test_only_so_many_letters_leave_in_a_day(
    app: Flask, caf: Service, work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        app.extensions, "settings", replace(app.extensions["settings"], confirmations_a_day=1)
    )
    other = Organization(slug="autre", name="Autre", email="autre@example.fr")
    db.session.add(other)
    db.session.flush()
    asking.ask(caf.organization), asking.ask(other)
    work()
    assert db.session.scalar(db.select(db.func.count(Letter.id))) == 1
    with time_machine.travel(clock.now() + timedelta(days=1, hours=12)):
        work()
    assert db.session.scalar(db.select(db.func.count(Letter.id))) == 2


def test_whoever_saves_a_service_confirms_it(client: Any, caf: Service) -> None:
    signed_in(client, make.staff("editor"))
    form = client.get(f"/admin/services/{caf.id}")
    typed = {**fields(form), "name_fr": "CAF", "phone": "3230", "active": "1", "schedule-mon": "9h-12h (été)"}
    assert client.post(f"/admin/services/{caf.id}", data=typed).status_code == 302
    db.session.refresh(caf)
    assert caf.schedule == {"mon": [["09:00", "12:00", "été"]]}
    assert not freshness.is_stale(caf, clock.now()) and caf.confirmed_by
