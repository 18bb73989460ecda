"""A script is written step by step, published when nothing is wrong, and can be what it was."""

from typing import Any

import pytest
from flask import Flask

from portal import history
from portal.database import db
from portal.errors import Refused, Stale
from portal.scripts import editing, trees
from portal.scripts.models import Script
from tests import make
from tests.portal.scripts import cast


@pytest.fixture
def by(app: Flask) -> history.Actor:
    return make.staff("administrator").actor


def begun(by: history.Actor) -> Script:
    return editing.add_script("Perdu", organization_id=make.organization().id, by=by)


def write(made: Script, key: str, by: history.Actor, **step: Any) -> str:
    seen = trees.digest(trees.step_at(editing.shown(made).tree, key))
    return editing.save_step(made, key, step, seen=seen, by=by)


def test_an_answer_to_a_new_step_makes_it_once_however_often_it_is_sent(by: history.Actor) -> None:
    made = begun(by)
    step = {"asks": "Q ?", "answers": [{"words": "A", "then": "new"}, {"words": "B", "then": "new"}]}
    seen = trees.digest({})
    for _ in range(2):
        editing.save_step(made, "1", step, seen=seen, by=by)
    assert list(editing.shown(made).tree["steps"]) == ["1", "2", "3"]
    assert [event.verb for event in history.of(made)] == ["script.step_saved", "script.added"]


def test_two_organizations_may_each_have_a_script_of_that_name(by: history.Actor) -> None:
    other = make.organization("ailleurs").id
    assert begun(by).slug == "perdu"
    assert editing.add_script("Perdu", organization_id=other, by=by).slug == f"perdu-{other}"


def test_two_who_write_two_steps_do_not_disturb_each_other_but_the_same_step_is_stale(
    by: history.Actor,
) -> None:
    made = begun(by)
    write(made, "1", by, asks="Q ?", answers=[{"words": "A", "then": "new"}, {"words": "B", "then": "new"}])
    empty = trees.digest({})
    editing.save_step(made, "2", {"says": "Deux."}, seen=empty, by=by)
    editing.save_step(made, "3", {"says": "Trois."}, seen=empty, by=by)
    with pytest.raises(Stale) as refused:
        editing.save_step(made, "2", {"says": "Autre."}, seen=empty, by=by)
    assert (refused.value.theirs, refused.value.yours) == ({"says": "Deux."}, {"says": "Autre."})


def test_what_is_wrong_is_not_published_and_what_is_published_is_not_edited(by: history.Actor) -> None:
    made = begun(by)
    with pytest.raises(Refused):
        editing.publish(made, version=made.version, by=by)
    write(made, "1", by, says="Bonjour.")
    published = editing.publish(made, version=made.version, by=by)
    write(made, "1", by, says="Bonsoir.")
    assert published.tree["steps"]["1"] == {"says": "Bonjour."}
    assert [(one.number, one.state) for one in made.versions] == [(1, "published"), (2, "draft")]


def test_a_version_published_again_is_a_new_one_and_the_former_is_kept(by: history.Actor) -> None:
    made = cast.script()
    write(made, "2", by, says="Autrement.")
    editing.publish(made, version=made.version, by=by)
    for _ in range(2):
        editing.roll_back(made, 1, version=made.version, by=by)
    assert [(one.number, one.state) for one in made.versions] == [
        (1, "retired"),
        (2, "retired"),
        (3, "published"),
    ]
    assert editing.shown(made).tree == cast.LOST


def test_publishing_needs_the_script_as_it_was_seen(by: history.Actor) -> None:
    made = begun(by)
    seen = made.version
    write(made, "1", by, says="Bonjour.")
    with pytest.raises(Stale):
        editing.publish(made, version=seen, by=by)


def test_the_first_step_stays_until_another_is_first(by: history.Actor) -> None:
    made = cast.script()
    with pytest.raises(Refused):
        editing.remove_step(made, "1", by=by)
    editing.begin_with(made, "2", by=by)
    for _ in range(2):
        editing.remove_step(made, "1", by=by)
    assert editing.shown(made).tree["first"] == "2"
    assert {one.step for one in editing.findings(editing.shown(made).tree) if one.error} == {"3"}


def test_a_step_that_points_at_what_is_gone_is_warned_of(by: history.Actor) -> None:
    tree = {"first": "1", "steps": {"1": {"says": "Lisez.", "article": "partie", "service": "ferme"}}}
    make.service("ferme", active=False)
    assert [one.error for one in editing.findings(tree)] == [False, False]


def test_another_name_other_topics_and_queues(by: history.Actor) -> None:
    made, queue = begun(by), make.queue()
    make.topic("logement")
    version = made.version
    change: dict[str, Any] = {"name": "Autre", "topics": ["logement"], "queues": [queue.id]}
    editing.change_script(made, **change, version=version, by=by)
    assert editing.attached_to(made) == change
    with pytest.raises(Stale):
        editing.change_script(made, **change, version=version, by=by)
    db.session.rollback()
