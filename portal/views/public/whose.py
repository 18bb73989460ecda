"""Whose matter a request probably is, told at once to whoever wrote it: only what a rule says, and of one service."""

from __future__ import annotations

from portal import clock
from portal.articles.models import Topic
from portal.contacts import rereading
from portal.contacts.models import Contact
from portal.database import db
from portal.directory.models import Service
from portal.referrals.deciding.distress import distress
from portal.referrals.deciding.situations import Situation, answers_at, today
from portal.referrals.deciding.suggesting import suggest
from portal.referrals.deciding.urgency import urgency
from portal.referrals.following import receivers
from portal.referrals.models import PASSED_ON
from portal.views import here
from portal.views.public import placing

LONGEST = 2000


def probably(contact: Contact) -> Service | None:
    """The service that the rules name first, if the request can be passed on to it.

    Nothing where the words are of distress: the emergency numbers are told on the page, and no letter names a service
    to whoever reads the same mailbox.
    """
    words = " ".join([contact.subject, *rereading.latest_words(contact)])
    if distress(words, contact.language):
        return None
    for one in suggest(_situation(contact, words[:LONGEST]), organization_id=contact.organization_id):
        if one.origin == "rule" and one.service is not None:
            return one.service if set(PASSED_ON) & set(receivers.ways(one.service)) else None
    return None


def _situation(contact: Contact, words: str) -> Situation:
    """What the person wrote, and the commune of their visit."""
    topic = db.session.get(Topic, contact.topic_id) if contact.topic_id else None
    town, zone = placing.commune_here(), here.zone()
    return Situation(
        words=words,
        language=contact.language,
        topics=(topic.slug,) if topic else (),
        commune=town.code if town else "",
        channel=contact.channel,
        open=answers_at(clock.now(), zone, contact.organization_id),
        urgency=urgency(words, contact.language),
        at=today(zone),
    )
