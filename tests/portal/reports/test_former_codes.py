"""A commune whose code changed is one commune in reports, and its persons are counted once."""

from __future__ import annotations

from typing import Any

from portal.citizens.models import Citizen
from portal.contacts.models import Contact
from portal.database import db
from portal.directory.models import Commune
from portal.reports import communes, figures
from portal.reports.models import Tally
from tests import make
from tests.portal.reports.test_counting import count_all
from tests.portal.reports.test_reports import asked


def test_a_commune_under_its_former_code_is_one_with_its_own(app: Any) -> None:
    """Four persons under each code, one of them under both: seven; told apart, and narrowed to by either code."""
    db.session.add(Commune(code="35238", name="Rennes", name_key="rennes", former_codes=["35999"]))
    for n in range(7):
        make.contact(
            "web", commune="35999" if n < 4 else "35238", citizen_id=make.citizen(f"Personne {n}").id
        )
    make.contact("phone", commune="35238", citizen_id=db.session.scalars(db.select(Citizen.id)).first())
    count_all()
    whole = asked(make.organization())
    [told] = communes.by_commune(whole)
    assert (told.commune, told.others, told.sums["contacts"]) == ("35238", 0, 8)
    counted, former = communes.as_now(figures.by(whole, Tally.commune))
    assert former == {"35999": "35238"}
    for code in ("35999", "35238"):
        assert figures.totals(asked(make.organization(), commune=code))["contacts"] == 8
        contacts = db.select(db.func.count(Contact.id)).outerjoin(Citizen, Citizen.id == Contact.citizen_id)
        narrowed = communes.contacts_of(asked(make.organization(), commune=code))
        assert db.session.scalar(contacts.where(*narrowed)) == 8
    assert list(counted) == ["35238"]


def test_few_persons_under_two_codes_of_a_commune_are_still_few(app: Any) -> None:
    db.session.add(Commune(code="35238", name="Rennes", name_key="rennes", former_codes=["35999"]))
    for n in range(3):
        person = make.citizen(f"Personne {n}")
        for code in ("35999", "35238"):
            make.contact("web", commune=code, citizen_id=person.id)
    count_all()
    [told] = communes.by_commune(asked(make.organization()))
    assert (told.commune, told.others, told.sums["contacts"]) == ("", 1, 6)
