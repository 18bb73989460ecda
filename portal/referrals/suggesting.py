"""Whose matter it is, and why: what the rules say, and where they are silent, what the articles found say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy.orm import joinedload

from portal.articles.models import ArticleText
from portal.database import db
from portal.directory import reading
from portal.directory.models import Service
from portal.referrals import voting
from portal.referrals.areas import outside
from portal.referrals.models import RuleVersion
from portal.referrals.rules import Book, Match, in_force
from portal.referrals.situations import Situation
from portal.referrals.voting import Vote

MOST_MATCHES = 50  # rules that fit one situation; further down, their services would not be shown anyway
BY_ARTICLE = {
    "fr": "C’est à ce service que renvoie notre fiche « {title} ».",
    "en": "This is the service our page “{title}” points to.",
    "ar": "هذه هي الجهة التي تحيل إليها صفحتنا «{title}».",
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A service, and why. An article may name one that is not in the directory: `service` is None, `url` is its own.

    `origin` is rule or article; `strength` is 1 for a rule, and for an article its part of the votes.
    `passed_over` are services that a rule named before this one and that are not for this commune.
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

    @property
    def rule(self) -> str:
        """The rule's name, empty when an article speaks."""
        return self.rule_version.rule.slug if self.rule_version else ""


def suggest(
    situation: Situation, *, organization_id: int | None = None, limit: int = 3, book: Book | None = None
) -> list[Suggestion]:
    """The services to send this situation to, the first rule's first; those the articles name if no rule speaks.

    The rules are those of the organization (the host, if none is named), or of `book` when one is tried.
    """
    book = book or in_force(organization_id)
    by_rules = list(islice(_from_rules(book.fitting(situation), situation), limit))
    return by_rules or articles_say(situation, limit=limit)


def articles_say(situation: Situation, *, limit: int = 3, without: Collection[int] = ()) -> list[Suggestion]:
    """The services and kinds that the articles found vote for, as if those `without` did not exist."""
    votes = voting.count(situation, without)[: limit * 2]
    titles = _titles([vote.article.id for vote in votes], situation.language)
    said = (_by_vote(vote, situation, titles) for vote in votes)
    return list(islice((one for one in said if one.name), limit))


def _from_rules(matches: Iterable[Match], situation: Situation) -> Iterator[Suggestion]:
    """The book proposes, the database decides: a service that is gone, or not for this commune, is passed over."""
    first: dict[int | str, Match] = {}
    for match in islice(matches, MOST_MATCHES):
        if target := match.rule.target:
            first.setdefault(target, match)
    if not first:
        return
    versions = _versions([match.rule.version_id for match in first.values()])
    named = [one.service for one in versions.values() if one.service]
    elsewhere = outside(named, situation.commune)
    passed_over: list[str] = []
    for match in first.values():
        version = versions.get(match.rule.version_id)
        service = version.service if version else None
        if version is None or (service is not None and not service.active):
            continue
        if service is not None and service.id in elsewhere:
            passed_over.append(reading.text_in(service, situation.language).name)
            continue
        if suggestion := _by_rule(version, match.words, situation, tuple(passed_over)):
            yield suggestion


def _versions(ids: Collection[int]) -> dict[int, RuleVersion]:
    whole = joinedload(RuleVersion.service).options(
        joinedload(Service.organization), joinedload(Service.texts)
    )
    query = db.select(RuleVersion).where(RuleVersion.id.in_(ids)).options(whole, joinedload(RuleVersion.rule))
    return {version.id: version for version in db.session.scalars(query).unique()}


def _by_rule(
    version: RuleVersion, matched: tuple[str, ...], situation: Situation, passed_over: tuple[str, ...]
) -> Suggestion | None:
    service = version.service or _of_kind(version.kind, situation.commune)
    if service is None:
        return None
    explained = version.explanations
    return Suggestion(
        origin="rule",
        name=reading.text_in(service, situation.language).name,
        kind=service.kind,
        url=service.url,
        reason=explained.get(situation.language) or explained.get(reading.REFERENCE, ""),
        strength=1.0,
        service=service,
        rule_version=version,
        matched=matched,
        passed_over=passed_over,
    )


def _by_vote(vote: Vote, situation: Situation, titles: dict[int, str]) -> Suggestion:
    service, contact = vote.service or _of_kind(vote.kind, situation.commune), vote.contact
    title = titles.get(vote.article.id, vote.article.slug)
    return Suggestion(
        origin="article",
        name=reading.text_in(service, situation.language).name if service else contact.get("title", ""),
        kind=vote.kind,
        url=service.url if service else contact.get("url") or "",
        reason=BY_ARTICLE.get(situation.language, BY_ARTICLE["fr"]).format(title=title),
        strength=vote.weight,
        service=service,
    )


def _of_kind(kind: str, commune: str) -> Service | None:
    services = reading.services_among((), {kind}) if kind else []
    return next(iter(reading.nearest_first(services, commune)), None)


def _titles(article_ids: list[int], language: str) -> dict[int, str]:
    """What these articles are called, in `language` if they have it, else in French."""
    text = ArticleText
    query = db.select(text.article_id, text.language, text.title).where(text.article_id.in_(article_ids))
    rank = {language: 2, reading.REFERENCE: 1}
    rows = sorted(db.session.execute(query), key=lambda row: rank.get(row.language, 0))
    return {row.article_id: row.title for row in rows}
