"""Which column says which field, noun by noun."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal import clock
from portal.directory.hours.opening import SUSPENDED
from portal.directory.hsds.checking import Doc, date_of
from portal.directory.hsds.ids import part_id
from portal.directory.hsds.lenses import (
    Lens,
    code,
    column,
    degrees,
    dicts,
    each,
    listed,
    mail,
    some,
    text,
    web,
    whole,
)
from portal.directory.hsds.schedules import read_week, weeks_before, write_week
from portal.directory.models import Service, ServiceText
from portal.directory.reading import REFERENCE

KINDS = "relais:kinds"  # the taxonomy that our kinds of service are
INSEE = "INSEE"
ACTIVE, INACTIVE = "active", "inactive"
STATUSES = (ACTIVE, INACTIVE, "defunct", SUSPENDED)


def dated(record: Doc) -> date | None:
    """The day on which who publishes a service last checked it, or changed it."""
    days = (date_of(record.get(name)) for name in ("assured_date", "last_modified"))
    return max((day for day in days if day and day <= clock.local_day()), default=None)


def _text_of(service: Service) -> ServiceText | None:
    return service.texts.get(REFERENCE) or next(iter(service.texts.values()), None)


def _service_text(name: str, key: str) -> Lens:
    """The name or the summary of a service, in the language that every other falls back to."""

    def set_text(service: Service, value: str) -> None:
        if REFERENCE not in service.texts:
            service.texts[REFERENCE] = ServiceText(language=REFERENCE, name="", summary="")
        setattr(service.texts[REFERENCE], name, value)

    def write(record: Doc, value: Any, _of: str) -> None:
        if value or key == "name":
            record[key] = value
        else:
            record.pop(key, None)

    return Lens(
        name,
        lambda record: text(record.get(key)),
        lambda service: getattr(_text_of(service), name, ""),
        set_text,
        write,
    )


def _status_of(service: Service) -> str:
    """Whether people may be sent there comes before the word for why not."""
    if service.active:
        return SUSPENDED if service.status == SUSPENDED else ACTIVE
    return service.status if service.status != ACTIVE else INACTIVE


def _set_status(service: Service, value: str) -> None:
    """What is closed for a time stays in the directory, and is said to be closed."""
    service.status, service.active = value or ACTIVE, value in ("", ACTIVE, SUSPENDED)


def _status(record: Doc) -> str:
    said = record.get("status")
    return said if isinstance(said, str) and said in STATUSES else ""


def _week(name: str = "schedule") -> Lens:
    def write(record: Doc, week: Any, of: str) -> None:
        record["schedules"] = write_week(week, of)
        if not record["schedules"]:
            del record["schedules"]

    return Lens(
        "schedule",
        lambda record: read_week(record.get("schedules")),
        lambda row: dict(getattr(row, name)),
        lambda row, week: setattr(row, name, week),
        write,
        lambda record: weeks_before(record.get("schedules")),
    )


def _kind_link(record: Doc) -> Doc | None:
    """The attribute of a record that says its kind, as we say it."""
    for link in dicts(record.get("attributes")):
        term = link.get("taxonomy_term")
        if isinstance(term, dict) and term.get("taxonomy") == KINDS and code(term.get("code")):
            return link
    return None


def kind_term(kind: str, name: str = "") -> Doc:
    """A kind of ours as a term of a taxonomy."""
    return {
        "id": part_id(KINDS, kind),
        "code": kind,
        "name": name or kind,
        "description": name or kind,
        "taxonomy": KINDS,
        "taxonomy_id": part_id(KINDS),
        "language": REFERENCE,
    }


def _write_kind(record: Doc, kind: str, of: str) -> None:
    others = [one for one in listed(record.get("attributes")) if one is not _kind_link(record)]
    if kind:
        link = {"id": part_id(of, "kind"), "link_entity": "service", "taxonomy_term": kind_term(kind)}
        others.append(link)
    record["attributes"] = others
    if not others:
        del record["attributes"]


def _kind_of(record: Doc) -> str:
    link = _kind_link(record)
    return code(link["taxonomy_term"]["code"]) if link else ""


KIND = Lens(
    "kind",
    _kind_of,
    lambda service: service.kind,
    lambda service, kind: setattr(service, "kind", kind),
    _write_kind,
)

LANGUAGES = each(
    "languages", "languages", lambda one: text(one.get("code")), lambda code: {"code": code}, "language"
)
DOCUMENTS = each(
    "required_documents", "required_documents", some("document", "uri"), dict, "required_document"
)
COSTS = each(
    "cost_options",
    "cost_options",
    some("option", "amount", "currency", "amount_description", "valid_from", "valid_to"),
    dict,
    "cost_option",
)

SERVICE = (
    _service_text("name", "name"),
    _service_text("summary", "description"),
    column("url", "url", web),
    column("email", "email", mail),
    Lens("status", _status, _status_of, _set_status, lambda record, value, _: record.update(status=value)),
    *(
        column(name, name, text)
        for name in (
            "eligibility_description",
            "application_process",
            "fees_description",
            "interpretation_services",
            "alert",
        )
    ),
    column("minimum_age", "minimum_age", whole),
    column("maximum_age", "maximum_age", whole),
    LANGUAGES,
    DOCUMENTS,
    COSTS,
    KIND,
    _week(),
)

ORGANIZATION = (
    column("name", "name", text, needed=True),
    column("alternate_name", "alternate_name", text),
    column("description", "description", text, needed=True),
    column("email", "email", mail),
    column("url", "website", web),
)

SERVICE_AT_LOCATION = (_week(),)

ADDRESS = ("address_1", "address_2", "postal_code", "city", "country")


def address_of(record: Doc) -> Doc:
    """The address that our columns hold: the first that people may come to, else the first."""
    found = dicts(record.get("addresses"))
    physical = [one for one in found if one.get("address_type") == "physical"]
    return next(iter(physical or found), {})


def _read_address(record: Doc) -> dict[str, str]:
    address = address_of(record)
    read = {name: text(address.get(name)) for name in ADDRESS}
    return read | {"country": read["country"] or "FR"}


def _write_address(record: Doc, value: dict[str, str], of: str) -> None:
    before = address_of(record)
    rest = [one for one in listed(record.get("addresses")) if one is not before]
    if not any(value[name] for name in ADDRESS if name != "country"):
        record["addresses"] = rest
        return
    made = {"id": part_id(of, "address"), "state_province": "", "address_type": "physical", **before}
    made |= {name: value[name] for name in ADDRESS if value[name] or name != "address_2"}
    if not value["address_2"]:
        made.pop("address_2", None)
    record["addresses"] = [made, *rest]


def _set_address(row: Any, value: dict[str, str]) -> None:
    for name in ADDRESS:
        setattr(row, name, value[name])


PLACE = Lens(
    "address",
    _read_address,
    lambda row: {name: getattr(row, name) for name in ADDRESS},
    _set_address,
    _write_address,
)


def _insee(record: Doc) -> str:
    return code(record.get("external_identifier")) if record.get("external_identifier_type") == INSEE else ""


def _write_insee(record: Doc, code: str, _of: str) -> None:
    if code and record.get("external_identifier_type") in (None, INSEE):
        record |= {"external_identifier": code, "external_identifier_type": INSEE}
    elif not code:  # there was one, and it was taken away here
        record.pop("external_identifier", None)
        record.pop("external_identifier_type", None)


LOCATION = (
    column("location_type", "location_type", text, needed=True),
    column("name", "name", text),
    column("description", "description", text),
    column("transportation", "transportation", text),
    column("latitude", "latitude", degrees(90)),
    column("longitude", "longitude", degrees(180)),
    Lens(
        "commune",
        _insee,
        lambda row: row.commune,
        lambda row, code: setattr(row, "commune", code),
        _write_insee,
    ),
    each("accessibility", "accessibility", some("description", "details", "url"), dict, "accessibility"),
    PLACE,
    _week(),
)
