"""Scripts through their doors: followed beside a call, and written in the administration."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from portal.database import db
from portal.scripts import editing
from portal.scripts.models import Script, ScriptPath
from tests import make
from tests.portal.scripts import cast
from tests.signing import send, signed_in


@pytest.fixture
def call(app: Flask, client: Any) -> Any:
    """A call in an agent's hands, and a script for it."""
    make.service("gendarmerie")
    agent = make.staff()
    made = cast.script(topics=[make.topic().slug])
    contact = make.contact(state="in_progress", agent_id=agent.id, topic_id=make.topic().id)
    signed_in(client, agent)
    return Call(client, contact.id, made.id)


class Call:
    def __init__(self, client: Any, contact_id: int, script_id: int) -> None:
        self.client, self.script_id = client, script_id
        self.door = f"/console/contacts/{contact_id}"

    @property
    def page(self) -> str:
        return str(self.client.get(self.door).text)

    def press(self, door: str, **typed: Any) -> Any:
        return send(self.client, f"{self.door}/script{door}", typed)

    def begin(self) -> ScriptPath:
        assert self.press("", script=self.script_id).status_code == 302
        return db.session.scalars(db.select(ScriptPath)).one()


def test_a_script_is_followed_to_its_end_and_its_path_stays_on_the_contact(call: Call) -> None:
    assert "Carte perdue" in call.page
    path = call.begin()
    assert "Perdue ou volée ?" in call.page
    for _ in range(2):
        assert call.press(f"/{path.id}", script_step="0.1", note="Affolée").status_code == 302
    page = call.page
    assert "Portez plainte d’abord." in page and "Script mené à sa fin" in page and "Affolée" in page
    assert len(db.session.get_one(ScriptPath, path.id).steps) == 1


def test_what_is_half_written_comes_back_with_the_next_step(call: Call) -> None:
    path = call.begin()
    answer = call.press(f"/{path.id}", script_step="0.0", answer="Vous viendrez jeudi")
    assert answer.status_code == 200
    assert "Vous viendrez jeudi" in answer.text and "le jour du rendez-vous" in answer.text


def test_the_end_of_a_script_fills_the_wrap_up_and_keeps_nothing_yet(call: Call) -> None:
    path = call.begin()
    call.press(f"/{path.id}", script_step="0.1")
    page = call.press(f"/{path.id}/use").text
    assert re.search(r'<option value="referred" selected>', page)
    assert re.search(r'name="service-words" value="GENDARMERIE', page)


def test_a_page_that_draws_in_place_is_given_that_part_alone(call: Call) -> None:
    path = call.begin()
    data = {
        "csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', call.page)[0],
        "script_step": "0.0",
    }
    answer = call.client.post(f"{call.door}/script/{path.id}", data=data, headers={"X-Part": "script"})
    assert answer.text.lstrip().startswith("<section") and "le jour du rendez-vous" in answer.text
    data["script_step"] = "5.0"
    answer = call.client.post(f"{call.door}/script/{path.id}", data=data, headers={"X-Part": "script"})
    assert answer.status_code == 422 and "a changé d’étape" in answer.text


def test_nonsense_for_a_step_is_no_page(call: Call) -> None:
    path = call.begin()
    for typed in ("", "0", "a.b", "0.1.2", "-1.0", "0.99999999"):
        assert call.press(f"/{path.id}", script_step=typed).status_code == 404


@pytest.fixture
def admin(app: Flask, client: Any) -> Any:
    make.topic("logement")
    person = make.staff("administrator")
    db.session.commit()
    return signed_in(client, person)


def post(client: Any, path: str, **data: Any) -> Any:
    return send(client, path, data)


def step(client: Any, made: Script, key: str, **typed: Any) -> Any:
    page = client.get(f"/admin/scripts/{made.id}/steps/{key}").text
    seen = re.findall(r'name="seen" value="([^"]*)"', page)[0]
    return post(client, f"/admin/scripts/{made.id}/steps/{key}", **{"seen": seen, **typed})


def the_script() -> Script:
    return db.session.scalars(db.select(Script)).one()


