"""The French that people read has its no-break spaces (U+00A0): inside « guillemets », and before ? ! : and ;.

Looked at: the sentences to translate, the pages, the sentences in the code, the data of ours and the town's articles.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment

ROOT = Path(__file__).parent.parent
# what follows tells a sign of French from one of code: `{a: b}`, `WHERE x = :name`, `text[a : b]`
LOOSE = re.compile(r"« | »|(?<=\S) [?!;:]+(?=[ \n<).,»…]|$)|^ [?!;:]+(?=[ \n<]|$)")
MAY_BE = re.compile(r"« | »| [?!;:]+(?![\w:=])")
PACKAGES = ("portal", "simulator", "knowledge_base")
# not lives.json: what people of the town type is as they type it
DATA = ("portal/telephony/data/*.json", "portal/directory/finding/data/*.json", "portal/demo/[!l]*.json")

Said = tuple[str, str]


def places(found: Iterator[Said]) -> list[str]:
    """Each place where an ordinary space stands, and the words around it."""
    return [
        f"{place}: {text[max(0, sign.start() - 30) : sign.end() + 10]!r}"
        for place, text in found
        for sign in LOOSE.finditer(text)
    ]


def files(pattern: str, *folders: str) -> Iterator[tuple[str, str]]:
    """Those where a sign may be looked for: reading is quick, understanding what was read is not."""
    for folder in folders:
        for path in sorted((ROOT / folder).glob(pattern)):
            text = path.read_text("utf-8")
            if MAY_BE.search(text):
                yield str(path.relative_to(ROOT)), text


def msgids() -> Iterator[Said]:
    name = "portal/translations/en/LC_MESSAGES/messages.po"
    id_ = False
    for number, line in enumerate((ROOT / name).read_text("utf-8").splitlines(), 1):
        id_ = line.startswith("msgid") or (id_ and line.startswith('"'))
        if id_:
            yield f"{name}:{number}", line.partition('"')[2].removesuffix('"')


def pages() -> Iterator[Said]:
    lexer = Environment(autoescape=True)
    for name, text in files("**/*.html", "portal/templates", "simulator/templates"):
        for number, kind, value in lexer.lex(text):
            if kind == "data":
                yield f"{name}:{number}", re.sub(r"^\s*\n|\n\s*", "\n", value)
            elif kind == "string":
                yield f"{name}:{number}", value[1:-1]


def sentences() -> Iterator[Said]:
    for name, text in files("**/*.py", *PACKAGES):
        tree = ast.parse(text)
        apart = set(not_for_people(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
                yield f"{name}:{node.lineno}", node.value


def not_for_people(tree: ast.AST) -> Iterator[int]:
    """Docstrings, and what patterns are made of."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield id(node.value)
        elif isinstance(node, ast.Call) and getattr(getattr(node.func, "value", None), "id", "") == "re":
            yield from (id(inner) for inner in ast.walk(node))


def data() -> Iterator[Said]:
    for pattern in DATA:
        for name, text in files(pattern, "."):
            yield from ((name, said) for said in strings(json.loads(text)))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def articles() -> Iterator[Said]:
    """And what the figures mean, which a page shows."""
    for name, text in [*files("*.md", "portal/demo/articles/fr"), *files("reports.md", "docs")]:
        yield from ((f"{name}:{number}", line) for number, line in enumerate(text.splitlines(), 1))


@pytest.mark.parametrize("said", [msgids, pages, sentences, data, articles], ids=lambda said: said.__name__)
def test_a_sign_stays_with_its_word(said: Any) -> None:
    wrong = places(said())
    assert not wrong, "\n".join(["a no-break space (U+00A0) belongs here:", *wrong])


@pytest.mark.parametrize(
    "text", ["Où ?", "Qui : moi", "Le « bail", "bail »", "Vrai ? Faux", " : suite", "Oui ;\n"]
)
def test_a_loose_sign_is_seen(text: str) -> None:
    assert LOOSE.search(text)


@pytest.mark.parametrize("text", ["WHERE a = :b", "a ?b", "Où\u00a0?", "a: b", "12:30", "«\u00a0bail\u00a0»"])
def test_what_is_no_loose_sign_is_left_alone(text: str) -> None:
    assert not LOOSE.search(text)


def test_a_day_is_written_by_one_function_which_knows_the_first_of_a_month() -> None:
    own = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "portal").rglob("*.py")
        if re.search(r"\bformat_date\b", path.read_text("utf-8"))
    }
    assert own == {"portal/dates.py"}


def test_who_asks_or_calls_is_a_person() -> None:
    """In what staff read too: docs/words.md."""
    other = re.compile(r"\b(?:appelant|usager|administré)e?s?\b", re.IGNORECASE)
    texts = (path for kind in ("html", "py", "json") for path in (ROOT / "portal").rglob(f"*.{kind}"))
    wrong = [
        f"{path}: {word[0]}" for path in sorted(texts) for word in other.finditer(path.read_text("utf-8"))
    ]
    assert not wrong, "\n".join(wrong)
