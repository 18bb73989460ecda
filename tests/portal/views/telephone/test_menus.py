"""A call in the menu: by key, by word, in silence; to an answer, a text, another service."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from portal.articles import index
from portal.contacts.models import Contact
from portal.database import db
from portal.desk.models import Queue
from portal.history import SYSTEM
from portal.jobs import Job
from portal.lines import menus
from portal.lines.models import Line
from portal.telephony.models import NetworkEvent
from tests import make
from tests.network import LINE, Network, said, verbs
from tests.portal.views.calling import Caller, texts
from tests.portal.views.telephone.test_telephone import contacts


def test_emergencies_are_said_first_then_the_choices(network: Network, line: Line) -> None:
    caller = Caller(network)
    heard = said(caller.heard)
    assert heard.index("114") < heard.index("Bonjour, mairie.") < heard.index("Carte ou acte : tapez 1.")
    gather = caller.heard.find("Gather")
    assert gather is not None and gather.get("input") == "dtmf speech"
    assert (gather.get("language"), gather.get("actionOnEmptyResult")) == ("fr-FR", "true")
    assert "carte d’identité" in str(gather.get("hints"))


def test_addresses_bear_where_the_call_is_and_nothing_else(network: Network, line: Line) -> None:
    caller = Caller(network)
    caller.press("2")
    address = urlsplit(caller.action)
    assert caller.action.isascii()
    assert set(parse_qs(address.query)) == {"lang", "v", "at", "tries"}


def test_each_language_is_offered_by_its_own_voice(network: Network, line: Line) -> None:
    heard = {say.get("language"): say.text for say in Caller(network).heard.iter("Say")}
    assert heard["en-GB"] == "For English, press 5."
    assert "6" in str(heard["ar-XA"])


def test_a_language_goes_on_in_the_sub_menu(network: Network, line: Line) -> None:
    caller = Caller(network)
    caller.press("2")
    heard = caller.press("5")
    assert "Papiers: press 1." in said(heard) and {say.get("language") for say in heard.iter("Say")} == {
        "en-GB"
    }
    # in English, without a text in English: French, by a French voice
    assert caller.press("2").find("Say") is not None
    (contact,) = contacts()
    assert contact.language == "en"


def test_a_word_of_a_choice_is_as_good_as_its_key(network: Network, line: Line) -> None:
    for words in ("je voudrais un acte", "Carte d'identité", "un", "tapez 1"):
        caller = Caller(network)
        assert caller.say(words).findtext("Enqueue") == "etat-civil"


def test_asking_for_somebody_is_as_good_as_zero(network: Network, line: Line) -> None:
    assert Caller(network).say("je veux parler à quelqu'un").findtext("Enqueue") == "accueil"


def test_what_the_search_knows_is_understood_anywhere_in_the_menu(
    network: Network, line: Line, app: Flask
) -> None:
    make.article("Passeport perdu à l’étranger", topic_id=make.topic("etat-civil").id)
    db.session.commit()
    index.rebuild(app.extensions["settings"].index_dir)
    assert Caller(network).say("j'ai perdu mon passeport").findtext("Enqueue") == "etat-civil"


@pytest.mark.parametrize("key", ["", "9"])
def test_twice_silent_or_misunderstood_gets_a_person(network: Network, line: Line, key: str) -> None:
    caller = Caller(network)
    caller.press("2")
    assert verbs(caller.press(key)) == ["Gather"]
    assert ("compris" in said(caller.heard)) is bool(key)
    assert "Enqueue" in verbs(caller.press(key))
    assert caller.heard.findtext("Enqueue") == "accueil"
    assert contacts()[0].state == "waiting"


def test_a_menu_of_nobody_promises_nobody(network: Network, line: Line) -> None:
    read = {"do": "article", "article": "papiers"}
    alone = {"do": "choose", "says": {}, "choices": [make.choice("1", read, "Papiers")]}
    menus.publish(menus.draft(line, alone, SYSTEM), SYSTEM)
    caller = Caller(network)
    heard = said(caller.press("1"))
    assert heard.endswith("Pour laisser un message, tapez 0.") and "quelqu’un" not in heard
    caller.press("")
    assert verbs(caller.press(""))[-1] == "Record" and "quelqu’un" not in said(caller.heard)


def test_where_the_caller_is_stays_with_the_contact(network: Network, line: Line) -> None:
    caller = Caller(network)
    caller.press("2")
    assert contacts()[0].step == "Au menu : Autres"
    caller.press("1")
    (contact,) = contacts()
    assert (contact.step, contact.subject) == ("Écoute la réponse : Refaire ses papiers", "Autres › Papiers")
    network.post("/telephone/status/call", CallSid="CA1", CallStatus="completed", SequenceNumber="1")
    assert contacts()[0].step == "Écoute la réponse : Refaire ses papiers"
    pressed = db.session.scalars(db.select(NetworkEvent).filter_by(kind="menu").order_by(NetworkEvent.id))
    assert [event.payload["Digits"] for event in pressed] == ["2", "1"]


def test_an_answer_is_heard_again_then_received_by_text_once(network: Network, line: Line) -> None:
    caller = Caller(network)
    caller.press("2")
    heard = said(caller.press("1"))
    assert "Refaire ses papiers. C’est gratuit. Venez en personne. Pour réentendre, tapez 1." in heard
    assert "Attendez" not in heard
    assert "Venez en personne." in said(caller.press("1"))
    before = caller.action
    for _ in range(3):
        heard = said(network.twiml(before, **caller.fields, Digits="2"))
    assert "Le SMS est parti." in heard and "Venez" not in heard
    assert "par SMS" not in heard, "it is not offered again"
    (text,) = texts()
    assert text.startswith("Mairie : Refaire ses papiers.") and text.endswith("/fr/articles/papiers")
    assert [job.kind for job in db.session.scalars(db.select(Job))] == ["send_text"]
    assert caller.press("0").findtext("Enqueue") == "accueil"


def test_after_an_answer_a_word_does_what_its_key_does(network: Network, line: Line) -> None:
    caller = Caller(network)
    caller.press("2"), caller.press("1")
    assert "Le SMS est parti." in said(caller.say("par SMS s'il vous plaît"))
    assert caller.say("un agent").findtext("Enqueue") == "accueil"


@pytest.mark.parametrize("number", ["+33142345678", "+266696687", "+14155550100"])
def test_a_number_that_takes_no_texts_is_told_so(network: Network, line: Line, number: str) -> None:
    caller = Caller(network, From=number)
    caller.press("2")
    assert "Nous ne pouvons pas envoyer de SMS" in said(caller.press("2"))
    assert texts() == []


def test_who_takes_no_texts_hears_the_answer_and_may_ask_for_somebody(network: Network, line: Line) -> None:
    caller = Caller(network, From="+33142345678")
    caller.press("2")
    heard = said(caller.press("2"))
    assert "envoyer de SMS à ce numéro. Voici l’information. Refaire ses papiers. C’est gratuit." in heard
    assert heard.endswith("Pour réentendre, tapez 1. Pour parler à quelqu’un, tapez 0.")
    assert caller.press("0").findtext("Enqueue") == "accueil"


def test_a_text_without_an_answer_that_cannot_leave_gives_somebody(network: Network, line: Line) -> None:
    bare = {"do": "text", "says": {}, "text": {"fr": "Nos horaires : 8 h à 18 h."}}
    menus.publish(menus.draft(line, make.menu(make.choice("1", bare, "Par SMS")), SYSTEM), SYSTEM)
    caller = Caller(network, From="+33142345678")
    assert caller.press("1").findtext("Enqueue") == "accueil"


def test_a_text_with_its_link_leaves_and_the_call_ends(network: Network, line: Line) -> None:
    caller = Caller(network)
    caller.press("2")
    heard = caller.press("2")
    assert verbs(heard)[-1] == "Hangup"
    assert said(heard) == "Le SMS est parti. Merci de votre appel, et au revoir."
    assert texts() == [f"Mairie : Le dossier : {network.settings.public_base_url}/fr/articles/papiers"]


def test_a_withdrawn_answer_leads_to_a_person(network: Network, line: Line) -> None:
    caller = Caller(network)
    caller.press("2")
    make.article(slug="autre")
    db.session.execute(db.text("UPDATE articles SET state = 'retired' WHERE slug = 'papiers'"))
    assert caller.press("1").findtext("Enqueue") == "accueil"


def test_a_transfer_dials_the_listed_number_and_no_other(network: Network, line: Line) -> None:
    caller = Caller(network)
    caller.press("2"), caller.press("3")
    assert "Nous vous mettons en relation avec : EAU." in said(caller.heard)
    dial = caller.heard.find("Dial")
    assert dial is not None and dial.findtext("Number") == "+33199000051"
    assert (dial.get("callerId"), dial.get("timeLimit")) == (LINE, "3600")


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
def test_a_transfer_that_nobody_answers_comes_back_to_a_person(
    network: Network, line: Line, status: str
) -> None:
    caller = Caller(network)
    caller.press("2"), caller.press("3")
    heard = caller.press(DialCallStatus=status)
    assert "EAU ne répond pas" in said(heard) and heard.findtext("Enqueue") == "accueil"
    assert contacts()[0].state == "waiting"


def test_who_hangs_up_during_a_transfer_is_not_put_in_line(network: Network, line: Line) -> None:
    caller = Caller(network)
    caller.press("2"), caller.press("3")
    assert len(caller.press(DialCallStatus="no-answer", CallStatus="completed")) == 0
    assert contacts()[0].state == "open"


def test_a_transfer_that_was_answered_is_over_for_us(network: Network, line: Line) -> None:
    caller = Caller(network)
    caller.press("2"), caller.press("3")
    for _ in range(2):
        answer = network.twiml(caller.action, **caller.fields, DialCallStatus="completed")
    assert verbs(answer) == ["Say", "Hangup"] and said(answer) == "L’appel est terminé. Merci, et au revoir."
    (contact,) = contacts()
    assert (contact.state, contact.disposition) == ("wrapped_up", "transferred")


def test_a_message_is_asked_for_in_the_words_of_its_step(network: Network, line: Line) -> None:
    caller = Caller(network)
    caller.press("2")
    assert verbs(caller.press("4")) == ["Say", "Record"] and said(caller.heard) == "Dites-nous tout."


def test_a_step_that_only_speaks_ends_the_call(network: Network, line: Line) -> None:
    heard = Caller(network).press("3")
    assert verbs(heard)[-1] == "Hangup"
    assert said(heard) == "Nous déménageons. Merci de votre appel, et au revoir."


def test_nobody_is_bid_goodbye_twice(network: Network, line: Line) -> None:
    last = {"do": "say", "says": {"fr": "Nous déménageons. Au revoir !", "en": "We are moving."}}
    menus.publish(menus.draft(line, make.menu(make.choice("1", last, "Adresse")), SYSTEM), SYSTEM)
    assert said(Caller(network).press("1")) == "Nous déménageons. Au revoir !"
    caller = Caller(network, CallSid="CA2")
    caller.press("5")
    assert said(caller.press("1")) == "We are moving. Thank you for calling, and goodbye."


def test_a_line_without_a_menu_takes_a_message(network: Network, app: Flask) -> None:
    make.line(LINE)
    assert "Record" in verbs(Caller(network).heard)


def test_a_place_that_the_menu_does_not_have_takes_a_message(network: Network, line: Line) -> None:
    for address in ("at=77&v=999999", "at=77", "at=-", "v=x&at=2222222222222222222"):
        twiml = network.twiml(f"/telephone/voice/menu?lang=fr&tries=x&{address}", CallSid="CA1", Digits="1")
        assert {"Enqueue", "Record"} & set(verbs(twiml))


def test_a_key_costs_few_statements(network: Network, line: Line, app: Flask) -> None:
    caller = Caller(network)
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement.split(maxsplit=1)[0])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        caller.press("2")
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert [one for one in seen if one not in ("BEGIN", "PRAGMA")] == ["SELECT", "INSERT", "SELECT", "UPDATE"]


def test_a_queue_that_is_gone_takes_a_message(network: Network, line: Line) -> None:
    caller = Caller(network)
    db.session.execute(db.text("UPDATE queues SET slug = 'ailleurs' WHERE slug = 'etat-civil'"))
    assert "Record" in verbs(caller.press("1"))
    assert db.session.scalar(db.select(db.func.count()).select_from(Contact)) == 1


def test_an_agent_who_is_free_is_rung_at_once(network: Network, line: Line) -> None:
    queue = db.session.scalars(db.select(Queue).filter_by(slug="etat-civil")).one()
    agent = make.serving(queue)
    dial = Caller(network).press("1").find("Dial")
    assert dial is not None and dial.findtext("Number") == agent.phone
    assert db.session.scalars(db.select(Job).filter_by(kind="connect_call")).all() == []


def test_a_queue_with_a_long_name_is_one_that_the_network_takes(app: Flask) -> None:
    """It refuses names of more than 64 letters, and callers would hear an error."""
    queue = make.queue("affaires-scolaires-periscolaires-petite-enfance-jeunesse-sports-et-loisirs")
    make.published(make.line(LINE), make.queue_step(queue.slug))
    db.session.commit()
    name = Network(app).twiml("/telephone/voice", CallSid="CA1").findtext("Enqueue")
    assert name is not None and 0 < len(name) <= 64 and queue.slug.startswith(name)
