"""The composer of texts: who it leaves from, when, in how many parts, and what cannot be answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext

from portal.cases.models import Case
from portal.cases.references import spoken
from portal.contacts import templates, texting
from portal.contacts.models import Contact
from portal.database import db
from portal.directory.models import Organization
from portal.errors import N_, Refused
from portal.telephony import outcomes
from portal.telephony.parts import Proposal, asks_for_reply, propose
from portal.views.console.door import me
from portal.views.context import settings
from portal.views.forms import Form
from portal.views.language import phone_text

ONE_WAY = N_("Cet expéditeur ne reçoit pas de réponse : ne demandez pas de répondre, ou cochez la case.")


@dataclass(frozen=True, slots=True)
class Composer:
    """What the page says around the field. `warns`: what is written asks for a reply that nobody can send."""

    why_not: str
    one_way: str
    held_until: datetime | None
    warns: bool
    proposal: Proposal | None
    templates: list[tuple[int, str]]


def composer(contact: Contact, written: str = "") -> Composer:
    """The composer of this contact, with what is written so far."""
    seen = texting.outlook(contact)
    one_way = (seen.sender.name or seen.sender.number) if seen.sender.kind == "one_way" else ""
    return Composer(
        why_not=gettext(seen.why_not) if seen.why_not else "",
        one_way=one_way,
        held_until=seen.held_until,
        warns=bool(one_way and written and asks_for_reply(written)),
        proposal=propose(written),
        templates=[(one.id, one.name) for one in templates.offered(me().organization_id)],
    )


def check(contact: Contact, form: Form, body: str, field: str = "body") -> None:
    """Refuses what is longer than the network takes, a placeholder that is still there, and, once, what asks for a
    reply that nobody can send."""
    templates.check_filled(body, field=field)
    if len(body) > templates.LONGEST:
        raise Refused(
            N_("Ce texte est trop long : %(most)s caractères au plus."), field=field, most=templates.LONGEST
        )
    if form.text("as_is") or not composer(contact, body).warns:
        return
    raise Refused(ONE_WAY, field=field)


def rewrite(contact: Contact, form: Form) -> None:
    """Puts the shorter wording in place of what is written, where it is asked for; or a template beside it."""
    shorter = propose(form.text("body")) if "shorter" in form.data else None
    if shorter is not None:
        form.values["body"] = shorter.text
    _insert_template(contact, form)


def _insert_template(contact: Contact, form: Form) -> None:
    """Filled with what is known of this exchange."""
    template_id = form.number("template")
    if template_id is None or "use_template" not in form.data:
        return
    chosen = templates.template(template_id, organization_id=me().organization_id)
    text = templates.fill(templates.in_language(chosen, contact.language), known_of(contact))
    form.values["body"] = f"{form.text('body')}\n{text}".strip()


def known_of(contact: Contact) -> dict[str, str]:
    """What a placeholder is replaced by, where this exchange says it."""
    host = db.session.get_one(Organization, contact.organization_id)
    case = db.session.get(Case, contact.case_id) if contact.case_id else None
    return {
        "organization": host.name,
        "phone": phone_text(host.phone) if host.phone else "",
        "reference": spoken(case.reference) if case else "",
        "link": settings().public_base_url + url_for("public.follow", lang=contact.language),
    }


def explained(error: str) -> str:
    """What an error of the network means for whoever wrote the text."""
    return outcomes.outcome(error).sentence
