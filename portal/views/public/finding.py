"""Searching: what answers, whose matter it is and why, and what to do when nothing is found."""

from __future__ import annotations

from typing import Any

from flask import jsonify, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from portal import clock
from portal.articles import index, library, searches
from portal.articles.library import Answers, Hit
from portal.articles.models import Topic
from portal.database import brief_write, db
from portal.directory import reading as directory
from portal.directory.finding import communes as towns
from portal.referrals.deciding.distress import distress
from portal.referrals.deciding.situations import Situation, answers_at, today
from portal.referrals.deciding.suggesting import Suggestion, suggest
from portal.referrals.deciding.urgency import urgency
from portal.views import guards, here, limits
from portal.views.context import searcher, settings, visit
from portal.views.forms import Form
from portal.views.language import current
from portal.views.paging import last_page, page_asked
from portal.views.public import bp, cards, placing, suggested

A_PAGE, LAST_PAGE = 10, 30
URGENT_SHOWN = 9  # of the national numbers, in their order
KINDS = {
    "guides": ("question", "guide", "folder"),
    "forms": ("form", "online_service", "letter", "simulator"),
    "documents": ("document",),
}
MOST_PROPOSED = 4


@bp.get("/<language:lang>/search")
@guards.anyone
@limits.people
def search() -> str:
    form = Form(request.args)
    question = form.text("q")[: library.LONGEST_QUESTION]
    narrowed = {"topic": form.text("topic")[:100], "kind": form.choice("kind", KINDS)}
    page = min(page_asked(), LAST_PAGE)
    answers = answers_to(question, narrowed, page)
    here = placing.commune_here()
    commune = here.code if here else ""
    proposed = suggestions(question, answers, commune, placing.read_here()) if page == 1 else []
    placing.remember_question(question)
    prepared = searcher().ready or not index.is_missing(settings().index_dir)
    drawn = _page(question, answers, narrowed, page, proposed, prepared=prepared)
    if question and prepared and page == 1 and not any(narrowed.values()):
        note(answers, proposed, commune)
    return drawn


@bp.get("/<language:lang>/suggest")
@guards.anyone
@limits.typing
def suggest_completions() -> Any:
    beginning = Form(request.args).text("q")
    return jsonify(library.suggest_completions(searcher(), beginning, language=current()))


@bp.get("/<language:lang>/communes")
@guards.anyone
@limits.typing
def communes() -> Any:
    """The communes that a name, a postcode or a code may mean, for the field where one types it."""
    found = towns.find(Form(request.args).text("q")[:100], limit=8)
    said = [{"text": one.label, "value": one.code, "detail": ", ".join(one.postcodes[:3])} for one in found]
    return jsonify(said)


@bp.get("/<language:lang>/requests/articles")
@guards.anyone
@limits.typing
def propose_articles() -> Any:
    """The articles that may already answer the subject being typed."""
    subject = Form(request.args).text("q")
    return jsonify([{"text": hit.title, "url": address(hit)} for hit in proposals(subject)])


def proposals(subject: str) -> tuple[Hit, ...]:
    """The few answers worth reading before one writes."""
    if len(subject) < 4:
        return ()
    return library.find(searcher(), subject, language=current(), limit=MOST_PROPOSED).hits


def answers_to(question: str, narrowed: dict[str, str], page: int = 1, limit: int = A_PAGE) -> Answers:
    """The answers of a page, narrowed to a topic and a family of kinds."""
    return library.find(
        searcher(),
        question,
        language=current(),
        topics=[narrowed["topic"]] if narrowed.get("topic") else (),
        kinds=KINDS.get(narrowed.get("kind", ""), ()),
        limit=limit,
        offset=(page - 1) * A_PAGE,
    )


def suggestions(
    question: str, answers: Answers, commune: str = "", read: tuple[str, ...] = ()
) -> list[Suggestion]:
    """Whose matter it is, by the rules in force, else by the articles found."""
    asked = situation(question, answers, commune=commune, read=read)
    return suggest(asked, months=settings().stale_months) if question else []


def situation(question: str, answers: Answers, **told: Any) -> Situation:
    """What is known of a question: its words, what was found, and what the person told besides."""
    topic, zone = topic_of(answers), here.zone()
    known = {
        "topics": (topic,) if topic else (),
        "urgency": urgency(question, current()),
        "at": today(zone),
        "open": answers_at(clock.now(), zone),
        "article_ids": tuple(one.article_id for one in answers.candidates),
        "scores": tuple(one.score for one in answers.candidates),
    }
    return Situation(words=question, language=current(), **{**known, **told})


def topic_of(answers: Answers) -> str:
    """The topic of the first answer that has one."""
    return next((hit.topic for hit in answers.hits if hit.topic), "")


def address(hit: Hit, *, external: bool = False) -> str:
    """Where an answer is read, in the reader's language."""
    base = settings().public_base_url if external else ""
    return base + url_for(f"public.{hit.noun}", slug=hit.slug)


def note(answers: Answers, proposed: list[Suggestion], commune: str = "") -> None:
    """Keeps what was searched. The page is already drawn: it is shown even if this cannot be written."""
    first = answers.hits[0].slug if answers.hits else ""
    service = proposed[0].service if proposed else None
    said: dict[str, Any] = {
        "words": answers.question,
        "language": current(),
        "found": answers.total,
        "first": first,
    }
    came_of_it: dict[str, Any] = {
        "topic": topic_of(answers),
        "service": service.slug if service else "",
        "visit": visit(),
        "commune": commune,
    }
    try:
        with brief_write() as session:
            searches.note_search(session, **said, **came_of_it)
    except SQLAlchemyError:
        return


def _page(
    question: str,
    answers: Answers,
    narrowed: dict[str, str],
    page: int,
    proposed: list[Suggestion],
    *,
    prepared: bool,
) -> str:
    """The page as it is shown; not `prepared`, there is no index for now: nothing is said to have no answer."""
    pages = min(last_page(answers.total, A_PAGE), LAST_PAGE)
    topic = (
        db.session.scalar(db.select(Topic).filter_by(slug=narrowed["topic"])) if narrowed["topic"] else None
    )
    return render_template(
        "public/search.html",
        query=question,
        answers=answers,
        prepared=prepared,
        hits=[shown(hit) for hit in answers.hits],
        narrowed=narrowed,
        topic=topic,
        page=page,
        pages=pages,
        referrals=suggested.of_suggestions(proposed),
        decided=any(one.origin == "rule" for one in proposed),
        here=placing.commune_here(),
        asks_commune=any(one.asks_commune for one in proposed),
        in_danger=urgent_numbers() if distress(question, current()) else [],
        desk=cards.front_desk(),
        link=lambda **changes: _link(question, {**narrowed, **changes}),
        page_link=lambda number: _link(question, {**narrowed, "page": number}),
    )


def shown(hit: Hit) -> dict[str, Any]:
    """An answer as the macro `hit` shows it, with the ways to take a document away."""
    files = [(file, url_for("public.download", slug=hit.slug, file_id=file.id)) for file in hit.files]
    said = {name: getattr(hit, name) for name in ("kind", "title_parts", "snippet", "page", "language")}
    return {**said, "url": address(hit), "files": files}


def urgent_numbers() -> list[tuple[str, str]]:
    """The national numbers, and what each is for."""
    told = [
        (one.number, one.labels.get(current()) or one.labels.get("fr", ""))
        for one in directory.help_numbers()
    ]
    return told[:URGENT_SHOWN]


def _link(question: str, narrowed: dict[str, Any]) -> str:
    kept = {name: value for name, value in narrowed.items() if value}
    return url_for("public.search", q=question, **kept)
