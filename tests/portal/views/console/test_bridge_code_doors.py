"""« Calling us? »: from the pages read, by a code, to the call, the text or the agent that is told it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.contacts.codes.bridge_codes import check_digit
from portal.contacts.models import BridgeCode, Contact
from portal.database import db
from portal.lines.models import Line
from tests import make
from tests.network import LINE, NUMBER, Network, said
from tests.portal.views.calling import Caller, texts
from tests.signing import send, signed_in

CALLING = "/fr/calling"
WRONG = "1234567" + check_digit("1234567")


@pytest.fixture(autouse=True)
def desk(app: Flask) -> None:
    make.organization(phone="+33199000010")
    make.service("accueil", make.organization(), phone="+33199000010")
    db.session.commit()


@pytest.fixture
def code(line: Line, client: Any) -> str:
    """The code of a visit that read an article."""
    client.get("/fr/articles/papiers")
    return drawn(client, read=["papiers"])


def drawn(client: Any, **ticked: Any) -> str:
    assert send(client, CALLING, ticked).status_code == 303
    shown = re.search(r'class="reference">([\d ]+)<', client.get(CALLING).text)
    assert shown
    return shown[1]


def brought() -> BridgeCode:
    return db.session.scalars(db.select(BridgeCode)).one()


def test_the_page_shows_what_would_be_brought_and_keeps_nothing(line: Line, client: Any) -> None:
    client.get("/fr/articles/papiers")
    client.get("/fr/search?q=refaire+ma+carte")
    page = client.get(CALLING).text
    assert "Refaire ses papiers" in page and "refaire ma carte" in page
    assert not db.session.scalars(db.select(BridgeCode)).all()


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
def test_the_number_for_texts_is_read_as_a_number_and_not_as_code(
    line: Line, client: Any, code: str, language: str
) -> None:
    line.text_number = "+33639980010"
    db.session.commit()
    page = client.get(f"/{language}/calling").text
    assert '<a href="sms:+33639980010"><bdi dir="ltr">06 39 98 00 10</bdi></a>' in page


def ticked(page: str) -> set[str]:
    """The values of the boxes that come ticked."""
    boxes = re.findall(r'<input type="checkbox"[^>]*>', page)
    return {re.search(r'value="([^"]*)"', box)[1] for box in boxes if " checked" in box}


def test_nothing_that_was_typed_comes_ticked_and_no_answer_to_distress_either(
    line: Line, client: Any
) -> None:
    make.article("Violences conjugales : qui appeler", slug="violences")
    db.session.commit()
    for slug in ("papiers", "violences"):
        client.get(f"/fr/articles/{slug}")
    client.get("/fr/search?q=je+veux+mourir")
    client.get("/fr/search?q=refaire+ma+carte")
    page = client.get(CALLING).text
    assert "je veux mourir" in page and "Violences conjugales" in page
    assert ticked(page) == {"papiers"}
    drawn(client, read=["papiers"], asked=["refaire ma carte"])
    assert (brought().read, brought().asked) == (["papiers"], ["refaire ma carte"])


@pytest.mark.parametrize(
    ("language", "consent"),
    [
        ("fr", "vous acceptez que ce qui est coché"),
        ("en", "you agree that what is ticked"),
        ("ar", "توافقون على أن يُضاف ما وضعتم عليه علامة"),
    ],
)
def test_what_is_agreed_to_is_said_before_the_code_is_taken(
    line: Line, client: Any, language: str, consent: str
) -> None:
    client.get(f"/{language}/articles/papiers")
    page = client.get(f"/{language}/calling").text
    assert page.index(consent) < page.index('<button class="button"', page.index(consent))


def test_with_nothing_ticked_there_is_no_code_and_no_box_is_ticked_again(line: Line, client: Any) -> None:
    client.get("/fr/articles/papiers")
    answer = send(client, CALLING, {"read": []})
    assert answer.status_code == 422 and "Cochez au moins une ligne" in answer.text
    assert ticked(answer.text) == set()
    assert not db.session.scalars(db.select(BridgeCode)).all()


def test_only_what_stays_ticked_goes_and_nothing_that_was_not_read(line: Line, client: Any) -> None:
    make.article("Secret", slug="secret")
    db.session.commit()
    client.get("/fr/articles/papiers")
    client.get("/fr/search?q=ma+carte")
    drawn(client, read=["papiers", "secret"], asked=["autre chose"])
    assert (brought().read, brought().asked) == (["papiers"], [])


def test_with_nothing_read_there_is_no_code_to_take(client: Any) -> None:
    page = client.get(CALLING).text
    assert "Prendre un code" not in page and "Lisez une fiche" in page


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_is_in_the_readers_language(line: Line, client: Any, language: str) -> None:
    client.get(f"/{language}/articles/papiers")
    assert 'lang="fr"' in client.get(f"/{language}/calling").text


def test_keyed_in_the_menu_it_comes_with_the_call_and_the_menu_goes_on(
    network: Network, code: str, client: Any
) -> None:
    caller = Caller(network)
    assert "huit chiffres" in said(caller.press("*"))
    heard = caller.press(code.replace(" ", ""))
    assert "L’agent verra ce que vous avez lu" in said(heard) and "Carte ou acte : tapez 1." in said(heard)
    agent = make.staff()
    db.session.commit()
    assert brought().contact_id == db.session.scalars(db.select(Contact.id)).one()
    page = signed_in(client, agent).get(f"/console/contacts/{brought().contact_id}").text
    assert "Sur le site, avant cet échange" in page and "Refaire ses papiers" in page


def test_told_twice_by_the_network_the_call_hears_the_same(network: Network, code: str) -> None:
    caller = Caller(network)
    caller.press("*")
    action, keyed = caller.action, code.replace(" ", "")
    first = said(network.twiml(action, **caller.fields, Digits=keyed))
    assert said(network.twiml(action, **caller.fields, Digits=keyed)) == first


def test_a_digit_misheard_is_asked_again_and_a_code_that_ran_out_stops_nobody(
    network: Network, code: str
) -> None:
    caller = Caller(network)
    caller.press("*")
    keyed = code.replace(" ", "")
    assert "pas juste" in said(caller.press(keyed[:-1] + str((int(keyed[-1]) + 1) % 10)))
    assert "Nous continuons sans lui" in said(caller.press(WRONG))
    assert caller.press("1").findtext("Enqueue") == "etat-civil"


def test_silence_goes_back_to_the_menu(network: Network, line: Line) -> None:
    caller = Caller(network)
    caller.press("*")
    assert "Carte ou acte : tapez 1." in said(caller.press(""))


def test_by_text_it_is_told_and_the_question_is_asked_for(
    network: Network, code: str, work: Callable[[], int]
) -> None:
    network.post("/telephone/text", MessageSid="SM1", From=NUMBER, To=LINE, Body=f"code {code}")
    assert texts() == ["Merci, l'agent verra ce que vous avez lu. Quelle est votre question ?"]
    (contact,) = db.session.scalars(db.select(Contact))
    assert (contact.subject, contact.step) == ("", "A donné le code du site")
    assert brought().contact_id == contact.id


def test_an_agent_types_the_code_that_is_said_and_nothing_typed_is_lost(
    app: Flask, code: str, client: Any
) -> None:
    agent = make.staff()
    contact = make.contact("counter", state="in_progress", agent_id=agent.id)
    db.session.commit()
    signed_in(client, agent)
    door = f"/console/contacts/{contact.id}/code"
    wrong = send(client, door, {"bridge": WRONG, "note": "Pressée"})
    assert wrong.status_code == 422 and "Pressée" in wrong.text and "a déjà servi" in wrong.text
    right = send(client, door, {"bridge": code, "answer": "Venez lundi"})
    assert right.status_code == 200 and "Venez lundi" in right.text and "Refaire ses papiers" in right.text


def test_only_whoever_has_the_contact_brings_a_code_to_it(app: Flask, code: str, client: Any) -> None:
    contact = make.contact(state="in_progress", agent_id=make.staff().id)
    signed_in(client, make.staff())
    db.session.commit()
    refused = send(client, f"/console/contacts/{contact.id}/code", {"bridge": code})
    assert refused.status_code == 422 and brought().contact_id is None
