"""The index is swapped in whole, follows its updates, and survives whoever dies writing it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge_base import index, records
from knowledge_base.entry import Entry
from knowledge_base.index import IndexBusy
from knowledge_base.search import Searcher
from tests.knowledge_base.conftest import ENTRIES, entry, found


def generations(folder: Path) -> int:
    return len(list(folder.glob("generation-*")))


def test_a_build_says_how_many_and_how_far(tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    assert index.build(tmp_path, ENTRIES, progress=lambda done, total: seen.append((done, total))) == len(
        ENTRIES
    )
    assert seen[-1] == (len(ENTRIES), len(ENTRIES))


def test_an_update_is_seen_at_the_next_question(folder: Path, searcher: Searcher) -> None:
    assert found(searcher, "vélo") == []
    index.update(folder, [entry("bike", "Louer un vélo"), entry("tax", "Payer sa redevance")], ["passport"])
    assert found(searcher, "vélo") == ["bike"]
    assert found(searcher, "redevance") == ["tax"]
    assert "tax" not in found(searcher, "impôts plusieurs fois")
    assert found(searcher, "passeport") == []


def test_many_updates_leave_few_segments_and_one_version_of_each_entry(
    folder: Path, searcher: Searcher
) -> None:
    for n in range(25):
        index.update(folder, [entry("bike", f"Louer un vélo {n}"), entry(f"new-{n}", f"Nouveau vélo {n}")])
        assert f"new-{n}" in found(searcher, f"vélo {n}", limit=100)
    assert len(found(searcher, "vélo", limit=100)) == 26
    assert searcher.find("louer").hits[0].title == "Louer un vélo 24"
    assert len(searcher._snapshot.segments) <= 9


def test_an_update_of_no_index_begins_one(tmp_path: Path) -> None:
    index.update(tmp_path / "new", [entry("bike", "Louer un vélo")])
    assert found(Searcher(tmp_path / "new"), "vélo") == ["bike"]


def test_the_generation_changes_with_the_content(folder: Path) -> None:
    first = index.generation(folder)
    index.update(folder, [entry("bike", "Louer un vélo")])
    second = index.generation(folder)
    index.build(folder, ENTRIES)
    assert len({first, second, index.generation(folder), index.generation(folder / "none")}) == 4


def test_a_new_generation_replaces_the_old_and_its_folder_goes(folder: Path, searcher: Searcher) -> None:
    assert found(searcher, "passeport") == ["passport"]
    index.build(folder, [entry("bike", "Louer un vélo")])
    assert generations(folder) == 2, "the old one is still read"
    searcher.refresh()
    assert found(searcher, "vélo") == ["bike"]
    index.build(folder, [entry("bike", "Louer un vélo")])
    searcher.refresh()
    index.update(folder, [])
    assert generations(folder) == 1


def test_a_failed_build_or_update_changes_nothing(folder: Path, searcher: Searcher) -> None:
    def failing() -> Iterator[Entry]:
        yield entry("bike", "Louer un vélo")
        raise RuntimeError("the source broke")

    before = index.generation(folder)
    for write in (index.build, index.update):
        with pytest.raises(RuntimeError, match="the source broke"):
            write(folder, failing())
    assert index.generation(folder) == before
    assert found(searcher, "vélo") == []
    index.update(folder, [entry("bike", "Louer un vélo")])
    assert found(searcher, "vélo") == ["bike"]


def test_one_writer_at_a_time(folder: Path) -> None:
    started, finish = threading.Event(), threading.Event()

    def slow() -> Iterator[Entry]:
        started.set()
        finish.wait(60)
        yield entry("bike", "Louer un vélo")

    writer = threading.Thread(target=index.update, args=(folder, slow()))
    writer.start()
    started.wait(60)
    with pytest.raises(IndexBusy):
        index.update(folder, [], timeout_s=0.05)
    finish.set()
    writer.join()
    index.update(folder, [], timeout_s=60)


def test_questions_are_answered_while_the_index_is_written(folder: Path, searcher: Searcher) -> None:
    stop, wrong = threading.Event(), []

    def ask() -> None:
        while not stop.is_set():
            results = searcher.find("carte d’identité")
            if not results.hits or results.hits[0].id != "identity" or not results.hits[0].snippet:
                wrong.append(results)

    readers = [threading.Thread(target=ask) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for n in range(4):
            index.update(folder, [entry(f"new-{n}", f"Nouveau vélo {n}")])
            assert f"new-{n}" in found(searcher, f"vélo {n}")
            if n == 2:
                index.build(folder, [*ENTRIES, entry("new-0", "Nouveau vélo 0")])
                searcher.refresh()
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert wrong == []


KILLED = """
import sys
from pathlib import Path
from knowledge_base import index
from knowledge_base.entry import Entry

