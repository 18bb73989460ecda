"""Changing how the pages look: a draft, seen in a preview, then published; what was published before can come back."""

from __future__ import annotations

from portal import clock, history
from portal.database import check_version, db, hold
from portal.directory import editing
from portal.directory.appearance.colours import USUAL, check_colour, read_colour
from portal.directory.appearance.logos import Logo
from portal.directory.appearance.models import Appearance
from portal.directory.models import Organization
from portal.errors import N_, Missing, Refused
from portal.history import Actor
from portal.storage import digest_of

LONGEST_NAME = 60  # in the head of every page, on a telephone too


def published(organization_id: int) -> Appearance | None:
    """How its pages look now; none while they keep the usual colours."""
    return db.session.scalar(
        db.select(Appearance).filter_by(organization_id=organization_id, state="published")
    )


def draft_of(organization_id: int) -> Appearance | None:
    """What is being prepared."""
    return db.session.scalar(db.select(Appearance).filter_by(organization_id=organization_id, state="draft"))


def former(organization_id: int, limit: int = 20) -> list[Appearance]:
    """What was published before, the latest first."""
    query = db.select(Appearance).filter_by(organization_id=organization_id, state="retired")
    return list(db.session.scalars(query.order_by(Appearance.published_at.desc()).limit(limit)))


def logo_of(digest: str) -> Appearance:
    """The published appearance that has this logo. Raises `Missing`."""
    found = db.session.scalar(db.select(Appearance).filter_by(logo_digest=digest, state="published").limit(1))
    if found is None or not digest:
        raise Missing
    return found


def save_draft(
    host: Organization,
    *,
    name: str,
    colour: str,
    logo: Logo | None = None,
    without_logo: bool = False,
    version: int | None = None,
    by: Actor,
) -> Appearance:
    """Prepares another look. `logo`: None keeps the one there is, unless `without_logo`.

    Refuses a colour on which white text cannot be read, and a save that started from an older draft (`Stale`).
    """
    values = {"name": _checked_name(name), "colour": read_colour(colour)}
    check_colour(values["colour"])
    hold(host)
    found = draft_of(host.id)
    if found is None:
        found = _new_draft(host, published(host.id), by)
    else:
        hold(found)
        if _is_so(found, values, logo, without_logo):
            return found
        check_version(found, version or 0, values)
    found.name, found.colour, found.made_by_id = values["name"], values["colour"], by.id
    if logo is not None or without_logo:
        _put_logo(found, logo)
    db.session.flush()
    history.record("appearance.drafted", found, by=by, details={"number": found.number, **values})
    return found


def draft_again(host: Organization, number: int, *, by: Actor) -> Appearance:
    """A draft of what was published once; it replaces the draft there is."""
    query = db.select(Appearance).filter_by(organization_id=host.id, number=number, state="retired")
    once = db.session.scalar(query)
    if once is None:
        raise Missing
    hold(host)
    found = draft_of(host.id) or _new_draft(host, once, by)
    found.name, found.colour, found.made_by_id = once.name, once.colour, by.id
    _put_logo(found, Logo(once.logo, once.logo_type) if once.logo_type else None)
    db.session.flush()
    history.record("appearance.drafted", found, by=by, details={"number": found.number, "again": number})
    return found


def publish(host: Organization, *, version: int, host_version: int, by: Actor) -> Appearance:
    """From now on pages look like the draft, and the organization has its name.

    Refuses, with the two versions, what is not the draft or the name that was seen in the preview.
    """
    hold(host)
    found = draft_of(host.id)
    if found is None:
        raise Refused(N_("Il n’y a plus rien à publier : quelqu’un l’a fait ou l’a retiré."))
    hold(found)
    check_version(found, version, {})
    before = published(host.id)
    editing.save_organization(host, by=by, version=host_version, name=found.name)
    if before is not None:
        before.state = "retired"
    found.state, found.published_at, found.published_by_id = "published", clock.now(), by.id
    said = {"name": found.name, "colour": found.colour, "logo": found.logo_digest[:12]}
    details = {"number": found.number, "former": before.number if before else None, **said}
    history.record("appearance.published", found, by=by, details=details)
    return found


def drop_draft(host: Organization, *, by: Actor) -> None:
    """What was being prepared is given up. Again does nothing."""
    hold(host)
    found = draft_of(host.id)
    if found is not None:
        history.record("appearance.dropped", found, by=by, details={"number": found.number})
        db.session.delete(found)


def _checked_name(name: str) -> str:
    words = " ".join(name.split())
    if not words:
        raise Refused(N_("Donnez le nom que les pages montrent."), field="name")
    if len(words) > LONGEST_NAME:
        raise Refused(N_("Ce nom est trop long : 60 caractères au plus."), field="name")
    return words


def _is_so(found: Appearance, values: dict[str, str], logo: Logo | None, without_logo: bool) -> bool:
    """Whether the draft is this already: the same form sent twice is one act."""
    digest = digest_of(logo.data) if logo else "" if without_logo else found.logo_digest
    return (found.name, found.colour, found.logo_digest) == (values["name"], values["colour"], digest)


def _new_draft(host: Organization, like: Appearance | None, by: Actor) -> Appearance:
    query = db.select(db.func.max(Appearance.number)).filter_by(organization_id=host.id)
    number = (db.session.scalar(query) or 0) + 1
    made = Appearance(organization_id=host.id, number=number, name=host.name, colour=USUAL, made_by_id=by.id)
    if like is not None:
        made.logo, made.logo_type, made.logo_digest = like.logo, like.logo_type, like.logo_digest
    db.session.add(made)
    return made


def _put_logo(row: Appearance, logo: Logo | None) -> None:
    row.logo, row.logo_type = (logo.data, logo.media_type) if logo else (b"", "")
    row.logo_digest = digest_of(logo.data) if logo else ""
