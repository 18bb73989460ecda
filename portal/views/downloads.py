"""Files that people sent, given as downloads: never opened as a page of ours, whatever is in them."""

from __future__ import annotations

from flask import Response, send_file

from portal.contacts import attachments
from portal.contacts.models import Attachment
from portal.views.context import settings


def as_download(attachment: Attachment) -> Response:
    """The file, under its own name, for nobody to keep a copy of on the way."""
    answer = send_file(
        attachments.open_attachment(settings().attachments_dir, attachment),
        mimetype=attachment.media_type,
        as_attachment=True,
        download_name=attachment.name,
        etag=False,
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
