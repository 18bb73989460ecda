"""The public doors: what citizens open, in French, English and Arabic."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, url_for

from portal.views import guards, language

bp = Blueprint("public", __name__)


@bp.url_value_preprocessor
def read_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Takes `lang` out of the address."""
    if values and "lang" in values:
        g.language = values.pop("lang")


@bp.url_defaults
def keep_language(_endpoint: str, values: dict[str, Any]) -> None:
    values.setdefault("lang", language.current())


@bp.get("/")
@guards.anyone
def door() -> Any:
    answer = redirect(url_for("public.home", lang=language.preferred()))
    answer.headers["Vary"] = "Accept-Language"
    return answer


from portal.views.public import (  # noqa: E402, F401  (their views register on `bp`)
    about,
    articles,
    calling,
    documents,
    embedding,
    explaining,
    finder,
    finding,
    following,
    home,
    outage,
    placing,
    requests,
    services,
)
