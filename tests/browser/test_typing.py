"""In a browser: words kept while one types, colleagues seen on the same page, nothing lost when the session ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from playwright.sync_api import expect

from portal.cases.models import Case
from portal.cases.opening import open_case
from portal.contacts.models import Contact
from portal.database import db
from portal.staff.models import Jotting, StaffSession
from tests import make
from tests.browser.haste import in_haste, wait_for

Opens = Callable[..., Any]


def going_on(agent: Any, subject: str = "Haie") -> str:
    contact = make.contact("web", state="in_progress", agent_id=agent.id, subject=subject)
    db.session.commit()
    return f"/console/contacts/{contact.id}"


def type_in(page: Any, label: str, words: str) -> None:
    page.locator(label).press_sequentially(words)
    page.locator("form[data-unsaved]").wait_for(state="detached")


def test_words_half_written_come_back_after_the_tab_was_closed(app: Flask, opens: Opens) -> None:
    agent = make.staff()
    first, second = going_on(agent), going_on(agent, "Trottoir")
    page = opens(agent, first)
    type_in(page, "#note", "Il rappelle jeudi")
    other = page.context.new_page()
    other.goto(second)
    type_in(other, "#note", "Rien à voir")
    page.close()
    again = other.context.new_page()
    again.goto(first)
    note = again.locator("#note")
    expect(note).to_have_value("Il rappelle jeudi")
    expect(again.get_by_text("est revenu")).to_be_visible()
    again.get_by_label("Comment l’échange s’est terminé").select_option("answered")
    again.get_by_role("button", name="Terminer").click()
    again.wait_for_url(f"**{first}")
    again.get_by_text("Échange terminé.").wait_for()
    db.session.expire_all()
    kept = {one.page: one.typed for one in db.session.scalars(db.select(Jotting))}
    assert kept == {second: "Rien à voir"}


def test_two_agents_on_a_page_see_each_other_and_who_types(app: Flask, opens: Opens) -> None:
    agent, watcher = make.staff(last_name="Petit"), make.staff("supervisor", last_name="Martin")
    path = going_on(agent)
    page, theirs = in_haste(opens, agent), in_haste(opens, watcher)
    with page.expect_response("**/console/here"):
        page.goto(path)
    theirs.goto(path)
    theirs.get_by_text("Camille Petit lit aussi cette page").wait_for()
    wait_for(page, page.get_by_text("Camille Martin lit aussi cette page").is_visible)
    page.locator("#note").press_sequentially("Bonjour")
    wait_for(theirs, theirs.get_by_text("Camille Petit écrit ici").is_visible)
    assert theirs.locator("[data-here]").get_attribute("role") == "status"
    theirs.goto("/console/")
    wait_for(page, page.get_by_text("lit aussi cette page").is_hidden)


def test_a_form_sent_after_the_session_ended_leads_back_with_all_of_it(app: Flask, opens: Opens) -> None:
    agent = make.staff()
    path = going_on(agent)
    page = opens(agent, path, java_script_enabled=True)
    page.locator("#note").fill("Tout ce que j’ai noté")
    page.get_by_label("Comment l’échange s’est terminé").select_option("answered")
    db.session.execute(db.delete(StaffSession))
    db.session.commit()
    page.get_by_role("button", name="Terminer").click()
    page.get_by_text("rien n’a été envoyé").wait_for()
    page.get_by_label("Adresse e-mail").fill(agent.email)
    page.get_by_label("Mot de passe").fill(make.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{path}")
    expect(page.locator("#note")).to_have_value("Tout ce que j’ai noté")
    expect(page.get_by_label("Comment l’échange s’est terminé")).to_have_value("answered")
    db.session.expire_all()
    assert db.session.scalars(db.select(Contact.state)).one() == "in_progress"


def case_of_two(agent: Any) -> Case:
    """A matter of two exchanges, which can be split."""
    case = open_case(make.contact("email", subject="Haie", state="wrapped_up"), by=agent.actor)
    make.contact("email", subject="Trottoir", state="wrapped_up", case_id=case.id)
    db.session.commit()
    return case


def test_what_was_ticked_comes_back_too_and_is_forgotten_once_sent(app: Flask, opens: Opens) -> None:
    agent = make.staff()
    case = case_of_two(agent)
    page = opens(agent, f"/console/cases/{case.id}/split")
    page.get_by_label("Trottoir").check()
    page.get_by_label("Envoyer à la personne").uncheck()
    page.locator("form[data-unsaved]").wait_for(state="detached")
    again = page.context.new_page()
    page.close()
    again.goto(f"/console/cases/{case.id}/split")
    expect(again.get_by_text("est revenu")).to_be_visible()
    expect(again.get_by_label("Trottoir")).to_be_checked()
    expect(again.get_by_label("Haie")).not_to_be_checked()
    expect(again.get_by_label("Envoyer à la personne")).not_to_be_checked()
    again.get_by_label("Objet de la nouvelle affaire").fill("Le trottoir")
    again.get_by_role("button", name="Séparer").click()
    again.get_by_text("Nouvelle affaire ouverte").wait_for()
    db.session.expire_all()
    assert db.session.scalars(db.select(Jotting)).all() == []


def test_what_was_ticked_goes_through_an_expired_sign_in(app: Flask, opens: Opens) -> None:
    agent = make.staff()
    case = case_of_two(agent)
    page = opens(agent, f"/console/cases/{case.id}/split")
    page.get_by_label("Trottoir").check()
    page.get_by_label("Envoyer à la personne").uncheck()
    page.get_by_label("Objet de la nouvelle affaire").fill("Le trottoir")
    db.session.execute(db.delete(StaffSession))
    db.session.execute(db.delete(Jotting))
    db.session.commit()
    page.get_by_role("button", name="Séparer").click()
    page.get_by_text("rien n’a été envoyé").wait_for()
    page.get_by_label("Adresse e-mail").fill(agent.email)
    page.get_by_label("Mot de passe").fill(make.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/split")
    expect(page.get_by_label("Objet de la nouvelle affaire")).to_have_value("Le trottoir")
    expect(page.get_by_label("Trottoir")).to_be_checked()
    expect(page.get_by_label("Envoyer à la personne")).not_to_be_checked()


def test_a_refused_form_keeps_its_own_words_and_not_what_others_always_say(app: Flask, opens: Opens) -> None:
    agent = make.staff()
    contact = make.contact("web", state="wrapped_up", subject="Haie")
    case = open_case(contact, by=agent.actor)
    db.session.commit()
    page = opens(agent, f"/console/cases/{case.id}")
    page.locator("#other").fill("zzz")
    page.get_by_role("button", name="Lier", exact=True).click()
    expect(page.get_by_role("link", name="Aucune affaire n’a cette référence.")).to_be_visible()
    page.goto(f"/console/cases/{case.id}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Haie")
    expect(page.get_by_text("est revenu")).to_have_count(0)
    page.get_by_text("Modifier", exact=True).click()
    page.locator("[name=tags]").fill(",".join(str(n) for n in range(25)))
    with page.expect_response("**/console/jottings"):
        page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.goto(f"/console/cases/{case.id}")
    expect(page.get_by_text("est revenu")).to_be_visible()


def test_a_refused_form_keeps_nothing_that_its_page_said_by_itself(app: Flask, opens: Opens) -> None:
    agent = make.staff()
    case = case_of_two(agent)
    page = opens(agent, f"/console/cases/{case.id}/split")
    expect(page.get_by_label("Envoyer à la personne")).to_be_checked()
    page.get_by_label("Trottoir").check()
    for _ in range(2):  # what was typed before a first refusal is still typed after a second
        with page.expect_response("**/console/jottings"):
            page.get_by_role("button", name="Séparer").click()
        db.session.expire_all()
        assert [one.field for one in db.session.scalars(db.select(Jotting))] == ["contacts[]"]
        db.session.commit()
