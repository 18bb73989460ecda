"""A citizen finds the answer alone, or is sent where it belongs, or writes and is answered in one history."""

from __future__ import annotations

import re
from typing import Any

from portal.contacts.models import Contact
from portal.database import db
from portal.mail.models import Letter
from tests.journeys.conftest import Town
from tests.portal.views.telephone.test_telephone import contacts
from tests.signing import send
from tests.until import until

REFERENCE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{2}\b")


def search(browser: Any, question: str, lang: str = "fr") -> str:
    return str(browser.get(f"/{lang}/search", query_string={"q": question}).text)


def links(page: str, kind: str) -> list[str]:
    return re.findall(rf'href="(/\w\w/{kind}/[^"?#]+)"', page)


def letters() -> str:
    """All that reached the mailbox: a letter that was tried again may come after a later one."""
    found = "\n".join(db.session.scalars(db.select(Letter.body).order_by(Letter.id)))
    db.session.rollback()
    return found


def test_a_question_is_answered_in_one_visit(town: Town) -> None:
    browser = town.browser()
    page = search(browser, "comment refaire ma carte d'identité")
    article = browser.get(links(page, "articles")[0])
    assert "carte d’identité" in article.text
    assert "01 99 00" in article.text or "01\xa099\xa000" in article.text, "whom to contact next"
    opinion = f"{links(page, 'articles')[0]}/opinion"
    for _ in range(2):
        assert send(browser, opinion, {"helped": "yes"}).status_code < 400
    assert contacts() == [], "finding alone leaves no contact"


def test_a_question_in_arabic_is_answered_in_arabic(town: Town) -> None:
    browser = town.browser()
    page = search(browser, "تجديد بطاقة الهوية", "ar")
    assert 'dir="rtl"' in browser.get(links(page, "articles")[0]).text


def test_a_document_is_found_by_what_it_says_and_downloaded(town: Town) -> None:
    browser = town.browser()
    page = search(browser, "modèle attestation sur l'honneur hébergement")
    document = browser.get(links(page, "documents")[0]).text
    files = re.findall(r'href="(/fr/documents/[^"]+/\d+)"', document)
    assert len(files) == 2, "the same text in two formats"
    download = browser.get(files[0])
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert len(download.data) > 1000


def test_another_organizations_matter_says_whose_why_and_how(town: Town) -> None:
    page = search(town.browser(), "je n'ai plus reçu mon APL")
    assert "CAF" in page
    assert re.search(r"tel:\+33199", page)
    api = (
        town.browser()
        .get("/api/v1/search", query_string={"q": "je n'ai plus reçu mon APL", "lang": "fr"})
        .json
    )
    assert api["referrals"][0]["service"]["kind"] == "caf"
    assert api["referrals"][0]["reason"] and api["referrals"][0]["rule"]


def test_a_web_request_is_followed_up_by_reference_and_code(live: Town) -> None:
    citizen = live.browser()
    request = {
        "subject": "Place en crèche",
        "body": "Bonjour, où en est ma demande de place ?",
        "reach": "leila@courriel.example",
        "name": "Leïla Marchand",
        "form_key": "r" * 20,
    }
    for _ in range(2):
        sent = send(citizen, "/fr/requests/new", request)
        assert sent.status_code == 303, sent.text
    receipt = citizen.get("/fr/requests/receipt").text
    reference = REFERENCE.search(receipt)
    assert reference, receipt
    (contact,) = contacts()
    agent = live.staff()
    desk = live.browser(agent)
    page = f"/console/contacts/{contact.id}"
    assert f"{page}/take" in desk.get("/console/").text
    send(desk, f"{page}/take")
    assert "Leïla Marchand" in desk.get(page).text
    answer = {"body": "Votre dossier passe en commission mardi.", "by": "email", "form_key": "a" * 20}
    assert send(desk, f"{page}/reply", answer).status_code == 302
    outcome = {"disposition": "answered", "note": "Commission du 12.", "form_key": "w" * 20}
    assert send(desk, f"{page}/wrap-up", outcome).status_code == 302

    other = live.browser()
    assert other.get("/fr/requests/thread").status_code == 303
    send(other, "/fr/requests/follow", {"reference": reference.group(0)})
    code = until_code()
    wrong = "000000" if code != "000000" else "111111"
    assert send(other, "/fr/requests/code", {"code": wrong}).status_code == 422
    assert send(other, "/fr/requests/code", {"code": code}).status_code == 303
    thread = other.get("/fr/requests/thread").text
    assert "Votre dossier passe en commission mardi." in thread
    assert "Commission du 12." not in thread, "a note is for staff"
    more = {"body": "Merci, et pour la cantine ?", "form_key": "m" * 20}
    assert send(other, "/fr/requests/thread", more).status_code == 303
    assert "Merci, et pour la cantine ?" in desk.get(page).text
    assert f"{page}/take" in desk.get("/console/").text, "it waits again"


def until_code() -> str:
    def found() -> str | None:
        digits = re.search(r"Code pour suivre.*?\b(\d{6})\b", letters())
        return digits.group(1) if digits else None

    return str(until(found))


def test_a_rule_is_changed_tried_published_and_obeyed(town: Town) -> None:
    question = "où faire tamponner ma licence de pêche"
    citizen = town.browser()
    assert "fédération de pêche" not in search(citizen, question).lower()
    admin = town.browser(town.staff("administrator"))
    rule = {
        "name": "Licence de pêche",
        "words": "licence de pêche",
        "service": "mediatheque",
        "strength": "3",
        "explanation_fr": "La médiathèque tient le guichet de la fédération de pêche.",
        "opening": "any",
        "position": "5",
        "form_key": "p" * 20,
    }
    made = send(admin, "/admin/rules", rule)
    assert made.status_code == 302, made.text
    page = made.location
    assert "fédération de pêche" not in search(citizen, question), "a draft sends nobody anywhere"
    trial = admin.get(f"{page}/trial").text
    assert "licence de pêche" in trial.lower()
    version = re.search(r'name="version" value="(\d+)"', admin.get(page).text)
    assert version is not None
    publish = {"version": version.group(1), "form_key": "q" * 20}
    assert send(admin, f"{page}/publication", publish).status_code == 302
    assert "fédération de pêche" in search(citizen, question)
    assert db.session.scalars(db.select(Contact)).all() == []
