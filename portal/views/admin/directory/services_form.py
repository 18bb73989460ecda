"""The form of a service: what it shows of one, and the values it is read as."""

from __future__ import annotations

import re
from typing import Any

from portal.database import db
from portal.directory import areas, phones, places
from portal.directory.finding import communes
from portal.directory.hours.opening import SUSPENDED
from portal.directory.models import Department, Service
from portal.views import choosing
from portal.views.admin.channels.lines_words import read_schedule, schedule_values
from portal.views.admin.content import words
from portal.views.admin.directory import services_rows as rows
from portal.views.forms import Form
from portal.views.spoken import names_of, read_languages

SHORT = ("phone", "email", "url", "address", "deaf_relay_url", "interpretation_services")
LONG = ("eligibility_description", "application_process", "fees_description", "alert")
STATUSES = {
    "active": "En service",
    SUSPENDED: "Fermé pour un temps",
    "inactive": "N’est plus proposé",
    "defunct": "N’existe plus",
}
PHONE_TYPES = {
    "voice": "Téléphone",
    "cell": "Mobile",
    "text": "SMS",
    "textphone": "Téléphone à texte",
    "fax": "Télécopie",
    "video": "Visio",
    "pager": "Messagerie",
}
PLACE_TYPES = {
    "physical": "On y va",
    "postal": "On y écrit seulement",
    "virtual": "En ligne ou au téléphone",
}
NO_DEPARTMENT = "Aucun département ne s’appelle « {} »."

_CODE = re.compile(r"\(([^()]+)\)$")


def values_of(found: Service) -> dict[str, Any]:
    """The service, field by field of the form."""
    values: dict[str, Any] = {name: getattr(found, name) for name in (*SHORT, *LONG, "version")}
    for language, text in found.texts.items():
        values |= {f"name_{language}": text.name, f"summary_{language}": text.summary}
    values |= {f"accessibility_{language}": text for language, text in found.accessibility.items()}
    ages = {
        name: "" if (age := getattr(found, name)) is None else age for name in ("minimum_age", "maximum_age")
    }
    closed = not found.active and found.status == "active"
    return {
        **values,
        **ages,
        **area_values(areas.rows_of(found)),
        **schedule_values(found.schedule, "schedule"),
        **rows.phone_values(phones.rows_of(found)),
        **rows.place_values(places.rows_of(found)),
        **rows.fill("documents", found.required_documents),
        **rows.fill("costs", found.cost_options),
        "kind": choosing.kind_named(found.kind),
        "commune": choosing.commune_named(found.commune),
        "languages": ", ".join(names_of(found.languages)),
        "status": "inactive" if closed else found.status,
    }


def read(form: Form, found: Service | None) -> dict[str, Any]:
    """The values typed, as `editing.save_service` takes them."""
    status = form.choice("status", STATUSES) or "active"
    commune = choosing.read_commune(form)
    kind = choosing.read_kind(form) if form.text("kind") != (found.kind if found else "") else None
    values: dict[str, Any] = {name: form.text(name, longest=500) for name in SHORT}
    values |= {name: form.text(name, longest=5000).replace("\r\n", "\n") for name in LONG}
    return {
        **values,
        "texts": _read_texts(form),
        "phone": rows.read_phone(form, "phone"),
        "kind": kind.code if kind else form.text("kind", longest=100) if form.text("kind") else "",
        "commune": commune.code if commune else "",
        "department": commune.department if commune else (found.department if found else ""),
        "schedule": {name: slots for name, slots in read_schedule(form, "schedule").items() if slots},
        "accessibility": _read_by_language(form, "accessibility"),
        "languages": read_languages(form, "languages"),
        "status": status,
        "active": status in ("active", SUSPENDED),
        "minimum_age": _age(form, "minimum_age"),
        "maximum_age": _age(form, "maximum_age"),
        "required_documents": rows.read_documents(form),
        "cost_options": rows.read_costs(form, found.cost_options if found else []),
        "phones": rows.read_phones(form),
        "places": rows.read_places(form, places.rows_of(found) if found else []),
        "areas": read_areas(form, areas.rows_of(found) if found else []),
    }


def area_values(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Areas as the form shows them: the country, departments, communes; the others are kept or taken away."""
    by_level: dict[str, list[str]] = {}
    for row in found:
        said = f"{row['name']} ({row['code']})" if row["name"] and row["code"] else row["name"] or row["code"]
        by_level.setdefault(row["level"], []).append(said)
    return {
        "area_national": "1" if "national" in by_level else "",
        "area_departments": "\n".join(by_level.get("department", [])),
        "area_communes": "\n".join(by_level.get("commune", [])),
        "area_others": "\n".join(by_level.get("region", []) + by_level.get("other", [])),
    }


def read_areas(form: Form, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The areas typed. A region, or another that a source named, stays what it was."""
    if more := choosing.read_commune(form, "more_commune"):
        form.values["area_communes"] = f"{form.text('area_communes')}\n{more.label}".strip()
        form.values["more_commune"] = ""
    found = [{"level": "national", "code": "", "name": ""}] if form.text("area_national") else []
    was = {area_values([row])["area_others"]: row for row in known if row["level"] in ("region", "other")}
    for line in _lines(form, "area_others"):
        found.append(was.get(line) or {"level": "other", "code": "", "name": line})
    kept = {area_values([row])[f"area_{row['level']}s"]: row for row in known if row["level"] in LEVELS}
    for level, read_one in LEVELS.items():
        for line in _lines(form, f"area_{level}s"):
            row = kept.get(line) or read_one(form, line)
            found += [row] if row else []
    return found


def _commune_area(form: Form, line: str) -> dict[str, Any] | None:
    code = _CODE.search(line)
    town = communes.town(code.group(1)) if code else communes.commune_of(line)
    if town is None:
        form.refuse("area_communes", choosing.NO_COMMUNE.format(line))
        return None
    return {"level": "commune", "code": town.code, "name": town.name}


def _department_area(form: Form, line: str) -> dict[str, Any] | None:
    code = _CODE.search(line)
    key = code.group(1) if code else line
    query = db.select(Department).where((Department.code == key.upper()) | (Department.name == key))
    found = db.session.scalars(query).first()
    if found is None:
        form.refuse("area_departments", NO_DEPARTMENT.format(line))
        return None
    return {"level": "department", "code": found.code, "name": found.name}


LEVELS = {"commune": _commune_area, "department": _department_area}


def _lines(form: Form, name: str) -> list[str]:
    return list(
        dict.fromkeys(line.strip() for line in form.text(name, longest=50_000).splitlines() if line.strip())
    )


def _read_texts(form: Form) -> dict[str, dict[str, str]]:
    return {
        language: {
            "name": form.text(f"name_{language}", longest=200),
            "summary": form.text(f"summary_{language}", longest=2000),
        }
        for language in words.LANGUAGES
    }


def _read_by_language(form: Form, name: str) -> dict[str, str]:
    typed = {language: form.text(f"{name}_{language}", longest=2000) for language in words.LANGUAGES}
    return {language: text for language, text in typed.items() if text}


def _age(form: Form, name: str) -> int | None:
    age = form.number(name)
    if age is not None and age > 130:
        form.refuse(name, "Écrivez un âge en années.")
    return age
