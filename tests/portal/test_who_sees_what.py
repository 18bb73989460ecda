"""Who sees what: every door, every role, another organization's objects. A door that is not listed here fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal import clock
from portal.cases.lists.models import BulkChange, SavedView
from portal.cases.opening import open_case, promise
from portal.citizens.models import Flag
from portal.contacts.models import Attachment, Contact, ContactNote, Message, Template
from portal.database import db
from portal.history import Reading
from portal.referrals.models import Referral, ReferralRule, RuleExample, RuleVersion
from portal.scripts.models import Script, ScriptVersion
from portal.staff.models import ROLES, Team
from tests import make
from tests.portal.doors import DOORS
from tests.signing import signed_in, token

EVERYONE = (None, *ROLES)
MAY_ENTER = {
    "anyone": EVERYONE,
    "staff": ROLES,
    "agents": ("agent", "supervisor"),
    "supervisors": ("supervisor",),
    "overseers": ("supervisor", "administrator"),
    "writers": ("administrator", "editor"),
    "administrators": ("administrator",),
    "demo": EVERYONE,
    "systems": (),  # of partners: the key is judged in tests of its own
    "network": (),  # the network alone: its signature is judged in tests of its own
}
GUARDS = {"anyone": "anyone", "demo": "demo", "systems": "partner", "network": "signed"}
SECRET, OURS = "Secret du voisin", "À nous"
A_PERSON = "Personne mairie"
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


class World:
    """Two organizations with the same things each; `ours` and `theirs` fill the addresses of doors."""

    def __init__(self) -> None:
        self.town, self.other = make.organization(), make.organization("departement")
        self.staff = {role: make.staff(role, phone="+33199000021") for role in ROLES}
        self.ours = self._things(self.town, OURS)
        self.theirs = self._things(self.other, SECRET)
        self.protected = make.citizen("Inès Protégée", protected=True)

    def _things(self, of: Any, words: str) -> dict[str, Any]:
        person = make.citizen(f"Personne {of.slug}")
        contact = make.contact(
            "web", of=of, citizen_id=person.id, certainty="confirmed", subject=words, note=words
        )
        contact.answer = words
        seen_by_administrators = words if words == SECRET else "Autre"
        agent = make.staff(of=of, last_name=seen_by_administrators)
        case = open_case(contact, by=agent.actor)
        made = promise(contact, words, clock.now() + timedelta(days=1), by=agent.actor)
        flag = Flag(citizen_id=person.id, kind="vulnerable")
        rule = ReferralRule(organization_id=of.id, slug=f"regle-{of.slug}")
        service = make.service(f"service-{of.slug}", of=of)
        draft = RuleVersion(
            rule=rule, number=1, service_id=service.id, agent_note=words if words == SECRET else ""
        )
        script = Script(organization_id=of.id, slug=f"script-{of.slug}", name=seen_by_administrators)
        script.versions.append(ScriptVersion(number=1, tree={"first": "1", "steps": {"1": {}}}))
        template = Template(organization_id=of.id, slug="t", name=seen_by_administrators, texts={"fr": "x"})
        example = RuleExample(
            organization_id=of.id, name=seen_by_administrators, situation={"words": seen_by_administrators}
        )
        team = Team(organization_id=of.id, name=seen_by_administrators)
        message = Message(contact=contact, direction="in", channel="web", body=words, state="received")
        file = Attachment(message=message, name="a.txt", media_type="text/plain", size=1, digest="0" * 64)
        sent = Referral(
            organization_id=of.id,
            contact_id=contact.id,
            service_id=service.id,
            citizen_id=person.id,
            reason=words,
        )
        view = SavedView(organization_id=of.id, staff_id=agent.id, name=words, scope="organization")
        bulk = BulkChange(organization_id=of.id, by_id=agent.id, says=words, state="done")
        db.session.add(ContactNote(contact_id=contact.id, author_id=agent.id, body=words))
        db.session.add_all([flag, rule, draft, script, template, team, file, example, sent, view, bulk])
        db.session.flush()
        return {
            "contact_id": contact.id,
            "attachment_id": file.id,
            "citizen_id": person.id,
            "case_id": case.id,
            "promise_id": made.id,
            "flag_id": flag.id,
            "rule_id": rule.id,
            "staff_id": agent.id,
            "script_id": script.id,
            "team_id": team.id,
            "queue_id": make.queue(f"file-{of.slug}", organization_id=of.id, name=seen_by_administrators).id,
            "line_id": make.line(
                f"+3319900{of.id:04}", organization_id=of.id, name=seen_by_administrators
            ).id,
            "template_id": template.id,
            "example_id": example.id,
            "referral_id": sent.id,
            "view_id": view.id,
            "bulk_id": bulk.id,
        }


def doors(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """Every way in: endpoint, method, rule. What only reads comes first, while nothing has changed; signing out comes
    last: it ends the visit."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in ("static", "telephone.music")]
    ways = [
        (rule.endpoint, method, rule)
        for rule in rules
        for method in sorted(METHODS & (rule.methods or set()))
    ]
    yield from sorted(ways, key=lambda way: (way[0] == "sign_in.leave", way[1] != "GET", str(way[2])))


