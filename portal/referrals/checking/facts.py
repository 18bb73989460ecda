"""What the checking of rules must know of the directory, read once: who is open, for whom, and who was asked for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import func

from portal import clock
from portal.articles.models import Article, Search, Topic
from portal.contacts.models import Contact
from portal.database import db
from portal.directory.finding.kinds import levels as levels_of_kinds
from portal.directory.models import Commune, Kind, Organization, Service, ServiceArea
from portal.referrals.deciding.areas import Area, Reach, reach_of, reaches, seated
from portal.referrals.deciding.book import Book
from portal.referrals.deciding.rule import Rule
from portal.referrals.deciding.situations import day_of, department_of

LOOKED_BACK = timedelta(days=365)
MOST_COMMUNES = 300  # of those a table of topics and communes shows: where people asked, then by population


@dataclass(frozen=True)
class Office:
    """A service as far as rules are concerned."""

    id: int
    slug: str
    name: str
    organization_id: int
    open: bool
    kind: str
    reach: Reach


@dataclass(frozen=True)
class KindFacts:
    """A kind of service: where it has offices, and whether somebody answers for the whole country."""

    code: str
    name: str
    reach: Reach
    national: bool

    @property
    def is_anywhere(self) -> bool:
        reach = self.reach
        return self.national or reach.everywhere or bool(reach.departments or reach.communes)


@dataclass
class Facts:
    """What is known, on one day. `asked` counts real situations by topic and commune."""

    today: date
    services: dict[int, Office] = field(default_factory=dict)
    kinds: dict[str, KindFacts] = field(default_factory=dict)
    topics: dict[str, str] = field(default_factory=dict)
    communes: dict[str, str] = field(default_factory=dict)  # those of the table of gaps
    wholes: dict[str, str] = field(default_factory=dict)  # of communes that are a part of one: its code
    speakers: dict[str, tuple[int | str, ...]] = field(default_factory=dict)  # services and kinds, by topic
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)

    def serves(self, target: int | str | None, commune: str) -> bool:
        """Whether a service, or a kind, is there for who lives in the commune."""
        if isinstance(target, str):
            kind = self.kinds.get(target)
            return bool(kind and (kind.national or self._reached(kind.reach, commune)))
        office = self.services.get(target or 0)
        return bool(office and office.open and self._reached(office.reach, commune))

    def _reached(self, reach: Reach, commune: str) -> bool:
        return reach.serves({commune, self.wholes.get(commune, commune)}, department_of(commune))


def read_facts(books: dict[int, Book], organization_id: int) -> Facts:
    """The facts for checking the rules of this organization, with the books of all."""
    facts = Facts(day_of(organization_id))
    rules = [rule for book in books.values() for rule in book.rules]
    facts.topics = {
        topic.slug: topic.names.get("fr", topic.slug)
        for topic in db.session.scalars(db.select(Topic).order_by(Topic.position, Topic.id))
    }
    facts.asked = _asked(organization_id)
    named = {code for rule in rules for code in rule.communes} | {code for _, code in facts.asked}
    facts.communes = _communes(named)
    speaking = _speakers()
    facts.wholes = _wholes()
    ids, kinds = _targets(rules, speaking)
    facts.kinds = _kinds(kinds)
    facts.services = _services(ids)
    by_slug = {office.slug: office.id for office in facts.services.values()}
    for topic, named_there in speaking.items():
        known = (by_slug.get(name, name) for name in named_there)
        facts.speakers[topic] = tuple(dict.fromkeys(known))
    return facts


def _targets(rules: Iterable[Rule], speaking: dict[str, list[str]]) -> tuple[set[int], set[str]]:
    """The services and the kinds that rules and articles name."""
    slugs = {name for named in speaking.values() for name in named}
    ids = {rule.service_id for rule in rules if rule.service_id}
    ids |= set(db.session.scalars(db.select(Service.id).where(Service.slug.in_(slugs))))
    return ids, {rule.kind for rule in rules if rule.kind} | slugs


def _asked(organization_id: int) -> Counter[tuple[str, str]]:
    """How often each topic was asked about in each commune, over a year; the host's searches count too."""
    since = clock.now() - LOOKED_BACK
    contacts = (
        db.select(Topic.slug, Contact.commune, func.count())
        .join(Topic, Topic.id == Contact.topic_id)
        .where(Contact.organization_id == organization_id, Contact.started_at >= since, Contact.commune != "")
        .group_by(Topic.slug, Contact.commune)
    )
    found: Counter[tuple[str, str]] = Counter()
    for topic, commune, times in db.session.execute(contacts):
        found[topic, commune] += times
    organization = db.session.get(Organization, organization_id)
    if organization and organization.is_host:
        searches = (
            db.select(Search.topic, Search.commune, func.count())
            .where(Search.at >= since, Search.commune != "", Search.topic != "")
            .group_by(Search.topic, Search.commune)
        )
        for topic, commune, times in db.session.execute(searches):
            found[topic, commune] += times
    return found


