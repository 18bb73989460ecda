"""Files sent with a form: kept at once, and named again by the form if it must be shown a second time."""

from __future__ import annotations

from flask import request
from flask_babel import gettext
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import MultiDict

from portal import clock
from portal.contacts import attachments
from portal.contacts.attachments import Kept
from portal.contacts.models import Contact, Message
from portal.errors import Refused
from portal.views.context import settings
from portal.views.forms import Form


def uploaded(form: Form) -> list[Kept]:
    """The files of a form: those kept when it was last shown, and those sent now. Asks nothing of the database.

    What is wrong with a file is said beside the field; the other files are kept. A form that was acknowledged while
    the database was away is not refused any more: it goes without the file, and staff are told.
    """
    found = [kept for token in form.data.getlist("kept")[: attachments.MOST] if (kept := _read(token))]
    wrong = []
    for upload in request.files.getlist("files")[: attachments.MOST * 2]:
        if not upload.filename:
            continue
        upload.stream.seek(0)
        data = upload.stream.read(attachments.LARGEST + 1)
        try:
            attachments.check_all(
                [*((one.name, one.size) for one in found), ("", len(data))], most_mb=settings().attachments_mb
            )
            found.append(attachments.keep(settings().attachments_dir, upload.filename, data))
        except Refused as refusal:
            wrong.append(gettext(refusal.sentence, **refusal.values))
    if wrong and clock.is_past():
        form.values["files_refused"] = " ".join(wrong)
    elif wrong:
        form.refuse("files", " ".join(dict.fromkeys(wrong)))
    form.data = MultiDict(form.data)  # a request's own is not to be written to
    form.data.setlist("kept", [_token(one) for one in found])
    return found


def listed(form: Form) -> list[tuple[str, str, int]]:
    """What the form shown again says of the files it has: token, name and size."""
    found = ((token, _read(token)) for token in form.data.getlist("kept"))
    return [(token, kept.name, kept.size) for token, kept in found if kept is not None]


def attach(message: Message, files: list[Kept], form: Form) -> None:
    """Names the files as this message's."""
    attachments.attach(message, files)
    refused = form.values.get("files_refused", "")
    if refused:
        _tell(message.contact, refused)


def _tell(contact: Contact, refused: str) -> None:
    contact.step = f"{contact.step}. Pièce refusée : {refused}".lstrip(". ")[:500]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt="attachment")


def _token(file: Kept) -> str:
    return str(_signer().dumps([file.name, file.media_type, file.size, file.digest]))


def _read(token: str) -> Kept | None:
    """The file that a form of ours named; None for what we did not sign."""
    try:
        return Kept(*_signer().loads(token))
    except (BadSignature, TypeError):
        return None
