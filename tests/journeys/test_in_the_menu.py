"""On the stand-in telephone: a language, a sub-menu, an answer by text, closed doors, an alert, a draft tried."""

from __future__ import annotations

from portal import clock
from portal.contacts.models import Contact
from portal.database import db
from portal.history import SYSTEM
from portal.lines import menus
from portal.lines.models import Line
from simulator import Handset
from tests.journeys.conftest import LINE, Town

CALLER = "+33639980790"
OTHERS = ("ou travaux : tapez 4", "4")


def call(town: Town, *keys: tuple[str, str]) -> Handset:
    """Calls the town hall; each key is pressed once its words were heard."""
    phone = town.phone(CALLER)
    phone.call(LINE)
    for words, key in keys:
        phone.wait_to_hear(words)
        phone.press(key)
    return phone


def town_line() -> Line:
    return db.session.scalars(db.select(Line)).one()


def calls() -> list[Contact]:
    """The contacts there are. Nothing is held: the doors of the call are being asked meanwhile."""
    db.session.expire_all()
    found = list(db.session.scalars(db.select(Contact).order_by(Contact.id)))
    db.session.commit()
    return found


def test_an_answer_is_heard_in_english_then_received_by_text(live: Town) -> None:
    phone = call(
        live,
        ("For English, press 5", "5"),
        ("housing or works: press 4", "4"),
        ("Sorting your waste: press 1", "1"),
        ("To receive it by text, press 2", "2"),
    )
    phone.wait_to_hear("The text is on its way.")
    text = phone.wait_for_text("/en/articles/tri-dechets")
    assert text["body"].startswith("Mairie de Valbrune")
    phone.hang_up()
    (contact,) = calls()
    assert (contact.language, contact.step[:20]) == ("en", "Réponse reçue par SM")
    assert contact.subject == "Rue, déchets, eau, logement ou travaux › Trier ses déchets"


def test_a_text_with_a_link_comes_to_who_asks_for_it(live: Town) -> None:
    phone = call(live, OTHERS, ("dans la rue : tapez 2", "2"))
    phone.wait_to_hear("Le SMS est parti.")
    assert "signaler-rue" in phone.wait_for_text("photo")["body"]
    phone.wait_for("over")


def test_whoever_is_twice_misunderstood_gets_a_person(live: Town) -> None:
    browser = live.browser(live.staff())
    phone = call(live, OTHERS, ("dans la rue : tapez 2", "9"), ("Nous n’avons pas compris", "9"))
    phone.wait_to_hear("Nous vous passons quelqu’un.")
    phone.wait_to_hear("Un agent va vous répondre")
    assert "/take" in browser.get("/console/").text
    phone.hang_up()


def test_a_word_is_understood(live: Town) -> None:
    phone = call(live)
    phone.speak("c'est pour la cantine de ma fille")
    phone.wait_to_hear("Un agent va vous répondre")
    assert calls()[0].step == "En attente : Enfance et école"
    phone.hang_up()


def test_a_service_elsewhere_is_reached_and_the_call_is_over_for_us(live: Town) -> None:
    water = live.phone("+33199000051")
    phone = call(live, OTHERS, ("fuite d’eau : tapez 3", "3"))
    water.wait_for("ringing")
    water.answer()
    phone.wait_to_be_with("+33199000051")
    phone.hang_up()
    water.wait_for("over")


def test_closed_for_a_day_says_until_when_and_takes_a_message(live: Town) -> None:
    always = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    today = clock.local_day().isoformat()
    town_line().schedule = {**always, "days": {today: []}}
    db.session.commit()
    phone = call(live)
    phone.wait_to_hear("exceptionnellement fermée aujourd’hui. Ouvre")
    phone.wait_to_be_asked("record")
    phone.hang_up()


def test_an_alert_is_heard_before_all(live: Town) -> None:
    town_line().emergency = True
    db.session.commit()
    phone = call(live)
    phone.wait_to_hear("Bonjour")
    assert phone.transcript()[0].startswith("Une alerte est en cours à Valbrune.")
    phone.hang_up()


def test_a_draft_is_called_before_anybody_hears_it(live: Town) -> None:
    line = town_line()
    person = {"do": "queue", "queue": "accueil", "topic": "", "says": {}}
    draft = menus.draft(line, {"do": "say", "says": {"fr": "Un tout nouveau menu."}, "then": person}, SYSTEM)
    menus.begin_trial(draft, CALLER, SYSTEM)
    db.session.commit()
    phone = call(live)
    phone.wait_to_hear("Essai de la version 2 du menu.")
    phone.wait_to_hear("Un tout nouveau menu.")
    phone.wait_to_hear("Essai : l’appel attendrait ici un agent de la file Accueil général.")
    phone.wait_for("over")
    assert calls() == []
    again = call(live, OTHERS)
    again.wait_to_hear("Trier ses déchets")
    assert "Un tout nouveau menu." not in again.transcript()
    again.hang_up()


def test_a_call_goes_on_with_its_menu_while_another_is_published(live: Town) -> None:
    phone = call(live)
    phone.wait_to_be_asked("keys")
    person = {"do": "queue", "queue": "accueil", "topic": "", "says": {}}
    menus.publish(
        menus.draft(town_line(), {"do": "say", "says": {"fr": "Nouveau."}, "then": person}, SYSTEM), SYSTEM
    )
    db.session.commit()
    phone.press("4")
    phone.wait_to_hear("Trier ses déchets : tapez 1.")
    phone.hang_up()
    other = live.phone("+33639980791")
    other.call(LINE)
    other.wait_to_hear("Nouveau.")
    other.hang_up()
