"""The house holds: floors, where commits and Flask may stand, a guard on every door, sizes, migrations."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from statistics import quantiles

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from portal.database import Base, db

ROOT = Path(__file__).parent.parent
FLOORS = [
    {"config", "clock", "errors", "database", "history", "rights", "jobs", "budgets"}
    | {"news", "newsroom", "brisk", "cursor", "dates", "directions", "among", "spool", "storage"},
    {"staff", "citizens", "directory", "telephony", "mail"},
    {"articles", "contacts", "lines"},
    {"cases", "scripts"},
    {"referrals", "desk", "records"},
    {"crisis", "campaigns", "privacy", "reports"},
    {"views", "work"},
    {"commands", "app", "models", "demo", "run"},
]
GROUND, DOORS, TOP = 0, 6, 7
FLOOR = {room: n for n, rooms in enumerate(FLOORS) for room in rooms}
PACKAGES = ("knowledge_base", "portal", "simulator")


@cache
def sources(package: str) -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text())) for path in sorted((ROOT / package).rglob("*.py"))]


@pytest.fixture(scope="module", autouse=True)
def _parsed_once() -> Iterator[None]:
    """What is parsed is kept for the tests of this file, and no longer."""
    yield
    sources.cache_clear()


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(path: Path) -> str:
    return path.relative_to(ROOT / "portal").parts[0].removesuffix(".py")


def test_a_room_imports_only_the_ground_and_the_floors_below() -> None:
    wrong = []
    for path, tree in sources("portal"):
        room = room_of(path)
        if room == "__init__":
            continue
        for name in imports(tree):
            parts = name.split(".")
            if parts[0] != "portal" or len(parts) < 2 or parts[1] not in FLOOR or parts[1] == room:
                continue
            below = FLOOR[parts[1]] < FLOOR[room] or (
                FLOOR[room] in (GROUND, TOP) and FLOOR[parts[1]] == FLOOR[room]
            )
            if not below:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong


def test_every_room_stands_on_a_floor() -> None:
    rooms = {room_of(path) for path, _ in sources("portal")} - {"__init__"}
    assert rooms <= set(FLOOR)


def test_the_packages_know_each_other_one_way_only() -> None:
    wrong = []
    for package in PACKAGES:
        allowed = {"knowledge_base": set(), "portal": {"knowledge_base"}, "simulator": set()}[package]
        for path, tree in sources(package):
            for name in imports(tree):
                other = name.split(".")[0]
                if other in PACKAGES and other != package and other not in allowed:
                    wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong


def test_no_flask_below_the_doors() -> None:
    allowed = {"flask_sqlalchemy", "flask_login"}  # the declaration of tables, and the mixin that staff are
    wrong = []
    for path, tree in sources("portal"):
        if FLOOR.get(room_of(path), TOP) >= DOORS:
            continue
        for name in imports(tree):
            if name.split(".")[0].startswith("flask") and name.split(".")[0] not in allowed:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
            if name == "flask_login.current_user":
                wrong.append(f"{path.relative_to(ROOT)} reads current_user")
    assert not wrong


def test_the_knowledge_base_knows_neither_flask_nor_a_database() -> None:
    for path, tree in sources("knowledge_base"):
        for name in imports(tree):
            assert not name.startswith(("flask", "sqlalchemy", "werkzeug")), path


def test_only_doors_commit() -> None:
    wrong = []
    for path, tree in sources("portal"):
        if FLOOR.get(room_of(path), TOP) >= DOORS:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "commit":
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong


def test_what_a_checker_is_not_to_say_has_its_reason() -> None:
    bare = re.compile(
        r"# (?:type: ignore|noqa)\b(?:: ?[A-Z]+\d+(?:, [A-Z]+\d+)*|\[[\w, -]+\])?$", re.MULTILINE
    )
    folders = (*PACKAGES, "tests", "bench", "migrations")
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    wrong = [
        f"{path.relative_to(ROOT)}: {one[0]}" for path in paths for one in bare.finditer(path.read_text())
    ]
    assert not wrong


def test_only_the_clock_reads_the_time() -> None:
    wrong = []
    for path, tree in sources("portal"):
        if path.name == "clock.py":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today"):
                owner = node.value.id if isinstance(node.value, ast.Name) else ""
                if owner in ("datetime", "date"):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong


def test_a_day_is_that_of_a_place() -> None:
    """The date of an instant as it is kept is one of Greenwich: half past midnight here is yesterday there."""
    instant = re.compile(r"(\b(\w+_)?at|\bnow\(\))\.date\(\)")
    paths = [*(ROOT / "portal").rglob("*.py"), *(ROOT / "portal" / "templates").rglob("*.html")]
    wrong = [path for path in paths if instant.search(path.read_text(encoding="utf-8"))]
    assert not wrong


@pytest.fixture
def sqlite_app(applications: Callable[[str], Flask]) -> Flask:
    return applications("sqlite")


def test_each_door_has_an_address_of_its_own(sqlite_app: Flask) -> None:
    rules = sqlite_app.url_map.iter_rules()
    addresses = [(rule.rule, method) for rule in rules for method in (rule.methods or set()) - {"OPTIONS"}]
    assert sorted({one for one in addresses if addresses.count(one) > 1}) == []


def test_every_door_has_a_guard(sqlite_app: Flask) -> None:
    views = sqlite_app.view_functions
    assert [name for name, view in views.items() if name != "static" and not hasattr(view, "guard")] == []


def functions(package: str) -> Iterator[tuple[Path, str, int]]:
    for path, tree in sources(package):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                yield path, node.name, (node.end_lineno or 0) - node.lineno + 1


@pytest.mark.parametrize("package", PACKAGES)
def test_functions_stay_small(package: str) -> None:
    lengths = list(functions(package))
    assert [f"{path.name}:{name} {n}" for path, name, n in lengths if n > 50] == []
    if len(lengths) > 10:
        assert quantiles([n for *_, n in lengths], n=10)[-1] <= 25


def test_views_are_short(sqlite_app: Flask) -> None:
    views = {view.__name__ for name, view in sqlite_app.view_functions.items()}
    long = [
        f"{path.relative_to(ROOT)}:{name} {n}"
        for path, name, n in functions("portal")
        if room_of(path) == "views" and name in views and n > 20
    ]
    assert long == []


def test_files_and_templates_stay_small() -> None:
    files = [path for package in (*PACKAGES, "tests", "bench") for path in (ROOT / package).rglob("*.py")]
    assert [f"{path.name} {n}" for path in files if (n := len(path.read_text().splitlines())) > 300] == []
    templates = (ROOT / "portal/templates").rglob("*.html")
    assert [f"{path.name} {n}" for path in templates if (n := len(path.read_text().splitlines())) > 120] == []


def test_migrations_are_numbered_in_one_line() -> None:
    names = sorted(path.name for path in (ROOT / "migrations/versions").glob("*.py"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def is_compared(engine: str) -> Callable[..., bool]:
    """SQLite's full-text index is made of tables of its own, which no model describes; PostgreSQL's is an index."""

    def compared(_item: object, name: str | None, *_: object) -> bool:
        return engine == "postgresql" or not (name or "").startswith(("record_words", "ix_records_words"))

    return compared


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_migrations_make_the_tables_of_the_models(applications: Callable[[str], Flask], engine: str) -> None:
    with applications(engine).app_context(), db.engine.connect() as connection:
        opts = {"compare_type": True, "include_object": is_compared(engine)}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Base.metadata) == []