def open_to(app: Flask, role: str) -> Iterator[tuple[str, str, Rule]]:
    """Those of the ways in whose guard lets this role through."""
    yield from (way for way in doors(app) if role in MAY_ENTER[DOORS[way[0]]])


def address(rule: Rule, things: dict[str, Any]) -> str:
    """The door's address with these things in it; what they do not name is something that does not exist."""
    values: dict[str, Any] = {"lang": "fr", **things}
    for name in rule.arguments - values.keys():
        words = getattr(rule._converters[name], "items", None)  # a door for a few words: the first of them
        number = name.endswith("id") or name in ("number", "version")
        values[name] = min(words) if words else 999_999 if number else "inconnu"
    built = rule.build({name: values[name] for name in rule.arguments})
    assert built is not None, rule
    return str(built[1])


def knock(client: Any, method: str, path: str, csrf: str) -> Any:
    data = {"csrf_token": csrf} if method != "GET" else None
    return client.open(path, method=method, data=data)


@pytest.fixture
def enter(app: Flask, client: Any) -> Callable[..., tuple[Any, str]]:
    """A client signed in as someone, or nobody, and the token of its forms."""

    def signed(person: Any) -> tuple[Any, str]:
        visitor = app.test_client()
        if person is not None:
            signed_in(visitor, person)
            return visitor, token(visitor)
        return visitor, token(visitor)

    return signed


@pytest.fixture
def sqlite_app(applications: Callable[[str], Flask]) -> Flask:
    return applications("sqlite")


def test_every_door_says_whom_it_is_for(sqlite_app: Flask) -> None:
    known = {endpoint for endpoint, _, _ in doors(sqlite_app)}
    assert known - DOORS.keys() == set(), "a new door: say in tests/portal/doors.py whom it is for"
    assert DOORS.keys() - known == set(), "a door that is gone"
    assert set(DOORS.values()) <= MAY_ENTER.keys()


def test_the_guard_of_a_door_lets_in_those_it_is_for_whatever_it_is_asked(sqlite_app: Flask) -> None:
    """A guard judges before its door knows of what: those whom it stops need knock once, not for each thing."""
    views = sqlite_app.view_functions
    guards = {endpoint: views[endpoint].guard for endpoint in DOORS}
    wrong = [f"{door}: {guard}" for door, guard in guards.items() if not _is_for(guard, DOORS[door])]
    assert wrong == []


