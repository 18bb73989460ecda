"""The parts of a text, and the wording that saves some: the same cases are counted in a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.telephony import parts

CASES = json.loads((Path(__file__).parent / "text_cases.json").read_text("utf-8"))
DEAR = "çâêîôûëïÿœÀÂÈÊËÎÏÔÙÛŸŒ’«»…–—°"
CHEAP = "àéèùÉÇÄÖÜäöüæÆ"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:20])
def test_each_case_is_counted_proposed_and_judged_so(case: dict[str, Any]) -> None:
    found = parts.count(case["text"])
    assert (found.units, found.parts, found.dear) == (case["units"], case["parts"], case["dear"])
    proposal = parts.propose(case["text"])
    assert (proposal and {"text": proposal.text, "saves": proposal.saves}) == case["proposal"]
    assert parts.asks_for_reply(case["text"]) is case["asks"]


@pytest.mark.parametrize("letter", DEAR)
def test_one_dear_letter_brings_a_part_to_seventy(letter: str) -> None:
    assert parts.count("a" * 69 + letter).parts == 1
    assert parts.count("a" * 70 + letter).parts == 2


@pytest.mark.parametrize("letter", CHEAP)
def test_the_telephones_own_accents_cost_nothing(letter: str) -> None:
    assert parts.count(letter * 160) == parts.Count(160, 1, "")


def test_what_leaves_by_itself_has_plain_marks_where_that_saves_a_part() -> None:
    long = "Pour cela : Déchets et tri du Val d’Orve, 01 99 00 00 50. Ouvre « demain » à 08:30."
    assert parts.with_plain_marks(long) == long.replace("’", "'").replace("« demain »", '"demain"')
    for same in ("L’œuf", "رسالتكم «وصلت»", "Où être reçu ? " * 10 + "l’hôtel"):
        assert parts.with_plain_marks(same) == same


def test_a_text_in_arabic_says_its_direction_and_keeps_its_numbers_in_one_piece() -> None:
    said = "Mairie de Valbrune: اتصلوا على 01 99 00 00 10."
    assert parts.as_sent(said) == "\u200f" + said.replace("1 99 00 00 1", "1\u00a099\u00a000\u00a000\u00a01")
    assert parts.as_sent("بلدية Valbrune") == "بلدية Valbrune", "it begins from the right already"
    full = "Mairie " + "ب" * 63
    assert parts.as_sent(full) == full, "a mark is worth no part"
    assert parts.as_sent("Mairie, 01 99 00 00 10") == "Mairie, 01 99 00 00 10"


def test_the_spaces_that_hold_a_sign_to_its_word_leave_as_plain_ones_and_cost_nothing() -> None:
    assert parts.as_sent("Où\u00a0? «\u202fIci\u202f»") == "Où ? « Ici »"
    assert parts.count("Où\u00a0? " * 20) == parts.Count(100, 1, "")


@given(st.text(alphabet=st.sampled_from([*DEAR, *CHEAP, *"abc 019{}€"]), max_size=400))
def test_a_proposal_needs_fewer_parts_and_changes_no_digit(text: str) -> None:
    proposal = parts.propose(text)
    if proposal is not None:
        assert parts.count(proposal.text).parts == parts.count(text).parts - proposal.saves
        assert [c for c in proposal.text if c.isdigit()] == [c for c in text if c.isdigit()]
        assert parts.propose(proposal.text) is None


@pytest.mark.parametrize(
    ("text", "arabic"),
    [
        ("موعدكم يوم الاثنين", True),
        ("Bonjour محمد", True),
        ("Dossier reçu", False),
        ("Oui ؟", False),
        ("", False),
    ],
)
def test_a_text_in_arabic_is_told_apart_from_one_with_dear_letters(text: str, arabic: bool) -> None:
    assert parts.count(text).in_arabic is arabic
