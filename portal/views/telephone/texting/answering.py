"""Texts that we answer by ourselves: the right article when the search is sure, else a reference."""

from __future__ import annotations

from flask import url_for
from flask_babel import force_locale, gettext

from knowledge_base.evaluate import ANSWERING
from knowledge_base.reading.language import language_of
from portal import history
from portal.articles import library
from portal.articles.models import Topic
from portal.cases import saying
from portal.cases.due import clocks
from portal.cases.models import Case
from portal.cases.receipts import owes_receipt
from portal.cases.references import spoken
from portal.contacts import templates
from portal.contacts.answering import reply
from portal.contacts.codes import bridge_codes
from portal.contacts.codes.bridge_codes import code_in
from portal.contacts.models import Contact
from portal.contacts.texts.keywords import Keyword
from portal.contacts.texts.texting import why_not
from portal.database import db
from portal.desk import waiting
from portal.directory.models import Organization
from portal.errors import Refused
from portal.lines.models import Line
from portal.lines.saying import relay_of, say
from portal.referrals.deciding.distress import IN_DANGER, distress
from portal.telephony.parts import with_plain_marks
from portal.views.context import searcher, settings
from portal.views.language import LANGUAGES, date_text, phone_text
from portal.views.language import said as language_said
from portal.views.telephone.texting.pointing import whose_matter


def answer_text(line: Line, contact: Contact, body: str, case: Case) -> str:
    """Writes the automatic answer and says which it was: distress, answer, reference, or none.

    Words of distress are told apart whoever has the contact and whatever was spent; only the text itself is counted.
    """
    found = library.find(searcher(), body, language=contact.language, kinds=ANSWERING, limit=2)
    wait_in_line(contact, found.topic)
    if distress(body, contact.language):
        with force_locale(contact.language):
            numbers = gettext(IN_DANGER)
        if _reply(contact, numbers, "distress"):
            clocks.registered(case)  # a cry for help is not met with deadlines: an agent gives the receipt
        return "distress"
    if contact.agent_id is not None or why_not(contact):
        return "none"
    if found.sure and found.hits:
        return "answer" if _answer(contact, case, found.hits[0]) else "none"
    if owes_receipt(case):
        _acknowledge(line, contact, case, whose_matter(contact, body, found))
        return "reference"
    return "none"


def written_in(body: str) -> str:
    """The language of a text among ours; French when it does not show."""
    found = language_of(body, "fr")
    return found if found in LANGUAGES else "fr"


def answer_picture(line: Line, contact: Contact, case: Case) -> str:
    """A picture without a word waits for a person; whoever begins with one has the receipt that is owed."""
    wait_in_line(contact)
    if contact.agent_id is not None or why_not(contact) or not owes_receipt(case):
        return "none"
    _acknowledge(line, contact, case)
    return "reference"


def wait_in_line(contact: Contact, topic: str = "") -> None:
    """Waits where its topic is answered; without one, where somebody reads it and sends it on."""
    if contact.state != "open" or contact.queue_id is not None:
        return
    contact.topic_id = db.session.scalar(db.select(Topic.id).filter_by(slug=topic)) if topic else None
    queue = waiting.queue_for_topic(contact.topic_id, organization_id=contact.organization_id)
    if queue is not None:
        waiting.enqueue(contact, queue)


def send_reference(line: Line, contact: Contact, case: Case, key: str) -> None:
    """A text that says: received, under this reference; once for what bears this key, however late it is told again.
    None to a number that is hidden or asked for no texts."""
    if why_not(contact):
        return
    if owes_receipt(case):
        _acknowledge(line, contact, case, key=key)
    else:
        own = _own_words(line, contact, saying.receipt_of(case))
        _reply(contact, own or _noted(contact, case), "receipt", key)


