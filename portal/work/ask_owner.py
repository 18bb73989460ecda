"""Writes to an owner: is what we publish of you still true? A link answers; only so many leave in a day."""

from __future__ import annotations

from datetime import time, timedelta

from portal import clock, history, jobs
from portal.contacts.letters import mailboxes
from portal.database import db, locked
from portal.dates import day_text
from portal.directory import reading
from portal.directory.confirming import asking, freshness
from portal.directory.confirming.asking import ConfirmationRequest
from portal.directory.models import Organization
from portal.jobs import Job
from portal.mail.sending import Later, NotAccepted, Outgoing, domain_of, send
from portal.telephony.numbers import national
from portal.work.context import settings

MORNING = time(8)


def ask_owner(job: Job) -> None:
    """One letter, or its reminder. Begun twice, it leaves with the same Message-ID."""
    query = locked(db.select(ConfirmationRequest).filter_by(id=job.payload["request"]))
    request, reminder = db.session.scalars(query).one(), bool(job.payload.get("reminder"))
    if not asking.wants(request, reminder=reminder):
        jobs.finish(job)
    elif asking.take_turn(request, reminder=reminder, a_day=settings().confirmations_a_day):
        _write(job, request, _letter(request, reminder))
    else:
        tomorrow = clock.begins_at(clock.local_day() + timedelta(days=1), MORNING)
        jobs.put_back(job, "as many as may leave in a day have left", until=tomorrow)
    db.session.commit()


def _write(job: Job, request: ConfirmationRequest, letter: Outgoing) -> None:
    db.session.commit()
    try:
        send(settings(), letter)
    except Later as failure:
        jobs.put_back(job, str(failure))
        return
    except NotAccepted as refusal:
        request.state, request.error = "returned", str(refusal)
        details = {"to": request.sent_to, "why": str(refusal)}
        history.record(
            "organization.letter_refused", request.organization, by=history.NETWORK, details=details
        )
    jobs.finish(job)


def _letter(request: ConfirmationRequest, reminder: bool) -> Outgoing:
    host = reading.host() or request.organization
    subject = f"{host.name} : ces informations sont-elles exactes ?"
    return Outgoing(
        header_id=f"confirmation-{request.id}{'-reminder' if reminder else ''}@{domain_of(settings())}",
        to=request.sent_to,
        subject=f"Rappel de {subject}" if reminder else subject,
        body=_body(request, host, reminder),
        sender_name=host.name,
        reply_to=mailboxes.return_address(host.id, ""),
        automatic="auto-generated",
    )


def _body(request: ConfirmationRequest, host: Organization, reminder: bool) -> str:
    dates = [day for day in map(freshness.last_confirmed, asking.services_of(request)) if day]
    since = f"depuis le {day_text(min(dates))}" if dates else "à ce jour"
    url = f"{settings().public_base_url}/partner/confirm/{asking.sign(request.id, settings().secret_key)}"
    last = day_text(clock.local_day(request.expires_at))
    asked = "Nous n’avons pas encore votre réponse. " if reminder else ""
    signed = f"{host.name}, téléphone {national(host.phone)}" if host.phone else host.name
    return "\n\n".join(
        (
            "Bonjour,",
            f"{asked}{host.name} publie dans son annuaire comment joindre {request.organization.name}, et à quelles "
            f"heures. Personne ne l’a confirmé {since}.",
            "Pour relire, confirmer ou proposer une correction, sans compte ni mot de passe :",
            url,
            f"Ce lien est valable jusqu’au {last}. Il ne montre que ce qui est public.",
            signed,
        )
    )
