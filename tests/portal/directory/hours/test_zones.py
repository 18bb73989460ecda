"""Where a department is on the clock and in the calendar."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from portal.directory.hours.zones import (
    KEPT_IN,
    TERRITORIES,
    ZONES,
    territory_of,
    working_days_after,
    zone_of,
)


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("75", "Europe/Paris"),
        ("2A", "Europe/Paris"),
        ("", "Europe/Paris"),
        ("974", "Indian/Reunion"),
        ("97411", "Indian/Reunion"),
        ("98735", "Pacific/Tahiti"),
        ("98731", "Pacific/Marquesas"),
        ("98719", "Pacific/Gambier"),
        ("98414", "Antarctica/DumontDUrville"),
    ],
)
def test_each_place_has_its_clock(code: str, zone: str) -> None:
    assert zone_of(code) == zone


@pytest.mark.parametrize(
    ("code", "territory"),
    [("67", "57"), ("57679", "57"), ("68", "57"), ("75", ""), ("97411", "RE"), ("975", "PM"), ("", "")],
)
def test_each_place_has_its_holidays(code: str, territory: str) -> None:
    assert territory_of(code) == territory


def test_every_zone_and_territory_exists() -> None:
    assert all(ZoneInfo(zone) for zone in ZONES.values())
    assert set(KEPT_IN.values()) == set(TERRITORIES)


@pytest.mark.parametrize(
    ("start", "n", "territory", "day"),
    [
        ("2026-11-20", 1, "", "2026-11-23"),  # over a weekend
        ("2026-12-24", 1, "", "2026-12-28"),  # over Christmas, a Friday
        ("2026-12-24", 10, "", "2027-01-11"),  # and New Year's Day
        ("2026-04-02", 1, "", "2026-04-03"),
        ("2026-04-02", 1, "57", "2026-04-07"),  # Good Friday, and Easter Monday
        ("2026-11-21", 0, "", "2026-11-21"),
    ],
)
def test_working_days_leave_out_weekends_and_holidays(start: str, n: int, territory: str, day: str) -> None:
    assert working_days_after(date.fromisoformat(start), n, territory) == date.fromisoformat(day)
