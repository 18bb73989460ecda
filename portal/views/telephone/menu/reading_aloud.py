"""The steps that answer by themselves: an article read aloud, and texts with a link."""

from __future__ import annotations

from flask import request, url_for
from twilio.twiml.voice_response import VoiceResponse

from portal import history
from portal.articles.aloud import Aloud, read_aloud
from portal.contacts.answering import consult, reply
from portal.contacts.texts.texting import why_not
from portal.database import db
from portal.directory.models import Organization
from portal.errors import N_, Refused
from portal.lines import tree as steps
from portal.lines.tree import Step
from portal.views.context import settings
from portal.views.telephone import speech
from portal.views.telephone.menu.walking import Walk, does, person_near, take_next, to_a_person

SENT = N_("Le SMS est parti.")
NOT_SENT = N_("Nous ne pouvons pas envoyer de SMS à ce numéro.")


@does("article")
def answer(walk: Walk, step: Step) -> VoiceResponse:
    """The article, then what may be done with it. One that was withdrawn meanwhile leads to somebody."""
    found = read_aloud(str(step.get("article", "")), walk.language)
    if found is None:
        walk.tell(N_("Cette réponse n’est plus disponible."))
        return to_a_person(walk)
    if not walk.trial:
        consult(walk.keep(f"Écoute la réponse : {found.title}"), [found.id], by=history.CITIZEN)
    return read(walk, found)


def read(walk: Walk, found: Aloud, *, again: bool = True, by_text: bool = True) -> VoiceResponse:
    """Says the answer, unless it was just heard; then waits for what the citizen does with it. A text is proposed
    only to a number that takes them, and not right after one was asked for."""
    twiml = VoiceResponse()
    inside = speech.gather(twiml, walk.language, walk.at("answered", tries=walk.tries))
    if again:
        walk.said.append((f"{found.title}. {found.text}", found.language))
    walk.tell(N_("Pour réentendre, tapez 1."))
    if by_text and (walk.trial or not why_not(walk.contact())):
        walk.tell(N_("Pour le recevoir par SMS, tapez 2."))
    somebody, message = N_("Pour parler à quelqu’un, tapez 0."), N_("Pour laisser un message, tapez 0.")
    walk.tell(message if person_near(walk) is None else somebody)
    walk.speak(inside)
    return twiml


def send_answer(walk: Walk, found: Aloud) -> None:
    """The answer's address, by text. What the caller hears says whether it left."""
    _send(walk, f"{found.title}. {_address(walk, found.slug)}", f"Réponse reçue par SMS : {found.title}")


@does("text")
def text(walk: Walk, step: Step) -> VoiceResponse:
    """A text written in the menu, with the address of an article; then what comes after, or the call ends. Where
    no text may go and nothing comes after, the article is said instead, or somebody answers."""
    body, _language = steps.in_language(step.get("text"), walk.language)
    slug = str(step.get("article") or "")
    link = _address(walk, slug) if slug else ""
    body = body.replace("{link}", link) if "{link}" in body else f"{body} {link}".strip()
    walk.say(step.get("says"))
    sent = _send(walk, body, "Informations envoyées par SMS")
    if sent or steps.step_at(walk.tree, walk.path + steps.NEXT) is not None:
        return take_next(walk)
    if not slug:
        return to_a_person(walk)
    walk.tell(N_("Voici l’information."))
    return answer(walk, step)


def _send(walk: Walk, body: str, kept: str) -> bool:
    """One text for a key pressed, however often we are told; what the caller hears says whether it leaves."""
    if walk.trial:
        walk.would(f"ce SMS partirait : {body}")
        return True
    key = f"menu:{request.form.get('CallSid', '')}:{walk.menu and walk.menu.id}:{walk.path}"
    to = {"channel": "text", "purpose": "answer", "form_key": key}
    try:
        written = reply(walk.contact(), _signed(walk, body), by=history.SYSTEM, automatic=True, **to)
    except Refused:  # a number that takes no texts, or whose owner wants none
        walk.tell(NOT_SENT)
        return False
    sent = written.state != "failed"
    walk.tell(SENT if sent else NOT_SENT)
    walk.keep(kept)
    return sent


def _signed(walk: Walk, body: str) -> str:
    host = db.session.get_one(Organization, walk.line.organization_id).name
    return body if host in body else f"{host} : {body}"


def _address(walk: Walk, slug: str) -> str:
    return settings().public_base_url + url_for("public.article", lang=walk.language, slug=slug)
