"""Whose matter it is, and why: what the rules say, and where they are silent, what the articles found say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy.orm import joinedload

from portal.articles.models import Article, ArticleText
from portal.database import db
from portal.directory import reading
from portal.directory.models import Service
from portal.referrals.models import RuleVersion
from portal.referrals.rules import Book, Match, in_force
from portal.referrals.situations import Situation

MOST_MATCHES = 50  # rules that fit one situation; further down, their services would not be shown anyway
MOST_ARTICLES = 10  # that name a service, among the first found
BY_ARTICLE = {
    "fr": "C’est à ce service que renvoie notre fiche « {title} ».",
    "en": "This is the service our page “{title}” points to.",
    "ar": "هذه هي الجهة التي تحيل إليها صفحتنا «{title}».",
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A service, and why. An article may name one that is not in the directory: `service` is None, `url` is its own.

    `origin` is rule or article; `strength` is 1 for a rule, and for an article its part of the votes.
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
    by_rules = _from_rules(book.fitting(situation), situation.language, limit)
    return by_rules or _from_articles(situation, limit)


def _from_rules(matches: Iterable[Match], language: str, limit: int) -> list[Suggestion]:
    """The index proposes, the database decides: a service that no longer is active is passed over."""
    by_service: dict[int, Match] = {}
    for match in islice(matches, MOST_MATCHES):
        by_service.setdefault(match.rule.service_id or 0, match)
    first = {match.rule.version_id: match for match in islice(by_service.values(), limit * 2)}
    if not first:
        return []
    whole = joinedload(RuleVersion.service).options(
        joinedload(Service.organization), joinedload(Service.texts)
    )
    query = (
        db.select(RuleVersion).where(RuleVersion.id.in_(first)).options(whole, joinedload(RuleVersion.rule))
    )
    versions = {version.id: version for version in db.session.scalars(query).unique()}
    said = [
        _by_rule(versions[n], service, match.words, language)
        for n, match in first.items()
        if n in versions and (service := versions[n].service) and service.active
    ]
    return said[:limit]


def _by_rule(version: RuleVersion, service: Service, matched: tuple[str, ...], language: str) -> Suggestion:
    return Suggestion(
        origin="rule",
        name=reading.text_in(service, language).name,
        kind=service.kind,
        url=service.url,
        reason=version.explanations.get(language) or version.explanations.get(reading.REFERENCE, ""),
        strength=1.0,
        service=service,
        rule_version=version,
        matched=matched,
    )


@dataclass
class _Vote:
    """What the articles give to one service, and the first of them that did."""

    contact: dict[str, Any]
    article: Article
    service: Service | None
    weight: float = 0.0

    @property
    def known(self) -> bool:
        return bool(self.service or self.contact.get("kind"))


def _from_articles(situation: Situation, limit: int) -> list[Suggestion]:
    """Each article found votes for the services it names; what has neither a service nor a kind comes last."""
    votes = _count(_articles(situation.article_ids), situation.commune)
    total = sum(vote.weight for vote in votes)
    best = sorted(votes, key=lambda vote: (not vote.known, -vote.weight))
    titles = _titles([vote.article.id for vote in best[:limit]], situation.language)
    return [_by_article(vote, vote.weight / total, situation.language, titles) for vote in best[:limit]]


def _titles(article_ids: list[int], language: str) -> dict[int, str]:
    """What these articles are called, in `language` if they have it, else in French."""
    text = ArticleText
    query = db.select(text.article_id, text.language, text.title).where(text.article_id.in_(article_ids))
    rank = {language: 2, reading.REFERENCE: 1}
    rows = sorted(db.session.execute(query), key=lambda row: rank.get(row.language, 0))
    return {row.article_id: row.title for row in rows}


def _articles(ids: tuple[int, ...]) -> list[Article]:
    """The first articles found that are published and name somebody."""
    if not ids:
        return []
    query = db.select(Article).where(Article.id.in_(ids), Article.state == "published")
    found = {article.id: article for article in db.session.scalars(query) if article.contacts}
    return [found[n] for n in ids if n in found][:MOST_ARTICLES]


def _count(articles: list[Article], commune: str) -> list[_Vote]:
    """The votes, by service. A voice weighs less further down, among the articles and in the list of each.

    Roots of the ranks put the right kind of service first for 70 % of the questions of service-public.fr and in
    the first three for 85 %; the ranks themselves, over five articles, 67 and 83 %.
    """
    find = _finder([contact for article in articles for contact in article.contacts], commune)
    votes: dict[Any, _Vote] = {}
    for rank, article in enumerate(articles, 1):
        named: dict[Any, _Vote] = {}
        for contact in article.contacts:
            service, kind, title = find(contact), contact.get("kind") or "", contact.get("title") or ""
            if service or title:
                key = service.id if service else (kind or title)
                named.setdefault(key, votes.setdefault(key, _Vote(contact, article, service)))
        for place, vote in enumerate(named.values(), 1):
            vote.weight += (rank * place) ** -0.5
    return list(votes.values())


def _finder(contacts: list[dict[str, Any]], commune: str) -> Callable[[dict[str, Any]], Service | None]:
    """Finds the service that a contact names: itself, or the nearest of its kind. One reading for all."""
    slugs = {contact["service"] for contact in contacts if contact.get("service")}
    kinds = {contact["kind"] for contact in contacts if contact.get("kind")}
    services = reading.nearest_first(reading.services_among(slugs, kinds), commune) if contacts else []
    by_slug = {service.slug: service for service in services}
    by_kind = {service.kind: service for service in reversed(services)}

    def find(contact: dict[str, Any]) -> Service | None:
        return by_slug.get(contact.get("service") or "") or by_kind.get(contact.get("kind") or "-")

    return find


def _by_article(vote: _Vote, strength: float, language: str, titles: dict[int, str]) -> Suggestion:
    title = titles.get(vote.article.id, vote.article.slug)
    service, contact = vote.service, vote.contact
    return Suggestion(
        origin="article",
        name=reading.text_in(service, language).name if service else contact["title"],
        kind=service.kind if service else contact.get("kind") or "",
        url=service.url if service else contact.get("url") or "",
        reason=BY_ARTICLE.get(language, BY_ARTICLE["fr"]).format(title=title),
        strength=strength,
        service=service,
    )
