"""Files that came with a message, for staff who may see its contact."""

from __future__ import annotations

from flask import Response

from portal.contacts import answering, attachments
from portal.views.console.door import agents, bp, me
from portal.views.downloads import as_download


@bp.get("/attachments/<int:attachment_id>")
@agents
def attachment(attachment_id: int) -> Response:
    found = attachments.find_attachment(attachment_id)
    answering.find_contact(found.message.contact_id, by=me())
    return as_download(found)