def entries():
    for n in range(100000):
        yield Entry(id=f"new-{n}", kind="guide", language="fr", title=f"Nouveau vélo {n}")
        if n == 30:
            print("writing", flush=True)

getattr(index, sys.argv[1])(Path(sys.argv[2]), entries())
"""


@pytest.mark.parametrize("write", ["build", "update"])
def test_a_writer_killed_midway_leaves_the_index_as_it_was(
    folder: Path, searcher: Searcher, write: str
) -> None:
    before = index.generation(folder)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, write, str(folder)], stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline()
        os.kill(writer.pid, signal.SIGKILL)
    assert index.generation(folder) == before
    assert found(searcher, "passeport") == found(Searcher(folder), "passeport") == ["passport"]
    index.update(folder, [entry("bike", "Louer un vélo")], timeout_s=60)
    assert found(searcher, "vélo") == ["bike"]
    assert generations(folder) == 1, "what the dead writer left is removed"


def test_frequent_questions_complete_what_is_typed(tmp_path: Path) -> None:
    index.build(tmp_path, ENTRIES, queries={"fr": ["carte grise perdue"]})
    assert "carte grise perdue" in Searcher(tmp_path).complete("carte g")


def test_questions_asked_often_since_complete_without_building_anew(tmp_path: Path) -> None:
    index.build(tmp_path, ENTRIES, queries={"fr": ["carte grise perdue"]})
    searcher = Searcher(tmp_path)
    assert "carte grise perdue" in searcher.complete("carte g")
    before = index.generation(tmp_path)
    assert not index.renew_queries(tmp_path, {"fr": ["carte grise perdue"]})
    assert index.generation(tmp_path) == before, "nothing changed: nobody opens it anew"
    assert index.renew_queries(tmp_path, {"fr": ["carte de pêche"]})
    assert "carte de pêche" in searcher.complete("carte d")
    assert "carte grise perdue" not in searcher.complete("carte g")
    assert found(searcher, "passeport") == ["passport"]
    assert not index.renew_queries(tmp_path / "none", {"fr": ["rien"]})


def test_an_index_of_another_format_is_as_if_there_were_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.build(tmp_path, ENTRIES)
    monkeypatch.setattr(index, "_READABLE", "generation-older-")
    assert index.generation(tmp_path) == "" and index.current(tmp_path) is None
    searcher = Searcher(tmp_path)
    assert not searcher.ready and found(searcher, "passeport") == [] and searcher.complete("pass") == []
    index.build(tmp_path, ENTRIES)
    assert searcher.ready and found(searcher, "passeport") == ["passport"]
    assert generations(tmp_path) == 1, "the one that nobody can read is gone"


def test_what_is_kept_of_an_entry_changes_with_the_format() -> None:
    """Raise `records.FORMAT` when this fails: older indexes are then built anew instead of being misread."""
    kept = records.document(entry("bike", "Louer un vélo"))
    names = (
        "audience body group headings id kind language links page places popularity summary text_terms title"
    )
    assert sorted(kept["record"]) == sorted([*names.split(), "title_terms", "topic", "written"])
    assert (sorted(kept), records.FORMAT) == (sorted(["id", "record", *records.PARTS]), 1)


def test_a_killed_searcher_holds_nothing(folder: Path) -> None:
    code = "import sys; from pathlib import Path; from knowledge_base.search import Searcher\n"
    code += "searcher = Searcher(Path(sys.argv[1])); searcher.find('x'); print('open', flush=True); sys.stdin.read()"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code, str(folder)], stdin=pipe, stdout=pipe) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline()
        index.build(folder, ENTRIES)
        assert generations(folder) == 2
        os.kill(reader.pid, signal.SIGKILL)
    until = time.monotonic() + 60
    while generations(folder) > 1 and time.monotonic() < until:
        index.update(folder, [])
    assert generations(folder) == 1
