"""Which page of a long list is shown, whatever the address says."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.views.paging import FARTHEST, last_page, page_asked
from tests import make
from tests.signing import signed_in

LISTS = ("/admin/articles", "/admin/documents", "/admin/searches", "/admin/kinds", "/admin/rules")


@pytest.mark.parametrize(
    ("said", "page"),
    [("", 1), ("0", 1), ("-3", 1), ("deux", 1), ("2", 2), ("9" * 30, FARTHEST)],
)
def test_a_page_that_cannot_be_is_the_nearest_one(app: Flask, said: str, page: int) -> None:
    with app.test_request_context(query_string={"page": said}):
        assert page_asked() == page


def test_no_list_breaks_over_a_row_beyond_all_numbers(client: Any) -> None:
    person, agent = make.citizen("Anne Petit").id, signed_in(client, make.staff())
    for number in ("9" * 30, "-" + "9" * 30, "deux"):
        for address in ("/console/letters", "/console/referrals?view=over", f"/console/citizens/{person}"):
            sign = "&" if "?" in address else "?"
            status = agent.get(f"{address}{sign}before={number}").status_code
            unknown = number != "deux" and "citizens" in address
            assert status == (404 if unknown else 200), (address, number)


def test_the_last_page_may_be_half_full_and_an_empty_list_has_one() -> None:
    assert [last_page(total, 20) for total in (0, 20, 21)] == [1, 1, 2]


def test_no_list_breaks_over_a_page_beyond_all_numbers(client: Any) -> None:
    administrator = signed_in(client, make.staff("administrator"))
    for address in LISTS:
        assert administrator.get(address, query_string={"page": "9" * 30}).status_code == 200, address
