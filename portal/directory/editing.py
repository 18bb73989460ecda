"""Changing the directory: each save starts from a version, and says in the history what it changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal import history
from portal.config import LANGUAGES
from portal.database import check_version, db, locked
from portal.directory import areas, phones, places
from portal.directory.confirming import freshness
from portal.directory.hours.opening import check_schedule
from portal.directory.models import Commune, Organization, Postcode, Service, ServiceText
from portal.directory.names import name_key, slug_of
from portal.directory.reading import REFERENCE
from portal.errors import N_, Refused, Stale
from portal.history import Actor

PLAIN = (
    "kind",
    "phone",
    "email",
    "url",
    "address",
    "commune",
    "department",
    "deaf_relay_url",
    "schedule",
    "accessibility",
    "languages",
    "interpretation_services",
    "active",
    "status",
    "alert",
    "eligibility_description",
    "minimum_age",
    "maximum_age",
    "application_process",
    "required_documents",
    "fees_description",
    "cost_options",
)
PARTS = {"phones": phones, "places": places, "areas": areas}  # kept in tables of their own
LISTS = {  # what names an entry of them, and what else of it our forms show
    "required_documents": ("document", ("uri",)),
    "cost_options": ("option", ("amount", "currency", "amount_description")),
}


def save_service(
    service: Service | None,
    *,
    by: Actor,
    version: int | None = None,
    slug: str = "",
    organization_id: int | None = None,
    confirmed_by: str = "",
    texts: dict[str, dict[str, str]],
    **values: Any,
) -> Service:
    """A new service (`None`), or new values of one. `texts` are `{"fr": {"name", "summary"}, …}`.

    `values` are those of `PLAIN` that change, and rows of `PARTS`; `confirmed_by` also says that the whole is true.
    Refuses a save of something else that started from an older version (`Stale`), a service without a French name,
    an address that is not of the web, hours that cannot be.
    """
    values = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    texts = _texts(texts)
    values = _checked(values)
    if service is None:
        service = _new_service(slug, organization_id, values, texts)
        history.record("service.added", service, by=by, details={"slug": service.slug})
        if confirmed_by:
            freshness.mark(service, confirmed_by)
        return service
    service = db.session.scalars(locked(db.select(Service).filter_by(id=service.id))).one()
    yours = {**_with_the_rest(service, values), "texts": texts}
    before = _snapshot(service, yours)
    changed = _changed(before, yours)
    stale = service.version != version or places.are_stale(service, yours.get("places", []))
    if version is not None and stale and changed:
        raise Stale(theirs=before, yours=yours)
    if changed:
        _apply(service, {name: value for name, value in yours.items() if name != "texts"}, texts)
    _touch(service, "service.changed", changed, by, confirmed_by)
    return service


def save_organization(
    organization: Organization | None,
    *,
    by: Actor,
    version: int | None = None,
    slug: str = "",
    confirmed_by: str = "",
    **values: Any,
) -> Organization:
    """A new organization (`None`), or new values of one: name, phone, email, url, is_host. As a service's."""
    values = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    if not values.get("name", organization.name if organization else ""):
        raise Refused(N_("Donnez un nom à cet organisme."), field="name")
    check_addresses(values)
    if organization is None:
        organization = Organization(slug=_free_slug(Organization, slug or values["name"]), **values)
        db.session.add(organization)
        history.record("organization.added", organization, by=by, details={"slug": organization.slug})
        if confirmed_by:
            freshness.mark(organization, confirmed_by)
        return organization
    organization = db.session.scalars(locked(db.select(Organization).filter_by(id=organization.id))).one()
    changed = _changed({name: getattr(organization, name) for name in values}, values)
    if version is not None and changed:
        check_version(organization, version, values)
    for name in changed:
        setattr(organization, name, values[name])
    _touch(organization, "organization.changed", changed, by, confirmed_by)
    return organization


def add_commune(
    code: str, name: str, postcodes: Iterable[str], *, department: str = "", population: int = 0
) -> Commune:
    """A commune, or its new name and postcodes."""
    commune = db.session.get(Commune, code) or Commune(code=code)
    commune.name, commune.name_key, commune.population = name, name_key(name), population
    commune.department = department or department_of(code)
    kept = {one.postcode: one for one in commune.served}
    commune.served = [
        kept.get(postcode) or Postcode(postcode=postcode) for postcode in dict.fromkeys(postcodes)
    ]
    db.session.add(commune)
    return commune


