"""Keeping records: what is written is what the tables say now, however often it is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from portal.database import db, insert
from portal.records.composing import Composed, compose
from portal.records.models import Record, SeenWord, record_id

SHORTEST, LONGEST = 3, 30  # letters of a word worth proposing

Word = tuple[int, str]  # organization, folded


class Tally:
    """How often words were seen in one run. A word is written when it is new, then each time that has doubled: a
    frequent one costs nothing, and how frequent it is stays known within a factor of two."""

    def __init__(self) -> None:
        self.seen: Counter[Word] = Counter()
        self.told: Counter[Word] = Counter()

    def add(self, words: Iterable[Word]) -> dict[Word, int]:
        """Those to be written now, and how many times more."""
        fresh = Counter(words)
        self.seen.update(fresh)
        due = {
            word: self.seen[word] - self.told[word]
            for word in fresh
            if self.seen[word] >= 2 * self.told[word]
        }
        self.told.update(due)
        return due


def keep(kind: int, ids: Collection[int], tally: Tally) -> int:
    """Writes the records of these anew, and forgets those of what is no more; returns how many have changed."""
    wanted = {record_id(kind, one) for one in ids}
    query = db.select(Record.id, Record.words).where(Record.id.in_(wanted))
    former = {row.id: row.words for row in db.session.execute(query)}
    composed = list(compose(db.session(), kind, ids))
    changed = [one for one in composed if former.get(one.id) != one.terms]
    if changed:
        rows = [{"id": one.id, "at": one.at, "words": frozenset(one.terms)} for one in changed]
        statement = insert(Record.__table__)
        now = {"at": statement.excluded.at, "words": statement.excluded.words}
        db.session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=now), rows)
        _count(changed, former, tally)
    gone = set(former) - {one.id for one in composed}
    if gone:
        db.session.execute(db.delete(Record).where(Record.id.in_(gone)))
    return len(changed) + len(gone)


def _count(composed: Iterable[Composed], former: dict[int, frozenset[str]], tally: Tally) -> None:
    """Counts the words worth proposing that these did not say before."""
    written = {}
    said = []
    for one in composed:
        known = former.get(one.id, frozenset())
        for part, (raw, term) in {} if one.closed else one.said.items():
            if SHORTEST <= len(part) <= LONGEST and part.isalpha() and term not in known:
                said.append((one.organization_id, part))
                written[one.organization_id, part] = raw
    rows = [
        {
            "organization_id": word[0],
            "word": word[1],
            "backwards": word[1][::-1],
            "written": _as_written(written[word], word[1]),
            "times": times,
        }
        for word, times in sorted(tally.add(said).items())
    ]
    if rows:
        statement = insert(SeenWord.__table__)
        more = {"times": SeenWord.__table__.c.times + statement.excluded.times}
        key = ["organization_id", "word"]
        db.session.execute(statement.on_conflict_do_update(index_elements=key, set_=more), rows)


def _as_written(raw: str, part: str) -> str:
    """The word with its accents, freed of what was glued to it."""
    written = raw.replace("’", "'").rsplit("'", 1)[-1].lower()
    return written if len(written) == len(part) else part
