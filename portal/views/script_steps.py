"""A step of a script as agents see it, on the console and when it is tried in the administration."""

from __future__ import annotations

from dataclasses import dataclass

from portal.articles.models import Article, ArticleText
from portal.database import db
from portal.directory import reading
from portal.directory.models import Service
from portal.scripts import trees
from portal.scripts.trees import Step

SHORTEST = 60


@dataclass(frozen=True, slots=True)
class Shown:
    """A step with what it points at, where that may still be read and reached."""

    step: Step
    article: ArticleText | None = None
    service: Service | None = None

    @property
    def answers(self) -> list[dict[str, str]]:
        return trees.answers(self.step)


def show(step: Step) -> Shown:
    """The step, its article in French and its service."""
    article, service = step.get("article", ""), step.get("service", "")
    return Shown(step, _article(article) if article else None, _service(service) if service else None)


def short(words: str) -> str:
    """The first words of a text, for a list."""
    words = " ".join(words.split())
    return words if len(words) <= SHORTEST else words[: SHORTEST - 1].rstrip() + "…"


def _article(slug: str) -> ArticleText | None:
    query = db.select(ArticleText).join(Article).where(Article.slug == slug, Article.state == "published")
    return db.session.scalar(query.where(ArticleText.language == reading.REFERENCE))


def _service(slug: str) -> Service | None:
    found = reading.services_among([slug])
    return found[0] if found else None