def test_a_script_is_written_tried_and_published_without_javascript(admin: Any) -> None:
    queue = make.queue().id
    db.session.commit()
    assert (
        post(admin, "/admin/scripts", name="Loyer impayé", topics=["logement"], queues=[queue]).status_code
        == 302
    )
    made = the_script()
    assert "Logement" in admin.get("/admin/scripts").text
    typed = {
        "asks": "Depuis quand ?",
        "answer-1": "Un mois",
        "then-1": "new",
        "answer-2": "Plus",
        "then-2": "new",
    }
    assert step(admin, made, "1", **typed).status_code == 302
    page = admin.get(f"/admin/scripts/{made.id}").text
    assert "sans dire quoi dire" in page and "Publier" not in page
    for key in ("2", "3"):
        step(admin, made, key, says=f"Réponse {key}.")
    page = admin.get(f"/admin/scripts/{made.id}").text
    assert "<svg" in page and "Publier" in page
    assert "Réponse 3." in admin.get(f"/admin/scripts/{made.id}/trial?way=1").text
    version = db.session.get_one(Script, made.id).version
    assert post(admin, f"/admin/scripts/{made.id}/publication", version=version).status_code == 302
    assert editing.published_of(the_script())
    assert admin.get(f"/admin/scripts/{made.id}/versions/1").status_code == 200


def test_an_article_may_be_given_by_its_address(admin: Any) -> None:
    made = cast.script()
    make.article(slug="passeport")
    step(admin, made, "2", says="Lisez.", article_address="https://ville.example/fr/articles/passeport/")
    assert editing.shown(the_script()).tree["steps"]["2"] == {"says": "Lisez.", "article": "passeport"}


def test_a_stale_step_shows_both_wordings_and_keeps_what_was_typed(admin: Any) -> None:
    made = cast.script()
    step(admin, made, "2", says="Le premier.")
    answer = step(admin, made, "2", seen="ancien", says="Le second.")
    assert answer.status_code == 409
    assert "Le premier." in answer.text and "Le second." in answer.text


def test_an_act_on_what_somebody_changed_meanwhile_shows_both_and_does_nothing(admin: Any) -> None:
    made = cast.script()
    door = f"/admin/scripts/{made.id}"
    step(admin, made, "2", says="Le premier.")
    form = re.findall(r'action="[^"]*/publication".*?</form>', admin.get(door).text, re.DOTALL)[0]
    seen = dict(re.findall(r'name="(version|tree)" value="([^"]*)"', form))
    step(admin, made, "2", says="Le second.")
    for act in ("publication", "draft-removal"):
        answer = post(admin, f"{door}/{act}", **seen)
        assert answer.status_code == 409
        assert "Le premier.</del>" in answer.text and "Le second.</ins>" in answer.text
    assert editing.shown(the_script()).tree["steps"]["2"]["says"] == "Le second."
    assert editing.draft_of(the_script()) is not None
    forged = post(admin, f"{door}/publication", version=seen["version"], tree="faux")
    assert forged.status_code == 409 and "confirmez une fois encore" in forged.text


def test_a_refused_step_keeps_what_was_typed(admin: Any) -> None:
    made = cast.script()
    answer = step(admin, made, "2", says="x" * 2001)
    assert answer.status_code == 422 and "x" * 2001 in answer.text


def test_a_former_version_is_compared_and_published_again(admin: Any) -> None:
    made = cast.script()
    step(admin, made, "2", says="Autrement.")
    post(admin, f"/admin/scripts/{made.id}/publication", version=the_script().version)
    page = admin.get(f"/admin/scripts/{made.id}/versions/1").text
    assert "Autrement." in page and "Publier de nouveau" in page
    post(admin, f"/admin/scripts/{made.id}/versions/1", version=the_script().version)
    assert [one.state for one in the_script().versions] == ["retired", "retired", "published"]


def test_who_publishes_again_after_somebody_else_is_shown_both_and_may_confirm(admin: Any) -> None:
    made = cast.script()
    step(admin, made, "2", says="Le premier.")
    post(admin, f"/admin/scripts/{made.id}/publication", version=the_script().version)
    door = f"/admin/scripts/{made.id}/versions/1"
    seen = dict(re.findall(r'name="(version|tree)" value="([^"]*)"', admin.get(door).text))
    step(admin, made, "2", says="Le second.")
    post(admin, f"/admin/scripts/{made.id}/publication", version=the_script().version)
    answer = post(admin, door, **seen)
    assert answer.status_code == 409
    assert "Le premier.</del>" in answer.text and "Le second.</ins>" in answer.text
    assert editing.published_of(the_script()).number == 3
    again = dict(re.findall(r'name="(version|tree)" value="([^"]*)"', answer.text))
    assert post(admin, door, **again).status_code == 302
    assert editing.published_of(the_script()).number == 4
