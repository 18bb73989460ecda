"""The administration of macros and prepared answers, read by axe on two screens."""

from __future__ import annotations

import pytest

from portal.cases.models import Macro
from portal.contacts.models import Template
from tests import make
from tests.browser.conftest import Opens
from tests.browser.looking import on_any_screen

pytestmark = pytest.mark.browser


def test_macros_and_prepared_answers_are_edited_on_any_screen(opens: Opens) -> None:
    by = make.staff("administrator")
    does = {"priority": "urgent", "checks": ["Passage demandé"], "then": "close"}
    macro = make._add(Macro(organization_id=by.organization_id, name="Collecte manquée", does=does))
    values = {
        "organization_id": by.organization_id,
        "slug": "ref",
        "name": "Rappel",
        "texts": {"fr": "Bonjour."},
    }
    text = make._add(Template(topic_id=make.topic("dechets").id, **values))
    page = opens(by)
    for path, name in (
        ("macros", "list"),
        (f"macros/{macro.id}", "form"),
        ("templates", "list"),
        (f"templates/{text.id}", "form"),
    ):
        page.goto(f"/admin/{path}")
        assert on_any_screen(page, f"admin-{path.split('/')[0]}-{name}") == []
