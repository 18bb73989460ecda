"""The directory for everybody's programs, in the shape of the Human Services Data Specification's own API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request, url_for

from portal.database import db
from portal.directory.hsds import VERSION, finding, listing, taxonomies
from portal.directory.hsds.checking import instant_of
from portal.directory.hsds.finding import Asked
from portal.directory.models import Organization, Service, ServiceAtLocation
from portal.errors import Missing
from portal.views import guards, limits
from portal.views.api import read_language
from portal.views.forms import Form

PROFILE = "https://docs.openreferral.org/en/v3.0.0/hsds/"
PER_PAGE, MOST, MOST_FULL, MOST_MINIMAL = 50, 200, 50, 10_000
FARTHEST = 1_000_000
YES = ("true", "1", "yes")
KEPT_S = 300

bp = Blueprint("hsds", __name__, url_prefix="/api/v1/hsds")
bp.before_request(read_language)


@bp.after_request
def open_to_all(answer: Response) -> Response:
    """Pages of any site may read this; it may be kept for a few minutes, and asked whether it changed."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if answer.status_code == 200:
        answer.headers["Cache-Control"] = f"public, max-age={KEPT_S}"
        answer.add_etag()
        answer.make_conditional(request)
    return answer


@bp.get("/")
@guards.anyone
@limits.programs
def details() -> Any:
    where = url_for("api.description", _external=True)
    return jsonify(version=VERSION, profile=PROFILE, openapi_url=where)


@bp.get("/services")
@guards.anyone
@limits.programs
def services() -> Any:
    asked, full = _asked(), _yes("full")
    if _yes("minimal"):
        return _page(lambda *part: finding.services(asked, *part), listing.changes, MOST_MINIMAL)
    return _page(
        lambda *part: finding.services(asked, *part),
        lambda ids: listing.services(ids, full=full),
        MOST_FULL if full else MOST,
    )


@bp.get("/services/<id>")
@guards.anyone
@limits.programs
def service(id: str) -> Any:
    row = _known(Service, id)
    return jsonify(listing.services([row.id], full=True)[0])


@bp.get("/organizations")
@guards.anyone
@limits.programs
def organizations() -> Any:
    search, full, services_too = _words("search"), _yes("full"), _yes("full_service")
    return _page(
        lambda *part: finding.organizations(search, *part),
        lambda ids: listing.organizations(ids, full=full or services_too, services_too=services_too),
        MOST_FULL if full or services_too else MOST,
    )


@bp.get("/organizations/<id>")
@guards.anyone
@limits.programs
def organization(id: str) -> Any:
    row = _known(Organization, id)
    return jsonify(listing.organizations([row.id], full=True, services_too=_yes("full_service"))[0])


@bp.get("/service_at_locations")
@guards.anyone
@limits.programs
def service_at_locations() -> Any:
    asked, full = _asked(), _yes("full")
    return _page(
        lambda *part: finding.places(asked, *part),
        lambda pairs: listing.places(pairs, full=full),
        MOST_FULL if full else MOST,
    )


@bp.get("/service_at_locations/<id>")
@guards.anyone
@limits.programs
def service_at_location(id: str) -> Any:
    row = _known(ServiceAtLocation, id)
    return jsonify(listing.places([(row.service_id, row.location_id)], full=True)[0])


@bp.get("/taxonomies")
@guards.anyone
@limits.programs
def all_taxonomies() -> Any:
    return _listed(taxonomies.taxonomies(_words("search")))


@bp.get("/taxonomies/<id>")
@guards.anyone
@limits.programs
def taxonomy(id: str) -> Any:
    return jsonify(_there(taxonomies.taxonomy(id)))


@bp.get("/taxonomy_terms")
@guards.anyone
@limits.programs
def taxonomy_terms() -> Any:
    found = taxonomies.terms(
        taxonomy_id=_words("taxonomy_id"),
        parent_id=_words("parent_id"),
        top_only=_yes("top_only"),
        search=_words("search"),
    )
    return _listed(found)


@bp.get("/taxonomy_terms/<id>")
@guards.anyone
@limits.programs
def taxonomy_term(id: str) -> Any:
    return jsonify(_there(taxonomies.term(id)))


def _asked() -> Asked:
    after = _words("modified_after").replace(" ", "+")  # what a plus sign becomes in an address
    instant = instant_of(after) if after else None
    if after and instant is None:
        abort(400)
    return Asked(
        search=_words("search"),
        organization_id=_words("organization_id"),
        modified_after=(instant if instant.tzinfo else instant.replace(tzinfo=UTC)) if instant else None,
        taxonomy_id=_words("taxonomy_id"),
        taxonomy_term_id=_words("taxonomy_term_id"),
        postcode=_words("postcode"),
    )


def _words(name: str) -> str:
    return Form(request.args).text(name)[:200]


def _yes(name: str) -> bool:
    return _words(name).lower() in YES


def _numbers(most: int) -> tuple[int, int]:
    """Which page, and how many a page."""
    form = Form(request.args)
    page, per_page = form.number("page"), form.number("per_page")
    page, per_page = 1 if page is None else page, PER_PAGE if per_page is None else per_page
    unknown = _words("format") not in ("", "json")
    if not form.valid or page < 1 or per_page < 1 or page * per_page > FARTHEST or unknown:
        abort(400)
    return page, min(per_page, most)


def _page(find: Callable[..., finding.Page], write: Callable[[list[Any]], Any], most: int) -> Any:
    """A page of what `find` gives for (limit, offset), as `write` says it."""
    page, per_page = _numbers(most)
    keys, total = find(per_page, (page - 1) * per_page)
    pages = -(-total // per_page)
    contents = write(keys)
    return jsonify(
        total_items=total,
        total_pages=pages,
        page_number=page,
        size=len(contents),
        first_page=page == 1,
        last_page=page >= pages,
        empty=not contents,
        contents=contents,
    )


def _listed(records: list[Any]) -> Any:
    return _page(
        lambda limit, offset: (records[offset : offset + limit], len(records)), lambda found: found, MOST
    )


def _known(table: Any, identity: str) -> Any:
    return _there(db.session.scalar(db.select(table).where(table.hsds_id == identity)))


def _there(found: Any) -> Any:
    if found is None:
        raise Missing
    return found
