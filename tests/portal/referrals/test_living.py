"""The life of a referral: forward only, one event an act, back at the sender's desk when nobody helps."""

from __future__ import annotations

from itertools import product

import pytest
from flask import Flask

from portal import history
from portal.contacts.models import Contact
from portal.database import db
from portal.errors import Refused
from portal.jobs import Job
from portal.referrals.following import chains, living
from portal.referrals.models import Referral
from tests import make
from tests.portal.referrals import cast, lives

ACTS = {
    "receive": living.receive,
    "accept": living.accept,
    "refuse": lambda made: living.refuse(made, "not_for_us"),
    "done": lambda made: living.close(made, "done"),
    "done_without_help": lambda made: living.close(made, "done_without_help"),
    "unreachable": lambda made: living.close(made, "unreachable"),
    "expire": living.expire,
}
FINAL = {"refused", "done", "done_without_help", "unreachable", "expired"}


def contact_of(made: Referral) -> Contact:
    return db.session.get_one(Contact, made.contact_id)


def test_a_referral_goes_from_hand_to_hand_and_each_act_is_told_once(app: Flask) -> None:
    made = lives.sent()
    assert (made.state, made.first_received_at) == ("sent", contact_of(made).started_at)
    assert made.case_id == contact_of(made).case_id is not None
    assert living.receive(made, who="Zoé") and living.accept(made, note="Rendez-vous mardi.")
    assert made.competent_received_at == made.received_at
    assert living.close(made, "done")
    verbs = [event.verb for event in history.of(made)][::-1]
    assert verbs == [
        "referral.made",
        "referral.sent",
        "referral.received",
        "referral.accepted",
        "referral.done",
    ]
    assert {event.citizen_id for event in history.of(made)} == {made.citizen_id}
    told = [job.payload["step"] for job in db.session.scalars(db.select(Job).filter_by(kind="tell_referred"))]
    assert told == ["sent", "received", "accepted", "done"]


@pytest.mark.parametrize(("first", "second"), list(product(ACTS, repeat=2)))
def test_whatever_comes_late_or_twice_a_final_state_stays(app: Flask, first: str, second: str) -> None:
    made = lives.sent()
    assert ACTS[first](made)
    before, events = made.state, len(history.of(made))
    moved = ACTS[second](made)
    if before in FINAL or first == second:
        assert not moved and made.state == before and len(history.of(made)) == events
    if second == "expire" and first == "accept":
        assert not moved, "who accepted is not silent"


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_done_to_what_was_not_sent(app: Flask, act: str) -> None:
    made = lives.proposed()
    assert not ACTS[act](made)
    assert made.state == "proposed"


def test_a_refusal_is_back_at_the_desk_at_once_with_why_and_where_to(app: Flask) -> None:
    queue = make.queue()
    made = lives.sent(lives.contact(queue_id=queue.id))
    other = cast.service("cpam")
    living.refuse(made, "not_for_us", note="Voyez la CPAM.", redirect_to=other.id)
    back = contact_of(made)
    assert (back.state, back.agent_id) == ("waiting", None)
    assert back.step == living.BACK["not_for_us"]
    assert (made.redirect_to, made.ping_pong, made.remind_at) == (other, False, None)


def test_a_refusal_has_a_reason_of_the_list_and_names_the_missing_piece(app: Flask) -> None:
    made = lives.sent()
    for reason, field in (("because", "reason"), ("missing_piece", "note")):
        with pytest.raises(Refused) as refusal:
            living.refuse(made, reason)
        assert refusal.value.field == field


def test_the_next_referral_follows_the_refused_one_and_keeps_the_first_date(app: Flask) -> None:
    made = lives.sent(nature="request")
    living.refuse(made, "not_for_us")
    supervisor = make.staff("supervisor")
    again = chains.send_again(made, lives.receiver("cpam").id, reason="Dit la CAF", by=supervisor)
    assert again is not None
    assert (again.former, again.nature, again.first_received_at) == (made, "request", made.first_received_at)
    assert chains.chain(again) == [again, made]


def test_what_would_go_back_to_who_sent_it_away_stops_for_a_supervisor(app: Flask) -> None:
    agent, supervisor = make.staff(), make.staff("supervisor")
    first = lives.sent()
    living.refuse(first, "not_for_us")
    second = chains.send_again(first, lives.receiver("cpam").id, reason="r", by=agent)
    assert second is not None
    living.send(second, "email", by=agent.actor)
    living.refuse(second, "not_for_us", redirect_to=first.service_id)
    assert second.ping_pong and contact_of(second).step == living.BACK["ping_pong"]
    assert chains.send_again(second, first.service_id, reason="r", by=agent) is None
    assert history.of(second)[0].verb == "referral.stopped"
    again = chains.send_again(second, first.service_id, reason="Vu avec la CAF", by=supervisor)
    assert again is not None and again.ping_pong


def test_who_refuses_and_names_the_sender_is_a_ping_pong_at_once(app: Flask) -> None:
    made = lives.sent()
    ours = make.service("accueil", of=make.organization())
    living.refuse(made, "not_for_us", redirect_to=ours.id)
    assert made.ping_pong


def test_with_the_missing_piece_it_goes_back_to_the_same_service(app: Flask) -> None:
    made = lives.sent()
    living.refuse(made, "missing_piece", note="Le bail")
    again = chains.send_again(made, made.service_id, reason="Avec le bail", by=make.staff())
    assert again is not None and again.id != made.id and not again.ping_pong


def test_a_colleague_who_decided_on_an_older_page_is_told_and_does_nothing(app: Flask) -> None:
    made = lives.sent()
    living.accept(made, who="Zoé")
    with pytest.raises(living.Overtaken):
        living.check_seen(made, "sent")


def test_only_what_was_chosen_is_shared_and_nothing_of_a_protected_person_by_default(app: Flask) -> None:
    from portal.referrals.following import sharing

    contact = lives.contact()
    assert set(sharing.as_usual(contact)) == {"name", "reach", "subject", "request"}
    made = lives.proposed(contact)
    living.send(made, "email", fields=("reach", "subject"), by=make.staff().actor)
    assert made.shared == {
        "reach": "aicha@exemple.fr",
        "subject": "Aide au logement",
        "reason": made.reason,
    }
    contact.citizen.protected = True
    assert sharing.as_usual(contact) == []


def test_a_way_that_the_service_does_not_take_is_refused(app: Flask) -> None:
    made = lives.proposed()
    for way in ("api", "pigeon"):
        with pytest.raises(Refused):
            living.send(made, way, by=make.staff().actor)
    assert living.send(made, "told", by=make.staff().actor)
    assert made.shared == {} and made.remind_at is None
