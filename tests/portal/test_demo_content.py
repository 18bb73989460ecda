"""The demo town holds together: what is named exists, numbers are fictitious, nothing lacks its translation."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.reading.markdown import read_markdown
from portal.cases.models import NATURES
from portal.citizens.identifying import phone_number
from portal.lines import tree as steps
from portal.telephony.numbers import suits_machines

DEMO = Path(__file__).parents[2] / "portal" / "demo"
LANGUAGES = {"fr", "en", "ar"}
CHANNELS = {"phone", "text", "web", "email", "counter", "letter"}
DISPOSITIONS = {
    "answered",
    "referred",
    "promise_made",
    "transferred",
    "no_answer_needed",
    "voicemail_left",
    "abandoned",
    "wrong_number",
}
FLAGS = {"vulnerable", "interpreter", "no_message", "deaf_relay", "protected_address"}
FICTION = re.compile(r"^(01 99 00|06 39 98) \d\d \d\d$")
SHORT_CODE = re.compile(r"^38\d{3}$")  # not for advertising, and answers come back to it
WRITTEN_NUMBER = re.compile(r"(?<!\d)0\d(?:[ \u00a0.]?\d\d){4}(?!\d)")
ARTICLES = sorted((DEMO / "articles").glob("*/*.md"))


@cache
def read(name: str) -> Any:
    return json.loads((DEMO / name).read_text(encoding="utf-8"))


def slugs(part: str) -> set[str]:
    return {row["slug"] for row in read("town.json")[part]}


def articles_in(language: str) -> set[str]:
    return {path.stem for path in ARTICLES if path.parent.name == language}


def every_text(value: Any) -> list[tuple[str, str]]:
    """All strings of a data file, each with the name it stands under."""
    found: list[tuple[str, str]] = []

    def walk(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(key, inner)
        elif isinstance(value, list):
            for inner in value:
                walk(name, inner)
        elif isinstance(value, str):
            found.append((name, value))

    walk("", value)
    return found


def every_translation(value: Any) -> list[dict[str, str]]:
    """The dictionaries by language inside a data file."""
    if isinstance(value, list):
        return [found for inner in value for found in every_translation(inner)]
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("fr"), str):
        return [value]
    return [found for inner in value.values() for found in every_translation(inner)]


def test_there_are_as_many_answers_rules_and_lives_as_announced() -> None:
    assert {language: len(articles_in(language)) for language in sorted(LANGUAGES)} == {
        "ar": 25,
        "en": 25,
        "fr": 60,
    }
    assert len(read("rules.json")) == 27
    assert len(read("documents/documents.json")) == 4
    assert len(read("lives.json")["citizens"]) == 40
    assert len(read("lives.json")["contacts"]) == 300


@pytest.mark.parametrize("part", ["organizations", "services", "topics", "queues", "lines", "staff"])
def test_a_slug_names_one_thing(part: str) -> None:
    rows = [row["slug"] for row in read("town.json")[part]]
    assert len(rows) == len(set(rows))
    assert all(re.fullmatch(r"[a-z0-9-]+", slug) for slug in rows)


def test_what_the_town_names_exists() -> None:
    town = read("town.json")
    organizations, topics, queues = slugs("organizations"), slugs("topics"), slugs("queues")
    communes = {row["code"] for row in town["communes"]}
    for row in (*town["services"], *town["queues"], *town["lines"], *town["staff"], town):
        assert row["organization"] in organizations
    assert all(s["address"]["commune"] in communes for s in town["services"] if s["address"])
    assert {topic for queue in town["queues"] for topic in queue["topics"]} == topics
    assert all(set(person["queues"]) <= queues for person in town["staff"])
    for line in town["lines"]:
        assert set(line["language_keys"].values()) | {"fr"} == LANGUAGES
        for _path, step in steps.walk(line["menu"]):
            assert step.get("queue", "accueil") in queues
            assert step.get("topic", "") in topics | {""}
            keys = [choice["key"] for choice in steps.choices(step)]
            assert not keys or (keys[-1] == "0" and len(keys) <= 5)
            assert not set(keys) & set(line["language_keys"])


def test_each_role_is_held_and_another_organization_has_an_agent() -> None:
    town = read("town.json")
    assert {p["role"] for p in town["staff"]} == {"agent", "supervisor", "administrator", "editor"}
    assert any(p["role"] == "agent" and p["organization"] != town["organization"] for p in town["staff"])
    assert not any("password" in person for person in town["staff"])


def test_opening_slots_follow_each_other() -> None:
    for service in read("town.json")["services"]:
        for slots in service["schedule"].values():
            hours = [hour for slot in slots for hour in slot]
            assert all(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", hour) for hour in hours)
            assert hours == sorted(hours) and all(opens < closes for opens, closes in slots)


def test_every_number_is_from_the_ranges_of_fiction_or_a_national_one() -> None:
    national = {row["number"] for row in read("town.json")["national_numbers"]}
    assert {"15", "17", "18", "112", "114", "115", "119", "3114", "3919", "3018", "3977"} <= national
    for name in ("town.json", "lives.json", "rules.json"):
        for key, text in every_text(read(name)):
            if key in ("phone", "phones") and text:
                assert FICTION.match(text) or text in national, text
            # 06 and 07 are for people: what a machine sends leaves from a short code
            if key == "text_number":
                assert SHORT_CODE.match(text), text
            if (
                key == "automatic_number"
            ):  # nor may a machine call from 01: no range of fiction is among those it may
                assert suits_machines(phone_number(text)), text
                continue
            for number in WRITTEN_NUMBER.findall(text):
                assert FICTION.match(number.replace("\u00a0", " ")) or number in national, number
    for path in ARTICLES:
        for number in WRITTEN_NUMBER.findall(path.read_text(encoding="utf-8")):
            assert FICTION.match(number) or number.replace("\u00a0", " ") in national, (path.name, number)


def test_addresses_lead_nowhere_outside() -> None:
    for name in ("town.json", "lives.json"):
        for key, text in every_text(read(name)):
            if key in ("email", "url", "deaf_relay", "privacy_officer") and text:
                assert re.search(r"\.example(/|$)", text), text


@pytest.mark.parametrize("name", ["town.json", "rules.json"])
def test_all_that_people_read_is_in_the_three_languages(name: str) -> None:
    for translations in every_translation(read(name)):
        assert set(translations) == LANGUAGES
        assert all(text.strip() for text in translations.values()), translations
        assert re.search(r"[\u0600-\u06ff]", translations["ar"]), translations["ar"]


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_article_reads_and_names_what_exists(path: Path) -> None:
    sheet = read_markdown(path.read_bytes(), path.name)
    assert sheet.title and sheet.summary and sheet.keywords and sheet.questions and sheet.updated
    assert sheet.kind in ("question", "guide")
    assert sheet.topic in slugs("topics")
    assert sheet.contacts and {contact.source_ref for contact in sheet.contacts} <= slugs("services")
    assert "\n## " in f"\n{sheet.body}" and 130 <= len(sheet.body.split()) <= 450
    if path.parent.name == "fr":
        assert not re.search(
            r"[A-Za-zÀ-ÿ]'[A-Za-zÀ-ÿ]| [;:!?»](\s|$)|« ", sheet.title + sheet.summary + sheet.body
        )
    else:
        assert path.stem in articles_in("fr")


def test_a_rule_names_what_exists() -> None:
    town = read("town.json")
    codes = {row["code"] for row in town["communes"]}
    for rule in read("rules.json"):
        conditions = rule["conditions"]
        assert (conditions["words"] or conditions["topics"]) and rule["agent_note"]
        assert ("kind" in rule) != (rule.get("service") in slugs("services"))
        assert set(conditions["topics"]) <= slugs("topics") and set(conditions["communes"]) <= codes
        assert set(conditions["channels"]) <= CHANNELS and set(conditions["languages"]) <= LANGUAGES
        assert conditions["opening"] in ("any", "open", "closed")
    orders = [rule["order"] for rule in read("rules.json")]
    assert orders == sorted(set(orders))
    assert [rule["service"] for rule in read("rules.json")[:2]] == ["urgences", "suicide-3114"]


def test_citizens_are_whole_and_some_share_a_telephone() -> None:
    citizens = read("lives.json")["citizens"]
    assert len({citizen["key"] for citizen in citizens}) == len(citizens)
    holders = Counter(phone for citizen in citizens for phone in citizen["phones"])
    assert sorted(count for count in holders.values() if count > 1) == [2, 2, 3]
    assert sum(citizen["protected"] for citizen in citizens) == 1
    codes = {row["code"] for row in read("town.json")["communes"]}
    for citizen in citizens:
        assert citizen["first_name"] and citizen["last_name"] and citizen["commune"] in codes
        assert citizen["language"] in LANGUAGES and (citizen["phones"] or citizen["email"])
        assert all(f["kind"] in FLAGS and f["text"] and f["ends_in_days"] > 0 for f in citizen["flags"])


def test_a_past_contact_names_what_exists() -> None:
    town, lives = read("town.json"), read("lives.json")
    citizens = {citizen["key"]: citizen for citizen in lives["citizens"]}
    staff = {person["slug"]: person for person in town["staff"]}
    for contact in lives["contacts"]:
        citizen = citizens[contact["citizen"]]
        assert 0 < contact["days_ago"] <= 365 and re.fullmatch(r"[012]\d:[0-5]\d", contact["time"])
        assert contact["channel"] in CHANNELS and contact["topic"] in slugs("topics")
        assert contact["from"] in {"", *citizen["phones"], citizen["email"]} and contact["subject"]
        assert contact["from"] or contact["channel"] in ("counter", "letter")
        assert contact["agent"] is None or staff[contact["agent"]]["role"] in ("agent", "supervisor")
        assert contact.get("referral") in slugs("services") | {None}
        assert contact.get("article") in articles_in("fr") | {None}
        assert all(
            message["from"] in ("citizen", "agent") and message["text"] for message in contact["messages"]
        )


def test_calls_and_visits_fall_in_opening_hours() -> None:
    for contact in read("lives.json")["contacts"]:
        if contact["channel"] in ("phone", "counter") and contact["agent"]:
            time = contact["time"]
            assert "08:30" <= time < "12:00" or "13:30" <= time < "17:30", (contact["citizen"], time)


def test_a_past_contact_tells_where_it_stopped() -> None:
    contacts = read("lives.json")["contacts"]
    for contact in contacts:
        promised = contact["disposition"] == "promise_made"
        assert ("promise" in contact) == promised
        if contact.get("open"):
            assert contact["disposition"] is None and contact["agent"] is None and contact["messages"]
        else:
            assert contact["disposition"] in DISPOSITIONS
            assert contact["answer"] or contact["note"] or contact["messages"]
        assert contact["disposition"] != "referred" or "referral" in contact
    assert {contact["disposition"] for contact in contacts} == DISPOSITIONS | {None}
    assert 3 <= sum(contact.get("open", False) for contact in contacts) <= 10
    subjects = Counter(contact["subject"] for contact in contacts)
    assert max(subjects.values()) <= 3


def test_a_promise_long_past_was_kept_or_is_known_to_be_late() -> None:
    late = set()
    for contact in read("lives.json")["contacts"]:
        promise = contact.get("promise")
        if promise and promise["kept_after_days"] is None:
            late |= {contact["citizen"]} if contact["days_ago"] > promise["due_days"] else set()
        elif promise:
            assert promise["kept_after_days"] <= contact["days_ago"]
    assert 1 <= len(late) <= 3


def test_a_matter_that_is_told_of_is_one_that_is_still_open() -> None:
    town, told = read("town.json"), read("matters.json")
    staff = {person["slug"] for person in town["staff"] if person["role"] in ("agent", "supervisor")}
    still = Counter(
        contact["subject"]
        for contact in read("lives.json")["contacts"]
        if contact.get("open") or contact.get("promise", {"kept_after_days": 0})["kept_after_days"] is None
    )
    for case in told["cases"]:
        assert still[case["subject"]] == 1, case["subject"]
        assert case.get("owner") in staff | {None} and case["nature"] in NATURES
    assert any(case.get("checks") for case in told["cases"]) and any(
        case.get("waits_for") for case in told["cases"]
    )
    assert told["macros"] and all(macro["name"] and macro["does"] for macro in told["macros"])


def test_documents_exist_and_are_light() -> None:
    listed = set()
    for document in read("documents/documents.json"):
        assert document["title"] and document["summary"] and document["language"] in LANGUAGES
        assert document["topic"] in slugs("topics") and document["files"]
        for name in document["files"]:
            listed.add(name)
            assert (DEMO / "documents" / name).stat().st_size < 60 * 1024, name
    there = {path.name for path in (DEMO / "documents").iterdir() if path.suffix in (".pdf", ".odt", ".docx")}
    assert there == listed
    assert {Path(name).suffix for name in listed} == {".pdf", ".odt", ".docx"}
