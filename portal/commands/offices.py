"""Asking the directory for offices that are known: by code, then as people type, with slips of the finger."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import click

from knowledge_base.analysis import fold
from portal.database import brief_read, db
from portal.directory.finding.communes import which
from portal.directory.finding.offices import resolve
from portal.directory.reading import text_in

LETTERS = "etaoinsrlu"

Case = dict[str, Any]


@click.command("evaluate-offices")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def evaluate_offices(file: Path) -> None:
    """Ask for the office of each case of FILE (a commune, a kind, the offices that are right), one a line.

    Asked by code, the answer must be exactly those. Asked by name and postcode as typed, without accents or with one
    slip, it must be so too, or a question among communes of which one is right.
    """
    cases = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    with brief_read():
        for name, ways in WAYS.items():
            found = Counter(_typed(case, typed, postcode) for case in cases for typed, postcode in ways(case))
            said = ", ".join(f"{found[what]} {what}" for what in ("right", "asked which", "wrong"))
            click.echo(f"  {name}: {said}, of {found.total()}")
        right = [is_right(case, case["code_insee"]) for case in cases]
    for case, ok in zip(cases, right, strict=True):
        if not ok:
            click.echo(f"  wrong: {case['pivot']} {case['commune']} ({case['code_insee']}): {_said(case)}")
    db.session.rollback()
    click.echo(f"{sum(right)} of {len(cases)} right")


def is_right(case: Case, code: str) -> bool:
    """Whether the kind resolves to the offices that are right, and to one where one is."""
    found = resolve(case["pivot"], code)
    slugs = [office.service.slug for office in found.offices]
    return sorted(slugs) == sorted(case["organismes"]) and (found.answer == "one") is (len(slugs) == 1)


def slips(name: str) -> Iterator[str]:
    """The name with a letter left out, added, replaced, swapped with the next: the same ones at each run."""
    at = crc32(name.encode()) % len(name)
    letter = LETTERS[crc32(name[::-1].encode()) % len(LETTERS)]
    swap = min(at, len(name) - 2)
    yield name[:at] + name[at + 1 :]
    yield name[:at] + letter + name[at:]
    yield name[:at] + letter + name[at + 1 :]
    yield name[:swap] + name[swap : swap + 2][::-1] + name[swap + 2 :]


def _typed(case: Case, typed: str, postcode: str) -> str:
    found = which(typed, postcode)
    if found.commune is not None:
        return "right" if is_right(case, found.commune.code) else "wrong"
    return "asked which" if any(is_right(case, one.code) for one in found.candidates) else "wrong"


def _postcode(case: Case) -> str:
    return next(iter(case.get("codes_postaux", [])), "")


WAYS: dict[str, Callable[[Case], list[tuple[str, str]]]] = {
    "by name": lambda case: [(case["commune"], "")],
    "by name and postcode": lambda case: [(case["commune"], _postcode(case))],
    "without accents": lambda case: [(fold(case["commune"]), _postcode(case))],
    "with one slip": lambda case: [(slipped, _postcode(case)) for slipped in slips(case["commune"])],
    "by postcode alone": lambda case: [("", _postcode(case))],
}


def _said(case: Case) -> str:
    found = resolve(case["pivot"], case["code_insee"])
    names = ", ".join(text_in(office.service, "fr").name for office in found.offices[:3])
    return f"{found.answer} {names}".strip()
