"""A request written on the web: the form, and its receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask_babel import gettext

from portal import budgets, clock, history
from portal.articles import library, reading
from portal.cases import saying
from portal.cases.models import Case
from portal.cases.opening import open_case
from portal.cases.references import reference_of, spoken
from portal.citizens import identifying
from portal.contacts import rereading
from portal.contacts.attachments import ACCEPTED, Kept
from portal.contacts.models import DISTRESS, Contact
from portal.contacts.recording import record_request
from portal.database import db
from portal.desk.waiting import enqueue, queue_for_topic
from portal.directory import reading as directory
from portal.directory.models import Organization
from portal.errors import N_, Missing, Refused
from portal.lines.saying import sender_of
from portal.referrals.deciding.distress import distress
from portal.views import guards, limits
from portal.views.context import REQUESTED, searcher, settings, visit
from portal.views.forms import LONGEST_TEXT, Form, new_key
from portal.views.language import current, said
from portal.views.public import bp, cards, confirming, finding, referred, uploading, whose
from portal.views.spooling import check_way

HOUR = timedelta(hours=1)
MOST_BY_ADDRESS, MOST_IN_ALL = 20, 2000  # requests an hour: an address may be a library's
PREFERRED = ("message", "phone")
WISHES = {  # what one asks for, in everyday words, by the nature of the matter; whoever does not say leaves it to us
    "information": (N_("Demander un renseignement"), N_("Un horaire, une adresse, une pièce à fournir.")),
    "request": (
        N_("Faire une demande"),
        N_("Obtenir une place, une aide, un document, une autorisation."),
    ),
    "report": (
        N_("Signaler un problème"),
        N_("Un trou dans la rue, un lampadaire en panne, des déchets."),
    ),
    "complaint": (N_("Faire une réclamation"), N_("Quelque chose s’est mal passé avec nos services.")),
    "appeal": (
        N_("Contester une décision"),
        N_("Vous avez reçu un refus, ou une décision qui ne vous convient pas."),
    ),
    "": (N_("Autre chose, ou je ne sais pas"), N_("Un agent le verra en vous lisant.")),
}
TRAP = "remarks"  # a field that people do not see, programs fill, and browsers know nothing of


@bp.get("/<language:lang>/requests/new")
@guards.anyone
def new_request() -> str:
    """What one wants first, on a page of its own, then the form."""
    asked, form = Form(request.args), Form()
    form.values = {"subject": asked.text("subject")[:200], "nature": _nature(asked)}
    if "nature" not in asked.values:
        return render_template("public/request_what.html", wishes=_wishes(), values=form.values)
    return _form(form, new_key())


@bp.post("/<language:lang>/requests/new")
@guards.anyone
@limits.people
@limits.files
def send_request() -> Any:
    form = Form(request.form)
    files = uploading.uploaded(form)
    try:
        contact = _record(form, files)
    except Refused as refusal:
        form.take(refusal)
        contact = None
    if contact is None:
        db.session.rollback()
        return _form(form, form.key()), 422
    reading.note_request(visit())
    db.session.commit()
    session["receipt"], session[REQUESTED] = contact.case_id, visit()
    return redirect(url_for("public.receipt"), 303)


@bp.get("/<language:lang>/requests/receipt")
@guards.anyone
def receipt() -> Any:
    """Shown to the browser that sent the request, and to no other."""
    case = db.session.get(Case, session.get("receipt", 0))
    if case is None:
        return redirect(url_for("public.new_request"), 303)
    contact = db.session.scalars(db.select(Contact).filter_by(case_id=case.id).order_by(Contact.id)).first()
    return _receipt_page(case, contact)


def _receipt_page(case: Case, contact: Contact | None) -> str:
    words = " ".join([case.subject, *rereading.latest_words(contact)]) if contact else ""
    receipt = saying.receipt_of(case)
    return render_template(
        "public/receipt.html",
        case=case,
        reference=spoken(case.reference),
        organization=db.session.get_one(Organization, case.organization_id),
        sent=bool(contact and rereading.was_answered_at_once(contact)),
        desk=cards.front_desk(),
        receipt=receipt,
        answer_by=said(receipt.answer) if receipt.answer else "",
        silence=[said(one) for one in receipt.silence],
        **_whose(contact),
        in_danger=finding.urgent_numbers() if distress(words, current()) else [],
    )


def _whose(contact: Contact | None) -> dict[str, Any]:
    """Who has the request; while nobody else does, whose it probably is."""
    passages = referred.passages([contact]) if contact else []
    service = whose.probably(contact) if contact and not passages else None
    return {"passages": passages, "probable": cards.of(service) if service else None}


def _form(form: Form, form_key: str) -> str:
    found = [(hit, finding.address(hit)) for hit in finding.proposals(form.values.get("subject", "").strip())]
    return form_page(form, form_key, found)


def form_page(form: Form, form_key: str, found: Sequence[Any] = ()) -> str:
    """The form as it was typed; `found` are the pages which may answer already."""
    errors = {name or "subject": sentence for name, sentence in form.errors.items()}
    return render_template(
        "public/request_new.html",
        values=form.values,
        errors=errors,
        form_key=form_key,
        wish=gettext(WISHES[_nature(form)][0]) if _nature(form) else "",
        proposals=found,
        kept=uploading.listed(form),
        accept=ACCEPTED,
        trap=TRAP,
    )


@dataclass(frozen=True, slots=True)
class Typed:
    """What a request says, once every field is right."""

    subject: str
    body: str
    name: str
    preferred: str
    kind: str  # of what to answer at: phone or email
    value: str
    nature: str  # of the matter, if it was said


def read(form: Form) -> Typed | None:
    """What was typed, judged without asking any table; None, with its errors in the form, if a field is wrong."""
    subject = _needed(form, "subject", gettext("Dites en quelques mots de quoi il s’agit."), longest=200)
    body = _needed(form, "body", gettext("Écrivez votre message."))
    name = form.text("name", longest=200)
    preferred = form.choice("preferred", PREFERRED) or "message"
    kind, value = _reach(form, preferred)
    if form.text(TRAP):
        form.refuse(TRAP, gettext("Laissez ce champ vide."))
    typed = Typed(subject, body, name, preferred, kind, value, _nature(form))
    return typed if form.valid else None


def _record(form: Form, files: list[Kept]) -> Contact | None:
    """The contact and the matter of a request, with its receipt on its way; None if a field is wrong."""
    typed = read(form)
    if typed is None:
        return None
    check_way()
    used = identifying.identifier(typed.kind, typed.value)
    channel = "phone" if typed.preferred == "phone" else ("email" if typed.kind == "email" else "text")
    in_danger = distress(f"{typed.subject} {typed.body}", current())
    where = {**_where(typed.subject), "step": DISTRESS if in_danger else _step(channel, typed.name)}
    contact, new = record_request(form.key(), used, subject=typed.subject, body=typed.body, **where)
    if new:
        if files or form.values.get("files_refused"):
            uploading.attach(contact.messages[-1], files, form)
        # nothing asked here looks for what is not yet written: one UPDATE, not three
        with db.session.no_autoflush:
            _within_budgets()
            _queue(contact)
            confirming.introduce(contact, used, typed.name, channel)
            told = reference(form)
            case = open_case(contact, by=history.CITIZEN, reference=told, nature=typed.nature)
            confirming.acknowledge(contact, case, used)
    return contact


def _nature(form: Form) -> str:
    """What was answered to the first question; nothing if it was passed, or by who came another way."""
    said = form.text("nature")
    return said if said in WISHES else ""


def _wishes() -> list[tuple[str, str, str]]:
    return [(nature, gettext(wish), gettext(hint)) for nature, (wish, hint) in WISHES.items()]


def reference(form: Form) -> str:
    """The reference that this form will have, whenever it is written to the tables."""
    return reference_of(form.key(), settings().secret_key)


def _needed(form: Form, name: str, sentence: str, longest: int = LONGEST_TEXT) -> str:
    """What was typed in a field that must be filled; its own sentence says so where it is not."""
    typed = form.text(name, longest=longest)
    if not typed:
        form.refuse(name, sentence)
    return typed


def _reach(form: Form, preferred: str) -> tuple[str, str]:
    """The number or the address to answer at. What is wrong with it is said beside its field."""
    typed = _needed(
        form, "reach", gettext("Donnez un numéro de téléphone ou une adresse e-mail."), longest=254
    )
    if not typed:
        return "", ""
    try:
        kind, value = identifying.reach(typed)
    except Refused as refusal:
        form.refuse("reach", gettext(refusal.sentence))
        return "", ""
    if preferred == "phone" and kind != "phone":
        form.refuse("reach", gettext("Pour être appelé, donnez un numéro de téléphone."))
    return kind, value


def _where(subject: str) -> dict[str, Any]:
    """Which organization it is for, from which line it is answered, about what."""
    host = directory.host()
    if host is None:
        raise Missing
    return {
        "organization_id": host.id,
        "line": sender_of(host.id),
        "language": current(),
        "topic_id": library.topic_about(searcher(), subject, language=current()),
    }


def _step(channel: str, name: str) -> str:
    """What staff read first of a request: how its author wants to be answered, and who they say they are."""
    wants = {"phone": "Souhaite être appelé", "email": "Attend un e-mail", "text": "Attend un SMS"}[channel]
    return f"{wants}. Se présente comme {name}" if name else wants


def _within_budgets() -> None:
    if clock.is_past():  # acknowledged already, while nothing could be counted
        return
    by_address = budgets.spend("request", request.remote_addr or "", most=MOST_BY_ADDRESS, per=HOUR)
    in_all = budgets.spend("requests", "", most=MOST_IN_ALL, per=HOUR)
    if not (by_address and in_all):
        raise Refused(
            N_(
                "Trop de demandes viennent d’être envoyées d’ici. Réessayez dans une heure, ou appelez-nous : "
                "rien de ce que vous avez écrit n’est perdu."
            )
        )


def _queue(contact: Contact) -> None:
    """Among those who wait on the desk, in the queue of its topic."""
    queue = queue_for_topic(contact.topic_id, organization_id=contact.organization_id)
    if queue is not None:
        enqueue(contact, queue)
