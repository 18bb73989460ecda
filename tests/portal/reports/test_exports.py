"""Exports: made by the worker, read back as they were, safe in a spreadsheet, for who asked alone, for a week."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odf import opendocument
from odf.table import Table, TableCell, TableRow
from odf.teletype import extractText

from portal import clock, jobs
from portal.contacts.models import Contact
from portal.database import db
from portal.history import Event
from portal.reports import exporting, figures, rows, sheets
from portal.reports.models import Export
from portal.views.console import words
from portal.work.make_export import remove_old
from tests import make
from tests.portal.reports.lives import live
from tests.portal.reports.test_counting import count_all
from tests.portal.reports.test_reports import asked
from tests.portal.reports.test_room import a_team
from tests.signing import send, signed_in

WHY = "Contrôle annuel de la qualité"


def read_ods(data: bytes) -> list[list[str]]:
    found = opendocument.load(io.BytesIO(data))
    return [
        [extractText(cell) for cell in row.getElementsByType(TableCell)]
        for table in found.spreadsheet.getElementsByType(Table)
        for row in table.getElementsByType(TableRow)
    ]


def read_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


def written(kind: str, *found: Any, header: Any = ("A", "B")) -> bytes:
    file = io.BytesIO()
    sheets.write(kind, file, header, [found])
    return file.getvalue()


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20))
def test_no_text_is_taken_for_a_formula_and_none_is_lost(text: str) -> None:
    (_, [cell, _]) = read_csv(written("csv", (text, 1)))
    assert cell in (text, f"'{text}") and not cell.startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("text", ["=1+1", "+33612345678", "-2", "@SOMME(A1)", "\t=1", "\r=1", "\n=1", "＝1"])
def test_what_a_spreadsheet_would_compute_is_text(text: str) -> None:
    assert sheets.safe(text) == f"'{text}"
    if "\r" not in text and "\t" not in text and "\n" not in text:
        content = zipfile.ZipFile(io.BytesIO(written("ods", (text, 1)))).read("content.xml").decode()
        assert "formula" not in content and 'office:value-type="string"' in content
        assert read_ods(written("ods", (text, 1)))[1][0] == text


def test_an_ods_is_read_back_by_another_library() -> None:
    row = ("l’été & <b>", datetime(2026, 3, 1, 9, 30, tzinfo=UTC), date(2026, 3, 1), 12, 1.5, None, "a\x00b")
    data = written("ods", row, header=("Titre",) * 7)
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        first = packed.infolist()[0]
        assert (first.filename, first.compress_type, first.flag_bits & 8) == (
            "mimetype",
            zipfile.ZIP_STORED,
            0,
        )
        assert packed.testzip() is None
    assert read_ods(data)[1] == ["l’été & <b>", "2026-03-01 09:30:00", "2026-03-01", "12", "1.5", "", "ab"]


def test_a_full_sheet_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "ROWS_OF_A_SHEET", 3)
    found = read_ods(written("ods", *((n, "x") for n in range(7))))
    assert [row[0] for row in found] == ["A", "0", "1", "2", "A", "3", "4", "5", "A", "6"]


def ask(boss: Any, kind: str = "contacts", format: str = "csv", key: str = "k" * 20, **more: Any) -> Export:
    made = exporting.ask(asked(make.organization()), kind, format, purpose=WHY, form_key=key, by=boss, **more)
    db.session.flush()
    return made


def file_of(app: Any, export: Export) -> Path:
    return Path(app.extensions["settings"].files_dir / exporting.FOLDER / exporting.name_of(export))


@pytest.mark.parametrize("format", ["csv", "ods"])
def test_the_worker_writes_every_contact_once(
    app: Any, work: Any, format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "AT_ONCE", 7)
    lived, boss = live(5), make.staff("supervisor")
    same = lived[0].started_at  # two at the same instant, at the edge of a batch
    for one in lived[:10]:
        one.started_at = same
    count_all()
    made = ask(boss, format=format)
    work()
    db.session.refresh(made)
    data = file_of(app, made).read_bytes()
    found = read_csv(data) if format == "csv" else read_ods(data)
    assert sorted(int(row[0]) for row in found[1:]) == sorted(one.id for one in lived)
    assert (made.state, made.done, made.size) == ("ready", len(lived), len(data))
    assert found[0] == list(rows.HEADERS["contacts"])


def test_figures_are_those_of_the_report_and_name_nobody(app: Any, work: Any) -> None:
    live(6)
    count_all()
    made = ask(make.staff("supervisor"), "figures")
    work()
    found = read_csv(file_of(app, made).read_bytes())
    whole = figures.totals(asked(make.organization()))
    assert sum(int(row[4]) for row in found[1:]) == whole["contacts"]
    for name, column in (("settled", -3), ("left_menu", -2), ("voicemails", -1)):
        assert sum(int(row[column]) for row in found[1:]) == whole[name]
    assert "Commune" not in found[0] and "Personne" not in found[0]


def test_files_say_what_the_screens_say() -> None:
    assert (rows.CHANNELS, rows.STATES, rows.ENDS) == (words.CHANNELS, words.STATES, words.ENDS)


def test_a_protected_person_is_not_named_and_no_formula_gets_through(app: Any, work: Any) -> None:
    hidden = make.citizen("Inès Cachée", protected=True, commune="35238")
    make.contact("web", citizen_id=hidden.id, subject="Mon adresse secrète")
    make.contact("web", citizen_id=make.citizen("=cmd|' /C calc'!A0").id, subject="@SOMME(1)")
    made = ask(make.staff("supervisor"))
    work()
    text = file_of(app, made).read_text("utf-8-sig")
    assert "Cachée" not in text and "secrète" not in text and "35238" not in text
    assert rows.PROTECTED in text and "'=cmd" in text and "'@SOMME" in text


def test_persons_data_leave_for_a_purpose_and_leave_a_trace(app: Any) -> None:
    boss = make.staff("supervisor")
    with pytest.raises(exporting.Refused):
        exporting.ask(asked(make.organization()), "contacts", "csv", purpose="  ", form_key="a" * 20, by=boss)
    made = ask(boss)
    assert ask(boss).id == made.id
    told = db.session.scalars(db.select(Event).filter_by(verb="export.asked")).one()
    assert (told.actor_id, told.details["purpose"], told.subject_id) == (boss.id, WHY, made.id)
    assert (
        db.session.scalar(db.select(db.func.count()).select_from(jobs.Job).filter_by(kind="make_export")) == 1
    )
    for n in range(2):
        ask(boss, key=str(n) * 20)
    with pytest.raises(exporting.Refused):
        ask(boss, key="z" * 20)


def test_a_file_is_for_who_asked_alone_and_for_a_week(app: Any, client: Any, work: Any) -> None:
    live(7, contacts=5)
    boss, other = make.staff("supervisor"), make.staff("supervisor")
    made = ask(boss)
    work()
    signed_in(client, boss)
    answer = client.get(f"/console/reports/exports/{made.id}/file")
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    assert len(read_csv(answer.data)) == 6
    another = signed_in(app.test_client(), other)
    assert another.get(f"/console/reports/exports/{made.id}/file").status_code == 404
    db.session.execute(db.update(Export).values(at=clock.now() - exporting.KEPT - timedelta(hours=1)))
    assert client.get(f"/console/reports/exports/{made.id}/file").status_code == 404
    remove_old()
    db.session.refresh(made)
    assert made.state == "gone" and not file_of(app, made).exists()


def test_a_team_s_supervisor_exports_what_its_queues_had(app: Any, work: Any) -> None:
    boss, ours, theirs = a_team()
    kept = make.contact("web", queue_id=ours.id)
    make.contact("web", queue_id=theirs.id)
    made = ask(boss)
    work()
    assert [int(row[0]) for row in read_csv(file_of(app, made).read_bytes())[1:]] == [kept.id]


def test_a_killed_worker_leaves_no_half_file(app: Any, work: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    live(8, contacts=4)
    made = ask(make.staff("supervisor"))
    whole = rows.batches

    def dies(kind: str, asked: Any) -> Any:
        yield from whole(kind, asked)
        raise SystemExit

    monkeypatch.setattr(rows, "batches", dies)
    with pytest.raises(SystemExit):
        work()
    assert not file_of(app, made).exists()
    monkeypatch.setattr(rows, "batches", whole)
    db.session.rollback()
    db.session.execute(db.update(jobs.Job).values(lease_until=clock.now() - timedelta(seconds=1)))
    work()
    assert len(read_csv(file_of(app, made).read_bytes())) == 1 + db.session.query(Contact).count()


def test_the_page_asks_follows_and_gives(app: Any, client: Any, work: Any) -> None:
    live(9, contacts=6)
    count_all()
    signed_in(client, make.staff("supervisor"))
    assert "Aucun fichier" in client.get("/console/reports/exports").text
    form = {"kind": "contacts", "format": "ods", "form_key": "f" * 20}
    assert send(client, "/console/reports/exports", form).status_code == 422
    assert send(client, "/console/reports/exports", {**form, "purpose": WHY}).status_code == 303
    assert "en attente" in client.get("/console/reports/exports/now").text
    work()
    assert "Télécharger" in client.get("/console/reports/exports").text
