"""A macro before it is run, told point by point, then run on a case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portal.cases import keeping
from portal.cases.changing import macros
from portal.cases.models import Case, Macro
from portal.contacts import templates
from portal.database import db
from portal.staff.managing import names_of
from portal.staff.teams import teams_of
from portal.views.console.cases import page, words
from portal.views.console.cases.answer import read_answer
from portal.views.console.contact import addressing, composing
from portal.views.console.contact.addressing import Way
from portal.views.console.door import agents, bp, end_of_day, me, refusals_shown, today
from portal.views.forms import Form, new_key


@bp.get("/cases/<int:case_id>/macros/<int:macro_id>")
@agents
def macro(case_id: int, macro_id: int) -> str:
    """« Ceci va… »: each thing it will do, and what could not be taken back. Nothing is done yet."""
    found = keeping.find_case(case_id, by=me())
    return _page(found, _macro(macro_id), Form())


@bp.post("/cases/<int:case_id>/macros/<int:macro_id>")
@agents
def run_macro(case_id: int, macro_id: int) -> Any:
    found, chosen, form = keeping.find_case(case_id, by=me()), _macro(macro_id), Form(request.form)
    done = False
    with refusals_shown(form):
        _run(chosen, found, form)
        done = form.valid
    if not done:
        return _page(keeping.find_case(case_id, by=me()), _macro(macro_id), form), 422
    db.session.commit()
    flash(f"Fait : {chosen.name}.")
    return redirect(url_for("console.case", case_id=case_id))


def _macro(macro_id: int) -> Macro:
    return macros.find_macro(macro_id, organization_id=me().organization_id)


def _run(chosen: Macro, found: Case, form: Form) -> None:
    does = macros.what(chosen)
    due_at = end_of_day(today() + timedelta(days=does["promise_days"])) if does["promise_days"] else None
    answer = read_answer(found, form) if does["template_id"] else None
    because = form.text("now_because", longest=300)
    form.refuse_unread()
    key = form.key()
    macros.run(chosen, found, answer=answer, due_at=due_at, now_because=because, by=me(), form_key=key)


def _page(found: Case, chosen: Macro, form: Form) -> str:
    does = macros.what(chosen)
    ways = addressing.ways(found, page.contacts_of(found)) if does["template_id"] else []
    way = next((one for one in ways if one.key == form.text("way")), ways[0] if ways else None)
    values, in_french = dict(form.values), ""
    if way is not None and "body" not in values:
        values["body"], in_french = _filled(does["template_id"], way)
    return render_template(
        "console/cases/case_macro.html",
        case=found,
        macro=chosen,
        does=does,
        will=list(told(does, found)),
        ways=ways,
        in_french=in_french,
        composer=composing.composer(way.contact, values["body"]) if way else None,
        values=values,
        errors=form.errors,
        form_key=form.key() if form.data else new_key(),
    )


def _filled(template_id: int, way: Way) -> tuple[str, str]:
    """The answer as it would leave, and the language it is not written in, if so."""
    chosen = templates.template(template_id, organization_id=me().organization_id)
    language = templates.language_for(way.contact)
    text = templates.fill(templates.in_language(chosen, language), composing.known_of(way.contact))
    return text, "" if language in chosen.texts else language


def told(does: dict[str, Any], case: Case) -> Any:
    """What it will do to this case, in words."""
    changed = macros.changes(does, case, me())
    for name, value in changed.items():
        yield f"{words.FIELDS[name]} : {_said(name, value)}"
    for text in does["checks"]:
        yield f"Ajouter à la liste : {text}"
    if does["note"]:
        yield f"Écrire une note entre collègues : {does['note']}"
    if does["promise"]:
        yield f"Promettre : {does['promise']}, sous {does['promise_days']} jours"
    if does["then"] == "wait":
        yield f"Attendre de la personne : {does['waits_for']} (les échéances sont suspendues)"
    elif does["then"] == "close":
        yield "Clore l’affaire"


def _said(name: str, value: Any) -> str:
    if name == "owner_id":
        return names_of({value}).get(value, "?")
    if name == "team_id":
        return next((one.name for one in teams_of(me()) if one.id == value), "?")
    if name == "nature":
        return words.NATURES[value]
    if name == "priority":
        return words.PRIORITIES[value]
    return ", ".join(value) or "aucune"
