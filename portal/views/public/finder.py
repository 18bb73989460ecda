"""The right service by a few plain questions, one a page: what, where, and only what else would decide.

What the person says is in this visit's cookie alone: in no address, no table and no log. Another site may link to the
first question with its answer and the commune filled in (`q`, `commune`; see `embedding`).
"""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request, session, url_for
from flask_babel import gettext

from portal.articles.library import LONGEST_QUESTION, Answers
from portal.directory.finding import communes, kinds, offices
from portal.errors import N_, Missing
from portal.referrals.deciding.distress import distress
from portal.referrals.deciding.rules import in_force
from portal.referrals.deciding.situations import AGES, FLAGS, URGENCIES, Choice, Situation
from portal.referrals.deciding.suggesting import suggest
from portal.views import guards, limits
from portal.views.context import settings
from portal.views.forms import Form
from portal.views.language import current
from portal.views.paging import last_page, page_asked
from portal.views.public import bp, cards, embedding, finding, placing, suggested

TOLD = "finder"
CONDITIONS: dict[
    str, tuple[str, dict[str, Choice]]
] = {  # what may be asked: the rules' condition, the answers
    "age": ("ages", AGES),
    "flags": ("flags", FLAGS),
    "urgency": ("urgencies", URGENCIES),
}
QUESTIONS = {
    "what": N_("De quoi avez-vous besoin ?"),
    "where": N_("Quelle est votre commune ?"),
    "age": N_("Quel âge a la personne concernée ?"),
    "flags": N_("Êtes-vous dans une de ces situations ?"),
    "urgency": N_("Quand en avez-vous besoin ?"),
}
ARTICLES_SHOWN, SUGGESTED, A_PAGE = 3, 3, 20


@bp.get("/<language:lang>/find")
@guards.anyone
@limits.people
def find() -> Any:
    """The first question; asked already by whoever linked here, the next one."""
    form = Form(request.args)
    embedding.arrive(form)
    question = form.text("q")[:LONGEST_QUESTION]
    if not question:
        return _page("what", Form())
    session[TOLD] = {"what": question}
    _take_place(form.text("commune")[: placing.LONGEST], form.text("postcode")[:10])
    return _onward()


@bp.get("/<language:lang>/find/<step>")
@guards.anyone
@limits.people
def question(step: str) -> Any:
    if step not in QUESTIONS:
        abort(404)
    return _page(step, Form()) if step == "what" or _told() else _onward()


@bp.post("/<language:lang>/find/<step>")
@guards.anyone
@limits.people
def reply(step: str) -> Any:
    """Keeps the answer in the visit, and asks what is still to be asked. Any question but the first may be passed."""
    if step not in QUESTIONS:
        abort(404)
    form = Form(request.form)
    if step != "what" and not _told():
        return _onward()
    options = _reply(step, form)
    if options or not form.valid:
        return _page(step, form, options), 200 if form.valid else 422
    return _onward()


@bp.get("/<language:lang>/find/result")
@guards.anyone
@limits.people
def result() -> Any:
    told = _told()
    if not told:
        return _onward()
    answers = finding.answers_to(told["what"], {})
    proposed = suggest(_situation(answers), limit=SUGGESTED, months=settings().stale_months)
    page = render_template(
        "public/find_result.html",
        query=told["what"],
        said=_said(),
        found=suggested.of_suggestions(proposed),
        here=placing.commune_here(),
        hits=[finding.shown(hit) for hit in answers.hits[:ARTICLES_SHOWN]],
        in_danger=finding.urgent_numbers() if distress(told["what"], current()) else [],
        desk=cards.front_desk(),
    )
    here = placing.commune_here()
    finding.note(answers, proposed, here.code if here else "")
    return page


@bp.get("/<language:lang>/offices/<kind>")
@guards.anyone
@limits.people
def all_offices(kind: str) -> Any:
    """Every office of a kind that may serve the commune said, by distance from its town hall."""
    if not kinds.kind(kind).names:
        raise Missing
    here, months = placing.commune_here(), settings().stale_months
    page = page_asked()
    place = offices.resolve(kind, here.code if here else "", limit=page * A_PAGE, months=months)
    shown = place.offices[(page - 1) * A_PAGE :]
    return render_template(
        "public/offices.html",
        name=place.name(current()),
        kind=kind,
        here=here,
        place=place,
        choices=[suggested.choice(office) for office in shown],
        page=page,
        pages=last_page(place.total, A_PAGE),
        page_link=lambda number: url_for("public.all_offices", kind=kind, page=number),
    )


