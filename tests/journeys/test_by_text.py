"""Texts: answered when the search is sure, a person for distress, nothing for a forged one."""

from __future__ import annotations

from portal.database import db
from portal.telephony.models import NetworkEvent
from tests import make
from tests.journeys.conftest import TEXTS, Town
from tests.network import Network
from tests.portal.views.telephone.test_telephone import contacts


def test_a_text_that_nothing_answers_waits_for_an_agent_with_a_reference(live: Town) -> None:
    phone = live.phone()
    phone.write(TEXTS, "Bonjour c'est Mme Petit, je reviens vers vous comme convenu")
    received = phone.wait_for_text("réf")["body"]
    (contact,) = contacts()
    assert received and contact.state != "wrapped_up"
    desk = live.browser(live.staff()).get("/console/").text
    assert f"/console/contacts/{contact.id}/take" in desk


def test_words_of_distress_get_the_numbers_at_once(live: Town) -> None:
    phone = live.phone()
    phone.write(TEXTS, "je n'en peux plus je veux mourir")
    assert "112" in phone.wait_for_text("112")["body"]


def test_a_forged_text_changes_nothing_and_a_replayed_one_nothing_more(town: Town) -> None:
    network = Network(town.app)
    fields = {"MessageSid": "SM1", "Body": "Bonjour", "To": TEXTS}
    assert network.post("/telephone/text", signature="forged", **fields).status_code == 403
    assert contacts() == []
    for _ in range(3):
        assert network.post("/telephone/text", **fields).status_code == 200
    (contact,) = contacts()
    assert [message.direction for message in contact.messages] == ["in", "out"]
    events = db.session.scalar(db.select(db.func.count()).select_from(NetworkEvent))
    assert events == 1
    assert make.identifier("phone", "+33639980001").id == contact.identifier_id


def test_a_text_that_an_article_answers_gets_its_link(live: Town) -> None:
    phone = live.phone()
    phone.write(TEXTS, "Bonjour comment refaire ma carte d'identite ?")
    received = phone.wait_for_text("http")["body"]
    assert "carte-identite" in received
    link = received[received.index("/fr/") :].split()[0]
    assert "carte d’identité" in live.browser().get(link).text
