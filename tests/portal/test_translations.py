"""Every sentence that people may read is in English and Arabic too, and says the same things."""

from __future__ import annotations

import ast
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from portal.views.language import TRANSLATIONS, compile_catalogues

ROOT = Path(__file__).parent.parent.parent
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "Refused": None, "gettext": None, "ngettext": (1, 2)}
METHODS = [("portal/**.py", "python"), ("portal/templates/**.html", "jinja2")]
BARE_PERCENT = re.compile(r"%(?!\(\w+\)s|%)")  # a template would take it for a placeholder, and fail
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")


def written() -> Iterator[str | tuple[str, ...]]:
    """The sentences of the sources: templates, doors and verbs."""
    found = extract_from_dir(str(ROOT), METHODS, keywords=KEYWORDS, directory_filter=_ours)
    for _file, _line, sentence, *_ in found:
        yield sentence


def _ours(folder: str) -> bool:
    return Path(folder) == ROOT or Path(folder).is_relative_to(ROOT / "portal")


def forms(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string]


def test_every_sentence_is_translated_with_its_placeholders() -> None:
    sentences = set(written())
    assert len(sentences) > 200
    assert [f"{one}: {fault}" for one in ("en", "ar") for fault in faults(one, sentences)] == []


def test_no_sentence_hides_in_a_formatted_text() -> None:
    """There the extraction does not find it, and it is French for everybody."""
    hidden = []
    for path in sorted((ROOT / "portal").rglob("*.py")):
        for text in (
            node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.JoinedStr)
        ):
            hidden += [f"{path}:{text.lineno}" for node in ast.walk(text) if _says(node)]
    assert hidden == []


def _says(node: ast.AST) -> bool:
    """Whether a sentence is written out in this call."""
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS
    return called and any(isinstance(one, ast.Constant) for one in node.args)


def faults(language: str, sentences: set[str | tuple[str, ...]]) -> list[str]:
    with (TRANSLATIONS / language / "LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    wrong = []
    for sentence in sorted(sentences, key=str):
        message = catalogue.get(sentence)
        if message is None or not all(forms(message)) or message.fuzzy:
            wrong.append(f"{sentence!r} is not translated")
            continue
        one = sentence if isinstance(sentence, str) else sentence[-1]
        wrong += [f"{form!r} has a bare %" for form in (one, *forms(message)) if BARE_PERCENT.search(form)]
        wanted = sorted(PLACEHOLDER.findall(one))
        wrong += [
            f"{form!r} lacks {wanted}"
            for form in forms(message)
            if sorted(PLACEHOLDER.findall(form)) != wanted
        ]
    return wrong


def test_a_catalogue_is_made_anew_when_its_words_change(tmp_path: Path) -> None:
    folder = tmp_path / "en/LC_MESSAGES"
    folder.mkdir(parents=True)
    shutil.copy(TRANSLATIONS / "en/LC_MESSAGES/messages.po", folder)
    compile_catalogues(tmp_path)
    kept = folder / "messages.mo"
    first = kept.stat().st_mtime_ns
    compile_catalogues(tmp_path)
    assert kept.stat().st_mtime_ns == first
    kept.write_bytes(b"")
    written_at = (folder / "messages.po").stat()
    os.utime(kept, ns=(written_at.st_atime_ns, written_at.st_mtime_ns - 10**9))
    compile_catalogues(tmp_path)
    assert kept.stat().st_size > 1000
