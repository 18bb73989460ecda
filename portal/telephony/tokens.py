"""The tokens that sign what the network tells us: ours and, while it is changed, the former one, to its last day."""

from __future__ import annotations

from datetime import timedelta

from portal import clock
from portal.config import Settings
from portal.telephony.alerts import alert

STILL = (
    "L’opérateur signe encore ses appels avec l’ancien jeton (TWILIO_AUTH_TOKEN_OLD). "
    "Après le {day}, ils seront refusés et le téléphone ne répondra plus : faites du nouveau jeton "
    "le jeton principal chez l’opérateur."
)


def accepted(settings: Settings) -> list[str]:
    """Whose signature is believed now; for what is done again from the spool, when it was received."""
    former, until = settings.twilio_auth_token_old, settings.twilio_auth_token_old_until
    known = [settings.twilio_auth_token]
    return [*known, former] if former and until is not None and clock.now() < until else known


def tell_former(settings: Settings) -> None:
    """The former token signed something: the administrators are told until when that goes well."""
    until = settings.twilio_auth_token_old_until
    if until is not None:
        last = clock.local_day(until - timedelta(minutes=1))
        alert("former_token", STILL.format(day=f"{last:%d/%m/%Y}"))