def _is_for(guard: str, whom: str) -> bool:
    kind, _, roles = guard.partition(":")
    if kind != "staff":
        return GUARDS.get(whom) == kind
    return whom not in GUARDS and set(roles.split(",") if roles else ROLES) == set(MAY_ENTER[whom])


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody met at one door: whether it opened, and which of the telling words it showed."""

    endpoint: str
    method: str
    status: int
    opened: bool
    shows: frozenset[str]

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint}: {self.status}"


@dataclass(frozen=True, slots=True)
class Round:
    """One visitor at every door of their own organization; and how many files they were noted to have read."""

    answers: tuple[Answer, ...]
    readings: int


_rounds: dict[tuple[str, str | None], Round] = {}


@pytest.fixture
def round_of(app: Flask, enter: Any, engine: str) -> Callable[[str | None], Round]:
    """The round of a role, made once for all that is asked of it."""

    def found(role: str | None) -> Round:
        if (engine, role) not in _rounds:
            _rounds[engine, role] = _go_round(app, enter, role)
        return _rounds[engine, role]

    return found


def _go_round(app: Flask, enter: Any, role: str | None) -> Round:
    world, answers = World(), []
    client, csrf = enter(world.staff.get(role or ""))
    for endpoint, method, rule in doors(app):
        answer = knock(client, method, address(rule, world.ours), csrf)
        to_sign_in = answer.headers.get("Location", "").startswith("/sign-in?")
        opened = answer.status_code not in (401, 403) and not to_sign_in
        shows = frozenset(words for words in (SECRET, OURS, A_PERSON) if words in answer.text)
        answers.append(Answer(endpoint, method, answer.status_code, opened, shows))
    return Round(tuple(answers), len(db.session.scalars(db.select(Reading.id)).all()))


@pytest.mark.parametrize("role", EVERYONE, ids=str)
def test_a_door_opens_to_those_it_is_for_and_to_nobody_else(round_of: Any, role: str | None) -> None:
    wrong = [
        str(answer)
        for answer in round_of(role).answers
        if answer.status >= 500 or answer.opened is not (role in MAY_ENTER[DOORS[answer.endpoint]])
    ]
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_no_list_of_ours_shows_anything_of_theirs(round_of: Any, role: str) -> None:
    assert [str(answer) for answer in round_of(role).answers if SECRET in answer.shows] == []


@pytest.mark.parametrize("role", ["administrator", "editor"])
def test_administrators_and_editors_read_nobodys_file(round_of: Any, role: str) -> None:
    found = round_of(role)
    assert [str(answer) for answer in found.answers if answer.shows & {OURS, A_PERSON}] == []
    assert found.readings == 0


@pytest.mark.parametrize("role", ROLES)
def test_another_organizations_things_do_not_exist(app: Flask, enter: Any, role: str) -> None:
    world, wrong = World(), []
    client, csrf = enter(world.staff[role])
    for endpoint, method, rule in open_to(app, role):
        if not rule.arguments & world.theirs.keys():
            continue
        answer = knock(client, method, address(rule, world.theirs), csrf)
        shared = "citizen_id" in rule.arguments  # a person is nobody's; their contacts and cases are
        if SECRET in answer.text or (not shared and answer.status_code not in (403, 404)):
            wrong.append(f"{method} {endpoint}: {answer.status_code}")
    assert wrong == []
    theirs = db.session.get_one(Contact, world.theirs["contact_id"])
    assert (theirs.state, theirs.agent_id, theirs.version) == ("open", None, theirs.version)


def test_no_door_names_a_protected_person_to_who_wrote_no_reason(app: Flask, enter: Any) -> None:
    world, wrong = World(), []
    world.protected.links  # noqa: B018  (read before the doors do)
    things = {**world.ours, "citizen_id": world.protected.id}
    db.session.get_one(Contact, world.ours["contact_id"]).citizen_id = world.protected.id
    client, csrf = enter(world.staff["supervisor"])
    for endpoint, method, rule in open_to(app, "supervisor"):
        answer = knock(client, method, address(rule, things), csrf)
        refused = answer.status_code in (403, 422) or "citizen_id" not in rule.arguments
        if "Inès" in answer.text or not refused:
            wrong.append(f"{method} {endpoint}: {answer.status_code}")
    assert wrong == []
