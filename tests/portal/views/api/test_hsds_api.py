"""The directory for everybody's programs: pages as the specification says, whatever is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.database import db
from portal.directory.models import Kind, Location, Service, ServiceAtLocation
from tests import make
from tests.portal.directory.hsds.cast import record, take
from tests.portal.views.api.test_api import shape

API = "/api/v1/hsds"
TERM = {"id": "t1", "name": "Se loger", "description": "Se loger", "taxonomy_id": "x1"}
TAXONOMY = {"id": "x1", "name": "Thèmes", "description": "Thèmes"}


@pytest.fixture
def town(app: Flask, tmp_path: Path) -> list[Service]:
    """Two services of ours, one at a place, one retired; one of another's, of a term."""
    make.organization(name="Mairie de Valbrune")
    caf, cpam, old = make.service("caf"), make.service("cpam"), make.service("vieux", active=False)
    db.session.add(Kind(code="caf", names={"fr": "Caisse d’allocations familiales"}))
    place = Location(location_type="physical", postal_code="96100", city="Valbrune", address_1="1 rue X")
    db.session.add(place)
    db.session.flush()
    db.session.add(ServiceAtLocation(service_id=caf.id, location_id=place.id))
    db.session.commit()
    link = {"id": "a1", "taxonomy_term": {**TERM, "taxonomy_detail": TAXONOMY}}
    take(tmp_path, record(attributes=[link]))
    return [db.session.get_one(Service, one.id) for one in (caf, cpam, old)]


def names(page: Any) -> list[str]:
    return [one["name"] for one in page.json["contents"]]


def test_a_page_says_where_it_stands(client: Any, town: list[Service]) -> None:
    first = client.get(f"{API}/services?per_page=2").json
    assert {name: value for name, value in first.items() if name != "contents"} == {
        "total_items": 3,
        "total_pages": 2,
        "page_number": 1,
        "size": 2,
        "first_page": True,
        "last_page": False,
        "empty": False,
    }
    second = client.get(f"{API}/services?per_page=2&page=2").json
    assert [one["name"] for one in first["contents"] + second["contents"]] == ["CAF", "CPAM", "Aide"]
    assert second["last_page"] and not second["first_page"]
    assert client.get(f"{API}/services?page=9").json["empty"]


def test_a_list_says_own_fields_and_full_says_all(client: Any, town: list[Service]) -> None:
    caf = client.get(f"{API}/services").json["contents"][0]
    assert caf["organization"]["name"] == "Org-caf"
    assert not any(isinstance(value, list) for value in (*caf.values(), *caf["organization"].values()))
    whole = client.get(f"{API}/services?full=true").json["contents"][0]
    assert whole["service_at_locations"][0]["location"]["addresses"][0]["city"] == "Valbrune"
    assert client.get(f"{API}/services/{caf['id']}").json == whole
    minimal = client.get(f"{API}/services?minimal=true").json["contents"][0]
    assert list(minimal) == ["id", "modified_date"] and minimal["id"] == caf["id"]


def test_services_are_found_by_words_owner_term_and_time(client: Any, town: list[Service]) -> None:
    def found(**asked: str) -> list[str]:
        return names(client.get(f"{API}/services", query_string=asked))

    assert found(search="CPA") == ["CPAM"] and found(search="rien de tel") == []
    assert found(organization_id=str(town[0].organization.hsds_id)) == ["CAF"]
    assert found(taxonomy_term_id="t1") == found(taxonomy_id="x1") == ["Aide"]
    terms = client.get(f"{API}/taxonomy_terms?search=allocations").json["contents"]
    assert found(taxonomy_term_id=terms[0]["id"]) == ["CAF"]
    assert found(taxonomy_id=terms[0]["taxonomy_id"]) == ["CAF", "CPAM"]
    followed = found(modified_after="2020-01-01")  # who follows what changed is told of what was retired too
    assert followed == ["CAF", "CPAM", "VIEUX", "Aide"] and found() == ["CAF", "CPAM", "Aide"]
    assert found(modified_after="2999-01-01T00:00:00+02:00") == []


def test_services_at_locations_say_both(client: Any, town: list[Service]) -> None:
    [one] = client.get(f"{API}/service_at_locations?postcode=96100").json["contents"]
    assert (one["service"]["name"], one["location"]["location_type"]) == ("CAF", "physical")
    whole = client.get(f"{API}/service_at_locations/{one['id']}").json
    assert whole["location"]["addresses"] and whole["service"]["organization"]
    assert client.get(f"{API}/service_at_locations?postcode=1").json["empty"]


def test_an_organization_has_its_services(client: Any, town: list[Service]) -> None:
    assert names(client.get(f"{API}/organizations?search=valbrune")) == ["Mairie de Valbrune"]
    owner = town[0].organization.hsds_id
    brief = client.get(f"{API}/organizations/{owner}").json["services"]
    whole = client.get(f"{API}/organizations/{owner}?full_service=true").json["services"]
    assert brief[0]["name"] == "CAF" and "service_at_locations" in whole[0]
    assert "service_at_locations" not in brief[0]


def test_taxonomies_are_ours_and_those_that_came_in(client: Any, town: list[Service]) -> None:
    found = client.get(f"{API}/taxonomies").json["contents"]
    assert [one["name"] for one in found] == ["relais:kinds", "Thèmes"]
    for one in found:
        assert client.get(f"{API}/taxonomies/{one['id']}").json == one
    [term] = client.get(f"{API}/taxonomy_terms?taxonomy_id=x1").json["contents"]
    assert term["name"] == "Se loger" and client.get(f"{API}/taxonomy_terms/t1").json == term


def test_programs_of_any_site_may_read_and_keep_it(client: Any, town: list[Service]) -> None:
    answer = client.get(f"{API}/services")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in answer.headers
    again = client.get(f"{API}/services", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert client.get(f"{API}/").json["version"] == "3.0"


def test_what_is_not_there_or_not_understood_is_said(client: Any, town: list[Service]) -> None:
    for noun in ("services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms"):
        assert client.get(f"{API}/{noun}/inconnu").status_code == 404
        for asked in ("page=0", "page=x", "per_page=0", "page=99999999", "format=ndjson"):
            assert client.get(f"{API}/{noun}?{asked}").status_code == 400, (noun, asked)
    assert client.get(f"{API}/services?modified_after=hier").status_code == 400
    retired = client.get(f"{API}/services/{town[2].hsds_id}").json
    assert retired["status"] == "inactive"


@settings(max_examples=25, deadline=None)
@given(words=st.text(max_size=20), number=st.one_of(st.integers(), st.text(max_size=4)), yes=st.booleans())
def test_whatever_is_asked_the_page_is_as_described(
    client: Any, town: list[Service], words: str, number: int | str, yes: bool
) -> None:
    described = client.get("/api/v1/openapi.json").json
    for noun in ("services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms"):
        path = described["paths"][f"{API}/{noun}"]["get"]
        values = {"integer": number, "boolean": str(yes).lower()}
        asked = {
            one["name"]: values.get(one["schema"]["type"], words.encode("utf-8", "surrogatepass"))
            for one in path["parameters"]
            if one["name"] != "format"
        }
        answer = client.get(f"{API}/{noun}", query_string=asked)
        assert str(answer.status_code) in path["responses"]
        if answer.status_code == 200:
            page = described["components"]["schemas"]["HsdsPage"]
            plain = {
                **page,
                "properties": {
                    **page["properties"],
                    "contents": {"type": "array", "items": {"type": "object"}},
                },
            }
            shape(answer.json, plain, described)
