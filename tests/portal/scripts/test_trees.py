"""What is wrong with a tree is found where it is."""

from typing import Any

import pytest

from portal.errors import Refused
from portal.scripts import trees
from tests.portal.scripts.cast import LOST


def asking(*then: str) -> dict[str, Any]:
    return {"asks": "Q", "answers": [{"words": f"Vers {one}", "then": one} for one in then]}


def found(tree: dict[str, Any], *, errors: bool = True) -> list[tuple[str, str]]:
    return [(one.step, one.sentence) for one in trees.check(tree) if one.error is errors]


def with_step(key: str, step: dict[str, Any]) -> dict[str, Any]:
    return {**LOST, "steps": {**LOST["steps"], key: step}}


def test_a_sound_tree_has_nothing_wrong() -> None:
    assert trees.check(LOST) == []


@pytest.mark.parametrize(
    ("tree", "key", "words"),
    [
        (with_step("2", {}), "2", "sans dire quoi dire"),
        (with_step("2", {"asks": "Et puis ?"}), "2", "n’a pas de réponse"),
        (with_step("4", {"says": "Bonjour."}), "4", "Aucune réponse ne mène"),
        (with_step("2", asking("9", "3")), "2", "nulle part"),
        (with_step("2", asking("1", "3")), "2", "tourne en rond"),
        (
            with_step("1", {"says": "Q", "answers": LOST["steps"]["1"]["answers"]}),
            "1",
            "ne pose pas de question",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_step(tree: dict[str, Any], key: str, words: str) -> None:
    assert [sentence for step, sentence in found(tree) if step == key and words in sentence]


def test_a_loop_is_told_of_all_its_steps_and_of_no_other() -> None:
    loop = with_step("2", asking("1", "3"))
    assert [step for step, sentence in found(loop) if "tourne en rond" in sentence] == ["1", "2"]


def test_a_long_way_is_a_warning_and_is_measured_once_a_step() -> None:
    steps: dict[str, Any] = {
        str(n): {"asks": "Q", "answers": [{"words": w, "then": str(n + 1)} for w in "ABCDEF"]}
        for n in range(1, 40)
    }
    tree = {"first": "1", "steps": {**steps, "40": {"says": "Fin."}}}
    assert found(tree) == []
    assert "Plus de six questions" in found(tree, errors=False)[0][1]


def test_a_removed_step_leaves_its_answers_leading_nowhere() -> None:
    left = trees.without(LOST, "3")
    assert left["steps"]["1"]["answers"][1] == {"words": "Volée", "then": ""}
    assert LOST["steps"]["1"]["answers"][1]["then"] == "3"


def test_a_step_keeps_what_was_written_and_nothing_empty() -> None:
    typed = {
        "asks": " Quoi ? ",
        "says": "",
        "answers": [{"words": " A ", "then": "2"}, {"words": "", "then": "3"}],
    }
    assert trees.tidy(typed) == {"asks": "Quoi ?", "answers": [{"words": "A", "then": "2"}]}
    with pytest.raises(Refused):
        trees.tidy({"says": "a" * 3000})
    with pytest.raises(Refused):
        trees.tidy({"disposition": "fini"})
