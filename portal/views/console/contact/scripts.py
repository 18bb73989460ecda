"""The script beside a call: begun, gone through answer by answer, and what it ends with put in the wrap-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from portal.contacts import answering
from portal.contacts.models import Contact
from portal.database import db
from portal.errors import Missing
from portal.scripts import walking
from portal.scripts.models import ScriptPath
from portal.staff.managing import names_of
from portal.views import guards, script_steps
from portal.views.choosing import fill_in
from portal.views.console.contact import page as contact_page
from portal.views.console.door import agents, bp, me, refusals_shown
from portal.views.forms import Form
from portal.views.script_steps import Shown

PART = "X-Part"  # a page that draws the script in place asks for that part alone


@dataclass(frozen=True, slots=True)
class Way:
    """A path taken, and the step it has come to."""

    path: ScriptPath
    now: Shown

    @property
    def place(self) -> int:
        return len(self.path.steps)


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a contact: the scripts begun, and those that may be."""

    mine: bool
    ways: list[Way]
    offered: walking.Offered
    names: dict[int, str]


@bp.post("/contacts/<int:contact_id>/script")
@agents
def begin_script(contact_id: int) -> Any:
    form = Form(request.form)
    script_id = form.number("script") or 0
    return _act(contact_id, form, lambda contact: walking.begin(contact, script_id, by=me()))


@bp.post("/contacts/<int:contact_id>/script/<int:path_id>")
@agents
def go_on(contact_id: int, path_id: int) -> Any:
    """The answer chosen, as `place.choice`, or the place to come back to."""
    form = Form(request.form)
    back = form.number("script_back")
    place, _, choice = form.text("script_step").partition(".")
    if back is None and not (place.isdecimal() and choice.isdecimal() and len(place + choice) < 6):
        raise Missing

    def walk(contact: Contact) -> ScriptPath:
        if back is not None:
            return walking.go_back(contact, path_id, back, by=me())
        return walking.take_step(contact, path_id, int(place), int(choice), by=me())

    return _act(contact_id, form, walk)


@bp.post("/contacts/<int:contact_id>/script/<int:path_id>/use")
@guards.asks
@agents
def use_script(contact_id: int, path_id: int) -> str:
    """Puts the service and the disposition that the script ends with in the wrap-up: nothing is kept yet."""
    contact = answering.find_contact(contact_id, by=me())
    form = Form(MultiDict(request.form))
    path = next((one for one in walking.paths_of(contact) if one.id == path_id), None)
    if path is None:
        raise Missing
    shown = script_steps.show(walking.current(path))
    if shown.step.get("disposition"):
        form.values["disposition"] = shown.step["disposition"]
    if shown.service is not None:
        fill_in(form, shown.service)
        form.values.update(reason=shown.step.get("does", "")[:500])
    return contact_page.show(contact, form)


def beside(contact: Contact) -> Beside:
    """The scripts begun in this contact, and those that may be begun."""
    paths = walking.paths_of(contact)
    mine = contact.state == "in_progress" and contact.agent_id == me().id
    return Beside(
        mine=mine,
        ways=[Way(path, script_steps.show(walking.current(path))) for path in paths],
        offered=walking.offered(contact) if mine else walking.Offered((), ()),
        names=names_of(step["by"] for path in paths for step in path.steps),
    )


def _act(contact_id: int, form: Form, verb: Callable[[Contact], ScriptPath]) -> Any:
    """One step of a script: the part of the page alone for a page that draws it in place, else the page again."""
    contact = answering.hold_contact(contact_id, by=me())
    in_place = request.headers.get(PART) == "script"
    with refusals_shown(form):
        verb(contact)
        if not in_place:
            contact_page.jot(contact, form)
    if form.valid:
        db.session.commit()
    if in_place:
        page = render_template("console/contact/script.html", contact=contact, refused=form.errors)
        return page, 200 if form.valid else 422
    if not form.valid or contact_page.half_written(form):
        return contact_page.show(contact, form), 200 if form.valid else 422
    return redirect(url_for("console.contact", contact_id=contact_id, _anchor="script"))


@bp.context_processor
def _script_beside() -> dict[str, Any]:
    return {"script_beside": beside}
