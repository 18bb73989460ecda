"""Merging two files of one person, and undoing it: field by field, in any order, by whoever may open both."""

from __future__ import annotations

import pytest
from flask import Flask

from portal import history
from portal.citizens import doubles, keeping, merging, people
from portal.citizens.merging import Moved
from portal.citizens.models import Citizen, Duplicate, Merge
from portal.database import db
from portal.errors import Refused
from portal.staff.models import Staff
from tests import make


def merge(kept: Citizen, absorbed: Citizen, by: Staff, key: str = "", **chosen: str) -> Merge:
    seen = (kept.version, absorbed.version)
    key = key or f"{kept.id}-{absorbed.id}"
    return merging.merge(kept, absorbed, chosen, versions=seen, form_key=key, by=by)


@pytest.fixture
def three(app: Flask) -> tuple[Citizen, Citizen, Citizen, Staff]:
    people = [
        make.citizen(name, name_key=name.lower(), **more)
        for name, more in (
            ("Anne", {"commune": "72181", "know_first": "Parle bas"}),
            ("Bela", {"language": "en", "know_first": "Chien d’aveugle"}),
            ("Clio", {"preferred_channel": "text", "protected": True}),
        )
    ]
    return people[0], people[1], people[2], make.staff("supervisor")


def said(citizen: Citizen) -> tuple[object, ...]:
    db.session.refresh(citizen)
    return tuple(getattr(citizen, name) for name in (*merging.FIELDS, "name_key", "protected", "person_id"))


def test_each_field_is_proposed_and_what_must_be_known_first_is_kept_whole(app: Flask, three: tuple) -> None:
    anne, bela, clio, _ = three
    proposed = {one.field: one.proposed for one in merging.choices(anne, bela)}
    assert proposed == {
        "name": "kept",
        "called": "kept",
        "language": "kept",
        "preferred_channel": "kept",
        "commune": "kept",
        "know_first": "both",
    }
    proposed = {one.field: one.proposed for one in merging.choices(clio, anne)}
    assert (proposed["commune"], proposed["know_first"]) == ("absorbed", "absorbed")


def test_the_kept_file_says_what_was_chosen_and_takes_back_what_it_said(app: Flask, three: tuple) -> None:
    anne, bela, _clio, by = three
    before = said(anne), said(bela)
    made = merge(anne, bela, by, language="absorbed", name="absorbed")
    assert said(anne) == ("Bela", "", "en", "", "72181", "Parle bas\nChien d’aveugle", "bela", False, None)
    assert bela.person_id == anne.id
    assert said(bela)[:7] == before[1][:7]  # its own row says what it said
    for one in (anne, bela):
        assert [event.verb for event in history.of(one)] == ["citizen.merged"]
    assert merging.undo(made, by=by) is not None
    assert (said(anne), said(bela)) == before
    assert merging.undo(made, by=by) is None  # twice is once
    assert [event.verb for event in history.of(bela)] == ["citizen.unmerged", "citizen.merged"]


def test_the_same_form_merges_once_and_an_old_preview_does_not(app: Flask, three: tuple) -> None:
    anne, bela, clio, by = three
    made = merge(anne, bela, by, key="k")
    assert merging.merge(anne, bela, {}, versions=(0, 0), form_key="k", by=by) is made
    with pytest.raises(Refused, match="déjà réunis"):
        merge(bela, anne, by, key="other")  # a ring
    with pytest.raises(Moved):
        merge(clio, bela, by, key="absorbed meanwhile")
    with pytest.raises(Moved):
        merging.merge(anne, clio, {}, versions=(anne.version, 0), form_key="stale", by=by)


def test_the_strictest_right_holds_for_as_long_as_a_protected_file_is_in(app: Flask, three: tuple) -> None:
    anne, bela, clio, by = three
    other = make.citizen("Dora", protected=True)
    first, second = merge(anne, clio, by), merge(anne, other, by)
    assert anne.protected
    merging.undo(first, by=by)
    assert anne.protected
    merging.undo(second, by=by)
    assert not anne.protected
    assert people.is_protected(bela) is False


def test_merges_that_stand_on_one_another_are_undone_in_any_order(app: Flask, three: tuple) -> None:
    anne, bela, clio, by = three
    before = [said(one) for one in (anne, bela, clio)]
    for order in ((0, 1), (1, 0)):
        made = [merge(anne, bela, by, f"{order}1"), merge(clio, anne, by, f"{order}2", name="absorbed")]
        assert {people.head(one) for one in (anne, bela, clio)} == {clio}
        assert people.ids(bela.id) == (anne.id, bela.id, clio.id)
        merging.undo(made[order[0]], by=by)
        together = {anne, clio} if order == (0, 1) else {anne, bela}
        assert len({people.head(one) for one in together}) == 1
        assert len({people.head(one) for one in (anne, bela, clio)}) == 2
        merging.undo(made[order[1]], by=by)
        assert [said(one) for one in (anne, bela, clio)] == before


def test_two_merges_into_one_file_give_back_its_first_words_in_any_order(app: Flask, three: tuple) -> None:
    anne, bela, clio, by = three
    before = said(anne)
    for order in ((0, 1), (1, 0)):
        made = [
            merge(anne, bela, by, f"{order}1", name="absorbed"),
            merge(anne, clio, by, f"{order}2", name="absorbed"),
        ]
        assert anne.name == "Clio"
        for n in order:
            merging.undo(made[n], by=by)
            if n != order[-1]:
                assert anne.name == ("Clio" if n == 0 else "Bela")
        assert said(anne) == before


def test_what_somebody_edited_since_stays_and_is_told(app: Flask, three: tuple) -> None:
    anne, bela, _clio, by = three
    made = merge(anne, bela, by, name="absorbed", language="absorbed")
    keeping.edit_citizen(anne, anne.version, by=by.actor, name="Béla Nagy")
    parted = merging.parting(made)
    assert parted.edited_since == ("name",)
    assert set(parted.given_back) == {"language", "know_first"}
    merging.undo(made, by=by)
    assert (anne.name, anne.language) == ("Béla Nagy", "fr")


def test_a_pair_that_was_parted_is_not_proposed_again(app: Flask, three: tuple) -> None:
    anne, bela, _clio, by = three
    db.session.add(Duplicate(citizen_id=anne.id, other_id=bela.id, score=70, reasons=["same_name"]))
    made = merge(anne, bela, by)
    assert doubles.proposed() == []
    merging.undo(made, by=by)
    assert db.session.get_one(Duplicate, (anne.id, bela.id)).state == "distinct"
