"""The main job in a browser, from one end to the other: a question answered in French and in Arabic, a request, its
answer by an agent, a rule tried by an administrator. The town is the demo's; its network and its worker really run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from simulator import Running
from tests.browser.visiting import Visit, sign_in_of

pytestmark = pytest.mark.browser
CITIZEN = "+33639980777"
FIRST_VISIT = 60_000  # bytes, of the page and of all it needs

Visits = Callable[..., Visit]


@pytest.fixture
def visits(demo_town: Running, chromium: Any, served: str) -> Iterator[Visits]:
    begun: list[Visit] = []

    def visit(**context: Any) -> Visit:
        begun.append(Visit(chromium, served, **context))
        return begun[-1]

    yield visit
    for one in begun:
        one.end()


def test_the_main_job_from_a_question_to_an_answer(app: Flask, demo_town: Running, visits: Visits) -> None:
    ask_in_french(visits())
    ask_in_arabic(visits(width=390, locale="ar"))
    reference = write_a_request(visits(width=390))
    answer_it(visits(), reference, *sign_in_of(app, "agent"))
    demo_town.handset(CITIZEN).wait_for_text("gratuit")
    try_a_rule(visits(), *sign_in_of(app, "administrator"))


def ask_in_french(visit: Visit) -> None:
    """A question is completed while it is typed, found, read, and told to have helped."""
    page = visit.page
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert page.url.endswith("/fr/")
    assert 0 < visit.weight < FIRST_VISIT
    visit.look("home-fr")
    page.locator("#q").press_sequentially("carte d’ident", delay=15)
    page.get_by_role("option").first.wait_for()
    visit.look("suggestions-fr")
    page.locator("#q").fill("comment refaire ma carte d’identité perdue")
    page.locator("#q").press("Enter")
    page.wait_for_url("**/fr/search?q=*")
    visit.look("search-fr")
    page.locator(".hit a", has_text="carte d’identité").first.click()
    page.wait_for_url("**/fr/articles/*")
    visit.look("article-fr")
    page.get_by_role("button", name="Oui", exact=True).click()
    page.get_by_role("status").get_by_text("Merci, votre avis est noté.").wait_for()
    visit.look("helped-fr")


def ask_in_arabic(visit: Visit) -> None:
    """The same from right to left, on a telephone's width."""
    page = visit.page
    page.goto("/")
    assert page.url.endswith("/ar/")
    visit.look("home-ar", direction="rtl")
    page.locator("#q").press_sequentially("جواز", delay=15)
    page.get_by_role("option").first.wait_for()
    page.locator("#q").fill("أريد تجديد جواز السفر")
    page.locator("#q").press("Enter")
    page.wait_for_url("**/ar/search?q=*")
    visit.look("search-ar", direction="rtl")
    page.locator(".hit a").first.click()
    page.wait_for_url("**/ar/articles/*")
    assert "جواز" in page.locator("h1").inner_text()
    visit.look("article-ar", direction="rtl")
    with page.expect_navigation():  # to the same address
        page.locator("form:has([name=helped][value=yes]) button").click()
    expect(page.locator("form:has([name=helped])")).to_have_count(0)
    visit.look("helped-ar", direction="rtl")


def write_a_request(visit: Visit) -> str:
    """A request lacks its message, is shown again with what was typed, is sent, and has a reference."""
    page = visit.page
    page.goto("/fr/requests/new")
    visit.look("request-what")
    page.get_by_label("Signaler un problème").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Continuer").click()
    visit.look("request")
    page.get_by_label("De quoi s’agit-il").fill("Vélo trouvé devant la mairie")
    page.get_by_label("Comment vous répondre").fill("06 39 98 07 77")
    page.get_by_role("button", name="Envoyer").click()
    page.locator(".error-summary:focus").wait_for()
    expect(page.get_by_label("De quoi s’agit-il")).to_have_value("Vélo trouvé devant la mairie")
    visit.look("request-error")
    page.get_by_label("Votre message").fill("Faut-il payer pour le rendre à son propriétaire ?")
    page.get_by_role("button", name="Envoyer").click()
    page.wait_for_url("**/fr/requests/receipt")
    visit.look("receipt")
    return str(page.locator(".reference").inner_text())


def answer_it(visit: Visit, reference: str, email: str, password: str) -> None:
    """An agent finds the request among those who wait, takes it, answers and wraps up."""
    page = visit.page
    visit.sign_in(email, password)
    page.get_by_role("heading", name="Ceux qui attendent").wait_for()
    visit.look("desk")
    page.locator("tr", has_text="Vélo trouvé").get_by_role("button", name="Prendre").click()
    page.wait_for_url(re.compile(r"/console/contacts/\d+$"))
    page.get_by_text(reference).first.wait_for()
    visit.look("contact")
    page.get_by_label("Réponse, que la personne lira", exact=False).first.fill("Non, c'est gratuit.")
    page.get_by_label(re.compile("^SMS au ")).check()
    with page.expect_navigation():  # the page it leaves may show the message too
        page.get_by_role("button", name="Envoyer au citoyen").click()
    page.locator(".said", has_text="Non, c'est gratuit.").wait_for()
    page.get_by_label("Comment l’échange s’est terminé").select_option("answered")
    page.get_by_label("Note interne").fill("Passera samedi")
    page.get_by_role("button", name="Terminer").click()
    page.get_by_role("heading", name="Échange terminé").wait_for()
    visit.look("wrapped-up")


def try_a_rule(visit: Visit, email: str, password: str) -> None:
    """An administrator opens a rule, changes its draft, and sees who would now be sent elsewhere."""
    page = visit.page
    visit.sign_in(email, password)
    visit.look("admin")
    page.goto("/admin/rules")
    visit.look("rules")
    page.locator("tbody th a").first.click()
    page.wait_for_url(re.compile(r"/admin/rules/\d+$"))
    visit.look("rule")
    page.get_by_role("link", name="Modifier").first.click()
    page.wait_for_url("**/edit")
    visit.look("rule-draft")
    words = page.get_by_label("La personne dit l’une de ces choses", exact=False).first
    words.fill(f"{words.input_value()}\nvélo")
    page.get_by_role("button", name="Garder le brouillon").click()
    page.wait_for_url(re.compile(r"/admin/rules/\d+$"))
    page.get_by_role("link", name="Essayer").click()
    page.wait_for_url("**/trial")
    visit.look("trial")
    with page.expect_navigation():
        page.get_by_role("button", name="Essayer cette situation").click()
    visit.look("tried")
