"""Which of our numbers a machine may call from (numbering plan of ARCEP, since 1 January 2023)."""

from __future__ import annotations

import pytest

from portal.telephony.numbers import suits_machines


@pytest.mark.parametrize(
    "number",
    [
        *("+33162000010", "+33163000010", "+33270000010", "+33377000010", "+33424000010", "+33569000010"),
        *("+33948000010", "+33949000010", "+33800231313", "+33806000010", "3000", "3142"),
        *("+262947600010", "+590947500010"),
        "+3222000010",  # of another country, whose law is its own
    ],
)
def test_a_machine_may_call_from_a_verified_a_special_or_a_short_number(number: str) -> None:
    assert suits_machines(number)


@pytest.mark.parametrize(
    "number",
    [
        *("+33199000010", "+33261910010", "+33465710010", "+33972000010", "+33612345678", "+33712345678"),
        *("+33892000010", "+262262200010", "+590590200010", "3939", "38010", "+3394800001"),
    ],
)
def test_it_may_not_from_a_town_halls_own_nor_from_a_mobile_nor_a_priced_one(number: str) -> None:
    assert not suits_machines(number)
