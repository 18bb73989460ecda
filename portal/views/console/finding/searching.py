"""Searching: one field for numbers, addresses, references, names and words.

What is typed is sent by POST and kept under a name that says nothing, so that no address and no log has it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from portal.database import brief_write
from portal.records.lookups import find_lookup, keep_lookup, new_name
from portal.views import guards, kept, marks
from portal.views.console.door import agents, bp, may_read, me
from portal.views.console.finding.found import (
    GROUPS,
    PERIODS,
    WHERE,
    ByWords,
    by_words,
    read_asked,
    read_place,
    tell_place,
)
from portal.views.console.finding.typed import Found, find, hints, who_is_reached_at
from portal.views.console.people.citizens import open_file, show_file
from portal.views.forms import Form

ASKED = ("who", "channel", "topic", "period", "since", "until", "mine")


@bp.get("/citizens")
@agents
def find_page() -> str:
    return _show({}, {})


@bp.post("/citizens")
@guards.asks
@agents
def find_citizen() -> Any:
    """A number or an address of one person leads to their file, if it opens to the reader. Whatever else was typed is
    kept under a name that says nothing: its page has an address, and is shown again. `at_once`, the page that this
    leads to is the answer."""
    form = Form(request.form)
    asked = read_asked(form)
    if not form.valid:
        return _show(form.values, form.errors), 422
    known = who_is_reached_at(asked.text) if not asked.narrows else []
    if len(known) == 1 and may_read(known[0]):
        number = known[0].id
        return _lead_to(url_for("console.citizen", citizen_id=number), lambda: show_file(open_file(number)))
    sought = {name: form.values.get(name, "") for name in ASKED}
    name, group = new_name(), request.form.get("group", "")
    address = url_for("console.found", name=name, group=group or None)
    return lead_to_kept(address, name, sought, lambda: _found(name, sought, group=group))


def lead_to_kept(address: str, name: str, asked: Mapping[str, str], page: Callable[[], str]) -> Any:
    """As `_lead_to`; and what was asked is kept under this name, which the address has."""
    staff_id, answer = me().id, _lead_to(address, page)
    with brief_write() as session:
        keep_lookup(session, name, staff_id, asked)
    return answer


def _lead_to(address: str, page: Callable[[], str]) -> Any:
    """The page of another address; or, for a browser without scripts, the way there."""
    if not request.form.get("at_once"):
        return redirect(address)
    marks.stand_at(address)
    return page()


@bp.get("/found/<name>")
@agents
def found(name: str) -> str:
    values, after = find_lookup(name, "who", by=me()).asked, request.args.get("after", "")
    return _found(name, values, group=request.args.get("group", ""), after=after)


def _found(name: str, values: Mapping[str, str], *, group: str, after: str = "") -> str:
    """Whom and what was found for these values, from the place where a page goes on `after` another."""
    asked = read_asked(Form(MultiDict(values)))
    group = group if group in GROUPS else ""
    place = read_place(after)
    known = None if asked.narrows or group else find(asked.text)
    by_name = known is None or known.read_as == "name"
    more = by_words(asked, group, place, known.people if known else []) if by_name else None
    page = {"name": name, "group": group, "first": place is None}
    return _show(values, {}, None if by_name else known, more, **page)


def _show(
    values: Mapping[str, str],
    errors: Mapping[str, str],
    known: Found | None = None,
    more: ByWords | None = None,
    **page: Any,
) -> str:
    people_found = [*(known.people if known else []), *(more.citizens if more else [])]
    return render_template(
        "console/finding/find.html",
        values=values,
        errors=errors,
        known=known,
        more=more,
        hints=hints([one.id for one in people_found if may_read(one)]),
        topics=kept.topics(),
        names=kept.names_of({one.agent_id for one in more.contacts.rows} if more else set()),
        groups=GROUPS,
        periods=PERIODS,
        wheres=WHERE,
        tell_place=tell_place,
        **page,
    )
