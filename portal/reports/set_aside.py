"""Jobs that were given up, as staff see them: whose each is follows from the thing that its payload names.

Administrators look after the instance and see all; a supervisor sees those of their organization.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Select

from portal import jobs
from portal.cases.lists.models import BulkChange
from portal.contacts.models import Contact, Leg, Message, Recording
from portal.database import db
from portal.desk.models import Offer
from portal.directory.models import Organization
from portal.errors import Missing
from portal.history import Person
from portal.jobs import Job
from portal.referrals.models import Referral, ReferralRule, RuleCheck, RuleVersion
from portal.reports.models import Export
from portal.staff.models import Staff
from portal.telephony.models import Alert


def set_aside(*, by: Person) -> list[Job]:
    """The jobs that wait for a person, the latest first."""
    found = jobs.all_set_aside()
    if by.role == "administrator":
        return found
    whose = _organizations_of(found)
    return [one for one in found if whose.get(one.id) == by.organization_id]


def try_again(job_id: int, *, by: Person) -> Job | None:
    """One of them is due again; None if it was not set aside. Another organization's is as if it were not."""
    job = db.session.get(Job, job_id)
    if job is None:
        return None
    if by.role != "administrator" and _organizations_of([job]).get(job_id) != by.organization_id:
        raise Missing
    return jobs.try_again(job_id)


def _organizations_of(found: Collection[Job]) -> dict[int, int]:
    """The organization of each job that is one's own; those of the whole instance have none."""
    named: dict[str, dict[int, int]] = defaultdict(dict)
    for one in found:
        name = next((name for name in OWNERS if name in _told(one)), "")
        if name:
            named[name][one.id] = _told(one)[name]
    whose: dict[int, int] = {}
    for name, ids in named.items():
        owners = {row[0]: row[1] for row in db.session.execute(OWNERS[name](set(ids.values())))}
        whose |= {job: owners[thing] for job, thing in ids.items() if owners.get(thing) is not None}
    return whose


def _told(job: Job) -> dict[str, Any]:
    """Its payload; of a letter about several referrals, the first: they are of one sender."""
    several = job.payload.get("referrals")
    return {**job.payload, "referral": several[0]} if several else job.payload


def _own(table: Any) -> Any:
    """Of a thing that says itself whose it is."""
    return lambda ids: db.select(table.id, table.organization_id).where(table.id.in_(ids))


def _by_contact(table: Any) -> Any:
    """Of a thing of an exchange."""

    def of(ids: Collection[int]) -> Select[Any]:
        query = db.select(table.id, Contact.organization_id).join(Contact, table.contact_id == Contact.id)
        return query.where(table.id.in_(ids))

    return of


def _by_rule(ids: Collection[int]) -> Select[Any]:
    query = db.select(RuleVersion.id, ReferralRule.organization_id).join(RuleVersion.rule)
    return query.where(RuleVersion.id.in_(ids))


def _itself(ids: Collection[int]) -> Select[Any]:
    return db.select(Organization.id, Organization.id).where(Organization.id.in_(ids))


# What a payload names, the surest first: a job about a referral may also name a message of it.
OWNERS: dict[str, Any] = {
    "referral": _own(Referral),
    "message": _by_contact(Message),
    "leg": _by_contact(Leg),
    "offer": _by_contact(Offer),
    "recording": _by_contact(Recording),
    "bulk": _own(BulkChange),
    "export": _own(Export),
    "rule": _own(ReferralRule),
    "version": _by_rule,
    "check": _own(RuleCheck),
    "staff": _own(Staff),
    "alert": _own(Alert),
    "organization": _itself,
}
