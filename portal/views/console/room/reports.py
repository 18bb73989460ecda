"""Reports: what was done in a period, in pictures and tables, each figure with its formula."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import render_template, request, url_for

from portal.articles import bodies
from portal.contacts.models import CHANNELS
from portal.database import db
from portal.desk.models import Queue
from portal.directory.finding import communes as towns
from portal.directory.models import Organization
from portal.reports import communes, days, figures, scope, visits
from portal.reports.figures import Asked, Sums
from portal.reports.models import NONE, Tally
from portal.reports.scope import Scope
from portal.views import here
from portal.views.console import words
from portal.views.console.door import bp, me, supervisors
from portal.views.console.room import drawing, measured
from portal.views.console.room.words import FIGURES
from portal.views.forms import Form

DEFINITIONS = Path(__file__).parents[4] / "docs" / "reports.md"
USUAL = timedelta(days=29)
LONGEST = timedelta(days=3 * 366)
FEW = "Autres, moins de cinq personnes chacun"
SHOWN = 8  # lines of each table, unless the whole is asked for


class Step(NamedTuple):
    """How the bars of a period are made: for so many days at most, what each is, where it begins, what it is called."""

    most: int
    said: str
    begin: Callable[[date], date]
    label: Callable[[date], str]


STEPS = (
    Step(46, "par jour", lambda day: day, measured.short_day),
    Step(200, "par semaine", lambda day: day - timedelta(days=day.weekday()), measured.short_day),
    Step(LONGEST.days + 1, "par mois", lambda day: day.replace(day=1), "{:%m/%y}".format),
)


@bp.get("/reports")
@supervisors
def reports() -> Any:
    form = Form(request.args)
    seen = scope.seen(me())
    queues, topics = queue_names(seen), figures.topic_names()
    asked = read(form, seen, queues, topics)
    shares = communes.by_commune(asked)
    asked, named = _in_commune(form, asked, shares), _named(shares)
    page = render_template(
        "console/room/reports.html",
        **_content(asked, queues, topics),
        asked=asked,
        communes=[(name, one.sums) for name, one in named],
        choices=_choices(queues, topics, named),
        values={**form.values, "from": asked.first.isoformat(), "to": asked.last.isoformat()},
        errors=form.errors,
    )
    return page, 200 if form.valid else 422


@bp.get("/reports/definitions")
@supervisors
def definitions() -> str:
    return render_template("console/room/definitions.html", body=_definitions())


@lru_cache(maxsize=1)
def _definitions() -> str:
    text = DEFINITIONS.read_text(encoding="utf-8")
    return bodies.render(text.partition("\n")[2], "fr").html  # the page has the title of its own


def read(form: Form, seen: Scope, queues: dict[int, str], topics: dict[int, str]) -> Asked:
    """What was asked for; with nothing asked, the last thirty days."""
    today = here.today()
    first, last = form.day("from"), form.day("to")
    last = min(last or today, today)
    first = first or last - USUAL
    if first > last or last - first > LONGEST:
        form.refuse("from", "La période commence avant sa fin, et dure trois ans au plus.")
        first = last - USUAL
    return Asked(
        *(seen, first, last, here.zone()),
        channel=form.choice("channel", CHANNELS),
        topic_id=_one_of(form, "topic", topics),
        queue_id=_one_of(form, "queue", queues),
    )


def queue_names(seen: Scope) -> dict[int, str]:
    query = db.select(Queue.id, Queue.name).filter_by(organization_id=seen.organization_id)
    rows = db.session.execute(query.where(seen.queues(Queue.id)).order_by(Queue.position, Queue.id))
    return {row.id: row.name for row in rows}


def _one_of(form: Form, name: str, known: dict[int, str]) -> int | None:
    value = form.choice(name, {str(one) for one in known})
    return int(value) if value else None


def _periods() -> list[tuple[str, str]]:
    """Periods often asked for, and their addresses."""
    today = here.today()
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    periods = {
        "7 jours": (today - timedelta(days=6), today),
        "30 jours": (today - USUAL, today),
        "Ce mois": (month, today),
        "Le mois dernier": (before, month - timedelta(days=1)),
        "12 mois": (today - timedelta(days=364), today),
    }
    address = url_for("console.reports")
    return [(name, f"{address}?from={first}&to={last}") for name, (first, last) in periods.items()]


def _content(asked: Asked, queues: dict[int, str], topics: dict[int, str]) -> dict[str, Any]:
    """All that the page says."""
    whole = figures.totals(asked)
    public = _is_public(asked)
    visited = visits.opinions(asked) if public else Sums()
    return {
        "whole": whole,
        "calls": figures.calls(asked) if asked.about_calls else Sums(),
        "in_time": figures.in_announced_time(asked),
        "promises": figures.promises(asked),
        "visits": visited,
        "one_visit": measured.ratio(
            whole["one_visit"] + visited["deflected"], whole["concluded"] + visited["told"]
        ),
        "over_time": _over_time(asked),
        "tables": _tables(asked, queues, topics),
        "shown": None if "whole" in request.args else SHOWN,
        "whole_report": "?" + urlencode({**request.args.to_dict(), "whole": "1"}),
        "in_vain": visits.in_vain(asked) if public else [],
        "referrals": {} if asked.commune else figures.referrals(asked),
        "states": words.REFERRAL_STATES,
        "periods": _periods(),
        "measured": measured,
        "figures": FIGURES,
        "state_columns": [(says.capitalize(), "end") for says in words.REFERRAL_STATES.values()],
    }


def _is_public(asked: Asked) -> bool:
    """The public pages are the host's; what is searched there is of no channel nor queue."""
    host = db.session.get_one(Organization, asked.scope.organization_id).is_host
    return host and not asked.narrowed and asked.scope.queue_ids is None


