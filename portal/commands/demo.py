"""Loading the demo town into an empty database."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask import current_app

from knowledge_base.reading import read_guides
from portal import history
from portal.articles import documents, files, index
from portal.articles.importing import Report
from portal.articles.models import Topic
from portal.commands.guides import load_guides
from portal.database import db
from portal.demo.calls import load_calls
from portal.demo.lives import load_lives
from portal.demo.matters import load_matters
from portal.demo.onward import load_onward
from portal.demo.town import FOLDER, load_staff, load_town, read
from portal.desk import waiting
from portal.directory.finding.kinds import given
from portal.directory.models import Organization, Service
from portal.referrals.ruling.editing import draft_rule, publish
from portal.referrals.ruling.wording import Wording
from portal.scripts import editing as scripts


@click.command("load-demo")
def load_demo() -> None:
    """Load the demo town. Does nothing where there is one already."""
    if db.session.scalar(db.select(Organization.id).limit(1)):
        click.echo("There is a town already; nothing was loaded.")
        return
    town = read("town.json")
    load_town(town)
    sign_ins = load_staff(town)
    db.session.commit()
    _keep(current_app.extensions["settings"].data_dir / "sign-ins.txt", sign_ins)
    load_guides(read_guides(FOLDER / "articles", on_skip=_broken), report=Report())
    load_town_documents()
    load_rules(read("rules.json"), town["organization"])
    load_scripts(read("scripts.json"), town["organization"])
    db.session.commit()
    load_lives(read("lives.json"), town["timezone"])
    host = db.session.scalars(db.select(Organization.id).filter_by(slug=town["organization"])).one()
    load_calls(read("calls.json"), town, host)
    load_matters(read("matters.json"), host)
    sign_ins += load_onward(read("onward.json"), town["organization"])
    db.session.commit()
    _keep(current_app.extensions["settings"].data_dir / "sign-ins.txt", sign_ins)
    click.echo("The town is loaded. Sign-ins:")
    for line in sign_ins:
        click.echo(f"  {line}")


def _broken(name: str, why: str) -> None:
    raise click.ClickException(f"{name}: {why}")


def load_town_documents() -> None:
    folder = FOLDER / "documents"
    topics = {topic.slug: topic for topic in db.session.scalars(db.select(Topic))}
    for row in read("documents/documents.json"):
        for name in row["files"]:
            upload = files.read_upload(folder / name)
            files.keep_file(current_app.extensions["settings"].files_dir, folder / name, upload)
            told = {"title": row["title"], "summary": row["summary"], "topic": topics[row["topic"]].slug}
            document = documents.add_document(upload, by=history.SYSTEM, **told).document
            document.slug, document.updated_on = row["slug"], date.fromisoformat(row["updated"])
            db.session.commit()
    index.rebuild(current_app.extensions["settings"].index_dir)  # now: a worker may not be running yet


def load_rules(rules: list[dict[str, Any]], organization: str) -> None:
    host = db.session.scalars(db.select(Organization).filter_by(slug=organization)).one()
    services = {service.slug: service.id for service in db.session.scalars(db.select(Service))}
    db.session.add_all(given(code) for code in {row["kind"] for row in rules if "kind" in row})
    for row in rules:
        wording = Wording(
            service_id=services[row["service"]] if "service" in row else None,
            kind=row.get("kind", ""),
            strength=row.get("strength", 2),
            position=row["order"],
            conditions=row["conditions"],
            explanations=row["explanation"],
            agent_note=row["agent_note"],
        )
        rule = draft_rule(row["slug"], wording, organization_id=host.id, by=history.SYSTEM)
        publish(rule, version=rule.version, by=history.SYSTEM)


def load_scripts(rows: list[dict[str, Any]], organization: str) -> None:
    host = db.session.scalars(db.select(Organization).filter_by(slug=organization)).one()
    queues = {queue.slug: queue.id for queue in waiting.queues(host.id)}
    for row in rows:
        attached = {"topics": row["topics"], "queues": [queues[slug] for slug in row["queues"]]}
        script = scripts.add_script(row["name"], organization_id=host.id, by=history.SYSTEM, **attached)
        script.versions[0].tree = row["tree"]
        scripts.publish(script, version=script.version, by=history.SYSTEM)


def _keep(path: Path, lines: list[str]) -> None:
    """Written beside and moved into place, readable by its owner only."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as draft:
        draft.write("\n".join(lines) + "\n")
    kept = Path(draft.name)
    kept.chmod(0o600)
    kept.replace(path)
