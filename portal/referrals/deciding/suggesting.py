"""Whose matter it is, and why: what the rules say, and where they are silent, what the articles found say."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy.orm import joinedload

from portal.articles.models import ArticleText
from portal.database import db
from portal.directory import reading
from portal.directory.confirming.freshness import MONTHS
from portal.directory.finding import offices
from portal.directory.finding.offices import Resolution
from portal.directory.models import Service
from portal.referrals.deciding import voting
from portal.referrals.deciding.areas import outside
from portal.referrals.deciding.rules import Book, Match, in_force
from portal.referrals.deciding.situations import Situation
from portal.referrals.deciding.voting import Vote
from portal.referrals.models import RuleVersion

OFFICES_SHOWN = 5
MOST_MATCHES = 50  # rules that fit one situation; further down, their services would not be shown anyway
BY_ARTICLE = {
    "fr": "C’est à ce service que renvoie notre fiche « {title} ».",
    "en": "This is the service our page “{title}” points to.",
    "ar": "هذه هي الجهة التي تحيل إليها صفحتنا «{title}».",
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A service, or a kind of service, and why.

    `origin` is rule or article; `strength` is 1 for a rule, and for an article its part of the votes. Of a kind,
    `resolution` tells the offices: `service` is the one, where there is only one; with several it is None, and with
    none `url` is where to look. `passed_over` are services that a rule named before this one and that are not for
    this commune.
    """

    origin: str
    name: str
    kind: str
    url: str
    reason: str
    strength: float
    service: Service | None = None
    rule_version: RuleVersion | None = None
    matched: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    resolution: Resolution | None = None

    @property
    def asks_commune(self) -> bool:
        """Whether knowing the commune would tell more."""
        return bool(self.resolution and self.resolution.asks_commune)

    @property
    def rule(self) -> str:
        """The rule's name, empty when an article speaks."""
        return self.rule_version.rule.slug if self.rule_version else ""


def suggest(
    situation: Situation,
    *,
    organization_id: int | None = None,
    limit: int = 3,
    book: Book | None = None,
    months: int = MONTHS,
    reader: str = "",
) -> list[Suggestion]:
    """The services to send this situation to, the first rule's first; those the articles name if no rule speaks.

    The rules are those of the organization (the host, if none is named), or of `book` when one is tried. Offices that
    nobody confirmed for so many `months` come last. It is told in the language of the `reader`, else of the situation.
    """
    book = book or in_force(organization_id)
    by_rules = _from_rules(book.fitting(situation), _told(situation, reader), limit, months)
    return by_rules or articles_say(situation, limit=limit, months=months, reader=reader)


def articles_say(
    situation: Situation,
    *,
    limit: int = 3,
    without: Collection[int] = (),
    months: int = MONTHS,
    reader: str = "",
) -> list[Suggestion]:
    """The services and kinds that the articles found vote for, as if those `without` did not exist."""
    votes = voting.count(situation, without)[: limit + 1]
    places = _places([vote.kind for vote in votes if not vote.service], situation.commune, months)
    told = _told(situation, reader)
    titles = _titles([vote.article.id for vote in votes], told.language)
    named = [vote.service.id for vote in votes if vote.service]
    services = {one.id: one for one in reading.whole(Service.id.in_(named))} if named else {}
    return _each_once((_by_vote(vote, told, services, places, titles) for vote in votes), limit)


def _told(situation: Situation, reader: str) -> Situation:
    """As it is told to somebody who reads another language than who asked."""
    return replace(situation, language=reader) if reader else situation


