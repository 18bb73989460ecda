"""The hours of the national directory: what is sound is kept, the rest is said."""

from typing import Any

import pytest

from portal.directory.hours.dila_hours import read_hours

MORNING = {"début": "09:00:00", "fin": "12:00:00"}


def days(first: str, last: str, hours: Any = MORNING, **more: str) -> dict[str, Any]:
    return {"PlageJ": {"début": first, "fin": last, "PlageH": hours, **more}}


def test_one_thing_or_a_list_of_them_is_read_alike() -> None:
    one = days("lundi", "mardi")
    listed = {"PlageJ": [{"début": "lundi", "fin": "mardi", "PlageH": [MORNING]}]}
    expected = ({"mon": [["09:00", "12:00"]], "tue": [["09:00", "12:00"]]}, [])
    assert read_hours(one) == read_hours(listed) == expected


def test_a_note_stands_on_every_slot_of_its_days() -> None:
    afternoon = {"début": "14:00:00", "fin": "17:00:00"}
    schedule, refused = read_hours(days("lundi", "lundi", [MORNING, afternoon], Note=" sur\n rendez-vous "))
    assert schedule == {"mon": [["09:00", "12:00", "sur rendez-vous"], ["14:00", "17:00", "sur rendez-vous"]]}
    assert not refused


@pytest.mark.parametrize(
    ("first", "last", "kept", "said"),
    [
        ("vendredi", "jeudi", ["fri"], "à rebours ; gardée pour vendredi seulement"),
        ("lundi", "", ["mon"], "incomplète ; gardée pour lundi seulement"),
        ("", "samedi", ["sat"], "incomplète ; gardée pour samedi seulement"),
        ("jour", "", [], "n’existent pas ; refusée"),
    ],
)
def test_unclear_days_are_kept_where_every_reading_agrees(
    first: str, last: str, kept: list[str], said: str
) -> None:
    schedule, refused = read_hours(days(first, last))
    assert list(schedule) == kept
    assert len(refused) == 1 and said in refused[0]


@pytest.mark.parametrize(
    ("opens", "closes", "said"),
    [
        ("00:00:00", "00:00:00", "finit avant d’avoir commencé"),
        ("18:30:00", "12:00:00", "finit avant d’avoir commencé"),
        ("13:30:00", "", "illisible ou incomplète"),
        ("25:00:00", "26:00:00", "illisible ou incomplète"),
    ],
)
def test_a_slot_that_cannot_be_is_refused_and_the_others_kept(opens: str, closes: str, said: str) -> None:
    schedule, refused = read_hours(days("mardi", "mardi", [{"début": opens, "fin": closes}, MORNING]))
    assert schedule == {"tue": [["09:00", "12:00"]]}
    assert len(refused) == 1 and said in refused[0] and "mardi" in refused[0]


@pytest.mark.parametrize(
    ("opens", "closes", "slot"),
    [
        ("9:15:00", "12:15:00", ["09:15", "12:15"]),
        ("'09:00:00", "'09:30:00", ["09:00", "09:30"]),
        ("2:00:00 PM", "5:00:00 PM", ["14:00", "17:00"]),
        ("09:00:00", "12:00:00 PM", ["09:00", "12:00"]),
        ("20:00:00", "24:00:00", ["20:00", "24:00"]),
    ],
)
def test_hours_are_read_however_they_were_typed(opens: str, closes: str, slot: list[str]) -> None:
    assert read_hours(days("jeudi", "jeudi", {"début": opens, "fin": closes})) == ({"thu": [slot]}, [])


def test_slots_that_overlap_become_one_and_free_minutes_lose_their_note() -> None:
    schedule, refused = read_hours(
        {
            "PlageJ": [
                {
                    "début": "lundi",
                    "fin": "lundi",
                    "PlageH": {"début": "08:00:00", "fin": "12:00:00"},
                    "Note": "état civil",
                },
                {"début": "lundi", "fin": "lundi", "PlageH": {"début": "09:00:00", "fin": "11:00:00"}},
                {"début": "lundi", "fin": "lundi", "PlageH": {"début": "10:00:00", "fin": "11:30:00"}},
            ]
        }
    )
    assert schedule == {
        "mon": [["08:00", "09:00", "état civil"], ["09:00", "11:30"], ["11:30", "12:00", "état civil"]]
    }
    assert len(refused) == 1 and refused[0].startswith("lundi : des plages se chevauchent")


def test_a_slot_written_twice_is_kept_once_without_a_word() -> None:
    assert read_hours(days("lundi", "lundi", [MORNING, MORNING])) == ({"mon": [["09:00", "12:00"]]}, [])


@pytest.mark.parametrize("nothing", [None, {}, ""])
def test_no_hours_are_no_hours(nothing: Any) -> None:
    assert read_hours(nothing) == ({}, [])


@pytest.mark.parametrize("broken", [{"PlageJ": "lundi"}, {"PlageJ": []}, ["lundi"], "lundi"])
def test_what_cannot_be_read_at_all_is_said(broken: Any) -> None:
    schedule, refused = read_hours(broken)
    assert schedule == {} and len(refused) == 1
