"""Letters of programs and lists open no matter by themselves; what a person may have written always does."""

from __future__ import annotations

import pytest

from portal.cases.models import Case
from portal.contacts.letters import apart
from portal.database import db
from tests import make
from tests.portal.test_letters_received import WHO, Write, sent, write  # noqa: F401  (a fixture)

FORM = {"sender": "noreply@www.ville.example", "Reply_To": WHO}
PROGRAMS: list[dict[str, str]] = [
    {"Auto_Submitted": "auto-replied"},
    {"Auto_Submitted": "auto-generated; owner-email=x"},
    {"X_Autoreply": "yes"},
    {"X_Auto_Response_Suppress": "All"},
    {"Precedence": "bulk"},
    {"List_Id": "Annonces <annonces.example>"},
    {"List_Unsubscribe": "<https://annonces.example/non>"},
    {"Return_Path": "<>"},
    {"Feedback_ID": "campagne:42", "sender": "newsletter@annonces.example"},
    {**FORM, "Auto_Submitted": "auto-replied"},
    {**FORM, "Return_Path": "<>"},
    {**FORM, "Precedence": "bulk", "List_Id": "Annonces <annonces.example>"},
    {**FORM, "Precedence": "bulk", "Reply_To": "communication@ville.example"},
    {**FORM, "Precedence": "bulk", "Reply_To": "no-reply@annonces.example"},
    {"Precedence": "bulk", "sender": "noreply@annonces.example", "Reply_To": WHO},
    {"subject": "Absence du bureau"},
    {"subject": "Absent du bureau jusqu’au 3 mars"},
    {"subject": "Je suis absent du 3 au 17 août", "Auto_Submitted": "auto-replied"},
    {"subject": "Out of office until Monday"},
    {"subject": "Automatic reply: Carte"},
    {"subject": "رد تلقائي: خارج المكتب"},
]
PEOPLE: list[dict[str, str]] = [
    {"subject": "Absence du bureau de poste"},
    {"subject": "Absence du bureau : quand rouvre-t-il ?", "words": "Quand rouvrez-vous ?"},
    {"subject": "Absence du bureau : quand rouvre-t-il ?", "words": "Merci."},
    {"subject": "Je suis absent du 3 au 17 août", "words": "Merci de surveiller ma maison."},
    {"subject": "Je suis absente : puis-je voter par procuration ?", "words": "Merci."},
    {"subject": "Je suis absente le 12 juin"},
    {"subject": "Actuellement absent : où faire suivre mon courrier"},
    {"subject": "Re: Absence du bureau"},
    {"subject": "Réponse automatique incompréhensible"},
    {"Feedback_ID": "1.eu-west-3.x:AmazonSES"},
    {"Feedback_ID": "form:1", "sender": "noreply@formulaires.example", "Reply_To": WHO},
    {"Auto_Submitted": "no"},
    {"X_Auto_Response_Suppress": "None"},
    {"List_Id": "Accueil <mairie.ville.example>", "Precedence": "list"},
    {"List_Post": "<https://groupes.example/x>, <mailto:Contact@listes.ville.example>", "Precedence": "list"},
    {**FORM, "X_Auto_Response_Suppress": "All"},
    {**FORM, "Auto_Submitted": "auto-generated"},
    {**FORM, "Precedence": "bulk"},
    {**FORM, "List_Unsubscribe": "<https://ville.example/non>"},
    {"Precedence": "bulk", "words": "J’ai envie de mourir, aidez-moi"},
]


@pytest.mark.parametrize("headers", PROGRAMS, ids=str)
def test_what_no_person_wrote_opens_nothing_and_waits_to_be_looked_at(
    write: Write,  # noqa: F811  (a fixture)
    headers: dict[str, str],
) -> None:
    make.queue()
    contact = write(**{"words": "Bonjour, je suis absent.", **headers})
    assert contact is not None and len(contact.messages) == 1
    assert (contact.state, contact.case_id, contact.queue_id) == ("wrapped_up", None, None)
    assert sent() == [] and db.session.scalars(db.select(Case)).all() == []
    [(_, message)] = apart.to_see(make.staff(), limit=9)
    assert message.contact_id == contact.id and apart.count_to_see(contact.organization_id) == 1


