"""A line's menu written in the administration: step by step, tried, put in service, compared, taken back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from portal.database import db
from portal.lines import menus
from portal.lines.models import Line, MenuTrial
from tests import make
from tests.signing import send, signed_in


@pytest.fixture
def editor(app: Flask, client: Any) -> Any:
    """An administrator who writes the menu of a line; `keep` sends a form with what its page carries."""
    make.queue("accueil")
    make.topic("logement")
    make.service("caf")
    make.article(slug="passeport")
    person, line = make.staff("administrator"), make.line()
    db.session.commit()
    signed_in(client, person)
    return Editor(client, line.id)


class Editor:
    def __init__(self, client: Any, line_id: int) -> None:
        self.client, self.door = client, f"/admin/lines/{line_id}/menu"
        self.line_id = line_id

    @property
    def page(self) -> str:
        return str(self.client.get(self.door).text)

    @property
    def tree(self) -> Any:
        """What is being written, or was put in service last."""
        return menus.versions(db.session.get_one(Line, self.line_id))[0].tree

    def post(self, door: str, **typed: Any) -> Any:
        return send(self.client, self.door + door, typed)

    def publication(self, page: str = "") -> dict[str, str]:
        """What the form that puts the menu in service carries."""
        form = re.findall(r'action="[^"]*/menu/publication".*?</form>', page or self.page, re.DOTALL)[0]
        return dict(re.findall(r'name="(version|tree)" value="([^"]*)"', form))

    def seen(self, page: str, **where: str) -> str:
        shown = self.client.get(f"{self.door}/{page}", query_string=where).text
        return re.findall(r'name="seen" value="([^"]*)"', shown)[0]

    def step(self, at: str, do: str, **typed: Any) -> Any:
        return self.post("/step", **{"seen": self.seen("step", at=at, do=do), "at": at, "do": do, **typed})

    def choice(self, at: str, key: str, was: str = "", **typed: Any) -> Any:
        seen = self.seen("choice", at=at, key=was)
        return self.post("/choice", **{"seen": seen, "at": at, "was": was, "key": key, **typed})

    def begin(self) -> None:
        """A small sound menu: 1 the passport read aloud, 0 a person."""
        self.step("", "choose")
        self.choice("", "0", label_fr="Un agent")
        self.step("0", "queue", queue="accueil")
        self.choice("", "1", label_fr="Un passeport", words_fr="passeport, papiers")
        self.step("1", "article", article="passeport")


def test_a_menu_is_written_one_step_at_a_time(editor: Editor) -> None:
    assert "Aucun menu" in editor.page
    editor.begin()
    assert [one["key"] for one in editor.tree["choices"]] == ["1", "0"], "a person is told of last"
    assert editor.tree["choices"][0]["words"] == {"fr": ["passeport", "papiers"]}
    page = editor.page
    assert "<svg" in page and "Un passeport" in page and "Mettre en service" in page


def test_what_is_wrong_is_shown_at_its_step_and_keeps_the_menu_back(editor: Editor) -> None:
    editor.begin()
    editor.choice("", "2", label_fr="Logement")
    page = editor.page
    assert "Le choix 2 ne mène nulle part." in page and "Mettre en service</button>" not in page
    version = menus.versions(db.session.get_one(Line, editor.line_id))[0].version
    assert editor.post("/publication", version=version).status_code == 422


def test_a_step_keeps_what_is_nested_in_it_and_another_kind_does_not(editor: Editor) -> None:
    editor.begin()
    editor.step("", "choose", says_fr="Bonjour.")
    assert len(editor.tree["choices"]) == 2 and editor.tree["says"] == {"fr": "Bonjour."}
    editor.step("1", "say", says_fr="Fermé.")
    editor.step("1-", "queue", queue="accueil")
    editor.step("1", "text", text_fr="Voici.")
    assert editor.tree["choices"][0]["then"]["then"]["do"] == "queue"
    editor.post("/removal", at="1-")
    assert "then" not in editor.tree["choices"][0]["then"]
    page = editor.client.get(f"{editor.door}/step", query_string={"at": "", "do": "queue"}).text
    assert "sera retiré du brouillon" in page
    editor.step("", "queue", queue="accueil")
    assert editor.tree == {"do": "queue", "queue": "accueil", "topic": "", "says": {}}


def test_choices_change_places_keys_and_go_and_sending_twice_is_once(editor: Editor) -> None:
    editor.begin()
    for _ in range(2):
        editor.post("/order", at="1", place=1)
    assert [one["key"] for one in editor.tree["choices"]] == ["0", "1"]
    seen = editor.seen("choice", at="", key="1")
    for _ in range(2):
        answer = editor.post("/choice", at="", was="1", key="3", label_fr="Un passeport", seen=seen)
        assert answer.status_code == 302
    assert editor.tree["choices"][1]["then"]["do"] == "article"
    assert editor.choice("", "0", was="3", label_fr="Un passeport").status_code == 422
    for _ in range(2):
        assert editor.post("/removal", at="3").status_code == 302
    assert [one["key"] for one in editor.tree["choices"]] == ["0"]
    assert editor.post("/removal", at="").status_code == 400


def test_two_who_write_two_steps_keep_both_and_the_same_step_shows_both(editor: Editor) -> None:
    editor.begin()
    mine, theirs = editor.seen("step", at="1"), editor.seen("step", at="0")
    editor.post("/step", at="0", do="queue", queue="accueil", topic="logement", seen=theirs)
    assert editor.post("/step", at="1", do="say", says_fr="Non.", seen=mine).status_code == 302
    answer = editor.post("/step", at="1", do="say", says_fr="Oui.", seen=mine)
    assert answer.status_code == 409 and "Non." in answer.text and "Oui." in answer.text
    assert editor.tree["choices"][1]["then"]["topic"] == "logement"


def test_a_menu_is_put_in_service_as_it_was_seen_and_can_be_taken_back(editor: Editor) -> None:
    editor.begin()
    line = db.session.get_one(Line, editor.line_id)
    stale = menus.versions(line)[0].version
    editor.step("1", "say", says_fr="Premier.")
    assert editor.post("/publication", version=stale).status_code == 409
    assert menus.published(line) is None
    editor.post("/publication", version=menus.versions(line)[0].version)
    editor.step("1", "say", says_fr="Second.")
    assert "n’entend pas encore" in editor.page
    editor.post("/publication", version=menus.versions(line)[0].version)
    page = editor.client.get(f"{editor.door}/versions/1").text
    assert "Premier." in page and "Second." in page
    editor.post("/versions/1")
    version = menus.published(line)
    assert version and version.number == 1


def test_who_publishes_what_somebody_changed_meanwhile_is_shown_both(editor: Editor) -> None:
    editor.begin()
    editor.step("1", "say", says_fr="Premier.")
    seen = editor.publication()
    editor.step("1", "say", says_fr="Second.")
    answer = editor.post("/publication", **seen)
    assert answer.status_code == 409
    assert "Premier.</del>" in answer.text and "Second.</ins>" in answer.text
    line = db.session.get_one(Line, editor.line_id)
    assert menus.published(line) is None and editor.tree["choices"][0]["then"]["says"] == {"fr": "Second."}
    again = editor.publication(answer.text)
    for _ in range(2):
        assert editor.post("/publication", **again).status_code == 302
    assert menus.published(line) is not None
    altered = {**seen, "tree": seen["tree"][:-3] + "abc"}
    assert editor.post("/publication", **altered).status_code == 302, "already in service"


def test_publishing_a_draft_that_was_given_up_says_so(editor: Editor) -> None:
    editor.begin()
    editor.post("/publication", **editor.publication())
    editor.step("1", "say", says_fr="Premier.")
    seen = editor.publication()
    editor.post("/draft-removal")
    answer = editor.post("/publication", **seen)
    assert answer.status_code == 409 and "Premier.</del>" in answer.text


def test_a_draft_is_tried_by_telephone_and_given_up(editor: Editor) -> None:
    editor.begin()
    assert editor.post("/trial", phone="12").status_code == 422
    assert editor.post("/trial", phone="06 39 98 00 99").status_code == 302
    assert db.session.scalars(db.select(MenuTrial)).one().phone == "+33639980099"
    page = editor.page
    assert "Appelez maintenant le" in page and "phone=%2B33639980099" in page
    db.session.scalars(db.select(MenuTrial)).one().call_ref = "CA1"
    db.session.commit()
    assert "Appelez maintenant le" not in editor.page, "the next call is a citizen's again"
    for _ in range(2):
        assert editor.post("/draft-removal").status_code == 302
    assert "Aucun menu" in editor.page


def test_a_menu_is_read_in_each_language(editor: Editor) -> None:
    editor.begin()
    editor.step("", "choose", says_fr="Bonjour.", says_ar="مرحبا")
    arabic = editor.client.get(f"{editor.door}?language=ar").text
    assert 'dir="rtl">«\u00a0مرحبا\u00a0»' in arabic
    english = editor.client.get(f"{editor.door}?language=en").text
    assert "dit en français" in english


def test_a_choice_whose_place_is_not_there_is_no_page(editor: Editor) -> None:
    editor.begin()
    for where in ({"at": "9-1"}, {"at": "1zz"}):
        assert editor.client.get(f"{editor.door}/step", query_string=where).status_code == 404
    assert editor.client.get(f"{editor.door}/choice", query_string={"key": "7"}).status_code == 404
    assert editor.post("/choice", at="1", key="2", label_fr="Non", seen="").status_code == 404
