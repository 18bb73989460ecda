"""A town's telephone under misfortune: a line with a menu, queues, agents, and what must hold at its end."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests
import time_machine
from flask import Flask, Response, request

from portal import clock, spool
from portal.contacts.models import Contact, Leg, Message
from portal.database import brief_read, db
from portal.desk import presence
from portal.desk.models import Offer, Place, Presence, Queue
from portal.jobs import Job
from portal.lines.models import Line
from portal.staff.models import Staff
from simulator import Handset, Running
from tests import make
from tests.network import LINE

CITIZEN, FIRST, SECOND = "+33639980001", "+33199000021", "+33199000022"
TEXTS = "+33639980010"
RULES: dict[str, str] = {  # what must never be found, and what finds it
    "waits for a call that is over": """
        SELECT contacts.id FROM places JOIN contacts ON contacts.id = places.contact_id
        WHERE places.kind = 'call' AND places.state IN ('waiting', 'offered') AND contacts.ended_at IS NOT NULL""",
    "is offered, and nothing rings": """
        SELECT places.id FROM places WHERE places.state = 'offered'
        AND NOT EXISTS (SELECT 1 FROM offers WHERE offers.live_contact_id = places.contact_id)""",
    "rings for a call that is over": """
        SELECT offers.id FROM offers JOIN contacts ON contacts.id = offers.contact_id
        JOIN places ON places.id = offers.place_id
        WHERE offers.live_contact_id IS NOT NULL AND places.kind = 'call' AND contacts.ended_at IS NOT NULL""",
    "is busy with a call that is over": """
        SELECT presences.staff_id FROM presences LEFT JOIN contacts ON contacts.id = presences.contact_id
        WHERE presences.state = 'busy' AND (contacts.id IS NULL OR contacts.ended_at IS NOT NULL)""",
    "is offered twice at once": """
        SELECT staff_id FROM offers WHERE state = 'ringing' GROUP BY staff_id HAVING COUNT(*) > 1""",
    "was accepted twice": """
        SELECT contact_id FROM offers WHERE state = 'accepted' GROUP BY contact_id, place_id, staff_id
        HAVING COUNT(*) > 1""",
    "was set aside": "SELECT id FROM jobs WHERE state = 'quarantined'",
    "is alive on a call that is over": """
        SELECT legs.id FROM legs JOIN contacts ON contacts.id = legs.contact_id
        WHERE contacts.ended_at IS NOT NULL AND legs.state NOT IN ('ended', 'failed') AND legs.seat <> 'out'""",
}
HARMLESS = ("", "Busy", "Unsure", "Away", "Interrupted")  # why a job may have had to be tried again


@dataclass
class Word:
    """One request of the network to our doors, as it came."""

    path: str
    query: str
    body: bytes
    headers: dict[str, str]

    @property
    def url(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path


@dataclass
class Stage:
    """One line, its network, and all that went over the doors meanwhile."""

    app: Flask
    network: Running
    line: Line
    queue: Queue
    words: list[Word] = field(default_factory=list)
    statuses: list[tuple[str, int]] = field(default_factory=list)
    slowest: float = 0.0

    def phone(self, number: str = CITIZEN) -> Handset:
        return self.network.handset(number)

    def turn(self, **switches: Any) -> None:
        self.network.network.faults.turn(switches)

    def agent(self, phone: str = FIRST, state: str = "available") -> Staff:
        person = make.serving(self.queue, phone=phone, state=state)
        db.session.commit()
        return person

    def chooses(self, agent: Staff, state: str) -> None:
        presence.choose(db.session.get_one(Staff, agent.id), state)
        db.session.commit()

    def call(self, number: str = CITIZEN, key: str = "1") -> Handset:
        """Calls, and chooses in the menu."""
        phone = self.phone(number)
        phone.call(LINE)
        phone.wait_to_be_asked("keys")
        phone.press(key)
        return phone

    def picks_up(self, phone: str = FIRST) -> Handset:
        """The agent's telephone rings and is answered by a person."""
        agent = self.phone(phone)
        agent.wait_for("ringing")
        agent.answer()
        agent.press("1")
        return agent

    def read(self, model: Any, **values: Any) -> list[Any]:
        """Rows as they are now; nothing stays open."""
        db.session.rollback()
        with brief_read() as session:
            return list(session.scalars(db.select(model).filter_by(**values).order_by(model.id)))

    def contact(self) -> Contact:
        (found,) = self.read(Contact)
        return found

    def presence(self, agent: Staff) -> str:
        db.session.rollback()
        with brief_read() as session:
            return session.get_one(Presence, agent.id).state

    def until(self, holds: Callable[[], Any], what: str, seconds: float = 120) -> Any:
        limit = time.monotonic() + seconds
        while not (found := holds()):
            assert time.monotonic() < limit, f"waited in vain: {what}; {self.picture()}"
            time.sleep(0.05)
        return found

    def until_idle(self, seconds: float = 120) -> None:
        """Until texts have arrived, the portal was told all, nothing is kept in its spool, the worker has done what is
        due, and no more came of it."""
        folder = self.app.extensions["settings"].spool_dir

        def idle() -> bool:
            now = clock.now()
            due = [job for job in self.read(Job) if job.state == "leased" or _is_due(job, now)]
            return not due and not spool.kept(folder)

        came = None
        while came != len(self.words) or not idle():
            came = len(self.words)
            self.until(self._have_arrived, "texts are on their way still", seconds)
            self.network.settle(seconds)
            self.until(idle, "the worker has work still", seconds)

    def _have_arrived(self) -> bool:
        kept = self.network.network
        with kept.changed:
            sent = [text for text in kept.texts.values() if text.direction != "inbound"]
            return not any(text.live or text.status == "sent" for text in sent)

    @contextmanager
    def days_later(self, days: float = 3) -> Iterator[None]:
        """What was due meanwhile is done."""
        with time_machine.travel(clock.now() + timedelta(days=days), tick=True):
            self.until_idle()
            yield

    def picture(self) -> dict[str, Any]:
        """All that a repeated word may not change."""
        return {
            "contacts": [(c.id, c.state, c.agent_id, c.step, c.ended_at) for c in self.read(Contact)],
            "messages": [(m.direction, m.body, m.state, m.error) for m in self.read(Message)],
            "places": [
                (p.contact_id, p.kind, p.state, p.since, p.left, p.attempts) for p in self.read(Place)
            ],
            "offers": [(o.contact_id, o.staff_id, o.state) for o in self.read(Offer)],
            "legs": [(leg.role, leg.provider_ref, leg.state, leg.seat) for leg in self.read(Leg)],
            "presences": [(p.staff_id, p.state, p.missed, p.contact_id) for p in self._presences()],
            "calls": self.calls(),
            "texts": self.texts(),
        }

    def calls(self) -> list[tuple[str, str]]:
        """Each call that the network knows: from, to."""
        kept = self.network.network
        with kept.changed:
            return [(call.sender, call.to) for call in kept.calls.values()]

    def texts(self) -> list[tuple[str, str]]:
        """Each text that left us: to, its words."""
        kept = self.network.network
        with kept.changed:
            return [(text.to, text.body) for text in kept.texts.values() if text.direction != "inbound"]

    def say_again(self, *, times: int = 1, seed: int = 1, since: int = 0) -> None:
        """Every word of the network until now, once more, shuffled and side by side."""
        words = self.words[since:] * times
        random.Random(seed).shuffle(words)
        with ThreadPoolExecutor(5) as pool:
            assert {status for status in pool.map(self.post, words) if status >= 400} == set()
        self.until_idle()

    def post(self, word: Word) -> int:
        address = self.app.extensions["settings"].public_base_url + word.url
        return requests.post(address, data=word.body, headers=word.headers, timeout=60).status_code

    def keep_word(self, *_: Any) -> None:
        if request.path.startswith("/telephone") and request.method == "POST":
            body = request.environ["relais.body"]
            at = body.tell()
            body.seek(0)
            wanted = ("Content-Type", "X-Twilio-Signature")
            headers = {name: request.headers[name] for name in wanted if name in request.headers}
            self.words.append(Word(request.path, request.query_string.decode(), body.read(), headers))
            body.seek(at)

    def keep_status(self, _app: Flask, response: Response, **_: Any) -> None:
        self.statuses.append((request.path, response.status_code))

    def check(self) -> None:
        """Nothing went wrong in our house, and nobody haunts it."""
        self.until_idle()
        assert [told for told in self.statuses if told[1] >= 500] == []
        found = {rule: self._ids(sql) for rule, sql in RULES.items()}
        assert {rule: ids for rule, ids in found.items() if ids} == {}, self.picture()
        assert {job.last_error for job in self.read(Job)} <= set(HARMLESS)

    def _ids(self, sql: str) -> list[int]:
        db.session.rollback()
        with brief_read() as session:
            return list(session.scalars(db.text(sql)))

    def _presences(self) -> list[Presence]:
        db.session.rollback()
        with brief_read() as session:
            return list(session.scalars(db.select(Presence).order_by(Presence.staff_id)))


def _is_due(job: Job, now: Any) -> bool:
    return job.state == "waiting" and job.not_before <= now


def made(app: Flask, network: Running) -> Stage:
    """The stage, set: 1 waits for an agent, 2 leaves a message."""
    queue = make.queue("accueil", ring_s=20, wrap_up_s=60)
    line = make.line(LINE, text_number=TEXTS)
    make.published(
        line, make.menu(make.choice("1", make.queue_step()), make.choice("2", {"do": "voicemail"}))
    )
    db.session.commit()
    return Stage(app, network, line, queue)