def _communes(named: Collection[str]) -> dict[str, str]:
    """The communes of the table: those that somebody named, then the most populous."""
    first = db.select(Commune).where(Commune.code.in_(sorted(named)[:MOST_COMMUNES]))
    found = {commune.code: commune.name for commune in db.session.scalars(first)}
    whole = db.select(Commune).where(Commune.type == "current")
    for commune in db.session.scalars(
        whole.order_by(Commune.population.desc(), Commune.code).limit(MOST_COMMUNES)
    ):
        if len(found) < MOST_COMMUNES:
            found.setdefault(commune.code, commune.name)
    return found


def _wholes() -> dict[str, str]:
    """The parts of communes, and what each is a part of."""
    parts = db.select(Commune.code, Commune.parent).where(Commune.parent != "")
    return {row.code: row.parent for row in db.session.execute(parts)}


def _speakers() -> dict[str, list[str]]:
    """The services (slugs) and kinds that the published articles of each topic name."""
    query = db.select(Topic.slug, Article.contacts).join(Topic, Topic.id == Article.topic_id)
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for topic, contacts in db.session.execute(query.where(Article.state == "published")):
        for contact in contacts or ():
            if name := contact.get("service") or contact.get("kind"):
                found[topic][name] = None
    return {topic: list(names) for topic, names in found.items()}


def _services(ids: Collection[int]) -> dict[int, Office]:
    services = list(db.session.scalars(db.select(Service).where(Service.id.in_(ids))))
    reached = reaches(services)
    return {service.id: _office(service, reached[service.id]) for service in services}


def _office(service: Service, reach: Reach) -> Office:
    text = service.texts.get("fr")
    return Office(
        id=service.id,
        slug=service.slug,
        name=text.name if text else service.slug,
        organization_id=service.organization_id,
        open=service.active and service.status not in ("inactive", "defunct"),
        kind=service.kind,
        reach=reach,
    )


def _kinds(codes: Collection[str]) -> dict[str, KindFacts]:
    """The kinds of these codes, with the offices of all that answer for them."""
    kinds = list(db.session.scalars(db.select(Kind).where(Kind.code.in_(codes))))
    answering = {kind.code: {kind.code, *kind.answered_by} for kind in kinds}
    every = {code for those in answering.values() for code in those}
    areas: dict[str, list[Area]] = defaultdict(list)
    named = (
        db.select(Service.kind, ServiceArea.level, ServiceArea.code)
        .join(ServiceArea, ServiceArea.service_id == Service.id)
        .where(Service.active, Service.kind.in_(every))
        .distinct()
    )
    for kind, level, code in db.session.execute(named):
        areas[kind].append((level, code))
    levels = levels_of_kinds()
    columns = (Service.kind, Service.commune, Service.department)
    # the others are not taken for anybody else's
    silent = ~db.exists().where(ServiceArea.service_id == Service.id)
    town_halls = [code for code in every if levels.get(code) == "commune"]
    seats = db.select(*columns).where(Service.active, Service.kind.in_(every))
    seats = seats.where(silent | Service.kind.in_(town_halls)).distinct()
    for code, commune, department in db.session.execute(seats):
        areas[code] += seated(levels.get(code, ""), commune, department)
    return {
        kind.code: KindFacts(
            kind.code,
            kind.names.get("fr", kind.code),
            reach_of(area for code in answering[kind.code] for area in areas[code]),
            bool(kind.national),
        )
        for kind in kinds
    }
