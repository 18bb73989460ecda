"""The doors for partners' systems: what was sent to them, and their answers. A key opens them, and only what is theirs.

Every answer names itself by `Idempotency-Key`: sent again, it does nothing more and says where the referral stands.
"""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, request

from portal import history
from portal.database import db
from portal.directory.models import Service
from portal.errors import N_, Refused
from portal.referrals.following import asking, living, sharing
from portal.referrals.following.referring import hold_referrals
from portal.referrals.models import Partner, Referral
from portal.referrals.partners import keys as partners
from portal.views import guards, limits
from portal.views.api import read_language
from portal.views.downloads import as_download
from portal.views.forms import Form

SIGNED = True  # no browser brings a key by itself: these doors ask for no form token
PAGE, LARGEST_BODY = 50, 64 * 1024

bp = Blueprint("partner_api", __name__, url_prefix="/api/v1/partner")
bp.before_request(read_language)


@bp.get("/referrals")
@limits.systems
@guards.partner
def referrals() -> Any:
    """Oldest first; `next` is what to ask for `after`."""
    form = Form(request.args)
    after, limit = form.number("after") or 0, form.number("limit")
    state = form.choice("state", partners.STATES)
    if not form.valid or limit == 0:
        abort(400)
    limit = min(limit or PAGE, partners.LARGEST_PAGE)
    found = partners.referrals_to(_partner(), state=state, after=after, limit=limit)
    following = found[-1].id if len(found) == limit else None
    return jsonify(referrals=[partners.as_told(one) for one in found], next=following)


@bp.get("/referrals/<int:received_id>")
@limits.systems
@guards.partner
def referral(received_id: int) -> Any:
    return jsonify(partners.as_told(_theirs(received_id)))


@bp.get("/referrals/<int:received_id>/files/<int:file_id>")
@limits.systems
@guards.partner
def file(received_id: int, file_id: int) -> Any:
    found = _theirs(received_id)
    files = {} if living.is_final(found) else {one.id: one for one in sharing.files(found.shared)}
    if file_id not in files:
        abort(404)
    return as_download(files[file_id])


@bp.post("/referrals/<int:received_id>/<any(receive,accept,refuse,ask,close):act>")
@limits.systems
@guards.partner
def answer(received_id: int, act: str) -> Any:
    found, said, key = _theirs(received_id), _said(), _key()
    hold_referrals(found)
    done = history.came_from(found, key) or _act(found, act, said, key)
    told, status = partners.as_told(found), 200 if done else 409
    db.session.commit()
    return jsonify(told), status


@bp.after_request
def keep_to_itself(answer: Response) -> Response:
    if answer.status_code == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _act(found: Referral, act: str, said: dict[str, Any], key: str) -> bool:
    """Whether the act was a step forward; else the referral is where others had brought it."""
    who, note = _words(said, "who", 100), _words(said, "note")
    if act == "receive":
        return living.receive(found, who=who, form_key=key)
    if act == "accept":
        return living.accept(found, who=who, note=note, form_key=key)
    if act == "refuse":
        other = _service(_words(said, "redirect_to", 100))
        reason = _words(said, "reason")
        return living.refuse(found, reason, note=note, redirect_to=other, who=who, form_key=key)
    if act == "ask":
        citizen_too = said.get("to_citizen") is True
        asking.ask(found, _words(said, "body"), who=who, to_citizen=citizen_too, form_key=key)
        return True
    return living.close(found, _words(said, "outcome"), note=note, who=who, form_key=key)


def _partner() -> Partner:
    found: Partner = g.partner
    return found


def _theirs(received_id: int) -> Referral:
    return partners.referral_of(_partner(), received_id)


def _said() -> dict[str, Any]:
    """What the system wrote: an object in JSON, or nothing at all."""
    if (request.content_length or 0) > LARGEST_BODY:
        abort(413)
    said = request.get_json(silent=True) if request.data else {}
    if not isinstance(said, dict):
        raise Refused(N_("Écrivez un objet en JSON, avec le type de contenu application/json."))
    return said


def _words(said: dict[str, Any], name: str, longest: int = 2000) -> str:
    value = said.get(name)
    if value is not None and not isinstance(value, str):
        raise Refused(N_("« %(name)s » doit être un texte."), field=name, name=name)
    form = Form()
    form.values = {name: (value or "").replace("\0", "").encode("utf-8", "replace").decode()}
    words = form.text(name, longest=longest)
    form.refuse_unread()
    return words


def _key() -> str:
    """What this answer is known by: the header, of this partner."""
    given = request.headers.get("Idempotency-Key", "").strip()
    if not given:
        raise Refused(N_("Donnez à chaque réponse un nom qui ne sert qu’une fois : Idempotency-Key."))
    digest = hashlib.sha256(given.encode("utf-8", "replace")).hexdigest()
    return f"partner:{_partner().organization_id}:{digest[:40]}"


def _service(name: str) -> int | None:
    """The service of this HSDS id. One that we do not know is said, not passed over: it would be sent nowhere."""
    if not name:
        return None
    found: int | None = db.session.scalar(db.select(Service.id).filter_by(hsds_id=name, active=True))
    if found is None:
        raise Refused(N_("« redirect_to » ne nomme aucun service de l’annuaire."), field="redirect_to")
    return found
