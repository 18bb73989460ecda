"""The page of a case: its thread, the answer and the note that cannot be confused, and what is done and undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal import history
from portal.cases.models import Case, Check, Deed, Note
from portal.cases.opening import open_case
from portal.cases.references import spoken
from portal.contacts import recording
from portal.contacts.models import Contact, Message, Template
from portal.database import db
from portal.views.moments import MOST_SAID
from tests import make
from tests.at_length import AT_LENGTH, read, said_at_length
from tests.signing import send, signed_in

NUMBER, ADDRESS = "+33639980001", "aicha@exemple.fr"


class Matter:
    """A case with a letter and a call, and the agent who has it open."""

    def __init__(self, client: Any) -> None:
        self.client, self.agent = client, make.staff()
        self.person = make.citizen("Aïcha Benali", email=ADDRESS)
        self.letter = self.contact("email", ADDRESS, subject="Poubelle non levée")
        recording.add_message(self.letter, "Ma poubelle n’a pas été levée.")
        self.letter.state = "wrapped_up"
        self.case = open_case(self.letter, by=self.agent.actor)
        self.call = self.contact("phone", "", case_id=self.case.id, state="wrapped_up", note="Très en colère")
        signed_in(client, self.agent)

    def contact(self, channel: str, value: str, **values: Any) -> Contact:
        used = make.identifier("email", value) if value else None
        known = {
            "citizen_id": self.person.id,
            "certainty": "confirmed",
            "identifier_id": used.id if used else None,
        }
        return make.contact(channel, **{**known, **values})

    @property
    def page(self) -> str:
        return str(self.client.get(f"/console/cases/{self.case.id}").text)

    def press(self, button: str, **typed: Any) -> Any:
        return send(self.client, f"/console/cases/{self.case.id}/{button}", typed)

    @property
    def way(self) -> str:
        return f"{self.letter.id}-email"


@pytest.fixture
def matter(app: Flask, client: Any) -> Matter:
    return Matter(client)


def test_everything_said_is_in_one_thread_whatever_the_channel(matter: Matter) -> None:
    matter.press("note", note="Voir avec la voirie")
    page = matter.page
    order = [page.index(said) for said in ("pas été levée.", "Très en colère", "Voir avec la voirie")]
    assert order == sorted(order)
    assert "Première réponse" in page and spoken(matter.case.reference) in page


def test_a_case_of_thousands_of_messages_is_read_a_page_at_a_time(matter: Matter) -> None:
    matter.press("note", note="Voir avec la voirie")
    said_at_length(matter.letter.id, "email")
    earlier = AT_LENGTH + 3 - MOST_SAID  # the first letter, the call and the note came before
    with read() as found:
        latest = matter.page
        split = str(matter.client.get(f"/console/cases/{matter.case.id}/split").text)
    assert found["Message"] <= 2 * MOST_SAID
    assert f"Encore {AT_LENGTH - 1}." in latest and "pas été levée." not in latest
    assert f"Lire ce qui précède ({earlier})" in latest and "Lire ce qui précède" in split
    first = str(matter.client.get(f"/console/cases/{matter.case.id}?page={AT_LENGTH // MOST_SAID + 1}").text)
    order = [first.index(said) for said in ("pas été levée.", "Très en colère", "Voir avec la voirie")]
    assert order == sorted(order) and "Revenir au plus récent" in first


def test_the_answer_says_by_what_and_to_whom_it_goes_and_the_note_that_nobody_else_reads_it(
    matter: Matter,
) -> None:
    page = matter.page
    answer, note = (page[page.index(f'<section class="{one}"') :] for one in ("to-citizen", "between-us"))
    assert f"E-mail à {ADDRESS}" in answer[: answer.index("</section>")]
    assert "Envoyer au citoyen" in answer[: answer.index("</section>")]
    assert "Le citoyen ne le lira pas." in note[: note.index("</section>")]
    assert "Envoyer" not in note[: note.index("</section>")]


def test_a_note_goes_nowhere_and_is_kept_once(matter: Matter) -> None:
    for _ in range(2):
        assert matter.press("note", note="À revoir", form_key="k" * 20).status_code == 302
    assert [one.body for one in db.session.scalars(db.select(Note))] == ["À revoir"]
    assert db.session.query(Message).filter_by(direction="out").count() == 0
    assert "À revoir" not in str([one.details for one in history.of(matter.case)])


def test_an_answer_goes_by_the_way_that_was_shown_and_meets_the_clock(matter: Matter) -> None:
    sent = matter.press("answer", way=matter.way, body="C’est fait demain.", then="wait", awaited="Une photo")
    assert sent.status_code == 302
    message = db.session.scalars(db.select(Message).filter_by(direction="out")).one()
    assert (message.channel, message.contact_id, message.body) == (
        "email",
        matter.letter.id,
        "C’est fait demain.",
    )
    case = db.session.get_one(Case, matter.case.id)
    assert (case.answered_at is not None, case.state, case.waits_for) == (True, "waiting", "Une photo")


def test_an_answer_by_no_way_of_this_case_is_refused_and_what_was_typed_stays(matter: Matter) -> None:
    other = matter.contact("email", "autre@exemple.fr")
    for way in (f"{other.id}-email", "", "x"):
        page = matter.press("answer", way=way, body="Une longue réponse")
        assert (page.status_code, "Une longue réponse" in page.text) == (422, True)
    page = matter.press("answer", way=matter.way, body="Réponse", then="wait")
    assert (page.status_code, "Dites ce que la personne doit donner." in page.text) == (422, True)
    assert db.session.query(Message).filter_by(direction="out").count() == 0


def test_a_case_is_edited_and_a_stale_save_shows_both_versions(matter: Matter) -> None:
    version = matter.case.version
    fields = {"subject": "Bac jaune", "nature": "report", "priority": "high", "topic_id": "", "team_id": ""}
    assert (
        matter.press(
            "edit", version=version, **fields, owner_id=matter.agent.id, tags="voirie, bac"
        ).status_code
        == 302
    )
    page = matter.page
    assert "Bac jaune" in page and "Priorité haute" in page and "voirie" in page
    stale = matter.press(
        "edit", version=version, subject="Bac vert", nature="report", priority="low", tags=""
    )
    assert (stale.status_code, "Bac jaune" in stale.text, "Bac vert" in stale.text) == (409, True, True)
    assert f"Enregistré par {matter.agent.name}" in stale.text


def test_the_list_is_ticked_and_the_state_moves(matter: Matter) -> None:
    matter.press("checks", check="Photo reçue")
    check = db.session.scalars(db.select(Check)).one()
    matter.press(f"checks/{check.id}", done="1")
    assert db.session.get_one(Check, check.id).done_by == matter.agent.id
    matter.press(f"checks/{check.id}", drop="1")
    assert db.session.query(Check).count() == 0
    for to, state in (("wait", "waiting"), ("resume", "open"), ("close", "closed"), ("reopen", "open")):
        matter.press("state", to=to, waits_for="Une photo")
        assert db.session.get_one(Case, matter.case.id).state == state


def test_a_merge_is_undone_from_the_page_at_once_and_later_from_its_history(matter: Matter) -> None:
    other = open_case(matter.contact("phone", "", subject="Encore la poubelle"), by=matter.agent.actor)
    matter.press("link", how="merge", other=spoken(other.reference))
    assert db.session.get_one(Case, other.id).merged_into_id == matter.case.id
    deed = db.session.scalars(db.select(Deed)).one()
    page = matter.page
    assert page.count(f"/console/cases/{matter.case.id}/deeds/{deed.id}/undo") == 2
    assert "Tout est dans l’affaire" in matter.client.get(f"/console/cases/{other.id}").text
    assert matter.press(f"deeds/{deed.id}/undo").status_code == 302
    assert db.session.get_one(Case, other.id).state == "open"
    assert "Annulé : tout est comme avant." in matter.page


def test_a_split_asks_what_leaves_and_opens_the_new_case(matter: Matter) -> None:
    page = matter.client.get(f"/console/cases/{matter.case.id}/split").text
    assert "Ma poubelle" not in page and "Appel du" in page  # one message: the whole exchange leaves or stays
    assert matter.press("split", subject="Cantine").status_code == 422
    assert matter.press("split", subject="Cantine", contacts=matter.call.id, tell="1").status_code == 422
    done = matter.press("split", contacts=matter.call.id, subject="Cantine")
    new = db.session.scalars(db.select(Case).filter_by(subject="Cantine")).one()
    assert done.location.endswith(f"/console/cases/{new.id}")
    assert db.session.get_one(Contact, matter.call.id).case_id == new.id
    assert db.session.query(Message).filter_by(direction="out").count() == 0


def test_the_receipt_of_a_split_case_bears_its_own_reference(matter: Matter) -> None:
    for _ in range(2):
        typed = {"contacts": matter.letter.id, "subject": "Cantine", "tell": "1", "form_key": "k" * 20}
        assert matter.press("split", **typed).status_code == 302
    new = db.session.scalars(db.select(Case).filter_by(subject="Cantine")).one()
    sent = db.session.scalars(db.select(Message).filter_by(direction="out")).one()
    assert sent.automatic and spoken(new.reference) in sent.body


@pytest.mark.parametrize("which", ["letter", "message"])
@pytest.mark.parametrize("left", [False, True])
def test_undoing_a_split_recalls_its_receipt_or_tells_who_has_it(
    matter: Matter, work: Callable[[], int], which: str, left: bool
) -> None:
    recording.add_message(matter.letter, "Et la cantine ?")
    second = matter.letter.messages[-1]
    chosen = {"contacts": matter.letter.id} if which == "letter" else {"messages": second.id}
    matter.press("split", **chosen, subject="Cantine", tell="1", form_key="k" * 20)
    new = db.session.scalars(db.select(Case).filter_by(subject="Cantine")).one()
    if left:
        work()
    page = matter.client.get(f"/console/cases/{new.id}").text
    assert ("la personne en sera prévenue" in page) == left
    deed = db.session.scalars(db.select(Deed).filter_by(kind="split")).one()
    answer = send(matter.client, f"/console/cases/{new.id}/deeds/{deed.id}/undo")
    assert answer.location.endswith(f"/cases/{matter.case.id}")  # where the matter is followed again
    said = matter.client.get(answer.location).text
    sent = list(db.session.scalars(db.select(Message).filter_by(direction="out").order_by(Message.id)))
    assert (new.state, new.merged_into_id, second.contact_id) == ("closed", matter.case.id, matter.letter.id)
    assert all(one.contact.case_id == matter.case.id for one in sent)
    if not left:
        assert [one.state for one in sent] == ["recalled"] and "tout est comme avant" in said
        return
    assert "la personne est prévenue" in said and len(sent) == 2
    assert all(spoken(one.reference) in sent[1].body for one in (new, matter.case))
    send(matter.client, f"/console/cases/{matter.case.id}/deeds/{deed.id}/undo")
    assert db.session.query(Message).filter_by(direction="out").count() == 2


def test_a_point_of_the_list_is_moved_by_its_buttons(matter: Matter) -> None:
    for text in ("Photo", "Passage"):
        matter.press("checks", check=text)
    last = db.session.scalars(db.select(Check).filter_by(text="Passage")).one()
    assert "Plus haut : Passage" in matter.page and "Plus bas : Passage" not in matter.page
    assert matter.press(f"checks/{last.id}", move="up").status_code == 302
    page = matter.page
    assert page.index("Retirer : Passage") < page.index("Retirer : Photo")


def test_another_organizations_case_does_not_exist_and_a_protected_persons_asks_why(
    matter: Matter, client: Any
) -> None:
    elsewhere = open_case(make.contact("phone", of=make.organization("caf")), by=matter.agent.actor)
    assert client.get(f"/console/cases/{elsewhere.id}").status_code == 404
    assert matter.press("link", how="link", other=spoken(elsewhere.reference)).status_code == 422
    matter.person.protected = True
    shut = client.get(f"/console/cases/{matter.case.id}")
    assert (shut.status_code, "Ma poubelle" in shut.text) == (403, False)
    assert matter.press("note", note="Coucou").status_code == 403


def test_a_prepared_answer_is_put_in_the_answer_in_the_language_of_the_person(matter: Matter) -> None:
    town = matter.agent.organization_id
    texts = {"fr": "Votre référence : {reference}.", "en": "Your reference: {reference}."}
    made = make._add(Template(organization_id=town, slug="ref", name="Rappel de la référence", texts=texts))
    matter.person.language = "en"
    page = matter.press("look", use_template="1", **{"template-words": "rappel"}).text
    assert (
        f"Your reference: {spoken(matter.case.reference)}." in page and "voici le texte français" not in page
    )
    matter.person.language = "ar"
    page = matter.press("look", use_template="1", template=made.id).text
    assert f"Votre référence : {spoken(matter.case.reference)}." in page and "voici le texte français" in page
    page = matter.press("look", use_template="1", body="Bonjour", **{"template-words": "piscine"}).text
    assert "Aucune réponse préparée ne répond à ces mots." in page and "Bonjour" in page
    assert [one["value"] for one in matter.client.get("/console/prepared-answers?q=refer").json] == [made.id]
