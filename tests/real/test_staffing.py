"""The staffing formulas on the real file of values."""

from __future__ import annotations

from click.testing import CliRunner

from portal.commands.staffing import check_erlang
from tests.real.folder import data_folder

DATA = data_folder("courbes-appels")


def test_every_value_is_found_again() -> None:
    checked = CliRunner().invoke(check_erlang, [str(DATA / "erlang-valeurs-dev.csv")])
    assert checked.output.splitlines()[-1] == "90 of 90 right"
