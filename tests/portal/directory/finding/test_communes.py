"""The commune that is meant, however it is typed; among several, a question and never a guess."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.database import db
from portal.directory.editing import add_commune
from portal.directory.finding import communes
from portal.directory.finding.communes import which
from portal.directory.finding.slips import Names, one_slip
from portal.directory.models import Commune


@pytest.fixture
def places(app: Flask) -> None:
    add_commune("96042", "Valbrune", ["96100"], population=8214)
    add_commune("96017", "Saint-Elvin", ["96110"])
    add_commune("95017", "Saint-Elvin", ["95110"], population=12)
    add_commune("96023", "Courvelle-le-Bois", ["96110"])
    add_commune("96200", "Bois-d’Elvin", ["96130"])
    add_commune("2A004", "Ajaccio", ["20000", "20090"])
    add_commune("97411", "Saint-Denis", ["97400"], population=150_000)
    add_commune("93066", "Saint-Denis", ["93200"], population=110_000)
    add_commune("69123", "Lyon", ["69001", "69002", "69012"])
    for n, name in ((1, "1er"), (2, "2e"), (12, "12e")):
        part = add_commune(f"693{80 + n}", f"Lyon {name} Arrondissement", [f"690{n:02}"])
        part.type, part.parent = "arrondissement", "69123"
    part = add_commune("96043", "Valbrune-le-Haut", [])
    part.type, part.parent = "delegated", "96042"
    whole = db.session.get(Commune, "96200")
    assert whole
    whole.other_names, whole.former_codes = ["Elvinet"], ["96201"]
    db.session.flush()


@pytest.mark.parametrize(
    ("name", "postcode", "codes"),
    [
        ("valbrune", "", ["96042"]),
        ("VALBRUNE", "96100", ["96042"]),
        ("St Elvin", "", ["96017", "95017"]),
        ("saint-élvin", "96110", ["96017"]),
        ("Saint-Elvin (95)", "", ["95017"]),
        ("Saint-Elvin (96017)", "", ["96017"]),
        ("96110 St-Elvin", "", ["96017"]),
        ("Bois d'Elvin", "", ["96200"]),
        ("boisdelvin", "", ["96200"]),
        ("Elvinet", "", ["96200"]),
        ("96201", "", ["96200"]),
        ("elvin", "", []),
        ("", "96110", ["96023", "96017"]),
        ("96110", "", ["96023", "96017"]),
        ("96042", "", ["96042"]),
        ("2a004", "", ["2A004"]),
        ("ajaccio", "20090", ["2A004"]),
        ("st denis", "", ["97411", "93066"]),
        ("st denis", "97400", ["97411"]),
        ("Saint Denis 974", "", ["97411"]),
        ("lyon", "69002", ["69123"]),
        ("", "69002", ["69382"]),
        ("lyon 2", "", ["69382"]),
        ("Lyon 12ème", "", ["69392"]),
        ("lyon 1er arrondissement", "", ["69381"]),
        ("Valbrune le Haut", "96100", ["96043"]),
        ("Ajaccio Cedex 9", "", ["2A004"]),
        ("nulle part", "", []),
        ("100%", "", []),
        ("", "99999", []),
        ("", "", []),
    ],
)
def test_a_commune_is_told_by_name_postcode_or_code(
    places: None, name: str, postcode: str, codes: list[str]
) -> None:
    found = which(name, postcode)
    assert sorted(one.code for one in found.candidates) == sorted(codes)
    assert (found.commune.code if found.commune else None) == (codes[0] if len(codes) == 1 else None)
    assert not found.slip or not codes


@pytest.mark.parametrize("typed", ["valbune", "valbrrune", "valbrane", "vablrune", "albrune", "valbrun"])
def test_one_slip_is_forgiven_and_told(places: None, typed: str) -> None:
    found = which(typed)
    assert found.commune and found.commune.code == "96042" and found.slip
    assert communes.commune_of(typed) is None, "a form that keeps a code wants the name as it is"


@pytest.mark.parametrize("typed", ["sr elvin", "saint elvn", "sait elvin"])
def test_a_slip_in_a_name_borne_twice_asks_which(places: None, typed: str) -> None:
    found = which(typed)
    assert found.commune is None and {one.code for one in found.candidates} == {"96017", "95017"}
    there = which(typed, "96110").commune
    assert there and there.code == "96017"


def test_a_name_and_a_postcode_that_do_not_agree_are_a_question(places: None) -> None:
    found = which("Valbrune", "96130")
    assert found.commune is None and {one.code for one in found.candidates} == {"96042", "96200"}


def test_what_completes_a_name_begins_with_it_then_holds_it(places: None) -> None:
    assert [one.code for one in communes.find("valb")] == ["96042", "96043"]
    assert [one.code for one in communes.find("elvin")] == ["96200", "95017", "96017"]
    assert [one.code for one in communes.find("961")] == ["96042", "96023", "96017", "96200"]
    assert [one.code for one in communes.find("vlabrune")] == ["96042"]
    assert communes.find("100%") == communes.find("") == []


def test_a_commune_just_changed_is_known_by_its_new_name(places: None) -> None:
    assert which("Valbrune").commune
    add_commune("96042", "Valbrune-sur-Orve", ["96100", "96105"], population=8214)
    db.session.flush()
    assert not which("Valbrune").commune
    found = which("", "96105").commune
    assert found and found.name == "Valbrune-sur-Orve" and found.postcodes == ("96100", "96105")


NAMES = ["valbrune", "saintelvin", "stelvin", "boisdelvin", "y", "ry", "lyon", "lyons", "aaa", "aaaa"]


@given(
    name=st.sampled_from(NAMES),
    place=st.integers(0, 12),
    letter=st.sampled_from("abely"),
    edit=st.integers(0, 3),
)
@settings(deadline=None)
def test_every_slip_in_every_name_is_found_again(name: str, place: int, letter: str, edit: int) -> None:
    at = place % len(name)
    typed = (
        name[:at] + name[at + 1 :],
        name[:at] + letter + name[at:],
        name[:at] + letter + name[at + 1 :],
        name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
    )[edit]
    near = Names(NAMES).near(typed)
    assert typed == name or len(typed) < 3 or name in near
    assert all(one_slip(typed, other) and one_slip(other, typed) for other in near)
    assert typed not in near