def answer_keyword(contact: Contact, asked: Keyword) -> None:
    """Answers STOP, REPRISE or AIDE once, unless the network has done so."""
    if asked.answered:
        return
    host = db.session.get_one(Organization, contact.organization_id)
    said = {"organization": host.name, "phone": phone_text(host.phone)}
    with force_locale(contact.language):
        ours = {
            "stop": gettext(
                "%(organization)s : plus aucun SMS ne vous sera envoyé. Pour en recevoir : REPRISE.", **said
            ),
            "start": gettext(
                "%(organization)s : vous recevrez de nouveau nos SMS. Pour les refuser : STOP.", **said
            ),
            "help": gettext(
                "%(organization)s, téléphone %(phone)s. Pour ne plus recevoir de SMS : STOP.", **said
            ),
        }
        relay = relay_of(host.id, contact.line) if asked.asks == "help" else None
        if relay is not None:
            ours["help"] += " " + gettext("Sourd ou malentendant : %(url)s", url=relay.url)
    text = templates.automatic(contact, asked.asks, said) or ours[asked.asks]
    _reply(contact, text, "consent")


def answer_code(contact: Contact, body: str) -> str:
    """A text that is a code of the site: what it brings is the contact's, and their question is asked for."""
    try:
        found = bridge_codes.bring(contact, code_in(body), secret=settings().secret_key, by=history.CITIZEN)
    except Refused:
        found = None
    contact.subject = found.asked[-1] if found and found.asked else ""  # not the digits
    with force_locale(contact.language):
        brought = gettext("Merci, l'agent verra ce que vous avez lu. Quelle est votre question ?")
        lost = gettext("Ce code n'est plus valable. Quelle est votre question ?")
    _reply(contact, brought if found else lost, "receipt")
    return "code" if found else "none"


def _acknowledge(
    line: Line, contact: Contact, case: Case, whose: str = "", *, key: str | None = None
) -> None:
    """The receipt that the law asks for (CRPA L112-11), after the organization's own words where it wrote some."""
    receipt = saying.receipt_of(case)
    own = _own_words(line, contact, receipt)
    received, *silence = _said(contact, receipt, after=own)
    if _reply(contact, " ".join(one for one in (own, received, whose, *silence) if one), "receipt", key):
        clocks.met(case, "receipt")


def _answer(contact: Contact, case: Case, hit: library.Hit) -> bool:
    """An article, and with it the receipt while that is owed: one text costs less than two."""
    sure = _sure(contact, hit)
    if not owes_receipt(case):
        return _reply(contact, sure, "answer")
    sent = _reply(contact, " ".join([sure, *_said(contact, saying.receipt_of(case), after=sure)]), "receipt")
    if sent:
        clocks.met(case, "receipt")
    return sent


def _said(contact: Contact, receipt: saying.Receipt, *, after: str) -> list[str]:
    """What was received, when and by whom; then what silence means, if anything."""
    with force_locale(contact.language):
        link = settings().public_base_url + url_for("public.follow", lang=contact.language)
        return [language_said(one) for one in saying.text(receipt, link, after=after)]


def _own_words(line: Line, contact: Contact, receipt: saying.Receipt) -> str:
    """What the organization has written to say that a text came, with the day by which it is answered; empty where it
    wrote nothing, or names a day while none is due."""
    known = {"reference": receipt.reference}
    if receipt.answer is not None:
        with force_locale(contact.language):
            known["date"] = date_text(receipt.answer[1]["date"])
    own = say(line, "text_received", contact.language, **known)
    return templates.automatic(contact, "received", known) or ("" if templates.placeholders(own) else own)


def _noted(contact: Contact, case: Case) -> str:
    with force_locale(contact.language):
        said = gettext("C'est noté, réf. {reference}. Un agent vous répond.")
    return said.replace("{reference}", spoken(case.reference))


def _reply(contact: Contact, text: str, purpose: str, key: str | None = None) -> bool:
    """Writes an automatic text where one may go; whether it will leave."""
    words, by = with_plain_marks(text), history.SYSTEM
    try:
        written = reply(contact, words, channel="text", form_key=key, by=by, automatic=True, purpose=purpose)
    except Refused:
        return False
    return written.state == "waiting"


def _sure(contact: Contact, hit: library.Hit) -> str:
    host = db.session.get_one(Organization, contact.organization_id)
    link = settings().public_base_url + url_for("public.article", lang=contact.language, slug=hit.slug)
    with force_locale(contact.language):
        more = gettext("Autre question ? Répondez à ce SMS.")
    return f"{host.name} : {hit.title}. {link} {more}"
