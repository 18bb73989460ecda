"""Services are searched by name and place, a page at a time, whoever saved them."""

import pytest
from flask import Flask

from portal.database import db
from portal.directory.editing import save_organization, save_service
from portal.directory.names import search_words
from portal.directory.reading import find_services
from portal.history import SYSTEM
from tests import make


def slugs(*asked: object, **more: object) -> list[str]:
    return [one.slug for one in find_services(*asked, **more)[0]]


@pytest.fixture
def town(app: Flask) -> None:
    prefecture = make.organization("etat", name="Préfecture de l’Orlène")
    make.service(
        "titres", of=prefecture, kind="prefecture", department="96", address="1 rue d’Elvin, Valbrune"
    )
    make.service("caf-96042-01", kind="caf", department="96", address="2 place St-Elme, 96100 Valbrune")
    make.service("caf-97001-01", kind="caf", department="97", address="3 quai, 97001 Saint-Elme")
    make.service("caf-fermee", kind="caf", department="96", active=False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("caf", ["caf-96042-01", "caf-97001-01"]),
        ("CAF de Valbrune", ["caf-96042-01"]),
        ("sainte-elme", []),
        ("saint élme", ["caf-96042-01", "caf-97001-01"]),
        ("prefecture orl", ["titres"]),
        ("96042", ["caf-96042-01"]),
        ("lbrune", []),
        ("100%", []),
        ("", ["caf-96042-01", "caf-97001-01", "titres"]),
    ],
)
def test_words_typed_begin_words_of_the_name_the_organization_or_the_address(
    town: None, text: str, found: list[str]
) -> None:
    assert slugs(text) == found
    assert find_services(text)[1] == len(found)


def test_a_search_keeps_to_a_kind_a_department_and_what_is_active(town: None) -> None:
    assert slugs("", "caf") == ["caf-96042-01", "caf-97001-01"]
    assert slugs("", "caf", "96") == ["caf-96042-01"]
    assert slugs("", "caf", "96", active=None) == ["caf-96042-01", "caf-fermee"]
    assert slugs("", active=False) == ["caf-fermee"]


def test_pages_follow_one_another_and_know_how_many_there_are(town: None) -> None:
    pages = [find_services("", limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [[one.slug for one in page] for page, _ in pages] == [
        ["caf-96042-01", "caf-97001-01"],
        ["titres"],
        [],
    ]
    assert [total for _, total in pages] == [3, 3, 3]


def test_a_new_name_is_found_at_once(town: None) -> None:
    service = find_services("titres")[0][0]
    save_service(service, by=SYSTEM, texts={"fr": {"name": "Guichet des étrangers"}})
    db.session.flush()
    assert slugs("etrangers") == ["titres"]
    save_organization(service.organization, by=SYSTEM, name="Sous-préfecture")
    assert slugs("sous prefecture etrangers") == ["titres"]
    assert slugs("orlene") == []


def test_small_words_are_asked_for_only_alone() -> None:
    assert search_words("La mairie de St-Lô") == ["mairie", "saint", "lo"]
    assert search_words("de la") == ["de", "la"]
