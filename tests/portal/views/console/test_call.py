"""The hands on a call, from the console: held, taken up again, consulted about, handed on; refused once over."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.contacts.models import Leg
from portal.database import db
from portal.history import Event
from portal.jobs import Job
from portal.staff.models import Staff
from tests import make
from tests.network import said, verbs
from tests.portal.calling import AGENT_CALL, CALL, Call
from tests.signing import send, signed_in, token

OTHER_PHONE, THIRD_CALL = "+33199000022", "CA" + "3" * 32


class Desk(Call):
    """The call of `Call`, put through, and the agent's browser."""

    def __init__(self, app: Flask, **values: Any) -> None:
        super().__init__(app, **values)
        self.put_through()
        self.browser = signed_in(app.test_client(), self.agent)

    def act(self, name: str, target: str = "", browser: Any = None) -> Any:
        path = f"/console/contacts/{self.contact.id}/call/{name}"
        return send(browser or self.browser, path, {"target": target})

    def page(self) -> str:
        return self.browser.get(f"/console/contacts/{self.contact.id}").text

    def third(self, key: str = "1") -> Any:
        """Whoever is consulted picks up."""
        leg = self.leg("third")
        ends = {"CallSid": THIRD_CALL, "To": leg.to, "From": leg.contact.line}
        twiml = self.twiml(f"/telephone/voice/third-answers?leg={leg.id}", **ends)
        if leg.staff_id is None:
            return twiml
        return self.twiml(f"/telephone/voice/third-presses?leg={leg.id}", **ends, Digits=key)


def jobs(kind: str) -> list[Any]:
    return [job.payload for job in db.session.scalars(db.select(Job).filter_by(kind=kind).order_by(Job.id))]


def history(verb: str) -> int:
    return len(list(db.session.scalars(db.select(Event).filter_by(verb=verb))))


def room(twiml: Any) -> str:
    return twiml.find("Dial/Conference").text


def colleague(desk: Call, state: str = "available") -> Staff:
    other = make.serving(
        make.queue("ailleurs"), phone=OTHER_PHONE, first_name="Dominique", last_name="Roy", state=state
    )
    db.session.commit()
    return other


def test_a_held_citizen_hears_a_sentence_and_music_again_and_again(app: Flask) -> None:
    desk = Desk(app, language="en")
    assert "En ligne" in desk.page()
    for _ in range(2):
        assert desk.act("hold").status_code == 302
    agent, citizen = desk.leg("agent"), desk.leg("citizen")
    assert jobs("move_leg") == [{"leg": agent.id, "seat": "room"}]  # the caller's own Dial then ends
    assert room(desk.seat(agent)) == f"contact-{desk.contact.id}"
    held = desk.dial_over()
    assert room(held) == f"hold-{desk.contact.id}" and citizen.seat == "hold"
    heard = desk.twiml(held.find("Dial/Conference").get("waitUrl"))
    assert verbs(heard) == ["Say", "Play", "Redirect"] and "Please hold" in said(heard)
    assert app.test_client().get(heard.find("Play").text).data.startswith(b"RIFF")
    assert "En attente" in desk.page() and history("contact.held") == 1


def test_who_is_taken_up_again_is_with_the_agent(app: Flask) -> None:
    desk = Desk(app)
    desk.act("hold")
    desk.seat(desk.leg("agent"))
    desk.dial_over()
    for _ in range(2):
        desk.act("resume")
    citizen = desk.leg("citizen")
    assert jobs("move_leg")[-1] == {"leg": citizen.id, "seat": "room"}
    assert room(desk.seat(citizen)) == room(desk.seat(desk.leg("agent")))
    assert history("contact.resumed") == 1


def test_a_colleague_is_consulted_apart_and_then_has_the_call(app: Flask) -> None:
    desk = Desk(app)
    other = colleague(desk)
    for _ in range(2):
        desk.act("consult", f"agent:{other.id}")
    assert desk.leg("third").to == OTHER_PHONE and len(jobs("place_call")) == 1
    assert "appel de Dominique Roy" in desk.page()
    assert room(desk.third()) == f"contact-{desk.contact.id}"
    assert "consultation avec Dominique Roy" in desk.page()
    assert desk.leg("citizen").seat == "hold" and desk.presence(other) == "busy"
    for _ in range(2):
        assert desk.act("complete").status_code == 302
    assert (desk.leg("citizen").seat, desk.leg("third")) == ("room", None)
    assert desk.fresh().agent_id == other.id and desk.presence() == "wrap_up"
    assert history("contact.handed_over") == 1
    desk.status(AGENT_CALL, "completed", 3)
    assert desk.fresh().ended_at is None
    desk.status(THIRD_CALL, "completed", 3)
    assert desk.fresh().ended_at is not None and desk.presence(other) == "wrap_up"


