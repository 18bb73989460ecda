"""Who our texts come from, when that sender stays silent, and what it may cost."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import Select, bindparam

from portal import history
from portal.database import check_version, db, locked
from portal.errors import N_, Missing, Refused
from portal.history import Actor
from portal.telephony.models import Sender
from portal.telephony.numbers import TERRITORIES, is_short, territory

KINDS = ("two_way", "short_code", "one_way")
AS_USUAL = {
    "kind": "two_way",
    "name": "",
    "provider_stops": True,
    "quiet_from": "21:00",
    "quiet_until": "08:00",
    "quiet_days": True,
    "most_hour": 1000,
    "most_day": 10_000,
}
# at it the network answers nothing, blocks nothing
A_SHORT_CODE = {"kind": "short_code", "provider_stops": False}
FARTHEST = 10  # days: the longest run of Sundays and holidays, and more

_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def sender_for(number: str) -> Sender:
    """How texts leave under this number of ours; as usual when nothing else was said."""
    known = db.session.scalar(_sender(), {"number": number})
    return known or Sender(number=number, **{**AS_USUAL, **(A_SHORT_CODE if is_short(number) else {})})


@cache
def _sender() -> Select[Sender]:
    """Asked before each text: made once a process."""
    return db.select(Sender).where(Sender.number == bindparam("number"))


def senders(organization_id: int) -> list[Sender]:
    """The organization's senders that were set up."""
    return list(
        db.session.scalars(
            db.select(Sender).filter_by(organization_id=organization_id).order_by(Sender.number)
        )
    )


def sends_as(sender: Sender) -> str:
    """What the network is told the text comes from."""
    return sender.name if sender.kind == "one_way" and sender.name else sender.number


def quiet_until(sender: Sender, number: str, when: datetime) -> datetime | None:
    """When a text that is not urgent may leave for this number, if not now. Hours are those of its own place."""
    place = territory(number) or TERRITORIES[0]
    local = when.astimezone(ZoneInfo(place.timezone))
    if not _is_quiet(sender, local, place.holidays):
        return None
    wakes = time.fromisoformat(sender.quiet_until).replace(fold=local.fold)
    for ahead in range(FARTHEST):
        morning = datetime.combine(local.date() + timedelta(days=ahead), wakes, tzinfo=local.tzinfo)
        # as instants: two times of one place are compared as if its clocks never changed
        instant = morning.astimezone(when.tzinfo)
        if instant > when and not _is_quiet(sender, morning, place.holidays):
            return instant
    return None


def save_sender(number: str, *, version: int, organization_id: int, by: Actor, **values: Any) -> Sender:
    """Says how texts leave under a number of the organization."""
    _check(values)
    query = db.select(Sender).filter_by(number=number)
    sender = db.session.scalar(locked(query))
    if sender is None:
        sender = Sender(number=number, organization_id=organization_id, **values)
        db.session.add(sender)
    elif sender.organization_id != organization_id:
        raise Missing
    else:
        check_version(sender, version, values)
        for name, value in values.items():
            setattr(sender, name, value)
    db.session.flush()
    history.record("sender.saved", sender, by=by, details={"kind": sender.kind, "name": sender.name})
    return sender


def _check(values: dict[str, Any]) -> None:
    if values["kind"] not in KINDS:
        raise Refused(N_("Choisissez une des réponses proposées."), field="kind")
    if values["kind"] == "one_way" and not _NAME.fullmatch(values["name"]):
        raise Refused(
            N_(
                "Le nom affiché compte onze lettres sans accent, chiffres ou espaces au plus, et au moins une lettre."
            ),
            field="name",
        )
    for name in ("quiet_from", "quiet_until"):
        if not _HOUR.fullmatch(values[name]):
            raise Refused(N_("Écrivez une heure, comme 21:00."), field=name)
    for name in ("most_hour", "most_day"):
        if values[name] < 1:
            raise Refused(N_("Écrivez un nombre."), field=name)


def _is_quiet(sender: Sender, local: datetime, where: str) -> bool:
    hour = f"{local:%H:%M}"
    begins, ends = sender.quiet_from, sender.quiet_until
    night = begins <= hour or hour < ends if begins > ends else begins <= hour < ends
    return night or (
        sender.quiet_days and (local.weekday() == 6 or local.date() in _holidays(local.year, where))
    )


@cache
def _holidays(year: int, where: str) -> Any:
    return frozenset(holidays.country_holidays("FR", subdiv=where or None, years=year))
