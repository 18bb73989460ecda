"""The town itself: organizations, services, topics, queues, the line, staff, communes and help numbers."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from portal import clock
from portal.articles.models import Topic
from portal.citizens.identifying import phone_number
from portal.contacts.models import Template
from portal.database import db
from portal.desk.keeping import SKILLS
from portal.desk.models import Queue, Skill, queue_agents, queue_topics
from portal.directory.editing import add_commune, department_of
from portal.directory.models import HelpNumber, Organization, Service, ServiceText
from portal.lines.models import Line, MenuVersion
from portal.mail.models import Mailbox
from portal.staff.models import Staff
from portal.staff.sessions import add_staff

FOLDER = Path(__file__).parent
NOT_TEXTS = {
    "slug",
    "organization",
    "name",
    "number",
    "text_number",
    "automatic_number",
    "languages",
    "language_keys",
    "menu",
    "relay_url",
}
WORDS = [
    "abricot",
    "brume",
    "cerise",
    "dune",
    "etang",
    "falaise",
    "givre",
    "herbe",
    "iris",
    "jardin",
    "lierre",
    "menthe",
    "nuage",
    "orme",
    "pollen",
    "rivage",
]


def read(name: str) -> Any:
    """A data file of the town."""
    return json.loads((FOLDER / name).read_text())


def number(written: str) -> str:
    """The E.164 form of a number, or the number itself when it is a short one (15, 3114)."""
    return phone_number(written) if len(written.replace(" ", "")) > 6 else written.replace(" ", "")


def load_town(town: dict[str, Any]) -> None:
    """Everything that does not act: places, services, topics, queues, lines."""
    for row in town["communes"]:
        add_commune(
            row["code"],
            row["name"],
            row["postcodes"],
            department=row["department"],
            population=row["population"],
        )
    db.session.add_all(_help_number(place, row) for place, row in enumerate(town["national_numbers"]))
    organizations = {row["slug"]: _organization(row, town) for row in town["organizations"]}
    topics = {row["slug"]: _topic(place, row) for place, row in enumerate(town["topics"])}
    db.session.add_all([*organizations.values(), *topics.values()])
    db.session.flush()
    services = {row["slug"]: _service(row, organizations[row["organization"]]) for row in town["services"]}
    db.session.add_all(services.values())
    queues = {row["slug"]: _queue(place, row, organizations) for place, row in enumerate(town["queues"])}
    db.session.add_all(queues.values())
    db.session.flush()
    for row in town["queues"]:
        for topic in row["topics"]:
            values = {"queue_id": queues[row["slug"]].id, "topic_id": topics[topic].id}
            db.session.execute(queue_topics.insert().values(**values))
    host = organizations[town["organization"]]
    if host.email:
        db.session.add(Mailbox(address=host.email, organization_id=host.id, plus=True))
    db.session.add_all(_line(row, organizations) for row in town["lines"])
    host = next(one for one in organizations.values() if one.is_host)
    db.session.add_all(Template(organization_id=host.id, **row) for row in read("templates.json"))
    db.session.flush()


def load_staff(town: dict[str, Any]) -> list[str]:
    """The staff, each with a password drawn now; returns the lines to print: role, address, password, telephone."""
    sign_ins = []
    for row in town["staff"]:
        organization = db.session.scalars(db.select(Organization).filter_by(slug=row["organization"])).one()
        password = "-".join(secrets.choice(WORDS) for _ in range(4)) + f"-{secrets.randbelow(90) + 10}"
        person: Staff = add_staff(
            organization_id=organization.id,
            email=row["email"],
            first_name=row["first_name"],
            last_name=row["last_name"],
            role=row["role"],
            password=password,
            phone=number(row["phone"]) if row.get("phone") else "",
        )
        person.job_title = row.get("job_title", "")
        person.may_open_protected = "protected" in row.get("groups", [])
        _on_duty(person, row)
        # to be picked up at the simulated network
        rings = f"  rings {row['phone']}" if row.get("phone") else ""
        sign_ins.append(f"{row['role']:<14} {row['email']:<40} {password:<32}{rings}".rstrip())
    return sign_ins


def _on_duty(person: Staff, row: dict[str, Any]) -> None:
    """The queues that somebody serves, and the languages they answer in."""
    queues = db.session.scalars(db.select(Queue).where(Queue.slug.in_(row.get("queues", []))))
    for queue in queues:
        db.session.execute(queue_agents.insert().values(queue_id=queue.id, staff_id=person.id))
    spoken = {f"language:{language}" for language in row.get("languages", [])} & set(SKILLS)
    db.session.add_all(Skill(staff_id=person.id, name=name) for name in sorted(spoken))


def _help_number(place: int, row: dict[str, Any]) -> HelpNumber:
    emergency = bool(row.get("emergency"))
    return HelpNumber(number=number(row["number"]), position=place, emergency=emergency, labels=row["label"])


def _organization(row: dict[str, Any], town: dict[str, Any]) -> Organization:
    desk: dict[str, Any] = next((s for s in town["services"] if s["organization"] == row["slug"]), {})
    return Organization(
        slug=row["slug"],
        name=row["name"]["fr"],
        is_host=row["slug"] == town["organization"],
        phone=number(desk["phone"]) if desk.get("phone") else "",
        email=desk.get("email", ""),
        url=row.get("url", ""),
        confirmed_at=clock.now(),
    )


def _topic(place: int, row: dict[str, Any]) -> Topic:
    return Topic(slug=row["slug"], position=place, names=row["name"], descriptions=row["description"])


def _service(row: dict[str, Any], organization: Organization) -> Service:
    at = row["address"]
    service = Service(
        slug=row["slug"],
        organization_id=organization.id,
        kind=row["kind"],
        phone=number(row["phone"]) if row["phone"] else "",
        email=row["email"],
        url=row["url"],
        address=f"{at['street']}, {at['postcode']} {at['town']}" if at else "",
        deaf_relay_url=row["accessibility"]["deaf_relay"],
        accessibility=row["accessibility"]["note"],
        languages=row["languages"],
        schedule=row["schedule"],
        confirmed_at=clock.now(),
        commune=at["commune"] if at else "",
        department=department_of(at["commune"]) if at else "",
    )
    for language, name in row["name"].items():
        service.texts[language] = ServiceText(language=language, name=name, summary=row["summary"][language])
    return service


def _queue(place: int, row: dict[str, Any], organizations: dict[str, Organization]) -> Queue:
    organization_id = organizations[row["organization"]].id
    return Queue(slug=row["slug"], name=row["name"]["fr"], position=place, organization_id=organization_id)


def _line(row: dict[str, Any], organizations: dict[str, Organization]) -> Line:
    line = Line(
        number=number(row["number"]),
        text_number=number(row["text_number"]) if row.get("text_number") else None,
        automatic_number=number(row["automatic_number"]) if row.get("automatic_number") else None,
        organization_id=organizations[row["organization"]].id,
        name=row["name"],
        languages=row["languages"],
        language_keys=row["language_keys"],
        texts={name: value for name, value in row.items() if name not in NOT_TEXTS},
        schedule={},  # round the clock: whoever tries the town in the evening must reach an agent too
        relay_url=row["relay_url"],
    )
    published = {"number": 1, "state": "published", "published_at": clock.now()}
    line.menus.append(MenuVersion(tree=row["menu"], **published))
    return line
