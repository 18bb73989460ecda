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
from portal.directory.models import Commune, Kind, Organization, Service, ServiceArea
from portal.referrals.deciding.book import Book
from portal.referrals.deciding.rule import Rule
from portal.referrals.deciding.situations import department_of, today

LOOKED_BACK = timedelta(days=365)
MOST_COMMUNES = 300  # of those a table of topics and communes shows: where people asked, then by population


@dataclass(frozen=True)
class Reach:
    """Whom a service is for. `unsaid`: nothing is known of it, and nothing is held against it; `regional`: part of
    it is told by regions, which are not looked into here."""

    everywhere: bool = False
    departments: frozenset[str] = frozenset()
    communes: frozenset[str] = frozenset()
    unsaid: bool = False
    regional: bool = False

    def serves(self, commune: str, department: str) -> bool:
        anywhere = self.everywhere or self.unsaid or self.regional
        return anywhere or commune in self.communes or department in self.departments

    def holds(self, other: Reach) -> bool:
        """Whether it surely serves all whom the other one may serve."""
        if self.everywhere or self.unsaid or self == other:
            return True
        if other.everywhere or other.unsaid or other.regional:
            return False
        return other.departments <= self.departments and self.holds_all(other.communes)

    def holds_all(self, communes: Iterable[str]) -> bool:
        """Whether it surely serves each of these communes."""
        if self.everywhere or self.unsaid:
            return True
        return all(one in self.communes or department_of(one) in self.departments for one in communes)

    def serves_department(self, department: str) -> bool:
        """Whether any of the department is served."""
        inside = any(department_of(commune) == department for commune in self.communes)
        return self.serves("", department) or inside


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
        return (
            self.national or reach.everywhere or reach.regional or bool(reach.departments or reach.communes)
        )


@dataclass
class Facts:
    """What is known, on one day. `asked` counts real situations by topic and commune."""

    today: date
    services: dict[int, Office] = field(default_factory=dict)
    kinds: dict[str, KindFacts] = field(default_factory=dict)
    topics: dict[str, str] = field(default_factory=dict)
    communes: dict[str, str] = field(default_factory=dict)  # those of the table of gaps
    speakers: dict[str, tuple[int | str, ...]] = field(default_factory=dict)  # services and kinds, by topic
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)

    def serves(self, target: int | str | None, commune: str) -> bool:
        """Whether a service, or a kind, is there for who lives in the commune."""
        if isinstance(target, str):
            kind = self.kinds.get(target)
            return bool(kind and (kind.national or kind.reach.serves(commune, department_of(commune))))
        office = self.services.get(target or 0)
        return bool(office and office.open and office.reach.serves(commune, department_of(commune)))


def read_facts(books: dict[int, Book], organization_id: int) -> Facts:
    """The facts for checking the rules of this organization, with the books of all."""
    facts = Facts(today())
    rules = [rule for book in books.values() for rule in book.rules]
    facts.topics = {
        topic.slug: topic.names.get("fr", topic.slug)
        for topic in db.session.scalars(db.select(Topic).order_by(Topic.position, Topic.id))
    }
    facts.asked = _asked(organization_id)
    named = {code for rule in rules for code in rule.communes} | {code for _, code in facts.asked}
    facts.communes = _communes(named)
    speaking = _speakers()
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
    query = db.select(Service).where(Service.id.in_(ids))
    services = list(db.session.scalars(query))
    areas: dict[int, list[tuple[str, str]]] = defaultdict(list)
    columns = (ServiceArea.service_id, ServiceArea.level, ServiceArea.code)
    for service_id, level, code in db.session.execute(
        db.select(*columns).where(ServiceArea.service_id.in_(ids))
    ):
        areas[service_id].append((level, code))
    levels = _levels({service.kind for service in services})
    return {service.id: _office(service, areas[service.id], levels) for service in services}


def _office(service: Service, areas: list[tuple[str, str]], levels: dict[str, str]) -> Office:
    reach = _reach(areas) if areas else _by_level(levels.get(service.kind, ""), service)
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


def _reach(areas: Iterable[tuple[str, str]]) -> Reach:
    """What the areas of a service say."""
    by_level: dict[str, set[str]] = defaultdict(set)
    for level, code in areas:
        by_level[level].add(code)
    everywhere = not {"national", "other"}.isdisjoint(by_level)  # what only words tell is held against nobody
    return Reach(
        everywhere,
        frozenset(by_level["department"]),
        frozenset(by_level["commune"]),
        regional="region" in by_level,
    )


def _by_level(level: str, service: Service) -> Reach:
    """Where no area is told, the kind tells: a town hall serves its commune, a prefecture its department."""
    if level == "commune" and service.commune:
        return Reach(communes=frozenset({service.commune}))
    if level == "department" and service.department:
        return Reach(departments=frozenset({service.department}))
    return Reach(unsaid=True)


def _levels(codes: Collection[str]) -> dict[str, str]:
    query = db.select(Kind.code, Kind.level).where(Kind.code.in_(codes))
    return {row.code: row.level for row in db.session.execute(query)}


def _kinds(codes: Collection[str]) -> dict[str, KindFacts]:
    """The kinds of these codes, with the offices of all that answer for them."""
    kinds = list(db.session.scalars(db.select(Kind).where(Kind.code.in_(codes))))
    answering = {kind.code: {kind.code, *kind.answered_by} for kind in kinds}
    every = {code for those in answering.values() for code in those}
    areas: dict[str, list[tuple[str, str]]] = defaultdict(list)
    named = (
        db.select(Service.kind, ServiceArea.level, ServiceArea.code)
        .join(ServiceArea, ServiceArea.service_id == Service.id)
        .where(Service.active, Service.kind.in_(every))
        .distinct()
    )
    for kind, level, code in db.session.execute(named):
        areas[kind].append((level, code))
    levels = _levels(every)
    seats = db.select(Service.kind, Service.commune, Service.department).distinct()
    for code, commune, department in db.session.execute(seats.where(Service.active, Service.kind.in_(every))):
        level = levels.get(code, "none")
        if level in ("commune", "department"):
            areas[code].append((level, commune if level == "commune" else department))
    return {
        kind.code: KindFacts(
            kind.code,
            kind.names.get("fr", kind.code),
            _reach(area for code in answering[kind.code] for area in areas[code]),
            bool(kind.national),
        )
        for kind in kinds
    }
