"""The directory is found by slug, kind and place, whatever the accents."""

import pytest
from flask import Flask

from portal.database import db
from portal.directory import reading
from portal.errors import Missing
from tests import make


def few(limit: int) -> list[int]:
    return list(reading.few_of_kinds({"": ["mairie"]}, limit)[""].ids)


def test_a_service_is_found_by_slug_or_id_and_read_in_a_language(app: Flask) -> None:
    made = make.service("caf")
    del made.texts["ar"]
    assert reading.service("caf") is reading.service(made.id)
    assert reading.text_in(made, "ar").name == "CAF"
    with pytest.raises(Missing):
        reading.service("nulle-part")
    with pytest.raises(Missing):
        reading.organization("nulle-part")


def test_services_of_a_kind_are_active_and_the_hosts_come_first(app: Flask) -> None:
    other = make.service("a", kind="mairie")
    ours = make.service("b", kind="mairie", of=make.organization())
    make.service("c", kind="mairie", active=False)
    assert few(9) == [ours.id, other.id]


def test_the_host_is_the_organization_whose_pages_these_are(app: Flask) -> None:
    assert reading.host() is None
    make.organization("departement")
    host = make.organization()
    assert reading.host() is host


def test_of_a_kind_borne_by_thousands_the_hosts_and_a_few_others_are_read(app: Flask) -> None:
    for n in range(9):
        make.service(f"m{n}", kind="mairie", department="96", of=make.organization("autre"))
    ours = make.service("ours", kind="mairie", department="99", of=make.organization())
    found = few(5)
    assert len(found) == 5 and found[0] == ours.id


def test_where_an_organization_is_follows_its_services_at_once(app: Flask) -> None:
    ours, other = make.organization(), make.organization("autre")
    assert reading.department_of(ours.id) == ""
    moved = make.service("a", of=ours, department="974")
    make.service("b", of=other, department="33")
    assert (reading.department_of(ours.id), reading.department_of(other.id)) == ("974", "33")
    moved.department = "971"  # not written yet
    assert (reading.department_of(ours.id), reading.department_of(other.id)) == ("971", "33")
    db.session.commit()
    make.service("c", of=ours, department="972", active=False)
    db.session.delete(moved)
    assert reading.department_of(ours.id) == ""