def test_of_a_queue_its_free_agent_is_consulted_once_and_with_nobody_free_it_is_told(app: Flask) -> None:
    desk = Desk(app)
    queue = make.queue("enfance")
    db.session.commit()
    refused = desk.act("consult", f"queue:{queue.id}")
    assert "Personne n’est libre dans cette file" in desk.browser.get(refused.location).text
    assert desk.leg("third") is None and desk.leg("citizen").seat == "bridge", "they still talk"
    make.serving(queue, phone="+33199000033", state="break")
    other = make.serving(queue, phone=OTHER_PHONE, first_name="Dominique", last_name="Roy")
    db.session.commit()
    for _ in range(2):
        desk.act("consult", f"queue:{queue.id}")
    assert (desk.leg("third").staff_id, desk.leg("third").to) == (other.id, OTHER_PHONE)
    assert len(jobs("place_call")) == 1
    desk.third()
    desk.act("complete")
    assert desk.fresh().agent_id == other.id


def test_what_was_noted_goes_with_the_call_and_the_page_says_who_has_it(app: Flask) -> None:
    desk = Desk(app)
    other = colleague(desk)
    desk.act("consult", f"agent:{other.id}")
    desk.third()
    noted, in_place = "A déjà appelé deux fois.", {"Sec-Fetch-Mode": "cors"}
    path = f"/console/contacts/{desk.contact.id}/call/complete"
    for note in (noted, "Trop tard : l’appel est à un autre"):
        data = {"csrf_token": token(desk.browser), "note": note, "topic": ""}
        assert desk.browser.post(path, data=data, headers=in_place).status_code == 302
        assert desk.fresh().note == noted and "Dominique Roy s’en occupe" in desk.page()
        assert f"Note interne : <bdi>{noted}</bdi>" in desk.page(), "what was kept is shown to who wrote it"
    assert noted in signed_in(app.test_client(), other).get(f"/console/contacts/{desk.contact.id}").text


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "completed"])
def test_who_does_not_answer_leaves_the_agent_with_the_citizen(app: Flask, status: str) -> None:
    desk = Desk(app)
    other = colleague(desk)
    desk.act("consult", f"agent:{other.id}")
    third = desk.leg("third")
    desk.status(THIRD_CALL, "ringing", 1, f"?leg={third.id}")
    desk.status(THIRD_CALL, status, 2, f"?leg={third.id}")
    assert desk.leg("citizen").seat == "room" and desk.presence(other) == "available"
    assert history("contact.consult_over") == 1
    assert "Dominique Roy n’a pas répondu" in desk.page()
    desk.act("consult", f"agent:{other.id}")
    assert "n’a pas répondu" not in desk.page(), "asked again"


def test_a_machine_that_answers_a_consultation_is_nobody(app: Flask) -> None:
    desk = Desk(app)
    desk.act("consult", f"agent:{colleague(desk).id}")
    assert "Hangup" in verbs(desk.third(key=""))
    assert desk.leg("third").answered_at is None


def test_a_consultation_called_off_gives_the_citizen_back(app: Flask) -> None:
    desk = Desk(app)
    other = colleague(desk)
    desk.act("consult", f"agent:{other.id}")
    desk.third()
    for _ in range(2):
        desk.act("cancel")
    assert desk.leg("citizen").seat == "room" and desk.leg("third").seat == "out"
    assert desk.presence(other) == "available"


def test_a_call_is_handed_to_a_queue_at_the_same_place(app: Flask) -> None:
    desk = Desk(app)
    since, other = desk.place.since, make.queue("enfance")
    for _ in range(2):
        assert desk.act("transfer", f"queue:{other.id}").status_code == 302
    db.session.refresh(desk.place)
    assert (desk.place.queue_id, desk.place.since, desk.place.state) == (other.id, since, "waiting")
    assert desk.leg("agent").seat == "out" and desk.presence() == "wrap_up"
    assert "Enqueue" in verbs(desk.dial_over())
    assert history("contact.transferred") == 1 and desk.fresh().ended_at is None


def test_a_call_is_handed_to_a_colleague_who_alone_is_rung(app: Flask) -> None:
    desk = Desk(app)
    other = colleague(desk)
    desk.act("transfer", f"agent:{other.id}")
    assert desk.is_ringing() and desk.offer.staff_id == other.id
    (dial,) = desk.dial_over()
    assert dial[0].text == OTHER_PHONE


