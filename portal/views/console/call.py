"""The hands on a call: hold, take up again, consult, hand on, call somebody; and the sounds that were kept."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, send_file, url_for
from flask_babel import gettext

from portal.contacts import answering, recordings
from portal.database import db
from portal.desk import calling_out, handing
from portal.errors import Refused
from portal.views.console.door import agents, bp, me
from portal.views.context import settings

ACTS = {
    "hold": handing.hold,
    "resume": handing.resume,
    "cancel": handing.cancel,
    "complete": handing.complete,
}
ACTS_ON = {"consult": handing.consult, "transfer": handing.transfer}


@bp.post("/contacts/<int:contact_id>/call/<any(hold,resume,consult,complete,cancel,transfer):act>")
@agents
def steer_call(contact_id: int, act: str) -> Any:
    """Done twice, it is done once; refused with a sentence where the call is over."""
    try:
        if act in ACTS:
            ACTS[act](contact_id, by=me())
        else:
            ACTS_ON[act](contact_id, request.form.get("target", ""), by=me())
        db.session.commit()
    except Refused as refusal:
        _flash(refusal)
    return redirect(url_for("console.contact", contact_id=contact_id))


@bp.post("/contacts/<int:contact_id>/call")
@agents
def call_out(contact_id: int) -> Any:
    """A call that is over is called back in its own contact; what was written is answered by a call of its own."""
    found = answering.find_contact(contact_id, by=me())
    try:
        if found.channel == "phone":
            calling_out.call(found.id, by=me())
        else:
            found = calling_out.call_number(answering.hold_contact(found.id, by=me()), by=me())
        db.session.commit()
        flash("Votre téléphone va sonner : décrochez, puis appuyez sur 1.")
    except Refused as refusal:
        _flash(refusal)
    return redirect(url_for("console.contact", contact_id=found.id or contact_id))


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


def _flash(refusal: Refused) -> None:
    """A sentence of ours: nobody is named in it."""
    if refusal.status != Refused.status:
        raise refusal
    db.session.rollback()
    flash(gettext(refusal.sentence, **refusal.values), "warning")
