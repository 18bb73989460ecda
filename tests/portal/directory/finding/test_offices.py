"""One office only where nothing else can be meant, several nearest first, or none and whom to ask instead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.database import db
from portal.directory.editing import add_commune
from portal.directory.finding.candidates import Candidate, Place
from portal.directory.finding.distances import kilometres
from portal.directory.finding.kinds import kind, kinds, save_kind
from portal.directory.finding.offices import choose, resolve, resolve_many
from portal.directory.models import Department, Location, Service, ServiceArea, ServiceAtLocation
from portal.errors import Refused, Stale
from portal.history import SYSTEM
from tests import make


def office(slug: str, commune: str = "", at: tuple[float, float] | None = None, **more: Any) -> Service:
    """An office called after its kind and its seat: `mairie-96042-01`."""
    code = commune or slug.split("-")[1]
    areas = more.pop("areas", ())
    values = {"kind": slug.split("-", maxsplit=1)[0], "commune": code, "department": code[:2], **more}
    row = make.service(slug, **values)
    if at:
        place = Location(latitude=at[0], longitude=at[1])
        db.session.add(ServiceAtLocation(service=row, location=place))
    db.session.add_all(ServiceArea(service_id=row.id, level=level, code=area) for level, area in areas)
    db.session.flush()
    return row


@pytest.fixture
def orlene(app: Flask) -> None:
    """Two departments of a region, and one far away."""
    for code, region in (("96", "R1"), ("95", "R1"), ("94", "R2")):
        db.session.add(Department(code=code, name=code, region=region))
    add_commune("96042", "Valbrune", ["96100"])
    add_commune("96017", "Saint-Elvin", ["96110"])
    add_commune("95001", "Grandville", ["95001", "95002"])
    add_commune("94001", "Loinville", ["94100"])
    for code, name, parent, type_ in (
        ("96043", "Valbrune-le-Haut", "96042", "delegated"),
        ("96044", "Valbrune-le-Bas", "96042", "delegated"),
        ("95201", "Grandville 1er Arrondissement", "95001", "arrondissement"),
        ("95202", "Grandville 2e Arrondissement", "95001", "arrondissement"),
    ):
        part = add_commune(code, name, [])
        part.parent, part.type = parent, type_
    office("mairie-96042-01", at=(48.0, 2.0))
    office("mairie-96042-02", areas=[("commune", "96043")])
    office("mairie-96017-01", at=(48.3, 2.0))
    office("mairie-95001-01", at=(48.5, 2.5))
    office("mairie-95201-01", areas=[("commune", "95201"), ("commune", "95202")])
    office("mairie-94001-01", active=False)


def answer(code: str, commune: str) -> tuple[str, list[str]]:
    found = resolve(code, commune)
    return found.answer, [one.service.slug for one in found.offices]


@pytest.mark.parametrize(
    ("commune", "slug"),
    [
        ("96042", "mairie-96042-01"),
        ("96043", "mairie-96042-02"),
        ("96044", "mairie-96042-01"),
        ("96017", "mairie-96017-01"),
        ("95001", "mairie-95001-01"),
        ("95201", "mairie-95201-01"),
        ("95202", "mairie-95201-01"),
    ],
)
def test_the_town_hall_is_that_of_the_commune_or_of_the_part_it_names(
    orlene: None, commune: str, slug: str
) -> None:
    assert answer("mairie", commune) == ("one", [slug])


def test_a_commune_without_a_town_hall_has_none_and_its_parts_are_only_a_hint(orlene: None) -> None:
    assert answer("mairie", "94001") == ("none", [])
    add_commune("96070", "Val-Neuf", [])
    part = add_commune("96071", "Val-Vieux", [])
    part.parent, part.type = "96070", "delegated"
    office("mairie-96071-01")
    assert answer("mairie", "96070") == ("several", ["mairie-96071-01"])
    assert answer("mairie", "96071") == ("one", ["mairie-96071-01"])


def test_the_only_one_of_the_department_is_the_one_and_two_are_a_choice(orlene: None) -> None:
    office("prefecture-96001-01", at=(48.2, 2.0))
    assert answer("prefecture", "96017") == ("one", ["prefecture-96001-01"])
    assert answer("prefecture", "95001") == ("none", [])
    office("prefecture-96042-01", at=(48.0, 2.0))
    assert answer("prefecture", "96042") == ("several", ["prefecture-96042-01", "prefecture-96001-01"])
    assert answer("prefecture", "96017") == ("several", ["prefecture-96001-01", "prefecture-96042-01"])


def test_an_office_that_names_whom_it_serves_comes_before_its_neighbours(orlene: None) -> None:
    office("caf-96042-01", at=(48.0, 2.0))
    office("caf-96042-02", areas=[("commune", "96017")])
    assert answer("caf", "96017") == ("one", ["caf-96042-02"])
    assert answer("caf", "96042") == ("several", ["caf-96042-01"]), (
        "the only one of the department is not the one"
    )
    office("cpam-94001-01", areas=[("department", "96")])
    assert answer("cpam", "96042") == ("one", ["cpam-94001-01"])
    office("ademe-94001-01", areas=[("national", "")])
    assert answer("ademe", "96042") == ("one", ["ademe-94001-01"])
    office("prefecture-96001-01", areas=[("commune", "96042")])
    assert answer("prefecture", "96017") == ("none", []), "it says that it is for others"


def test_several_are_nearest_first_and_what_is_nowhere_comes_last(orlene: None) -> None:
    office("caf-96001-01")
    office("caf-96002-01", at=(48.9, 2.0))
    office("caf-96003-01", at=(48.1, 2.0))
    found = resolve("caf", "96042")
    assert [one.service.slug for one in found.offices] == ["caf-96003-01", "caf-96002-01", "caf-96001-01"]
    assert [one.kilometres and round(one.kilometres) for one in found.offices] == [11, 100, None]
    first = resolve("caf", "96042", limit=1)
    assert (len(first.offices), first.total) == (1, 3)


def test_what_nobody_confirmed_for_long_comes_after_what_was(orlene: None) -> None:
    office("caf-96003-01", at=(48.1, 2.0))
    office("caf-96002-01", at=(48.9, 2.0), confirmed_at=datetime.now(UTC))
    found = resolve("caf", "96042")
    assert [(one.service.slug, one.stale) for one in found.offices] == [
        ("caf-96002-01", False),
        ("caf-96003-01", True),
    ]


def test_what_stands_nowhere_comes_after_what_is_stale(orlene: None) -> None:
    """A list by distance ends with those of which none is known, and says so once."""
    office("caf-96001-01", confirmed_at=datetime.now(UTC))
    office("caf-96003-01", at=(48.1, 2.0))
    office("caf-96002-01", at=(48.9, 2.0), confirmed_at=datetime.now(UTC))
    found = resolve("caf", "96042").offices
    assert [one.service.slug for one in found] == ["caf-96002-01", "caf-96003-01", "caf-96001-01"]


def test_how_long_what_was_confirmed_is_believed_is_the_instances_to_say(orlene: None) -> None:
    office("caf-96003-01", at=(48.1, 2.0), confirmed_at=datetime.now(UTC) - timedelta(days=500))
    office("caf-96002-01", at=(48.9, 2.0), confirmed_at=datetime.now(UTC))
    first = [resolve("caf", "96042", months=months).offices[0].service.slug for months in (12, 24)]
    assert first == ["caf-96002-01", "caf-96003-01"]


def test_where_the_department_has_none_those_of_the_region_are_shown(orlene: None) -> None:
    office("ta-95001-01")
    assert answer("ta", "96042") == ("several", ["ta-95001-01"])
    assert answer("ta", "94001") == ("none", [])
    office("cr-95001-01")
    assert answer("cr", "96042") == ("one", ["cr-95001-01"])


def test_other_kinds_stand_for_one_that_has_no_office_of_its_own(orlene: None) -> None:
    office("sip-96042-01", at=(48.0, 2.0))
    office("tresorerie-96017-01", at=(48.3, 2.0))
    assert answer("centre_impots", "96042") == ("several", ["sip-96042-01", "tresorerie-96017-01"])
    office("centre_impots-96001-01")
    assert answer("centre_impots", "96042") == ("several", ["centre_impots-96001-01"])


def test_where_there_is_none_it_says_whom_to_ask_or_whom_to_look_for(orlene: None) -> None:
    save_kind(
        "phare", by=SYSTEM, names={"fr": "Phare"}, national={"title": "Phares", "url": "https://p.example"}
    )
    found = resolve("phare", "96042")
    assert (found.answer, found.one, found.national["title"]) == ("none", None, "Phares")
    assert "notary" in resolve("notaire", "96042").look_for("en")
    assert "« Phare »".replace(" ", "\u00a0") in found.look_for("fr")
    assert resolve("inconnu", "96042").name() == "inconnu"


def test_without_a_commune_only_few_or_the_hosts_own_are_shown_and_a_commune_is_asked_for(
    orlene: None,
) -> None:
    found = resolve("mairie", "")
    assert (found.answer, found.total, found.asks_commune) == ("several", 5, True)
    office("mairie-96017-02")
    assert resolve("mairie", "").answer == "none"
    office("mairie-96001-01", of=make.organization())
    assert answer("mairie", "") == ("several", ["mairie-96001-01"])


def test_a_service_of_ours_without_a_place_is_found_by_its_address(orlene: None) -> None:
    make.service("ccas", kind="ccas", address="3 rue basse, 96110 Saint-Elvin")
    assert answer("ccas", "96017") == ("several", ["ccas"])
    make.service("guichet", kind="prefecture", address="")
    assert answer("prefecture", "96017") == ("several", ["guichet"])


def test_several_kinds_are_resolved_at_once_as_each_alone(orlene: None) -> None:
    office("caf-96001-01")
    office("prefecture-96001-01")
    wanted = ["mairie", "caf", "prefecture", "notaire", "mairie"]
    together = resolve_many(wanted, "96042")
    assert {code: (one.answer, [o.service.slug for o in one.offices]) for code, one in together.items()} == {
        code: answer(code, "96042") for code in set(wanted)
    }


def test_a_kind_is_saved_from_the_version_that_was_read(app: Flask) -> None:
    made = save_kind("phare", by=SYSTEM, names={"fr": " Phare ", "en": ""}, level="commune")
    assert (made.names, made.version, [one.code for one in kinds()]) == ({"fr": "Phare"}, 1, ["phare"])
    save_kind("phare", by=SYSTEM, version=1, level="department")
    db.session.flush()
    assert kind("phare").version == 2
    with pytest.raises(Stale):
        save_kind("phare", by=SYSTEM, version=1, level="none")
    wrong: list[dict[str, Any]] = [
        {"names": {"fr": ""}},
        {"level": "canton"},
        {"answered_by": ["phare"]},
        {"national": {"url": "phare.example"}},
    ]
    for values in wrong:
        with pytest.raises(Refused):
            save_kind("phare", by=SYSTEM, version=2, **values)


PLACE = Place("96042", (("96042",),), "96", "R1", ("95", "96"))
AREAS = st.sampled_from(
    [
        (),
        (("commune", "96042"),),
        (("commune", "96017"),),
        (("department", "96"),),
        (("region", "R1"),),
        (("national", ""),),
    ]
)
OFFICES = st.builds(
    Candidate,
    id=st.integers(1, 9),
    kind=st.just("k"),
    commune=st.sampled_from(["96042", "96017", "95001", "94001", ""]),
    areas=AREAS,
)


@given(st.sampled_from(["commune", "department", "region", "none"]), st.lists(OFFICES, max_size=5))
@settings(deadline=None)
def test_one_is_never_a_guess(level: str, offices: list[Candidate]) -> None:
    pool = [Candidate(one.id, "k", one.commune, one.commune[:2], one.areas) for one in offices]
    found = choose(level, pool, [], PLACE)
    assert set(found.found) <= set(pool) and (found.answer == "none") == (not found.found)
    if found.answer == "one":
        (only,) = found.found
        named = any(code in ("96042", "96", "R1", "") for _, code in only.areas)
        seats = {"commune": {"96042"}, "department": {"96"}, "region": {"95", "96"}, "none": set()}[level]
        seat = only.commune if level == "commune" else only.department
        rivals = [
            one for one in pool if one is not only and one.areas == only.areas and one.commune == only.commune
        ]
        assert (named or seat in seats) and not rivals


def test_distances_are_those_of_the_earth() -> None:
    assert round(kilometres((48.8566, 2.3522), (43.2965, 5.3698))) == 660
    assert kilometres((1.0, 1.0), (1.0, 1.0)) == 0