@pytest.mark.parametrize("headers", PEOPLE, ids=str)
def test_what_a_person_may_have_written_opens_a_matter(
    write: Write,  # noqa: F811  (a fixture)
    headers: dict[str, str],
) -> None:
    make.queue()
    contact = write(**headers)
    assert contact is not None and contact.case_id and contact.state == "waiting"
    assert apart.to_see(make.staff(), limit=9) == []


def test_what_two_people_write_in_a_form_makes_two_exchanges(write: Write) -> None:  # noqa: F811  (a fixture)
    one = write(**FORM, Precedence="bulk")
    other = write(**{**FORM, "Reply_To": "omar@courriel.example"}, Precedence="bulk", words="Et mon acte ?")
    assert one is not None and other is not None and one.id != other.id
    assert one.case_id and other.case_id and one.case_id != other.case_id


def test_a_person_who_answers_a_letter_set_apart_is_answered(write: Write) -> None:  # noqa: F811  (a fixture)
    first = write(Precedence="bulk", Message_ID="<lettre@annonces.example>")
    again = write(words="J’ai une question sur cette lettre", In_Reply_To="<lettre@annonces.example>")
    assert first is not None and again is not None and again.id == first.id
    assert again.case_id and again.state == "open" and len(sent()) == 1
    assert again.step == "" and apart.count_to_see(again.organization_id) == 0


def test_a_person_who_answers_anothers_newsletter_has_an_exchange_of_their_own(write: Write) -> None:  # noqa: F811  (a fixture)
    sent_out = "<lettre@annonces.example>"
    first = write(Precedence="bulk", sender="info@annonces.example", Message_ID=sent_out)
    theirs = write(words="Où m’inscrire ?", subject="Re: Carte", In_Reply_To=sent_out)
    assert first is not None and theirs is not None and theirs.id != first.id
    assert theirs.case_id and theirs.identifier is not None and theirs.identifier.value == WHO
    assert [one.to for one in sent()] == [WHO]
    assert (first.state, first.case_id) == ("wrapped_up", None)
    assert apart.count_to_see(first.organization_id) == 1


def test_what_an_agent_ended_is_no_letter_set_apart(write: Write) -> None:  # noqa: F811  (a fixture)
    first = write()
    assert first is not None
    first.state, first.case_id, first.agent_id = "wrapped_up", None, make.staff().id
    ours = f"<{sent()[0].message_id}>"
    db.session.commit()
    again = write(words="Merci beaucoup !", In_Reply_To=ours)
    assert again is not None and (again.id, again.state, again.case_id) == (first.id, "wrapped_up", None)
    assert apart.count_to_see(first.organization_id) == 0 and len(sent()) == 1


def test_letters_of_one_thread_of_a_list_stay_apart_together(write: Write) -> None:  # noqa: F811  (a fixture)
    first = write(Precedence="bulk", Message_ID="<1@annonces.example>")
    again = write(Precedence="bulk", subject="La suite", In_Reply_To="<1@annonces.example>")
    assert first is not None and again is not None and again.id == first.id
    assert (again.state, again.case_id, len(again.messages)) == ("wrapped_up", None, 2)
    assert len(apart.to_see(make.staff(), limit=9)) == 2


def test_whoever_writes_of_an_absent_office_in_their_exchange_opens_it_again(write: Write) -> None:  # noqa: F811  (a fixture)
    first = write()
    assert first is not None
    first.state = "wrapped_up"
    ours = f"<{sent()[0].message_id}>"
    again = write(subject="Absence du bureau de poste", words="Toujours fermé.", In_Reply_To=ours)
    assert again is not None and (again.id, again.state) == (first.id, "open")
