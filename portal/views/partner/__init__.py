"""The doors of partners: a signed link, no account, one thing it names."""

from __future__ import annotations

from flask import Blueprint, Response, g

from portal.views.language import current, preferred

bp = Blueprint("partner", __name__, url_prefix="/partner")


@bp.before_request
def in_the_reader_s_language() -> None:
    """Nobody chose a language here: the browser says which one its reader reads."""
    g.language = preferred()


@bp.after_request
def keep_the_link_to_itself(answer: Response) -> Response:
    """The address opens the page: no other site is told it, and no robot is to follow it."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Content-Language"] = current()
    answer.headers["Vary"] = "Accept-Language, Cookie"
    return answer


from portal.views.partner import confirming, referrals  # noqa: E402  (their views are the blueprint's)

__all__ = ["bp", "confirming", "referrals"]