def test_who_handed_a_call_on_may_still_note_what_they_know(app: Flask) -> None:
    desk = Desk(app)
    other, stranger = colleague(desk), make.staff()
    db.session.commit()
    desk.act("transfer", f"agent:{other.id}")
    path, note = f"/console/contacts/{desk.contact.id}/notes", {"later_note": "Elle a déjà payé"}
    assert send(desk.browser, path, note).status_code == 302
    assert "Elle a déjà payé" in desk.page() and desk.agent.name in desk.page()
    assert send(signed_in(app.test_client(), stranger), path, note).status_code == 422


def test_a_word_from_before_the_transfer_told_again_takes_the_caller_from_nobody(app: Flask) -> None:
    desk = Desk(app)
    other = colleague(desk)
    desk.act("hold")
    citizen = desk.leg("citizen")
    assert room(desk.seat(citizen, word="before")) == f"hold-{desk.contact.id}"
    desk.act("resume")
    desk.act("transfer", f"agent:{other.id}")
    for _ in range(2):
        assert "Dial" in verbs(desk.seat(citizen, word="before"))
    assert desk.leg("citizen").seat == "line"
    assert {"leg": citizen.id, "seat": "line"} in jobs("move_leg")
    assert "Dial" in verbs(desk.seat(citizen, word="sent for"))
    assert desk.leg("citizen").seat == "bridge"


def test_a_call_is_sent_on_to_a_listed_service_only(app: Flask) -> None:
    desk = Desk(app)
    service, dear = make.service("caf"), make.service("voyance", phone="+33899000000")
    desk.act("transfer", f"service:{dear.id}")
    desk.act("transfer", "service:+33899000000")
    desk.act("transfer", "+33899000000")
    assert "Choisissez dans la liste" in desk.browser.get("/console/").text
    desk.act("transfer", f"service:{service.id}")
    twiml = desk.dial_over()
    assert "CAF" in said(twiml) and twiml.find("Dial/Number").text == service.phone
    assert twiml.find("Dial").get("timeLimit")
    away = twiml.find("Dial").get("action")
    assert "ne répond pas" in said(desk.twiml(away, CallSid=CALL, DialCallStatus="no-answer"))
    assert desk.fresh().ended_at is not None


def test_an_agents_telephone_that_drops_while_the_citizen_is_held_puts_them_first_in_line(app: Flask) -> None:
    desk = Desk(app)
    since = desk.place.since
    desk.act("hold")
    desk.seat(desk.leg("agent"))
    desk.dial_over()
    desk.status(AGENT_CALL, "completed", 3)
    db.session.refresh(desk.place)
    assert (desk.place.state, desk.place.since, desk.leg("citizen").seat) == ("waiting", since, "line")
    twiml = desk.seat(desk.leg("citizen"))
    assert "de nouveau en attente" in said(twiml) and "Enqueue" in verbs(twiml)
    assert desk.fresh().agent_id is None and desk.presence() == "wrap_up"


def test_a_citizen_who_hangs_up_while_held_is_told_to_all(app: Flask) -> None:
    desk = Desk(app)
    other = colleague(desk)
    desk.act("consult", f"agent:{other.id}")
    desk.third()
    desk.status(CALL, "completed", 9)
    assert {leg.seat for leg in db.session.scalars(db.select(Leg).filter(Leg.role != "citizen"))} == {"out"}
    assert "a raccroché" in said(desk.seat(desk.leg("agent")))
    assert (desk.presence(), desk.presence(other)) == ("wrap_up", "available")


def test_nothing_is_done_to_a_call_that_is_over(app: Flask) -> None:
    desk = Desk(app)
    desk.dial_over()
    for name in ("hold", "resume", "consult", "complete", "cancel", "transfer"):
        assert desk.act(name).status_code == 302
        assert "Cet appel est terminé." in desk.browser.get("/console/").text
    assert "data-call" not in desk.page()


def test_another_agents_call_is_not_steered(app: Flask) -> None:
    desk = Desk(app)
    other = signed_in(app.test_client(), colleague(desk))
    desk.act("hold", browser=other)
    assert desk.leg("citizen").seat == "bridge"
    stranger = signed_in(app.test_client(), make.staff(of=make.organization("ailleurs")))
    assert desk.act("hold", browser=stranger).status_code == 404


def test_the_buttons_of_a_call_act_in_place_beside_what_is_typed(app: Flask) -> None:
    desk = Desk(app)
    asked = {"headers": {"Sec-Fetch-Mode": "cors"}, "data": {"csrf_token": token(desk.browser)}}
    path = f"/console/contacts/{desk.contact.id}/call"
    part = desk.browser.post(f"{path}/hold", **asked)
    assert part.status_code == 200 and "Reprendre" in part.text and "<html" not in part.text
    refused = desk.browser.post(f"{path}/consult", **asked)
    assert refused.status_code == 422 and 'role="status"' in refused.text
