"""A small collection in three languages, and an index of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from knowledge_base import index
from knowledge_base.entry import Entry
from knowledge_base.search import Searcher


def entry(id: str, title: str, body: str = "", **more: object) -> Entry:
    fields: dict[str, object] = {"kind": "guide", "language": "fr", **more}
    return Entry(id=id, title=title, body=body, **fields)


ENTRIES = [
    entry(
        "identity",
        "Renouveler sa carte d’identité",
        "Prenez rendez-vous en mairie.\n\nApportez une photo d’identité et un justificatif de domicile.",
        topic="Papiers",
        keywords=("CNI",),
        headings=("Pièces à fournir",),
        links=("domicile",),
    ),
    entry(
        "passport", "Demander un passeport", "La demande se fait en mairie. Comptez 86 €.", topic="Papiers"
    ),
    entry(
        "domicile", "Justificatif de domicile", "Une facture d’eau de moins d’un an suffit.", topic="Papiers"
    ),
    entry("tax", "Payer ses impôts en plusieurs fois", "Écrivez au service des impôts.", topic="Argent"),
    entry("summer", "Centre de loisirs d’été", "En été, le centre ouvre à 8 h.", topic="Enfance"),
    entry(
        "cerfa", "Demande de logement social", "Remplissez le CERFA 14069*05.", kind="form", topic="Logement"
    ),
    entry("rules-1", "Règlement de la cantine", "Les repas sont servis à midi.", group="rules", page=1),
    entry(
        "rules-2", "Règlement de la cantine", "Les absences sont à signaler la veille.", group="rules", page=2
    ),
    entry("id-en", "Renew your identity card", "Book an appointment at the town hall.", language="en"),
    entry("id-ar", "تجديد بطاقة الهوية", "احجز موعدًا في البلدية.", language="ar"),
    entry("pro", "Payer l’impôt sur les sociétés", "Pour les entreprises.", audience="Professionnels"),
]


@pytest.fixture(scope="session")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "index"
    index.build(folder, ENTRIES)
    return folder


@pytest.fixture
def folder(_built: Path, tmp_path: Path) -> Path:
    """An index of its own for each test, that it may change or break."""
    return Path(shutil.copytree(_built, tmp_path / "index", symlinks=True))


@pytest.fixture
def searcher(folder: Path) -> Searcher:
    return Searcher(folder)


def found(searcher: Searcher, question: str, **how: object) -> list[str]:
    return [hit.id for hit in searcher.find(question, **how).hits]
