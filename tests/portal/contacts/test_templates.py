"""Templates: every language, placeholders of our own, and nothing left unfilled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal import history
from portal.contacts import templates
from portal.contacts.models import Template
from portal.contacts.templates import TemplateDraft
from portal.errors import Refused, Stale
from portal.telephony.parts import count
from portal.views.admin.channels.texts_words import EXAMPLES
from tests import make

TEXTS = {"fr": "Rendez-vous le {date} à {time}.", "en": "Appointment on {date} at {time}."}


def draft(**values: Any) -> TemplateDraft:
    return TemplateDraft(**{"slug": "rendez-vous", "name": "Rendez-vous", "texts": TEXTS, **values})


def saved(**values: Any) -> Template:
    return templates.save(None, draft(**values), version=0, by=make.staff("administrator"))


def test_placeholders_are_filled_and_what_is_not_known_stays(app: Flask) -> None:
    text = templates.fill("Le {date} à {time}, {nobody} {0.__class__}", {"date": "3 mars"})
    assert text == "Le 3 mars à {time}, {nobody} {0.__class__}"
    with pytest.raises(Refused):
        templates.check_filled(text)
    templates.check_filled("Accolades { } et {autre}")


def test_a_text_of_a_citizen_that_looks_like_a_placeholder_is_not_replaced_in_turn(app: Flask) -> None:
    assert templates.fill("{name} : {date}", {"name": "{date}", "date": "lundi"}) == "{date} : lundi"


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"slug": "Rendez vous"},
        {"texts": {"en": "Hello"}},
        {"texts": {"fr": "Le {date}", "en": "On Monday"}},
        {"texts": {"fr": "Le {jour}"}},
        {"texts": {"fr": "x" * 1601}},
        {"slug": "received", "texts": {"fr": "Reçu par {service}"}},
    ],
)
def test_what_could_not_be_sent_is_refused_when_it_is_written(app: Flask, values: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        saved(**values)


def test_a_language_without_text_gets_the_french_one(app: Flask) -> None:
    row = saved()
    assert templates.in_language(row, "ar") == TEXTS["fr"]
    assert templates.in_language(row, "en") == TEXTS["en"]


def test_former_words_stay_in_the_history_and_a_stale_save_is_told(app: Flask) -> None:
    by = make.staff("administrator")
    row = templates.save(None, draft(), version=0, by=by)
    templates.save(row.id, draft(texts={"fr": "Le {date}."}), version=row.version, by=by)
    assert [event.details["texts"] for event in history.of(row)] == [{"fr": "Le {date}."}, TEXTS]
    with pytest.raises(Stale):
        templates.save(row.id, draft(), version=1, by=by)


def test_an_automatic_text_takes_the_organizations_own_words(app: Flask) -> None:
    contact = make.contact("text")
    assert templates.automatic(contact, "received", {"reference": "K7"}) == ""
    saved(slug="received", texts={"fr": "Bien recu, {reference}."})
    assert templates.automatic(contact, "received", {"reference": "K7"}) == "Bien recu, K7."
    assert templates.automatic(contact, "received", {}) == "", "half filled, it does not go out"
    assert templates.offered(contact.organization_id) == []


def test_the_demos_templates_could_have_been_written_in_the_form_and_are_short(app: Flask) -> None:
    rows = json.loads((Path(templates.__file__).parents[1] / "demo/templates.json").read_text("utf-8"))
    by = make.staff("administrator")
    for row in rows:
        kept = templates.save(None, TemplateDraft(**row), version=0, by=by)
        for language, text in kept.texts.items():
            filled = count(templates.fill(text, EXAMPLES))
            assert filled.parts <= 2 and (language == "ar" or not filled.dear), (row["slug"], language)


def test_an_answer_prepared_is_found_by_what_people_ask_its_name_first(app: Flask) -> None:
    by, topic = make.staff("administrator"), make.topic("dechets")
    asked = {"asked": "on n’a pas ramassé mon bac jaune", "topic_id": topic.id}
    bins = templates.save(None, draft(slug="bacs", name="Collecte manquée", **asked), version=0, by=by)
    named = templates.save(None, draft(slug="bac", name="Bac cassé"), version=0, by=by)
    topics = {topic.id: "Déchets"}
    assert templates.search(by.organization_id, "BAC", topics) == [named, bins]
    assert templates.search(by.organization_id, "ramasse dech", topics) == [bins]
    assert templates.search(by.organization_id, "les bacs jaunes ramassés", topics) == [bins]  # other endings
    assert templates.search(by.organization_id, "piscine", topics) == []
    assert templates.meant(by.organization_id, "bac cassé", topics) is named
    for typed in ("bac", "piscine"):
        with pytest.raises(Refused):
            templates.meant(by.organization_id, typed, topics)


def test_the_language_is_that_of_the_citizen_once_sure_else_of_the_exchange(app: Flask) -> None:
    person = make.citizen(language="ar")
    contact = make.contact("email", citizen_id=person.id, certainty="probable", language="en")
    assert templates.language_for(contact) == "en"
    contact.certainty = "confirmed"
    assert templates.language_for(contact) == "ar"