def department_of(code: str) -> str:
    """The department whose number an INSEE code begins with: two characters, three overseas."""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def _new_service(
    slug: str, organization_id: int | None, values: dict[str, Any], texts: dict[str, dict[str, str]]
) -> Service:
    if organization_id is None:
        raise Refused(N_("Choisissez l’organisme de ce service."), field="organization_id")
    name = slug or texts.get(REFERENCE, {}).get("name", "")
    service = Service(slug=_free_slug(Service, name), organization_id=organization_id)
    _apply(service, {name: value for name, value in values.items() if name not in PARTS}, texts)
    db.session.add(service)
    db.session.flush()
    _apply(service, {name: value for name, value in values.items() if name in PARTS}, texts)
    return service


def _free_slug(table: type[Service] | type[Organization], name: str) -> str:
    slug = slug_of(name)
    if not slug:
        raise Refused(N_("Donnez un nom."), field="name")
    if db.session.scalar(db.select(table.id).filter_by(slug=slug)):
        raise Refused(N_("Ce nom est déjà pris : %(name)s."), field="name", name=slug)
    return slug


def _apply(service: Service, values: dict[str, Any], texts: dict[str, dict[str, str]]) -> None:
    for name in PLAIN:
        if name in values:
            setattr(service, name, values[name])
    for name, part in PARTS.items():
        if name in values:
            part.write(service, values[name])
    for language, text in texts.items():
        if language in service.texts:
            service.texts[language].name = text["name"]
            service.texts[language].summary = text["summary"]
        else:
            service.texts[language] = ServiceText(language=language, **text)
    for language in [known for known in service.texts if known not in texts]:
        del service.texts[language]


def _texts(texts: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """The languages that have a name. French is what every other falls back to, so it must be there."""
    kept = {
        language: {"name": text["name"].strip(), "summary": text.get("summary", "").strip()}
        for language, text in texts.items()
        if language in LANGUAGES and text.get("name", "").strip()
    }
    if REFERENCE not in kept:
        raise Refused(N_("Donnez au service un nom en français."), field="name_fr")
    return kept


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """The values in order. Refuses those that cannot be."""
    check_addresses(values)
    youngest, oldest = values.get("minimum_age"), values.get("maximum_age")
    if youngest is not None and oldest is not None and youngest > oldest:
        raise Refused(N_("L’âge le plus grand est inférieur au plus petit."), field="maximum_age")
    rows = {name: part.check(values[name]) for name, part in PARTS.items() if name in values}
    if "schedule" in values:
        rows["schedule"] = check_schedule(values["schedule"])
    return {**values, **rows}


def _with_the_rest(service: Service, values: dict[str, Any]) -> dict[str, Any]:
    """Entries that a source described further than our forms show keep the rest of what it said.

    What the forms do show is as they say it: a price that was taken away is gone.
    """
    kept = dict(values)
    for name, (key, shown) in LISTS.items():
        if name in values:
            known = list(getattr(service, name))
            kept[name] = [{**_rest(known, key, entry, shown), **entry} for entry in values[name]]
    return kept


def _rest(
    known: list[dict[str, Any]], key: str, entry: dict[str, Any], shown: tuple[str, ...]
) -> dict[str, Any]:
    """What is kept of the entry of this name, the first that was not taken yet: several may bear one name, or none."""
    for n, one in enumerate(known):
        if one.get(key, "") == entry.get(key, ""):
            del known[n]
            return {name: value for name, value in one.items() if name not in shown}
    return {}


def check_addresses(values: dict[str, Any]) -> None:
    for name in ("url", "deaf_relay_url"):
        address = values.get(name, "")
        if address and not address.startswith(("https://", "http://")):
            raise Refused(N_("Une adresse de site commence par https://."), field=name)
    if values.get("email") and "@" not in values["email"]:
        raise Refused(N_("Cette adresse électronique n’est pas complète."), field="email")


def _snapshot(service: Service, names: dict[str, Any]) -> dict[str, Any]:
    texts = {lang: {"name": t.name, "summary": t.summary} for lang, t in service.texts.items()}
    parts = {name: part.rows_of(service) for name, part in PARTS.items() if name in names}
    return {name: getattr(service, name) for name in names if name in PLAIN} | parts | {"texts": texts}


def _changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {name: [before[name], after[name]] for name in after if _told(before[name]) != _told(after[name])}


def _touch(row: Any, verb: str, changed: dict[str, Any], by: Actor, confirmed_by: str) -> None:
    """Raises the row's version even when only its texts changed, and writes the one event of this save."""
    if changed:
        row.version += 1
        history.record(verb, row, by=by, details={"changed": changed})
        if confirmed_by:
            freshness.mark(row, confirmed_by)
    elif confirmed_by:
        freshness.confirm(row, confirmed_by, by)


def _told(value: Any) -> Any:
    """A value as it is compared: rows without the numbers that only tables give."""
    if not isinstance(value, list):
        return value
    return [
        {name: one for name, one in row.items() if name not in ("id", "version")}
        if isinstance(row, dict)
        else row
        for row in value
    ]
