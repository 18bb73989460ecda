"""The form of a rule: what was typed becomes a wording; a wording becomes what the form shows."""

from __future__ import annotations

import re
from typing import Any

from portal.contacts.models import CHANNELS
from portal.directory.communes import commune_of
from portal.referrals.situations import Situation
from portal.referrals.wording import LANGUAGES, OPENING, Wording
from portal.views.admin.rules_words import Names
from portal.views.forms import Form

_CODE = re.compile(r"\((\w{5})\)\s*$")


def read_wording(form: Form) -> Wording:
    """The wording typed. Communes are named one a line; one that nobody could tell apart is refused in the form."""
    return Wording(
        service_id=form.number("service_id") or 0,
        position=form.number("position") or 0,
        conditions={
            "words": form.text("words").splitlines(),
            "without": form.text("without").splitlines(),
            "topics": form.data.getlist("topics"),
            "communes": [
                code for line in form.text("communes").splitlines() if (code := _commune(form, line))
            ],
            "channels": form.data.getlist("channels"),
            "languages": form.data.getlist("languages"),
            "opening": form.choice("opening", OPENING) or "any",
        },
        explanations={language: form.text(f"explanation_{language}") for language in LANGUAGES},
        agent_note=form.text("agent_note"),
    )


def values_of(wording: Wording, names: Names) -> dict[str, Any]:
    """What the form shows for a wording."""
    conditions = wording.conditions
    communes = [names.of("communes", code) for code in conditions.get("communes", ())]
    return {
        "service_id": wording.service_id,
        "position": wording.position,
        "agent_note": wording.agent_note,
        **{name: list(conditions.get(name, ())) for name in ("topics", "channels", "languages")},
        "words": "\n".join(conditions.get("words", ())),
        "without": "\n".join(conditions.get("without", ())),
        "communes": "\n".join(communes),
        "opening": conditions.get("opening") or "any",
        **{f"explanation_{language}": text for language, text in wording.explanations.items()},
    }


def typed_values(form: Form) -> dict[str, Any]:
    """What was typed, shown again as it was."""
    lists = {name: form.data.getlist(name) for name in ("topics", "channels", "languages")}
    return {**form.values, **lists}


def read_situation(form: Form) -> Situation:
    """The situation somebody typed to try a rule on."""
    topic, opening = form.text("topic"), form.choice("opening", OPENING)
    return Situation(
        words=form.text("words", longest=2000),
        language=form.choice("language", LANGUAGES) or "fr",
        topics=(topic,) if topic else (),
        commune=_commune(form, form.text("commune"), "commune"),
        channel=form.choice("channel", CHANNELS) or "web",
        open={"open": True, "closed": False}.get(opening),
    )


def _commune(form: Form, typed: str, field: str = "communes") -> str:
    """The code of the commune typed: « Saint-Elvin (96017) », its name, its code or a postcode of its own."""
    typed = typed.strip()
    if not typed:
        return ""
    code = _CODE.search(typed)
    found = commune_of(code.group(1) if code else typed)
    if found is None:
        form.refuse(
            field, f"Aucune commune, ou plusieurs, pour « {typed} » : écrivez son nom entier ou son code."
        )
        return ""
    return found.code
