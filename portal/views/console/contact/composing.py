"""The composer of texts: who it leaves from, when, in how many parts, and what cannot be answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext

from portal.articles.models import Topic
from portal.cases.models import Case
from portal.cases.references import spoken
from portal.contacts import templates
from portal.contacts.models import Contact, Template
from portal.contacts.texts import texting
from portal.database import db
from portal.directory.models import Organization
from portal.errors import N_, Refused
from portal.telephony import outcomes
from portal.telephony.parts import Proposal, asks_for_reply, propose
from portal.views.console.door import me
from portal.views.context import settings
from portal.views.forms import Form
from portal.views.language import phone_text

GENERAL = "Sans thème"
ONE_WAY = N_("Cet expéditeur ne reçoit pas de réponse : ne demandez pas de répondre, ou cochez la case.")


@dataclass(frozen=True, slots=True)
class Composer:
    """What the page says around the field. `warns`: what is written asks for a reply that nobody can send."""

    why_not: str
    one_way: str
    held_until: datetime | None
    warns: bool
    proposal: Proposal | None
    templates: list[tuple[str, list[tuple[int, str]]]]  # by topic
    in_french: str  # the language that the inserted template is not written in


def composer(contact: Contact, written: str = "", in_french: str = "") -> Composer:
    """The composer of this contact, with what is written so far."""
    seen = texting.outlook(contact)
    one_way = (seen.sender.name or seen.sender.number) if seen.sender.kind == "one_way" else ""
    return Composer(
        why_not=gettext(seen.why_not) if seen.why_not else "",
        one_way=one_way,
        held_until=seen.held_until,
        warns=bool(one_way and written and asks_for_reply(written)),
        proposal=propose(written),
        templates=_by_topic(templates.offered(me().organization_id)),
        in_french=in_french,
    )


def as_typed(contact: Contact, form: Form | None) -> Composer:
    """The composer with what stands in the form that comes back."""
    return composer(contact, form.text("body"), form.text("in_french")) if form else composer(contact)


def check(contact: Contact, form: Form, body: str, field: str = "body") -> None:
    """Refuses what is longer than the network takes, a placeholder that is still there, and, once, what asks for a
    reply that nobody can send."""
    templates.check_filled(body, field=field)
    if len(body) > templates.LONGEST:
        raise Refused(
            N_("Ce texte est trop long : %(most)s caractères au plus."), field=field, most=templates.LONGEST
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


def _by_topic(found: list[Template]) -> list[tuple[str, list[tuple[int, str]]]]:
    """The answers prepared, by what they are about; those about nothing in particular come last."""
    groups: dict[str, list[tuple[int, str]]] = {name: [] for name in topic_names().values()}
    for one in found:
        groups.setdefault(topic_names().get(one.topic_id or 0, GENERAL), []).append((one.id, one.name))
    return [(name, rows) for name, rows in groups.items() if rows]


def topic_names() -> dict[int, str]:
    """The topics, in their order, in French."""
    topics = db.session.scalars(db.select(Topic).order_by(Topic.position, Topic.id))
    return {one.id: one.names.get("fr", one.slug) for one in topics}


def _insert_template(contact: Contact, form: Form) -> None:
    """In the citizen's language, else in French and said so; filled with what is known of this exchange."""
    if "use_template" not in form.data:
        return
    try:
        chosen = _chosen(form)
    except Refused as refusal:
        form.take(refusal)
        return
    if chosen is None:
        return
    language = templates.language_for(contact)
    text = templates.fill(templates.in_language(chosen, language), known_of(contact))
    form.values["body"] = f"{form.text('body')}\n{text}".strip()
    form.values["in_french"] = "" if language in chosen.texts else language
    form.values |= {"template": "", "template-words": ""}


def _chosen(form: Form) -> Template | None:
    """The one chosen in the list, unless other words were typed since."""
    template_id, typed = form.number("template"), form.text("template-words", longest=100)
    organization_id = me().organization_id
    chosen = templates.template(template_id, organization_id=organization_id) if template_id else None
    if typed and (chosen is None or chosen.name != typed):
        return templates.meant(organization_id, typed, topic_names())
    return chosen


def known_of(contact: Contact) -> dict[str, str]:
    """What a placeholder is replaced by, where this exchange says it."""
    host = db.session.get_one(Organization, contact.organization_id)
    case = db.session.get(Case, contact.case_id) if contact.case_id else None
    known = contact.person
    return {
        "organization": host.name,
        "phone": phone_text(host.phone) if host.phone else "",
        "reference": spoken(case.reference) if case else "",
        "name": (known.called or known.name) if known and contact.certainty == "confirmed" else "",
        "link": settings().public_base_url + url_for("public.follow", lang=contact.language),
    }


def explained(error: str) -> str:
    """What an error of the network means for whoever wrote the text."""
    return outcomes.outcome(error).sentence