def _over_time(asked: Asked) -> drawing.Chart:
    """Contacts day by day, week by week or month by month: few enough bars to be read."""
    every = list(days.each(asked.first, asked.last))
    step = next(one for one in STEPS if len(every) <= one.most)
    values: Counter[date] = Counter({step.begin(day): 0 for day in every})
    for day, contacts in figures.by_day(asked).items():
        values[step.begin(day)] += contacts
    labels = [step.label(first) for first in sorted(values)]
    return drawing.bars(f"Contacts {step.said}", labels, [values[first] for first in sorted(values)])


def _tables(asked: Asked, queues: dict[int, str], topics: dict[int, str]) -> list[tuple[str, str, Any]]:
    """Channel by channel, queue by queue, topic by topic."""
    named: list[tuple[str, str, Any, Callable[[Any], str]]] = [
        ("Par moyen", "Moyen", Tally.channel, lambda key: words.CHANNELS.get(key, key)),
        ("Par file", "File", Tally.queue_id, lambda key: queues.get(key, "Sans file")),
        (
            "Par sujet",
            "Sujet",
            Tally.topic_id,
            lambda key: "Sans sujet" if key == NONE else topics.get(key, "Sujet retiré"),
        ),
    ]
    told = communes.told_apart(asked, *(column for _, _, column, _ in named))
    return [
        (title, thing, [(name(key) if key is not None else FEW, sums) for key, sums in rows])
        for (title, thing, _, name), rows in zip(named, told, strict=True)
    ]


def _in_commune(form: Form, asked: Asked, shares: list[communes.Share]) -> Asked:
    """The same in one commune, if it may be told apart from the others."""
    typed = form.text("commune", longest=10)
    code = towns.codes_of(typed)[0] if typed else ""
    if code and code not in {one.commune for one in shares}:
        form.refuse(
            "commune", "Moins de cinq personnes en sont venues : ses chiffres ne sont pas dits à part."
        )
        code = ""
    return replace(asked, commune=code)


def _named(shares: list[communes.Share]) -> list[tuple[str, communes.Share]]:
    """Each with what it is called, in the same order; those of one name with their departments."""
    found = towns.towns(one.commune for one in shares)
    times = Counter(town.name for town in set(found.values()))
    alike = {town.department for town in found.values() if times[town.name] > 1}
    where = towns.department_names(alike) if alike else {}
    known = {
        code: f"{town.name} ({where.get(town.department, town.department)})"
        if times[town.name] > 1
        else town.name
        for code, town in found.items()
    }
    return [(_name(one, known), one) for one in shares]


def _name(one: communes.Share, known: dict[str, str]) -> str:
    if one.others:
        return f"Autres communes ({one.others})"
    return known.get(one.commune) or one.commune or "Commune non connue"


def _choices(
    queues: dict[int, str], topics: dict[int, str], named: list[tuple[str, communes.Share]]
) -> dict[str, list[Any]]:
    """What the period may be narrowed to; of the communes those told apart, by name."""
    apart = sorted(((one.commune, name) for name, one in named if one.commune), key=lambda one: one[1])
    return {"queues": list(queues.items()), "topics": list(topics.items()), "communes": apart}
