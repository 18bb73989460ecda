"""Which parts a person's file has at all: one question in place of a dozen, most of which nothing would answer."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam

from portal import clock
from portal.among import among
from portal.cases import opening
from portal.cases.models import Case, Promise, Question
from portal.citizens.models import Duplicate, Flag, Merge, Relation
from portal.contacts.models import Attachment, BridgeCode, ContactNote, Message, consulted_articles
from portal.database import db, rows
from portal.history import Reading
from portal.referrals.models import Referral
from portal.scripts.models import ScriptPath
from portal.views.console.door import ONE_READING, me


def parts_of(citizen_ids: Collection[int], contact_ids: Collection[int]) -> frozenset[str]:
    """The names of the parts that these files and these contacts have: `flags`, `merges`, `codes`… A part that is not
    named is empty; one that is may turn out to be so, for it is not asked here who may see it, nor whether it ended.

    `reading` is the one by whoever asks, a short time ago.
    """
    asked: dict[str, Any] = {"citizens": citizen_ids, "contacts": contact_ids}
    asked |= {"mine": me().organization_id, "reader": me().id, "lately": clock.now() - ONE_READING}
    (row,) = rows(_asked(), asked)
    return frozenset(name for name, there in row._mapping.items() if there)


@cache
def _asked() -> Select[Any]:
    there = {**_of_contacts(), **_of_citizens()}
    return db.select(*(found.label(name) for name, found in there.items()))


def _of_contacts() -> dict[str, Any]:
    columns = {
        "codes": BridgeCode.contact_id,
        "articles": consulted_articles.c.contact_id,
        "scripts": ScriptPath.contact_id,
        "questions": Question.contact_id,
        "notes": ContactNote.contact_id,
        "referrals": Referral.contact_id,
    }
    given = db.select(Attachment.id).join(Message).where(among(Message.contact_id, "contacts"))
    there = {name: db.exists().where(among(column, "contacts")) for name, column in columns.items()}
    return {**there, "files": given.exists()}


def _of_citizens() -> dict[str, Any]:
    columns: dict[str, list[Any]] = {  # each is looked up in its own index
        "flags": [Flag.citizen_id],
        "doubles": [Duplicate.citizen_id, Duplicate.other_id],
        "merges": [Merge.kept_id],
        "near": [Relation.citizen_id],
        "speaks_for": [Relation.other_id],
    }
    there = {
        name: db.or_(*(db.exists().where(among(one, "citizens")) for one in some))
        for name, some in columns.items()
    }
    mine: Any = bindparam("mine")
    lately = (Reading.staff_id == bindparam("reader")) & (Reading.at > bindparam("lately"))
    more: dict[str, tuple[Any, Any]] = {
        "cases": (Case, (Case.organization_id == mine) & opening.IS_OPEN),
        "promises": (Promise, (Promise.organization_id == mine) & opening.IS_OWED),
        "referred_elsewhere": (Referral, Referral.organization_id != mine),
        "reading": (Reading, lately),
    }
    of_them = {
        name: db.exists().where(among(model.citizen_id, "citizens"), such)
        for name, (model, such) in more.items()
    }
    return {**there, **of_them}
