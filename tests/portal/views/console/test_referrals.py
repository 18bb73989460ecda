"""Referrals at the desk: what came back comes first, the next service is one button away, others see nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal import history
from portal.citizens.models import Citizen
from portal.contacts.models import Attachment, Contact
from portal.contacts.recording import add_message
from portal.database import db
from portal.mail.models import Letter
from portal.referrals.following import asking, chains, listing, living, sharing
from portal.referrals.models import Referral
from tests import make
from tests.portal.referrals import cast, lives
from tests.signing import send, signed_in, token


@pytest.fixture
def agent(app: Flask) -> Any:
    return make.staff()


@pytest.fixture
def console(client: Any, agent: Any) -> Any:
    db.session.commit()
    return signed_in(client, agent)


def act(console: Any, made: Referral, act: str, **fields: Any) -> Any:
    data = {"csrf_token": token(console), "form_key": "k" * 20, **fields}
    return console.post(f"/console/referrals/{made.id}/{act}", data=data)


def latest() -> Referral:
    return db.session.scalars(db.select(Referral).order_by(Referral.id.desc()).limit(1)).one()


def test_each_view_lists_its_own_and_the_one_with_something_to_do_opens(console: Any, agent: Any) -> None:
    back = lives.sent()
    living.refuse(back, "wrong_area")
    asked = lives.sent(lives.contact(email="b@exemple.fr"))
    asking.ask(asked, "Où ?", form_key="a" * 20)
    lives.proposed(lives.contact(email="c@exemple.fr"))
    waits = lives.sent(lives.contact(email="d@exemple.fr"))
    assert listing.counts(agent) == {
        "asked": 1,
        "back": 1,
        "proposed": 1,
        "late": 0,
        "without_news": 0,
        "waiting": 2,
        "accepted": 0,
        "over": 0,
        "ping_pong": 0,
    }
    page = console.get("/console/referrals").text
    assert f"/console/referrals/{asked.id}" in page and f"/console/referrals/{waits.id}" not in page
    assert "Renvoyées de l’un à l’autre" not in page
    assert "Hors de son territoire" in console.get("/console/referrals?view=back").text


def test_what_is_proposed_is_sent_with_the_fields_that_are_ticked(console: Any) -> None:
    made = lives.proposed()
    page = console.get(f"/console/referrals/{made.id}").text
    assert "aicha@exemple.fr" in page
    act(console, made, "send", way="email", nature="request", fields=["reach", "subject"])
    assert (made.state, made.nature, set(made.shared)) == ("sent", "request", {"reach", "subject", "reason"})


def test_a_refused_one_goes_to_the_service_named_in_one_click(console: Any) -> None:
    made = lives.sent(nature="request")
    other = lives.receiver("cpam")
    living.refuse(made, "not_for_us", redirect_to=other.id)
    assert "CPAM" in console.get(f"/console/referrals/{made.id}").text
    act(console, made, "again", service=str(other.id), reason="Indiqué par CAF", fields=list(made.shared))
    again = latest()
    assert (again.former_id, again.state, again.service_id) == (made.id, "sent", other.id)
    assert (again.nature, set(again.shared)) == ("request", set(made.shared))
    contact = db.session.get_one(Contact, made.contact_id)
    assert (contact.state, contact.disposition) == ("wrapped_up", "referred")


def test_the_missing_piece_goes_back_with_the_request(console: Any) -> None:
    made = lives.sent()
    assert "files" not in made.shared
    living.refuse(made, "missing_piece", note="Le bail")
    message = add_message(db.session.get_one(Contact, made.contact_id), "Voici le bail.")
    file = Attachment(name="bail.txt", media_type="text/plain", size=1, digest="0" * 64)
    message.attachments.append(file)
    db.session.commit()
    page = console.get(f"/console/referrals/{made.id}").text
    assert 'value="files" checked' in page
    act(console, made, "again", service=str(made.service_id), fields=["subject", "request", "files"])
    again = latest()
    assert set(again.shared) == {"subject", "request", "files", "reason"}
    assert "Voici le bail." in again.shared["request"]
    assert [one.name for one in sharing.files(again.shared)] == ["bail.txt"]


def test_ping_pong_stops_and_a_supervisor_sees_it(console: Any, client: Any, agent: Any) -> None:
    first = lives.sent()
    living.refuse(first, "not_for_us")
    second = chains.send_again(first, lives.receiver("cpam").id, reason="r", by=agent)
    assert second is not None
    living.send(second, "email", by=agent.actor)
    living.refuse(second, "not_for_us")
    answer = act(console, second, "again", service=str(first.service_id))
    assert "déjà renvoyé cette personne" in console.get(answer.location).text
    assert second.ping_pong and latest() is second
    supervisor = make.staff("supervisor")
    db.session.commit()
    watching = signed_in(client, supervisor)
    assert f"/console/referrals/{second.id}" in watching.get("/console/referrals?view=ping_pong").text
    act(watching, second, "again", service=str(first.service_id), reason="Vu avec la CAF")
    assert latest().former_id == second.id


def test_a_question_is_answered_and_what_was_told_is_closed_by_the_agent(console: Any) -> None:
    made = lives.sent()
    asking.ask(made, "Le bail ?", form_key="a" * 20)
    act(console, made, "answer", body="Le voici")
    assert made.messages[-1].body == "Le voici" and made.messages[-1].side == "sender"
    act(console, made, "close", outcome="done", note="")
    assert made.state == "done"


def test_a_file_sent_to_answer_a_question_goes_with_the_answer_and_the_person_is_told(
    console: Any, work: Any
) -> None:
    made = lives.sent()
    asking.ask(made, "Le bail ?", to_citizen=True, form_key="a" * 20)
    message = add_message(db.session.get_one(Contact, made.contact_id), "Voici le bail.")
    file = Attachment(name="bail.txt", media_type="text/plain", size=1, digest="0" * 64)
    other = add_message(lives.contact(email="b@exemple.fr"), "Autre chose")
    theirs = Attachment(name="autre.txt", media_type="text/plain", size=1, digest="1" * 64)
    message.attachments.append(file)
    other.attachments.append(theirs)
    db.session.commit()
    page = console.get(f"/console/referrals/{made.id}").text
    assert f'value="{file.id}" checked' in page and "autre.txt" not in page
    act(console, made, "answer", body="Le voici", files=[str(file.id), str(theirs.id)])
    assert sharing.files(made.shared) == [file]
    work()
    said = db.session.scalars(db.select(Letter.body).filter_by(to="aicha@exemple.fr")).all()
    assert any("transmis à CAF les fichiers" in one for one in said)
    assert "bail.txt" not in console.get(f"/console/referrals/{made.id}").text


def test_an_agent_whom_the_receiver_forestalled_is_told(console: Any) -> None:
    made = lives.sent()
    living.refuse(made, "not_for_us")
    answer = act(console, made, "close", outcome="done", note="")
    assert answer.status_code == 422 and "quelqu’un d’autre a répondu" in answer.text
    assert made.state == "refused"


def test_a_service_called_by_the_agent_is_said_to_have_taken_it(console: Any) -> None:
    made = lives.proposed()
    act(console, made, "send", way="phone", nature="information")
    assert "Le service a pris l’appel" in console.get(f"/console/referrals/{made.id}").text
    assert f"/console/referrals/{made.id}" in console.get("/console/referrals?view=waiting").text
    act(console, made, "taken")
    assert (made.state, made.shared) == ("received", {})


def test_what_is_wrong_is_said_beside_its_field(console: Any) -> None:
    made = lives.proposed()
    assert act(console, made, "send", way="", nature="request").status_code == 422
    assert act(console, made, "send", way="api", nature="request").status_code == 422
    living.send(made, "told", by=history.SYSTEM)
    living.close(made, "done_without_help")
    assert act(console, made, "again", service="").status_code == 422


def test_another_organization_s_referral_does_not_exist(console: Any) -> None:
    other = make.organization("departement")
    made = lives.proposed(make.contact("web", of=other, subject="Secret du voisin"))
    assert console.get(f"/console/referrals/{made.id}").status_code == 404
    assert act(console, made, "send", way="told", nature="request").status_code == 404
    assert "Secret" not in console.get("/console/referrals?view=proposed").text


def test_a_wrap_up_sends_at_once_where_it_says_how(console: Any, agent: Any) -> None:
    contact = lives.contact()
    contact.state, contact.agent_id = "in_progress", agent.id
    service = lives.receiver()
    data = {
        "csrf_token": token(console),
        "disposition": "referred",
        "service": str(service.id),
        "reason": "Aide au logement",
        "way": "email",
    }
    assert console.post(f"/console/contacts/{contact.id}/wrap-up", data=data).status_code == 302
    made = latest()
    assert (made.state, made.way) == ("sent", "email")
    assert set(made.shared) == {"name", "reach", "subject", "request", "reason"}
    assert f"/console/referrals/{made.id}" in console.get(f"/console/contacts/{contact.id}").text


@pytest.mark.parametrize("answered", [True, False])
def test_a_call_put_through_is_received_when_somebody_takes_it(
    app: Flask, agent: Any, answered: bool
) -> None:
    from portal.contacts.models import Leg
    from portal.referrals.following import by_phone

    contact, service = make.contact(), cast.service()
    made = by_phone.put_through(contact, service.id, by=agent.actor)
    leg = Leg(contact_id=contact.id, role="third", to=service.phone, label="CAF")
    by_phone.heard(contact.id, answered=answered)
    by_phone.heard(contact.id, answered=answered)
    assert made.state == ("received" if answered else "refused")
    assert by_phone.service_called(leg) is service


def test_a_service_that_says_no_on_the_telephone_refuses_with_its_reason(console: Any) -> None:
    rule = cast.rule("aide").versions[0]
    made = lives.proposed(rule_version_id=rule.id)
    made.service.phone = "+33199000050"
    other = make.service("cpam")
    db.session.commit()
    act(console, made, "send", way="phone", nature="request")
    page = console.get(f"/console/referrals/{made.id}").text
    assert "Le service ne la prend pas" in page and "en est prévenue" not in page, (
        "nobody was told anything yet"
    )
    unsaid = act(console, made, "refused")
    assert unsaid.status_code == 422 and 'href="#refusal"' in unsaid.text
    lacking = act(console, made, "refused", refusal="missing_piece")
    assert lacking.status_code == 422 and 'href="#why"' in lacking.text and made.state == "sent"
    act(console, made, "refused", refusal="not_for_us", why="Voyez la CPAM.", other=str(other.id))
    assert (made.state, made.refusal, made.redirect_to_id) == ("refused", "not_for_us", other.id)
    assert made.rule_version_id == rule.id and made.note == "Voyez la CPAM."
    assert f'name="service" value="{other.id}"' in console.get(f"/console/referrals/{made.id}").text
    by_letter = lives.sent(lives.contact(email="b@exemple.fr"))
    db.session.commit()
    assert "Le service ne la prend pas" not in console.get(f"/console/referrals/{by_letter.id}").text


def test_what_is_left_to_send_is_said_when_an_exchange_ends(console: Any) -> None:
    contact, service = lives.contact(), make.service("caf")
    db.session.commit()
    console.post(f"/console/contacts/{contact.id}/take", data={"csrf_token": token(console)})
    said = {"disposition": "referred", "service": str(service.id), "reason": "Ses allocations"}
    done = {"csrf_token": token(console), "form_key": "w" * 20, **said}
    console.post(f"/console/contacts/{contact.id}/wrap-up", data=done)
    assert latest().state == "proposed"
    page = console.get(f"/console/contacts/{contact.id}").text
    assert "n’est pas encore partie" in page and f"/console/referrals/{latest().id}" in page


def test_of_a_protected_person_nothing_is_told_before_a_written_reason(console: Any) -> None:
    made = lives.sent()
    living.refuse(made, "wrong_area", note="Elle vit cachée à Rennes")
    person = made.citizen_id
    db.session.get_one(Citizen, person).protected = True
    db.session.commit()
    assert "La CAF verse" not in console.get("/console/referrals?view=back").text
    db.session.get_one(Contact, made.contact_id).state = "wrapped_up"
    db.session.commit()
    closed = console.get(f"/console/referrals/{made.id}")
    assert closed.status_code == 403
    assert "La CAF verse" not in closed.text and "cachée" not in closed.text
    refused = act(console, made, "again", service="")
    assert refused.status_code == 403 and "cachée" not in refused.text
    send(console, f"/console/citizens/{person}/reason", {"reason": "Rappel demandé par elle"})
    assert "cachée" in console.get(f"/console/referrals/{made.id}").text