def _from_rules(matches: Iterable[Match], situation: Situation, limit: int, months: int) -> list[Suggestion]:
    """The book proposes, the database decides: a service that is gone, or not for this commune, is passed over."""
    first: dict[int | str, Match] = {}
    for match in islice(matches, MOST_MATCHES):
        if target := match.rule.target:
            first.setdefault(target, match)
    if not first:
        return []
    versions = _versions([match.rule.version_id for match in first.values()])
    elsewhere = outside([one.service for one in versions.values() if one.service], situation.commune)
    kinds = [target for target in first if isinstance(target, str)][: limit * 2]
    places = _places(kinds, situation.commune, months)
    passed_over: list[str] = []
    found = []
    for match in first.values():
        version = versions.get(match.rule.version_id)
        if version is None or (version.service and not version.service.active):
            continue
        if version.service and version.service.id in elsewhere:
            passed_over.append(reading.text_in(version.service, situation.language).name)
        elif version.service or version.kind in places:
            found.append(_by_rule(version, match.words, situation, places, tuple(passed_over)))
    return _each_once(found, limit)


def _each_once(suggestions: Iterable[Suggestion], limit: int) -> list[Suggestion]:
    """The first suggestions that name somebody; an office named twice is shown for its first reason."""
    found: dict[object, Suggestion] = {}
    for one in suggestions:
        if one.name:
            found.setdefault(one.service.id if one.service else (one.kind, one.name), one)
    return list(islice(found.values(), limit))


def _places(kinds: Iterable[str], commune: str, months: int) -> dict[str, Resolution]:
    """What each of these kinds is in the commune."""
    wanted = list(dict.fromkeys(kind for kind in kinds if kind))
    return offices.resolve_many(wanted, commune, limit=OFFICES_SHOWN, months=months) if wanted else {}


def _versions(ids: Collection[int]) -> dict[int, RuleVersion]:
    whole = joinedload(RuleVersion.service).options(
        joinedload(Service.organization), joinedload(Service.texts)
    )
    query = db.select(RuleVersion).where(RuleVersion.id.in_(ids)).options(whole, joinedload(RuleVersion.rule))
    return {version.id: version for version in db.session.scalars(query).unique()}


def _by_rule(
    version: RuleVersion,
    matched: tuple[str, ...],
    situation: Situation,
    places: dict[str, Resolution],
    passed_over: tuple[str, ...],
) -> Suggestion:
    explained = version.explanations
    place = None if version.service else places[version.kind]
    return _suggestion(
        version.service,
        place,
        situation,
        origin="rule",
        reason=explained.get(situation.language) or explained.get(reading.REFERENCE, ""),
        strength=1.0,
        rule_version=version,
        matched=matched,
        passed_over=passed_over,
    )


def _by_vote(
    vote: Vote,
    situation: Situation,
    services: dict[int, Service],
    places: dict[str, Resolution],
    titles: dict[int, str],
) -> Suggestion:
    title = titles.get(vote.article.id, vote.article.slug)
    return _suggestion(
        services.get(vote.service.id) if vote.service else None,
        places.get(vote.kind) if not vote.service else None,
        situation,
        titled=vote.contact.get("title") or "",
        address=vote.contact.get("url") or "",
        origin="article",
        reason=BY_ARTICLE.get(situation.language, BY_ARTICLE["fr"]).format(title=title),
        strength=vote.weight,
    )


def _suggestion(
    service: Service | None,
    place: Resolution | None,
    situation: Situation,
    *,
    titled: str = "",
    address: str = "",
    **said: Any,
) -> Suggestion:
    """A service, the one office of a kind, or a kind under its own name, else as its article titles it."""
    service = service or (place.one if place else None)
    if service:
        name, url = reading.text_in(service, situation.language).name, service.url
    else:
        # a kind nobody has named is called as its article does
        named = place and (place.kind.names or not titled)
        name = place.name(situation.language) if place and named else titled
        url = address or (place.national.get("url", "") if place else "")
    kind = place.kind.code if place else (service.kind if service else "")
    return Suggestion(name=name, url=url, kind=kind, service=service, resolution=place, **said)


def _titles(article_ids: list[int], language: str) -> dict[int, str]:
    """What these articles are called, in `language` if they have it, else in French."""
    text = ArticleText
    query = db.select(text.article_id, text.language, text.title).where(text.article_id.in_(article_ids))
    rank = {language: 2, reading.REFERENCE: 1}
    rows = sorted(db.session.execute(query), key=lambda row: rank.get(row.language, 0))
    return {row.article_id: row.title for row in rows}
