"""What the steps of scripts and menus may point at: articles and services, as forms offer them."""

from __future__ import annotations

from collections.abc import Iterable

from knowledge_base.analysis import fold
from portal.articles.models import Article, ArticleText
from portal.database import db
from portal.directory import reading
from portal.directory.finding.choosing import label_of
from portal.views.choosing import read_service
from portal.views.forms import Form

MOST = 300  # articles offered in a list: beyond, it is no longer read


def articles(chosen: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Published articles by their title in French: all of them in a small portal, the most useful in a large one,
    and always those chosen already."""
    query = db.select(Article.slug, ArticleText.title).join(ArticleText, ArticleText.article_id == Article.id)
    query = query.where(Article.state == "published", ArticleText.language == reading.REFERENCE)
    most_useful = query.order_by(Article.helped.desc(), Article.id).limit(MOST)
    rows = {row.slug: row.title for row in db.session.execute(most_useful)}
    missing = set(chosen) - rows.keys() - {""}
    if missing:
        others = query.where(Article.slug.in_(missing))
        rows |= {row.slug: row.title for row in db.session.execute(others)}
    return sorted(rows.items(), key=lambda row: fold(row[1]))


def read_article(form: Form) -> str:
    """The article chosen in the list, or the one whose address was given instead."""
    address = form.text("article_address", longest=300).rstrip("/")
    return address.rpartition("/")[2] or form.text("article")


def services(slugs: Iterable[str]) -> list[tuple[str, str]]:
    """These services that people may still be sent to, by their name in French."""
    return [(one.slug, label_of(one)) for one in reading.services_among(set(slugs) - {""})]


def read_service_slug(form: Form) -> str:
    """The service chosen, by its address; a tree keeps that."""
    found = read_service(form)
    return found.slug if found else ""
