"""The doors for other programs: the search, whose matter it is, and what this API is. Nothing here is personal."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, g, jsonify, request

from portal.articles import library
from portal.articles.library import Answers, Hit
from portal.directory import reading as directory
from portal.directory.finding.communes import commune_of
from portal.directory.finding.offices import Office
from portal.referrals.deciding.distress import distress
from portal.referrals.deciding.suggesting import Suggestion
from portal.views import guards, limits
from portal.views.forms import Form
from portal.views.language import LANGUAGES, current
from portal.views.public import finding

bp = Blueprint("api", __name__)

DEFAULT, MOST = 10, 50


@bp.before_request
def read_language() -> None:
    """`lang` says in which language to answer; an unknown one is a mistake worth telling."""
    lang = request.args.get("lang") or "fr"
    if lang not in LANGUAGES:
        abort(400)
    g.language = lang


@bp.get("/api/v1/search")
@guards.anyone
@limits.programs
def search() -> Any:
    question, limit = _question(), min(max(_number("limit", DEFAULT), 1), MOST)
    answers = finding.answers_to(question, {}, limit=max(limit, DEFAULT))
    return jsonify(
        query=question,
        emergency=_emergency(question),
        did_you_mean=answers.did_you_mean,
        hits=[_hit(hit) for hit in answers.hits[:limit]],
        referrals=[_referral(one) for one in finding.suggestions(question, answers)],
    )


@bp.get("/api/v1/referrals")
@guards.anyone
@limits.programs
def referrals() -> Any:
    question, commune = _question(), _commune()
    found = _answers(question)
    proposed = finding.suggestions(question, found, commune)
    said = [_referral(one) for one in proposed]
    return jsonify(query=question, commune=commune, emergency=_emergency(question), referrals=said)


@bp.get("/api/v1/openapi.json")
@guards.anyone
def description() -> Any:
    return jsonify(_description())


def _question() -> str:
    return " ".join(Form(request.args).text("q").split())[: library.LONGEST_QUESTION]


def _answers(question: str) -> Answers:
    return finding.answers_to(question, {})


def _number(name: str, default: int) -> int:
    form = Form(request.args)
    number = form.number(name)
    if not form.valid:
        abort(400)
    return default if number is None else number


def _commune() -> str:
    """The code of the commune meant by a code, a name or a postcode; a code we do not know is kept as it is."""
    typed = Form(request.args).text("commune").strip()[:100]
    found = commune_of(typed) if typed else None
    if found:
        return found.code
    return typed.upper() if len(typed) == 5 and typed.isascii() and typed[2:].isdigit() else ""


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "id": f"{hit.noun}/{hit.id}",
        "source_ref": hit.source_ref,
        "kind": hit.kind,
        "title": hit.title,
        "url": finding.address(hit, external=True),
        "score": round(float(hit.score), 4),
        "snippet": "".join(words for words, _ in hit.snippet),
    }


def _emergency(question: str) -> list[dict[str, str]]:
    """The numbers to show before all else, where the words are of distress. No rule has a say in it."""
    if not distress(question, current()):
        return []
    return [{"number": number, "label": label} for number, label in finding.urgent_numbers()]


def _referral(one: Suggestion) -> dict[str, Any]:
    """Whose matter it is, and why; a service that is not in the directory has no id."""
    service = {"id": one.service.id if one.service else None, "name": one.name, "kind": one.kind}
    place = one.resolution
    return {
        "service": service,
        "rule": one.rule,
        "reason": one.reason,
        "origin": one.origin,
        "answer": place.answer if place else ("one" if one.service else "none"),
        "asks_commune": one.asks_commune,
        "offices": [_office(office) for office in place.offices] if place else [],
        "look_for": place.look_for(current()) if place and place.answer == "none" else "",
        "national": place.national if place else {},
    }


def _office(office: Office) -> dict[str, Any]:
    service = office.service
    away = None if office.kilometres is None else round(office.kilometres, 1)
    name = directory.text_in(service, current()).name
    return {
        "id": service.id,
        "name": name,
        "phone": service.phone,
        "address": service.address,
        "kilometres": away,
        "stale": office.stale,
    }


@cache
def _description() -> Any:
    return json.loads((Path(__file__).parent / "openapi.json").read_text(encoding="utf-8"))


from portal.views.api import health  # noqa: E402, F401  (its views register on `bp`)
