"""The hands on a call: hold, take up again, consult, hand on, call somebody; and the sounds that were kept."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, send_file, url_for
from flask_babel import gettext

from portal.contacts import answering
from portal.contacts.calls import legs, recordings
from portal.database import db
from portal.desk import calling_out, handing
from portal.directory.models import Service
from portal.errors import Refused
from portal.referrals.following import by_phone
from portal.views import guards
from portal.views.choosing import read_service
from portal.views.console.contact import page as contact_page
from portal.views.console.door import agents, bp, me
from portal.views.context import settings
from portal.views.forms import Form
from portal.views.telephone.talking.ringing import must_press

ACTS = {
    "hold": handing.hold,
    "resume": handing.resume,
    "cancel": handing.cancel,
    "complete": handing.complete,
}
YOURS_FIRST = "Votre téléphone va sonner : décrochez"
ACTS_ON = {"consult": handing.consult, "transfer": handing.transfer}


@bp.post("/contacts/<int:contact_id>/call/<any(hold,resume,consult,complete,cancel,transfer):act>")
@agents
def steer_call(contact_id: int, act: str) -> Any:
    """Done twice, it is done once; refused with a sentence where the call is over."""
    form, said = Form(request.form), ""
    try:
        _keep_note(contact_id, form)
        if act in ACTS:
            third = legs.one(contact_id, "third") if act == "complete" else None
            ACTS[act](contact_id, by=me())
            _refer(contact_id, by_phone.service_called(third) if third else None, taken=True)
        else:
            target = _target(form)
            ACTS_ON[act](contact_id, target, by=me())
            _refer(contact_id, _service(target) if act == "transfer" else None)
        db.session.commit()
    except Refused as refusal:
        said = _sentence(refusal)
    return _back(contact_id, said, refused=bool(said))


@bp.post("/contacts/<int:contact_id>/call")
@agents
def call_out(contact_id: int) -> Any:
    """A call that is over is called back in its own contact; what was written is answered by a call of its own."""
    found, refused = answering.find_contact(contact_id, by=me()), False
    said = f"{YOURS_FIRST}, puis appuyez sur 1." if must_press(me().phone) else f"{YOURS_FIRST}."
    try:
        if found.channel == "phone":
            calling_out.call(found.id, by=me())
        else:
            found = calling_out.call_number(answering.hold_contact(found.id, by=me()), by=me())
        db.session.commit()
    except Refused as refusal:
        said, refused = _sentence(refusal), True
    return _back(found.id or contact_id, said, refused=refused, here=found.id == contact_id)


@bp.get("/recordings/<int:recording_id>")
@agents
def recording(recording_id: int) -> Any:
    """A sound that is kept here, as a download and nothing else."""
    found = recordings.find(recording_id, by=me())
    path = recordings.path_of(settings().files_dir, found)
    name = f"{found.kind}-{found.id}.mp3"
    answer = send_file(path, mimetype=found.media_type, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.context_processor
def hands() -> dict[str, Any]:
    """What the piece of page with these buttons reads."""
    return {
        "talk_of": handing.talk_of,
        "call_targets": lambda: handing.targets(me()),
        "may_call": lambda contact: calling_out.may_call(contact, me()),
        "recordings_of": recordings.of,
    }


def _keep_note(contact_id: int, form: Form) -> None:
    """What was noted so far goes with the call to whoever has it next."""
    contact = answering.hold_contact(contact_id, by=me())
    if contact.agent_id == me().id:
        contact_page.jot(contact, form)


def _refer(contact_id: int, service: Service | None, *, taken: bool = False) -> None:
    """A call put through to a service is a referral to it."""
    if service is not None:
        contact = answering.find_contact(contact_id, by=me())
        by_phone.put_through(contact, service.id, taken=taken, by=me().actor)


def _service(target: str) -> Service | None:
    kind, _, number = target.partition(":")
    return db.session.get(Service, int(number)) if kind == "service" and number.isdigit() else None


def _target(form: Form) -> str:
    """Whom the call is for: a service found by typing, else what was chosen in the list."""
    service = read_service(form, "target_service")
    form.refuse_unread()
    return f"service:{service.id}" if service else form.text("target", longest=40)


def _back(contact_id: int, said: str, *, refused: bool, here: bool = True) -> Any:
    """The part of the page with these buttons where the page asks for it, so that what is typed beside stays; or the
    page, which is another once the call is somebody else's."""
    contact = answering.find_contact(contact_id, by=me())
    mine = contact.agent_id == me().id and contact.state == "in_progress"
    if here and mine and guards.asked_by_a_page():
        return contact_page.now(contact, said, refused=refused), 422 if refused else 200
    if said:
        flash(said, "warning" if refused else "message")
    return redirect(url_for("console.contact", contact_id=contact_id))


def _sentence(refusal: Refused) -> str:
    """A sentence of ours: nobody is named in it."""
    if refusal.status != Refused.status:
        raise refusal
    db.session.rollback()
    return gettext(refusal.sentence, **refusal.values)
