"""The pages that editors and administrators write in, read by axe on a wide and a narrow screen."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from portal.articles import searches
from portal.articles.models import ArticleText, Document, DocumentFile, DocumentPage
from portal.database import brief_write, db
from portal.history import SYSTEM
from portal.referrals.checking import checks
from portal.referrals.checking.findings import Finding
from portal.referrals.deciding.situations import Situation
from portal.referrals.ruling.editing import revise_draft
from tests import make
from tests.browser.conftest import Opens
from tests.browser.looking import on_any_screen
from tests.portal.referrals import cast

pytestmark = pytest.mark.browser
BODY = (
    "## Où\n\nÀ la mairie.\n\n| Âge | Prix |\n|---|---|\n| 3 ans | 2 € |\n\n[Le site](https://ville.example)"
)


def written() -> dict[str, str]:
    """Something of each kind, and the address of its page."""
    article = make.article(
        "Refaire un passeport", body=BODY, topic=make.topic(), contacts=[{"service": "caf"}]
    )
    article.texts["ar"] = ArticleText(language="ar", title="جواز السفر", body="## أين\n\nفي البلدية.")
    service = make.service("caf")
    document = Document(slug="guide", title="Qui répare, qui entretient")
    document.files = [DocumentFile(format="pdf", name="guide.pdf", size=2048, sha256="0", without_text=True)]
    document.pages = [DocumentPage(number=1, text="Texte.")]
    db.session.add(document)
    member = make.staff("agent")
    rule = cast.rule(words=["loyer"])
    revise_draft(rule, cast.wording(words=["loyer", "bail"]), version=None, by=SYSTEM)
    ending = checks.ask_check(rule.organization_id, by=SYSTEM)
    checks.end(
        ending,
        [Finding("dead", (rule.id,), Situation(words="loyer"), "Ne sert jamais.")],
        {rule.id: rule.slug},
    )
    db.session.commit()
    with brief_write() as session:
        searches.note_search(session, words="piscine", language="fr", found=0)
    return {
        "home": "/admin/",
        "articles": "/admin/articles",
        "article": f"/admin/articles/{article.id}",
        "new-article": "/admin/articles/new",
        "searches": "/admin/searches",
        "levels": "/admin/levels?nature=request",
        "new-level": "/admin/levels/new",
        "topics": "/admin/topics",
        "topic": f"/admin/topics/{make.topic().id}",
        "documents": "/admin/documents",
        "document": f"/admin/documents/{document.id}",
        "services": "/admin/services",
        "service": f"/admin/services/{service.id}",
        "new-service": "/admin/services/new",
        "kinds": "/admin/kinds",
        "partner": f"/admin/partners/{service.organization_id}",
        "embedders": "/admin/embedders",
        "appearance": "/admin/appearance",
        "organization": f"/admin/organizations/{service.organization_id}",
        "staff": "/admin/staff",
        "member": f"/admin/staff/{member.id}",
        "new-member": "/admin/staff/new",
        "rules": "/admin/rules",
        "rules-on-paper": "/admin/rules/print",
        "rule": f"/admin/rules/{rule.id}",
        "rule-form": f"/admin/rules/{rule.id}/edit",
        "rule-trial": f"/admin/rules/{rule.id}/trial",
        "rules-tried": "/admin/rules/try",
        "rules-checked": "/admin/rules/checks",
        "rule-gaps": "/admin/rules/gaps",
        "rule-examples": "/admin/rules/examples",
        "rule-example": "/admin/rules/examples/new",
    }


def test_every_page_can_be_read_and_filled_in_by_everybody(app: Flask, opens: Opens) -> None:
    places, person = written(), make.staff("administrator")
    page = opens(person)
    assert [fault for name, path in places.items() for fault in unfolded(page, name, path)] == []


def unfolded(page: Any, name: str, path: str) -> list[str]:
    """What is wrong with a page on any screen, all of it open."""
    page.goto(path)
    if name == "article":
        page.get_by_role("button", name="Aperçu").click()
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    return on_any_screen(page, name)
