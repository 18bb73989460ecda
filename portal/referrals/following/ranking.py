"""Which rules send people where they are not received, and what would mend them: every refusal is evidence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.contacts.models import Contact
from portal.database import db
from portal.directory.models import Commune, Service
from portal.referrals.models import Referral, ReferralRule, RuleVersion

SILENT = "expired"
ENOUGH = 2  # refusals that name the same service, or come from the same place: one may be a mistake


@dataclass(frozen=True, slots=True)
class Mend:
    """What would mend a rule: another `service`, a `commune` or a `topic_id` where it fails, or, the receiver being
    `silent`, another way to reach it."""

    kind: str
    count: int
    service: Service | None = None
    commune: str = ""  # its code
    place: str = ""  # the commune, as it is read
    topic_id: int | None = None


@dataclass(slots=True)
class Record:
    """What became of those whom one rule sent, over a period."""

    rule: ReferralRule
    sent: int = 0
    refused: int = 0
    ping_pongs: int = 0
    silent: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    named: Counter[int] = field(default_factory=Counter)
    communes: Counter[str] = field(default_factory=Counter)
    topics: Counter[int] = field(default_factory=Counter)
    mends: list[Mend] = field(default_factory=list)

    @property
    def failed(self) -> int:
        return self.refused + self.silent

    @property
    def share(self) -> float:
        return self.failed / self.sent if self.sent else 0.0


def ranking(organization_id: int, since: datetime) -> list[Record]:
    """The rules that sent somebody since then, those that failed most first; two readings for any number."""
    records: dict[int, Record] = {}
    for rule, state, refusal, ping_pong, redirect, commune, topic_id, count in _counted(
        organization_id, since
    ):
        record = records.setdefault(rule.id, Record(rule))
        record.sent += count
        record.ping_pongs += count if ping_pong else 0
        if state not in ("refused", SILENT):
            continue
        record.silent += count if state == SILENT else 0
        record.refused += count if state == "refused" else 0
        for counted, key in (
            (record.reasons, refusal),
            (record.named, redirect),
            (record.communes, commune),
            (record.topics, topic_id),
        ):
            if key:
                counted[key] += count
    found = sorted(records.values(), key=lambda one: (-one.failed, -one.share, -one.sent, one.rule.slug))
    _propose(found)
    return found


def _counted(organization_id: int, since: datetime) -> list[tuple[Any, ...]]:
    columns = (
        ReferralRule,
        Referral.state,
        Referral.refusal,
        Referral.ping_pong,
        Referral.redirect_to_id,
        Contact.commune,
        Contact.topic_id,
    )
    query = db.select(*columns, db.func.count(Referral.id)).select_from(Referral)
    query = query.join(RuleVersion, RuleVersion.id == Referral.rule_version_id)
    query = query.join(ReferralRule, ReferralRule.id == RuleVersion.rule_id)
    query = query.join(Contact, Contact.id == Referral.contact_id)
    query = query.where(Referral.organization_id == organization_id, Referral.sent_at >= since)
    return [tuple(row) for row in db.session.execute(query.group_by(ReferralRule.id, *columns[1:]))]


def _propose(records: list[Record]) -> None:
    """What the refusals of each rule say would mend it, the surest first."""
    named = {service_id for one in records for service_id in one.named}
    services = {one.id: one for one in db.session.scalars(db.select(Service).where(Service.id.in_(named)))}
    codes = {code for one in records for code in one.communes}
    rows = db.session.execute(db.select(Commune.code, Commune.name).where(Commune.code.in_(codes)))
    names: dict[str, str] = {row.code: row.name for row in rows}
    for record in records:
        record.mends = [
            *_elsewhere(record, services),
            *_places(record, names),
            *([Mend("silent", record.silent)] if record.silent >= ENOUGH else []),
        ]


def _elsewhere(record: Record, services: dict[int, Service]) -> list[Mend]:
    most = record.named.most_common(1)
    return [
        Mend("service", count, service=services[one])
        for one, count in most
        if count >= ENOUGH and services[one].active
    ]


def _places(record: Record, names: dict[str, str]) -> list[Mend]:
    """A commune or a topic with most of the refusals, where the rule also serves others."""
    found = []
    for code, count in record.communes.most_common(1):
        if ENOUGH <= count < record.sent and count * 2 > record.failed:
            found.append(Mend("commune", count, commune=code, place=f"{names.get(code, code)} ({code})"))
    for topic_id, count in record.topics.most_common(1):
        if ENOUGH <= count < record.sent and count * 2 > record.failed:
            found.append(Mend("topic", count, topic_id=topic_id))
    return found
