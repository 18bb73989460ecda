"""Changing what we answer: articles in each language, topics, and their states.

Each save starts from the version the person saw, leaves what it changed in the history, and asks for the index
to be updated in the same transaction: what is saved is what the next search shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from knowledge_base.entry import KINDS
from portal import clock, history
from portal.articles import index
from portal.articles.importing import OWN_SOURCE
from portal.articles.library import REFERENCE
from portal.articles.models import STATES, Article, ArticleText, Topic
from portal.articles.slugs import free_slug
from portal.database import db, locked
from portal.directory.names import slug_of
from portal.errors import N_, Missing, Refused, Stale
from portal.history import Actor

LONGEST_BODY = 200_000


@dataclass(frozen=True, slots=True)
class Written:
    """What is written in one language."""

    title: str
    summary: str = ""
    body: str = ""
    keywords: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as somebody would have it. `services` are the slugs of whom it sends people to."""

    texts: Mapping[str, Written]
    kind: str = "question"
    topic: str = ""
    state: str = "draft"
    services: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Field by field, the texts as `fr.title` and so on: what two versions are compared by."""
        flat = {name: getattr(self, name) for name in ("kind", "topic", "state", "services")}
        for language, written in self.texts.items():
            flat |= {f"{language}.{name}": value for name, value in asdict(written).items()}
        return flat


def draft_of(article: Article) -> Draft:
    """The article as it is now."""
    texts = {
        language: Written(text.title, text.summary, text.body, tuple(text.keywords), tuple(text.questions))
        for language, text in sorted(article.texts.items())
    }
    return Draft(
        texts=texts,
        kind=article.kind,
        topic=article.topic.slug if article.topic else "",
        state=article.state,
        services=tuple(one["service"] for one in article.contacts if "service" in one),
    )


def add_article(draft: Draft, *, by: Actor, form_key: str = "") -> Article:
    """A new article of our own; the same form sent twice is one article."""
    key = f"article {form_key}" if form_key else None
    known = index.asked(key) if key else None
    if known is not None:
        return db.session.get_one(Article, known)
    _check(draft)
    slug = _free(Article, slug_of(draft.texts[REFERENCE].title) or "article")
    article = Article(slug=slug, source=OWN_SOURCE, source_ref=slug)
    db.session.add(article)
    _write(article, draft)
    db.session.flush()
    history.record("article.added", article, by=by, details={"after": _said(draft.fields())})
    index.ask_update(articles=[article.id], dedupe_key=key)
    return article


def save_article(article_id: int, draft: Draft, *, version: int, by: Actor) -> Article:
    """Saves an article over the version that the person saw; Stale if another was saved meanwhile."""
    article = db.session.scalar(locked(db.select(Article).filter_by(id=article_id)))
    if article is None:
        raise Missing()
    then, now = draft_of(article).fields(), draft.fields()
    changed = sorted(name for name in then | now if then.get(name) != now.get(name))
    if not changed:  # saved already, perhaps by this very form
        return article
    if article.version != version:
        raise Stale(theirs=then, yours=now)
    _check(draft)
    _write(article, draft)
    history.record(
        "article.saved",
        article,
        by=by,
        details={
            "before": _said({name: then.get(name) for name in changed}),
            "after": _said({name: now.get(name) for name in changed}),
        },
    )
    index.ask_update(articles=[article.id])
    return article


def _check(draft: Draft) -> None:
    if draft.kind not in KINDS:
        raise Refused(N_("Choisissez une des réponses proposées."), field="kind")
    if draft.state not in STATES:
        raise Refused(N_("Choisissez une des réponses proposées."), field="state")
    french = draft.texts.get(REFERENCE)
    if french is None or not french.title:
        raise Refused(N_("Écrivez le titre en français : c’est la version de référence."), field="fr-title")
    for language, written in draft.texts.items():
        if not written.title:
            raise Refused(N_("Écrivez un titre dans cette langue."), field=f"{language}-title")
        if len(written.body) > LONGEST_BODY:
            raise Refused(N_("Ce texte est trop long."), field=f"{language}-body")
        if draft.state == "published" and not written.body.strip():
            raise Refused(N_("Écrivez un texte avant de publier."), field=f"{language}-body")


def _write(article: Article, draft: Draft) -> None:
    article.kind, article.state = draft.kind, draft.state
    article.topic = _topic(draft.topic)
    kept = [one for one in article.contacts or [] if "service" not in one]
    article.contacts = [{"service": slug} for slug in draft.services] + kept
    article.updated_on = clock.local_day()
    for language in set(article.texts) - set(draft.texts):
        del article.texts[language]
    for language, written in draft.texts.items():
        text = article.texts.setdefault(language, ArticleText(language=language))
        _write_text(text, written)
    flag_modified(article, "slug")  # a text is part of its article: the article's version must grow


def _write_text(text: ArticleText, written: Written) -> None:
    said = (written.title, written.summary, written.body, list(written.keywords), list(written.questions))
    if (text.title, text.summary, text.body, text.keywords, text.questions) == said:
        return
    text.title, text.summary, text.body, text.keywords, text.questions = said
    text.digest = ""  # ours from now on: an import leaves it alone


def _topic(slug: str) -> Topic | None:
    if not slug:
        return None
    topic = db.session.scalar(db.select(Topic).filter_by(slug=slug))
    if topic is None:
        raise Refused(N_("Ce thème n’existe pas ou n’existe plus."), field="topic")
    return topic


@dataclass(frozen=True, slots=True)
class TopicDraft:
    """A topic as somebody would have it, by language."""

    names: Mapping[str, str]
    descriptions: Mapping[str, str] = field(default_factory=dict)
    position: int = 0


def save_topic(topic_id: int | None, draft: TopicDraft, *, version: int = 0, by: Actor) -> Topic:
    """A new topic (without `topic_id`), or another wording of one."""
    if not draft.names.get(REFERENCE):
        raise Refused(N_("Écrivez le nom en français : c’est la version de référence."), field="names-fr")
    if topic_id is None:
        topic = Topic(slug=_free(Topic, slug_of(draft.names[REFERENCE]) or "theme"))
        db.session.add(topic)
        before: dict[str, Any] = {}
    else:
        found = db.session.scalar(locked(db.select(Topic).filter_by(id=topic_id)))
        if found is None:
            raise Missing()
        topic, before = found, _topic_fields(found)
        if topic.version != version:
            raise Stale(theirs=before, yours=asdict(draft))
    topic.names, topic.descriptions = dict(draft.names), dict(draft.descriptions)
    topic.position = draft.position
    after = _topic_fields(topic)
    if before != after:
        history.record("topic.saved", topic, by=by, details={"before": before, "after": after})
    return topic


def _topic_fields(topic: Topic) -> dict[str, Any]:
    return {
        "names": dict(topic.names),
        "descriptions": dict(topic.descriptions),
        "position": topic.position,
    }


def _free(table: type[Article] | type[Topic], slug: str) -> str:
    taken = db.session.scalars(db.select(table.slug).where(table.slug.like(f"{slug}%")))
    return free_slug(slug, set(taken))


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as the history keeps them."""
    return {name: list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
            for name, value in fields.items()}  # fmt: skip
