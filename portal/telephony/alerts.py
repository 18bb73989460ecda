"""What the administrators must know and nobody else would tell them: said once, on their pages and by e-mail."""

from __future__ import annotations

from portal import clock, history, jobs
from portal.database import db, insert
from portal.errors import Missing
from portal.history import Person
from portal.telephony import circuit, outcomes
from portal.telephony.models import Alert


def alert(what: str, sentence: str, *, organization_id: int | None = None) -> None:
    """Tells the administrators, once a day for the same fact."""
    key = f"{what}:{organization_id or ''}:{clock.local_day()}"
    statement = insert(Alert).values(key=key, sentence=sentence, organization_id=organization_id)
    statement = statement.on_conflict_do_nothing(index_elements=["key"]).returning(Alert.id)
    alert_id = db.session.scalar(statement)
    if alert_id is not None:
        jobs.enqueue("tell_administrators", {"alert": alert_id}, dedupe_key=f"alert:{alert_id}")


def alert_of_call(code: str) -> None:
    """Tells them of an error of the network that keeps callers from us, or us from calling."""
    sentence = outcomes.call_trouble(code)
    if sentence:
        alert(f"call_error:{code}", sentence)


def alert_if_refused() -> None:
    """Tells them that the network does not know our credentials, where that is why nothing leaves."""
    if circuit.state().why == "credentials":
        alert("credentials", outcomes.outcome("20003").sentence)


def alerts(organization_id: int) -> list[Alert]:
    """What nobody has yet said they saw."""
    ours = (Alert.organization_id == organization_id) | Alert.organization_id.is_(None)
    query = db.select(Alert).where(ours, Alert.seen_at.is_(None)).order_by(Alert.id.desc())
    return list(db.session.scalars(query.limit(50)))


def see(alert_id: int, *, by: Person) -> None:
    """Somebody knows. Said twice is said once."""
    found = db.session.get(Alert, alert_id)
    if found is None or found.organization_id not in (None, by.organization_id):
        raise Missing
    if found.seen_at is None:
        found.seen_at, found.seen_by_id = clock.now(), by.id
        history.record("alert.seen", found, by=by.actor)
