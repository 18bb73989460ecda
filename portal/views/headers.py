"""What browsers are told about every answer: strict, without `unsafe-*`."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
HTTPS = "max-age=63072000; includeSubDomains"
HELD = ("-worker.js", ".svg")
OF_A_SCRIPT = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"
FILES = ("static", "assets.sheets", "assets.script", "site.colours", "site.icon")  # the same for everybody
FOR_EVER = "public, max-age=31536000, immutable"  # what is at an address that names its very content
SAID_TWICE = ("Content-Disposition", "Expires")  # of a file, by its type and by Cache-Control


def set_headers(response: Response) -> Response:
    """Adds the security headers; a door that set its own (a download) keeps it."""
    if request.endpoint in FILES and response.mimetype != "text/html":
        return _of_a_file(response)
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers.setdefault("Strict-Transport-Security", HTTPS)
    headers.setdefault("Cache-Control", "no-store")
    return response


def _of_a_file(response: Response) -> Response:
    """A page asks for a dozen of them: they say what matters of a script or a style sheet, and no more."""
    headers = response.headers
    for name in SAID_TWICE:
        headers.pop(name, None)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    # a worker and a drawing opened alone are held by what they say themselves
    if request.path.endswith(HELD):
        headers["Content-Security-Policy"] = OF_A_SCRIPT
        headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers["Strict-Transport-Security"] = HTTPS
    return response


def init_app(app: Flask) -> None:
    app.after_request(set_headers)
