"""Who has a citizen's request now, since when, and what silence means: on the follow-up page and on the receipt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext

from portal.contacts.models import Contact
from portal.referrals.following import asking, receivers, sentences, sharing
from portal.referrals.following.referring import referrals_of
from portal.referrals.models import Referral
from portal.views.language import current, said


@dataclass(frozen=True, slots=True)
class Passage:
    """One service that has or had the request. `dates`: what happened there, in order."""

    name: str
    organization: str
    phone: str
    state: str
    tone: str
    since: datetime
    dates: list[tuple[str, datetime]]
    shared: str
    reason: str
    note: str
    silence: str
    whose: str
    question: str


TONES = {"accepted": "good", "done": "good", "received": "info", "sent": "info"}


def passages(contacts: Iterable[Contact]) -> list[Passage]:
    """Where the request went, the first service first; what nobody has sent yet is not told."""
    found = referrals_of([contact.id for contact in contacts])
    return [_passage(one) for one in found[::-1] if one.state != "proposed" and one.sent_at]


def _passage(one: Referral) -> Passage:
    state = sentences.step_of(one, one.state)
    dates = _dates(one)
    return Passage(
        name=receivers.name_of(one.service, current()),
        organization=one.service.organization.name,
        phone=one.service.phone,
        state=gettext(sentences.STATES[state]),
        tone=TONES.get(one.state, "warn"),
        since=dates[-1][1],
        dates=dates,
        shared=gettext(", ").join(gettext(words) for words in sharing.told(one.shared)),
        reason=one.shared.get("reason", ""),
        note=one.note,
        silence=_said(sentences.of_silence(one)),
        whose=_gettext(sentences.whose_now(one)),
        question=_question(one),
    )


def _dates(one: Referral) -> list[tuple[str, datetime]]:
    accepted = one.answered_at if one.competent_received_at and one.state != "refused" else None
    over = one.closed_at
    found = [
        (gettext("Indiqué le") if one.way == "told" else gettext("Transmise le"), one.sent_at),
        (gettext("Reçue le"), one.received_at if one.received_at != accepted else None),
        (gettext("Prise en charge le"), accepted),
        (gettext("Réponse du service le") if one.state == "refused" else gettext("Terminée le"), over),
    ]
    return [(words, at) for words, at in found if at is not None]


def _question(one: Referral) -> str:
    asked = asking.is_asked(one) and one.messages[-1].to_citizen
    return one.messages[-1].body if asked else ""


def _said(sentence: tuple[str, dict[str, Any]] | None) -> str:
    return said(sentence) if sentence is not None else ""


def _gettext(sentence: str) -> str:
    return gettext(sentence) if sentence else ""
