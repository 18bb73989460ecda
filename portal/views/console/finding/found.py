"""What was found by words, for its page: three lists with their passages, and where each goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal.citizens.models import Citizen
from portal.records import finding, passages, spelling
from portal.records import words as terms_of
from portal.records.asking import Place
from portal.records.finding import Asked, Page
from portal.views import here
from portal.views.console.door import me, over_at
from portal.views.forms import Form

GROUPS = {"citizens": "Citoyens", "cases": "Affaires", "contacts": "Échanges"}
WHERE = {
    "subject": "Objet",
    "note": "Note interne",
    "answer": "Réponse",
    "in": "Message du citoyen",
    "out": "Message envoyé",
    "question": "Question",
    "check": "À faire ou à recevoir",
    "promise": "Promesse",
}
PERIODS = {"year": "Les douze derniers mois", "all": "Depuis toujours", "dates": "Entre deux dates"}


@dataclass(slots=True)
class ByWords:
    """`mended` is what was perhaps meant, where nothing was found."""

    citizens: list[Citizen] = field(default_factory=list)
    cases: Page = field(default_factory=Page)
    contacts: Page = field(default_factory=Page)
    passages: Mapping[str, Mapping[int, Any]] = field(default_factory=dict)
    mended: str = ""
    too_common: bool = False

    @property
    def nothing(self) -> bool:
        return not (self.citizens or self.cases.rows or self.contacts.rows)


def read_asked(form: Form) -> Asked:
    """What the form asks for, with its mistakes told beside its fields."""
    text = form.text("who", required=True, longest=200)
    period = form.choice("period", PERIODS) or "year"
    since, until = form.day("since"), form.day("until")
    if since and until and since > until:
        form.refuse("until", "La fin vient avant le début.")
    zone = ZoneInfo(here.zone())
    dated = period == "dates"
    return Asked(
        text,
        channel=form.choice("channel", finding.CHANNELS),
        topic_id=form.number("topic"),
        mine=form.text("mine") == "1",
        since=datetime.combine(since, time(), tzinfo=zone) if dated and since else None,
        until=over_at(until) if dated and until else None,
        everything=period != "year",
    )


def by_words(asked: Asked, group: str, after: Place | None, named: list[Citizen]) -> ByWords:
    """All three lists, or one of them from where it goes on; `named` answer to the words as a name."""
    found = ByWords(too_common=finding.nothing_but(asked.text))
    few = finding.A_PAGE if group else finding.A_FEW
    if group == "citizens":
        found.citizens = finding.find_citizens(asked.text, by=me())
    elif not group:
        found.citizens = named[: finding.A_PAGE]
    if group in {"", "cases"}:
        found.cases = finding.find_cases(asked, by=me(), after=after, limit=few)
    if group in {"", "contacts"}:
        found.contacts = finding.find_contacts(asked, by=me(), after=after, limit=finding.A_PAGE)
    wanted = terms_of.terms(asked.text)
    found.passages = {
        "cases": passages.of_cases(found.cases.rows, wanted),
        "contacts": passages.of_contacts(found.contacts.rows, wanted),
    }
    if found.nothing and not group:
        found.mended = spelling.mend(
            asked.text, me().organization_id, lambda text: finding.anything(asked, text, by=me())
        )
    return found


def read_place(told: str) -> Place | None:
    """Where a list goes on, from an address: an instant and a number, of nobody."""
    at, _, number = told.partition("-")
    if not (at.isdigit() and number.isdigit() and len(at) < 18 and len(number) < 12):
        return None
    return Place(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(at)), int(number))


def tell_place(place: Place) -> str:
    since = place.at - datetime(1970, 1, 1, tzinfo=UTC)
    return f"{since // timedelta(microseconds=1)}-{place.id}"
