"""The wallboard: who waits, how today was answered, who answers, what is due; and who sees which of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal import clock
from portal.cases.models import Clock
from portal.cases.opening import open_case, promise
from portal.contacts import answering
from portal.contacts.calls import calling
from portal.database import db
from portal.desk.models import Place
from portal.reports import counting, days, room, scope
from portal.staff.models import StaffSession, Team, team_members
from tests import make
from tests.signing import signed_in

PARIS = "Europe/Paris"


def stand(queue: Any, *, waited: int, answered: int | None = None, left: str = "") -> Place:
    """A call that stood in this queue, `waited` seconds ago."""
    since = clock.now() - timedelta(seconds=waited)
    contact = make.contact(queue_id=queue.id, state="waiting", started_at=since)
    place = Place(
        contact_id=contact.id, organization_id=queue.organization_id, queue_id=queue.id, since=since
    )
    if answered is not None:
        contact.answered_at = place.ended_at = since + timedelta(seconds=answered)
        contact.state = place.state = "answered"
    if left:
        place.state, place.left, place.ended_at = "left", left, clock.now()
    db.session.add(place)
    db.session.flush()
    return place


def now(by: Any, **narrowed: Any) -> room.RoomNow:
    db.session.flush()
    counting.count_day(by.organization_id, days.today(PARIS), PARIS)
    return room.now(scope.seen(by), PARIS, **narrowed)


def test_the_room_tells_who_waits_and_how_today_went(app: Any, time_machine: Any) -> None:
    time_machine.move_to(clock.now().replace(hour=12), tick=False)
    boss, queue, other = make.staff("supervisor"), make.queue(), make.queue("sociale")
    stand(queue, waited=100)
    stand(queue, waited=30)
    stand(other, waited=600, answered=15)
    stand(other, waited=600, answered=45)
    stand(other, waited=600, left="hung_up")
    stand(other, waited=600, answered=90)
    make.contact("web", queue_id=queue.id, state="waiting", started_at=clock.now() - timedelta(hours=3))
    make.contact("email", state="open")
    make.serving(queue)
    make.serving(queue, state="break")
    make.staff()  # has not come to the desk
    make.staff(disabled_at=clock.now())
    found = now(boss)
    assert (found.on_the_line.count, found.on_the_line.since) == (2, clock.now() - timedelta(seconds=100))
    assert [found.today.share(name) for name in ("within_20", "within_60", "gave_up")] == [
        1 / 6,
        2 / 6,
        1 / 6,
    ]
    assert found.today.mean_wait_s == 50
    assert {name: one.count for name, one in found.channels.items()} == {"phone": 2, "web": 1, "email": 1}
    assert [found.agents[state] for state in ("available", "break", "away")] == [1, 1, 1]
    assert found.begun["phone"] == 6
    assert [one.name for one in now(boss, only=(queue.id,)).queues] == [queue.name]


def test_promises_of_the_day_and_late_clocks_are_told(app: Any, time_machine: Any) -> None:
    time_machine.move_to(clock.now().replace(hour=12), tick=False)
    boss, agent = make.staff("supervisor"), make.staff()
    contact = make.contact("web")
    case = open_case(contact, by=agent.actor)
    made = promise(contact, "Rappeler", clock.now() + timedelta(hours=1), by=agent.actor)
    kept = promise(contact, "Écrire", clock.now() + timedelta(hours=1), by=agent.actor)
    kept.kept_at = clock.now()
    promise(contact, "Plus tard", clock.now() + timedelta(days=3), by=agent.actor)
    late = clock.now() - timedelta(hours=1)
    db.session.execute(db.delete(Clock))
    for kind in ("resolution", "silence"):
        values = {"organization_id": contact.organization_id, "case_id": case.id}
        db.session.add(Clock(kind=kind, due_at=late, **values))
    found = now(boss)
    assert (found.promises, found.promises_late, found.clocks_late) == (1, 0, 1)
    made.due_at = late
    assert now(boss).promises_late == 1


def a_team() -> tuple[Any, Any, Any]:
    """A supervisor of a team, the queue that it answers, and another."""
    boss, ours, theirs = make.staff("supervisor"), make.queue("notre"), make.queue("leur")
    mine, _ = make.serving(ours), make.serving(theirs)
    team = Team(organization_id=boss.organization_id, name="Nous")
    db.session.add(team)
    db.session.flush()
    for one in (boss, mine):
        db.session.execute(team_members.insert().values(team_id=team.id, staff_id=one.id))
    return boss, ours, theirs


def test_a_supervisor_of_a_team_sees_its_queues_and_agents(app: Any) -> None:
    boss, ours, theirs = a_team()
    stand(ours, waited=10)
    stand(theirs, waited=900)
    make.contact("web", queue_id=theirs.id, state="waiting")
    found = now(boss)
    assert [one.name for one in found.queues] == [ours.name]
    assert (found.on_the_line.count, found.agents["available"]) == (1, 1)
    assert set(found.channels) == {"phone"}


def test_who_gave_up_and_stands_on_the_desk_is_to_be_called_back(app: Any) -> None:
    boss, queue = make.staff("supervisor"), make.queue()
    for state in ("open", "in_progress"):
        place = stand(queue, waited=300, left="hung_up")
        place.state, place.contact.state = "proposed", state
    long_ago = stand(queue, waited=300, left="hung_up")
    long_ago.state, long_ago.contact.state = "proposed", "open"
    long_ago.ended_at = clock.now() - timedelta(days=8)
    assert now(boss).to_call_back == 1


def test_a_message_on_the_answering_machine_waits_until_somebody_has_it(app: Any, time_machine: Any) -> None:
    time_machine.move_to(clock.now().replace(hour=12), tick=False)
    boss, queue = make.staff("supervisor"), make.queue()
    oldest = clock.now() - timedelta(minutes=50)
    for n, values in enumerate(({}, {"queue_id": queue.id})):
        contact = make.contact(started_at=oldest + timedelta(minutes=n), provider_ref=f"CA{n}", **values)
        time_machine.move_to(contact.started_at, tick=False)
        calling.leave_voicemail(contact, f"RE{n}{'1' * 31}", 12)
        calling.end_call(contact, "completed")
    time_machine.move_to(oldest + timedelta(minutes=50), tick=False)
    stand(queue, waited=40)  # on the line, and counted there
    found = now(boss)
    assert (found.voicemails.count, found.voicemails.since, found.spoken) == (2, oldest, 2)
    assert [one.voicemails.count for one in found.queues] == [1, 1], "with a queue, and without"
    assert found.on_the_line.count == 1
    answering.take(contact, by=make.staff())
    assert now(boss).voicemails.count == 1


def test_another_organizations_room_is_its_own(app: Any) -> None:
    boss, town = make.staff("supervisor"), make.organization("departement")
    away = make.queue("ailleurs", organization_id=town.id)
    stand(away, waited=60)
    assert now(boss).on_the_line.count == 0


def test_the_page_and_its_part_show_the_same(app: Any, client: Any) -> None:
    queue = make.queue("papiers", name="Papiers d’identité")
    stand(queue, waited=130)
    signed_in(client, make.staff("supervisor"))
    page = client.get("/console/room")
    part = client.get("/console/room/now")
    assert page.status_code == part.status_code == 200
    assert "Papiers d’identité" in part.text and part.text.strip() in page.text
    again = client.get("/console/room/now", headers={"If-None-Match": part.headers["ETag"]})
    assert again.status_code == 304
    screen = client.get(f"/console/room?screen=1&queue={queue.id}")
    assert "Papiers d’identité" in screen.text and "staff-nav" not in screen.text


def test_a_wallboard_left_open_is_no_sign_of_life(app: Any, client: Any) -> None:
    signed_in(client, make.staff("supervisor"))
    seen = clock.now() - timedelta(minutes=30)
    db.session.execute(db.update(StaffSession).values(last_seen_at=seen))
    client.get("/console/room/now")
    assert db.session.scalar(db.select(StaffSession.last_seen_at)) == seen
