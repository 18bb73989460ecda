"""Doors of a line's menu: its tree drawn and told, tried by telephone, put in service, compared with what it was."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from portal import history
from portal.database import db
from portal.desk import waiting
from portal.errors import Missing, Refused
from portal.lines import editing, menus, shaping
from portal.lines import tree as steps
from portal.lines.checking import ERROR
from portal.lines.models import Line, MenuTrial, MenuVersion
from portal.lines.tree import Step
from portal.staff.managing import names_of
from portal.views.admin import bp
from portal.views.admin.channels.lines import administrator
from portal.views.admin.content.words import topic_names
from portal.views.admin.trees import menus_words as words
from portal.views.admin.trees import pointing
from portal.views.admin.trees import seen as seen_trees
from portal.views.context import settings
from portal.views.forms import Form
from portal.views.picture import draw

HANDSET = "+33639980099"  # of the stand-in network: what a menu is tried with in the demo


@bp.get("/lines/<int:line_id>/menu")
@administrator
def menu(line_id: int) -> str:
    return _show(editing.line(current_user, line_id), {})


@bp.post("/lines/<int:line_id>/menu/publication")
@administrator
def publish_menu(line_id: int) -> Any:
    found = editing.line(current_user, line_id)
    draft = shaping.current(found)
    if draft is None:
        raise Missing
    if _is_overtaken(draft):
        return _show_both(found, draft)
    menus.publish(draft, current_user.actor)
    db.session.commit()
    flash(
        "Le menu est en service dès le prochain appel. Les appels en cours finissent avec l’ancien.", "good"
    )
    return redirect(url_for("admin.menu", line_id=line_id))


@bp.post("/lines/<int:line_id>/menu/draft-removal")
@administrator
def drop_menu_draft(line_id: int) -> Any:
    shaping.drop_draft(editing.line(current_user, line_id), by=current_user.actor)
    db.session.commit()
    flash("Le brouillon est abandonné. L’historique en garde le texte.", "good")
    return redirect(url_for("admin.menu", line_id=line_id))


@bp.post("/lines/<int:line_id>/menu/trial")
@administrator
def try_menu(line_id: int) -> Any:
    """The next call of this telephone hears what is being written."""
    found = editing.line(current_user, line_id)
    form = Form(request.form)
    version = shaping.current(found)
    if version is None:
        raise Missing
    try:
        menus.begin_trial(version, form.text("phone", longest=20), current_user.actor)
    except Refused as refusal:
        db.session.rollback()
        form.take(refusal)
        return _show(editing.line(current_user, line_id), form.values, errors=form.errors), 422
    db.session.commit()
    return redirect(url_for("admin.menu", line_id=line_id, _anchor="trial"))


@bp.get("/lines/<int:line_id>/menu/versions/<int:number>")
@administrator
def menu_version(line_id: int, number: int) -> str:
    """A version beside the one in service."""
    found = editing.line(current_user, line_id)
    version = next((one for one in menus.versions(found) if one.number == number), None)
    if version is None:
        raise Missing
    current = menus.published(found)
    before, now = dict(version.tree), dict(current.tree) if current else {}
    events = history.of(version)
    return render_template(
        "admin/menus/version.html",
        line=found,
        version=version,
        current=current,
        rows=words.rows(before, now, read_names(found, before, now)),
        events=events,
        people=names_of(history.actors(events)),
        words=words,
    )


@bp.post("/lines/<int:line_id>/menu/versions/<int:number>")
@administrator
def roll_back_menu(line_id: int, number: int) -> Any:
    menus.roll_back(editing.line(current_user, line_id), number, current_user.actor)
    db.session.commit()
    flash(f"La version {number} est de nouveau en service.", "good")
    return redirect(url_for("admin.menu", line_id=line_id))


def read_names(line: Line, *trees: Step) -> words.Names:
    """The names of what this line's menu may point at, and of what these trees do."""
    walked = [step for tree in trees for _path, step in steps.walk(tree)]
    return words.Names(
        queues={one.slug: one.name for one in waiting.queues(line.organization_id)},
        topics=topic_names(),
        services=dict(pointing.services(str(step.get("service") or "") for step in walked)),
        articles=dict(pointing.articles(str(step.get("article") or "") for step in walked)),
    )


def _is_overtaken(version: MenuVersion) -> bool:
    """Whether this is not what the person saw: it was written further, or given up. The same form sent twice finds
    what it put in service."""
    if version.state == "draft":
        return version.version != Form(request.form).number("version")
    seen = seen_trees.seen()
    return seen is not None and seen != version.tree


def _show_both(line: Line, version: MenuVersion) -> Any:
    before, now = seen_trees.seen() or {}, dict(version.tree)
    rows = words.rows(before, now, read_names(line, before, now)) if before else []
    return _show(line, {}, rows=rows, overtaken=True), 409


def _show(line: Line, values: dict[str, Any], **shown: Any) -> str:
    version = shaping.current(line)
    tree = dict(version.tree) if version else {}
    asked = request.args.get("language", "")
    language = asked if asked in line.languages else "fr"
    findings = menus.check(tree, line) if tree else []
    root = words.outline(tree, findings, read_names(line, tree), language)
    trials = shaping.trials_of(version) if version else []
    return render_template(
        "admin/menus/menu.html",
        line=line,
        version=version,
        versions=menus.versions(line),
        root=root,
        picture=draw(words.picture_of(root)) if root else None,
        blocked=any(one.level == ERROR for one in findings),
        language=language,
        trials=[(one, _handset(one)) for one in trials],
        values={"phone": HANDSET if settings().demo else "", **values},
        words=words,
        seal=seen_trees.seal,
        **{"errors": {}, "rows": [], **shown},
    )


def _handset(trial: MenuTrial) -> str:
    """Where the stand-in network shows this telephone, in the demo."""
    if not settings().demo:
        return ""
    return f"{settings().twilio_base_url}/?{urlencode({'phone': trial.phone})}"
