"""Documents: what they say, and their files to take away."""

from __future__ import annotations

from flask import Response, render_template, send_file

from portal.articles import documents, files, reading
from portal.views import guards
from portal.views.context import settings
from portal.views.language import current
from portal.views.public import bp, cards


@bp.get("/<language:lang>/documents/<slug>")
@guards.anyone
def document(slug: str) -> str:
    found = documents.document_page(slug)
    topic = found.topic and reading.named(found.topic.names, current())
    return render_template("public/document.html", document=found, topic=topic, desk=cards.front_desk())


@bp.get("/<language:lang>/documents/<slug>/<int:file_id>")
@guards.anyone
def download(slug: str, file_id: int) -> Response:
    """The file itself, never opened as a page of ours whatever is in it."""
    file = documents.find_file(slug, file_id)
    answer = send_file(
        files.open_file(settings().files_dir, file),
        mimetype=files.FORMATS.get(file.format, "application/octet-stream"),
        as_attachment=True,
        download_name=file.name,
        etag=file.sha256,
        max_age=0,
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