def _told() -> dict[str, Any]:
    """What this visit was told so far; nothing without the first answer."""
    told = session.get(TOLD) or {}
    return dict(told) if told.get("what") else {}


def _tell(**said: Any) -> None:
    session[TOLD] = {**(session.get(TOLD) or {}), **said}


def _take_place(typed: str, postcode: str = "") -> None:
    """The commune that a link names, where there is no doubt; otherwise it is asked."""
    meant = communes.town(typed) or communes.commune_of(typed, postcode) if typed or postcode else None
    if meant is not None:
        session[placing.KEPT] = meant.code


def _reply(step: str, form: Form) -> list[tuple[str, str, str]]:
    """Keeps what was answered. Communes to choose among, where several may be meant."""
    if step == "what":
        said = form.text("what", required=True, longest=LONGEST_QUESTION)
        if form.valid and said != _told().get("what"):
            session[TOLD] = {"what": said}
    elif "pass" in form.values:
        _tell(**{step: [] if step == "flags" else ""})
    elif step == "where":
        town, candidates = placing.meant(form)
        if town is None:
            return placing.options(candidates)
        session[placing.KEPT] = town.code
    elif step == "flags":
        _tell(flags=[flag for flag in form.data.getlist("flags") if flag in FLAGS])
    else:
        _tell(**{step: form.choice(step, CONDITIONS[step][1], required=True)})
    return []


def _onward() -> Any:
    """To the first question that is left, else to the result."""
    told = _told()
    if not told:
        return redirect(url_for("public.find"), 303)
    step = "where" if placing.commune_here() is None and "where" not in told else next(_left(told), "")
    return redirect(url_for("public.question", step=step) if step else url_for("public.result"), 303)


def _left(told: dict[str, Any]) -> Any:
    """The questions that were not asked yet and whose answer some rule would look at."""
    deciding = _deciding(told)
    return (step for step in CONDITIONS if step not in told and deciding[step])


def _deciding(told: dict[str, Any]) -> dict[str, frozenset[str]]:
    names = {condition: step for step, (condition, _) in CONDITIONS.items()}
    asked = in_force().asking(_situation(finding.answers_to(told["what"], {})), list(names))
    return {names[condition]: values for condition, values in asked.items()}


def _situation(answers: Answers) -> Situation:
    told, here = _told(), placing.commune_here()
    known = {"age": told.get("age", ""), "flags": frozenset(told.get("flags", ()))}
    urgent = {"urgency": told["urgency"]} if told.get("urgency") else {}
    commune = here.code if here else ""
    return finding.situation(
        told["what"], answers, commune=commune, read=placing.read_here(), **known, **urgent
    )


def _said() -> list[tuple[str, str, str]]:
    """What was answered, as a person reads it: the question's name, the answer, and where it is changed."""
    told, here = _told(), placing.commune_here()
    said = [("what", told["what"])] + ([("where", here.name)] if here else [])
    for step, (_, choices) in CONDITIONS.items():
        chosen = told.get(step) or []
        named = [gettext(choices[one].asked) for one in ([chosen] if isinstance(chosen, str) else chosen)]
        said += [(step, ", ".join(named))] if named else []
    return [(gettext(QUESTIONS[step]), words, url_for("public.question", step=step)) for step, words in said]


def _page(step: str, form: Form, options: list[tuple[str, str, str]] | None = None) -> str:
    told = _told()
    values = {**form.values, "flags": form.data.getlist("flags") or told.get("flags", [])}
    values.setdefault(step, told.get(step, ""))
    choices = CONDITIONS[step][1] if step in CONDITIONS else {}
    offered = _deciding(told)[step] or frozenset(choices) if told and choices else frozenset()
    return render_template(
        "public/find.html",
        step=step,
        asked=gettext(QUESTIONS[step]),
        query=told.get("what", ""),
        values=values,
        errors=form.errors,
        options=options or [],
        choices=[
            (code, gettext(one.asked)) for code, one in choices.items() if step == "age" or code in offered
        ],
    )
