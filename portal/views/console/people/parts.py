"""Which parts a person's file has at all: one question in place of a dozen, most of which nothing would answer."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam

from portal.cases.models import Question
from portal.citizens.models import Duplicate, Flag, Merge, Relation
from portal.contacts.models import Attachment, BridgeCode, Message, consulted_articles
from portal.database import db
from portal.referrals.models import Referral
from portal.scripts.models import ScriptPath
from portal.views.console.door import me


def parts_of(citizen_ids: Collection[int], contact_ids: Collection[int]) -> frozenset[str]:
    """The names of the parts that these files and these contacts have: `flags`, `merges`, `codes`… A part that is not
    named is empty; one that is may turn out to be so, for it is not asked here who may see it, nor whether it ended."""
    asked = {"citizens": list(citizen_ids), "contacts": list(contact_ids), "mine": me().organization_id}
    return frozenset(
        name for name, there in db.session.execute(_asked(), asked).one()._mapping.items() if there
    )


@cache
def _asked() -> Select[Any]:
    citizens: Any = bindparam("citizens", expanding=True)
    contacts: Any = bindparam("contacts", expanding=True)
    given = db.select(Attachment.id).join(Message).where(Message.contact_id.in_(contacts))
    of_citizens: dict[str, list[Any]] = {
        "flags": [Flag.citizen_id],
        "doubles": [Duplicate.citizen_id, Duplicate.other_id],
        "merges": [Merge.kept_id],
        "near": [Relation.citizen_id],
        "speaks_for": [Relation.other_id],
    }
    of_contacts: dict[str, list[Any]] = {
        "codes": [BridgeCode.contact_id],
        "articles": [consulted_articles.c.contact_id],
        "scripts": [ScriptPath.contact_id],
        "questions": [Question.contact_id],
        "referrals": [Referral.contact_id],
    }
    there = [_any(columns, citizens).label(name) for name, columns in of_citizens.items()]
    there += [_any(columns, contacts).label(name) for name, columns in of_contacts.items()]
    referred = db.exists().where(
        Referral.citizen_id.in_(citizens), Referral.organization_id != bindparam("mine")
    )
    return db.select(*there, given.exists().label("files"), referred.label("referred_elsewhere"))


def _any(columns: Collection[Any], ids: Any) -> Any:
    """Whether one of these columns names one of them; each is looked up in its own index."""
    return db.or_(*(db.exists().where(column.in_(ids)) for column in columns))
