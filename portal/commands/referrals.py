"""Measuring referrals: how often a right kind of service is proposed where no rule speaks."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import click
from flask import current_app

from knowledge_base.analysis import fold
from portal.articles import library
from portal.articles.index import LANGUAGES, article_entry_id
from portal.articles.models import Article, ArticleText
from portal.database import db
from portal.referrals.deciding.situations import Situation
from portal.referrals.deciding.suggesting import articles_say

LANGUAGE = "fr"
SHOWN = 3


@click.command("evaluate-referrals")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
def evaluate_referrals(file: Path) -> None:
    """Ask the questions of FILE as if the sheet that each names, and its copies, did not exist.

    One case a line: `question`, `services_pivots` (the right kinds), `fiche_a_exclure_de_l_index`. No rule is asked.
    """
    cases = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    copies = _Copies()
    first = three = 0
    for case in cases:
        right = set(case["services_pivots"])
        named = _kinds(
            case["question"], copies.of(case.get("fiche_a_exclure_de_l_index") or "", case["question"])
        )
        first += named[:1] != [] and named[0] in right
        three += not right.isdisjoint(named)
    count = max(len(cases), 1)
    click.echo(f"first {first / count:.2f}, three {three / count:.2f}, of {len(cases)}")


def _kinds(question: str, without: set[int]) -> list[str]:
    """The kinds of service proposed, the first first."""
    entries = [article_entry_id(one, language) for one in without for language in LANGUAGES]
    searcher = current_app.extensions["searcher"]
    found = searcher.find(
        question, language=LANGUAGE, languages=(LANGUAGE,), exclude=entries, limit=library.CANDIDATES
    )
    proposed = library.candidates(found.hits)
    situation = Situation(
        words=question,
        language=LANGUAGE,
        article_ids=tuple(one.article_id for one in proposed),
        scores=tuple(one.score for one in proposed),
    )
    return [one.kind for one in articles_say(situation, limit=SHOWN, without=without)]


class _Copies:
    """Which articles a sheet is: those of its reference, and those that bear its title or ask the very question."""

    def __init__(self) -> None:
        self._by_ref: dict[str, set[int]] = defaultdict(set)
        self._by_title: dict[str, set[int]] = defaultdict(set)
        self._titles: dict[int, str] = {}
        query = db.select(Article.id, Article.source_ref, ArticleText.title).join(ArticleText)
        for article_id, ref, title in db.session.execute(query.where(ArticleText.language == LANGUAGE)):
            self._by_ref[ref].add(article_id)
            self._by_title[fold(title)].add(article_id)
            self._titles[article_id] = fold(title)

    def of(self, ref: str, question: str) -> set[int]:
        own = self._by_ref.get(ref, set())
        titles = {fold(question), *(self._titles[one] for one in own)}
        return own.union(*(self._by_title.get(title, set()) for title in titles))
