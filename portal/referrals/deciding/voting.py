"""Where no rule speaks, the articles do: whom the articles found, and those they link to, send people to.

Each of the first articles that name somebody has a voice, the louder the better it was found; each of the others
it links to says the same things more softly; and what the question itself names is heard a little better. The
weights were measured on questions of which editors had said the right kind of service: bench/README.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from portal.articles.models import Article
from portal.database import db
from portal.directory.models import Service
from portal.referrals.deciding.phrases import telling
from portal.referrals.deciding.situations import Situation

MOST_ARTICLES = 10  # that name somebody, among the first found
LINKED = 0.5  # what those they link to say, against what they say themselves
NAMED = 0.3  # what it is worth to be named whole in the question, against all the voices
FURTHER = -0.5  # a voice weighs less further down, among the articles and in the list of each


class Voice(NamedTuple):
    """An article that names somebody. `origin` and `links` are what the source calls it and those it points to."""

    id: int
    slug: str
    origin: tuple[str, str, str]
    contacts: list[dict[str, Any]]
    links: list[str]


class Named(NamedTuple):
    """A service in use that an article names, as far as votes look at it."""

    id: int
    kind: str


@dataclass
class Vote:
    """What the articles give to one service or kind, as `contact` names it, and the first of them that did."""

    contact: dict[str, Any]
    article: Voice
    service: Named | None = None
    weight: float = 0.0

    @property
    def kind(self) -> str:
        return self.service.kind if self.service else self.contact.get("kind") or ""

    @property
    def known(self) -> bool:
        return bool(self.service or self.contact.get("kind"))


def count(situation: Situation, without: Collection[int] = ()) -> list[Vote]:
    """The votes, the heaviest first; what has neither a service nor a kind comes last. Together they weigh 1.

    The articles `without` are as if they did not exist.
    """
    own, linked = _Tally(), _Tally()
    found = _voices(situation, without)
    said_there = _linked([voice for voice, _ in found], without)
    for voice, loudness in found:
        own.add(voice, loudness)
        others = [said_there[other] for other in _links(voice) if other in said_there]
        for other in others:
            linked.add(other, loudness / len(others))
    votes = _together(own, linked)
    words = situation.said["fr"]
    for vote in votes:
        needed = telling(vote.contact.get("title") or "")
        vote.weight += NAMED * len(needed & words) / len(needed) if needed else 0.0
    total = sum(vote.weight for vote in votes) or 1.0
    for vote in votes:
        vote.weight /= total
    return sorted(votes, key=lambda vote: (not vote.known, -vote.weight))


class _Tally:
    """What each service or kind was given."""

    def __init__(self) -> None:
        self.given: dict[str, float] = defaultdict(float)
        self.first: dict[str, tuple[dict[str, Any], Voice]] = {}

    def add(self, voice: Voice, loudness: float) -> None:
        named: dict[str, dict[str, Any]] = {}
        for contact in sorted(voice.contacts, key=lambda contact: not _is_known(contact)):
            named.setdefault(_key(contact), contact)
        for place, (key, contact) in enumerate(named.items(), 1):
            self.given[key] += loudness * place**FURTHER
            self.first.setdefault(key, (contact, voice))

    def shares(self) -> dict[str, float]:
        known = sum(given for key, given in self.given.items() if _is_known(self.first[key][0]))
        total = known or sum(self.given.values())
        return {key: given / total for key, given in self.given.items()}


def _key(contact: dict[str, Any]) -> str:
    return next(f"{name}/{contact[name]}" for name in ("service", "kind", "title") if contact.get(name))


def _is_known(contact: dict[str, Any]) -> bool:
    """Whether it says more than a title."""
    return bool(contact.get("service") or contact.get("kind"))


def _voices(situation: Situation, without: Collection[int]) -> list[tuple[Voice, float]]:
    """The first articles found that are published and name somebody, and how loud each is."""
    ids = [one for one in situation.article_ids if one not in without]
    if not ids:
        return []
    published = {voice.id: voice for voice in _read(Article.id.in_(ids))}
    scores = dict(zip(situation.article_ids, situation.scores, strict=False))
    best = scores.get(ids[0], 1.0) or 1.0
    named = [published[one] for one in ids if one in published and published[one].contacts]
    naming = [voice for voice in named if any(map(_is_known, voice.contacts))] or named
    return [
        (voice, scores.get(voice.id, best) / best * rank**FURTHER)
        for rank, voice in enumerate(naming[:MOST_ARTICLES], 1)
    ]


def _linked(voices: Iterable[Voice], without: Collection[int]) -> dict[tuple[str, str, str], Voice]:
    """The articles that these point to and that name somebody."""
    wanted = {other for voice in voices for other in _links(voice)}
    if not wanted:
        return {}
    sources, audiences, refs = (set(names) for names in zip(*wanted, strict=True))
    inside = (Article.source.in_(sources), Article.audience.in_(audiences), Article.source_ref.in_(refs))
    return {
        voice.origin: voice
        for voice in _read(*inside)
        if any(map(_is_known, voice.contacts)) and voice.origin in wanted and voice.id not in without
    }


def _links(voice: Voice) -> list[tuple[str, str, str]]:
    source, audience, own = voice.origin
    return [(source, audience, ref) for ref in voice.links if ref != own]


def _read(*conditions: Any) -> list[Voice]:
    one = Article
    columns = (one.id, one.slug, one.source, one.audience, one.source_ref, one.contacts, one.links)
    rows = db.session.execute(db.select(*columns).where(one.state == "published", *conditions))
    return [
        Voice(row.id, row.slug, (row.source, row.audience, row.source_ref), _named(row.contacts), row.links)
        for row in rows
    ]


def _named(contacts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in contacts if one.get("service") or one.get("kind") or one.get("title")]


def _services(slugs: Collection[str]) -> dict[str, Named]:
    query = db.select(Service.slug, Service.id, Service.kind).where(Service.slug.in_(slugs), Service.active)
    return {row.slug: Named(row.id, row.kind) for row in db.session.execute(query)}


def _together(own: _Tally, linked: _Tally) -> list[Vote]:
    """Both tallies as votes. A kind of which a service is named too is that service; a lost service has no vote."""
    first = {**linked.first, **own.first}
    slugs = {contact["service"] for contact, _ in first.values() if contact.get("service")}
    services = _services(slugs) if slugs else {}
    ours, theirs = own.shares(), linked.shares()
    votes = {}
    for key, (contact, voice) in first.items():
        service = services.get(contact.get("service") or "")
        if service or contact.get("kind") or contact.get("title"):
            weight = ours.get(key, 0.0) + LINKED * theirs.get(key, 0.0)
            votes[key] = Vote(contact, voice, service, weight)
    for key, vote in list(votes.items()):
        named = [other for other in votes.values() if other.service and other.service.kind == vote.kind]
        if vote.service is None and vote.kind and named:
            max(named, key=lambda other: other.weight).weight += votes.pop(key).weight
    return list(votes.values())
