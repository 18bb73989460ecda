"""Questions find their answers, and only those that may be shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.search import Searcher
from tests.knowledge_base.conftest import found


def test_any_word_suffices_and_the_best_comes_first(searcher: Searcher) -> None:
    assert found(searcher, "comment refaire ma carte d'identité perdue")[0] == "identity"


def test_accents_and_capitals_do_not_matter(searcher: Searcher) -> None:
    assert found(searcher, "IMPOTS")[0] == found(searcher, "impôts")[0] == "tax"


def test_a_form_is_found_by_its_number(searcher: Searcher) -> None:
    assert found(searcher, "cerfa 14069")[0] == "cerfa"


def test_an_unknown_word_is_corrected_and_the_correction_is_said_as_written(searcher: Searcher) -> None:
    results = searcher.find("renouveler carte d'idnetité")
    assert results.hits[0].id == "identity"
    assert results.corrected
    assert results.did_you_mean == "renouveler carte d'identité"


def test_a_correction_keeps_the_accents_of_the_corpus(searcher: Searcher) -> None:
    assert searcher.find("payer impotss").did_you_mean == "payer impôts"


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("crate d'idantité et paseport", "carte d'identité et passeport"),
        ("inpots en plusieus fiois", "impôts en plusieurs fois"),
        ("renouveller son paseport", "renouveler son passeport"),  # the first is found by its stem
        ("je renouvelais un paseport", "je renouvelais un passeport"),  # a form that nobody wrote is no slip
    ],
)
def test_several_misspelt_words_are_corrected_together(searcher: Searcher, question: str, meant: str) -> None:
    results = searcher.find(question)
    assert results.corrected and results.hits
    assert results.did_you_mean == meant


def test_a_word_that_is_known_is_never_corrected(searcher: Searcher) -> None:
    results = searcher.find("impôt")
    assert results.did_you_mean is None
    assert not results.corrected


def test_words_run_together_are_taken_apart(searcher: Searcher) -> None:
    results = searcher.find("carteidentité")
    assert results.hits[0].id == "identity"
    assert results.did_you_mean == "carte identité"


@pytest.mark.parametrize(
    ("question", "id", "meant"),
    [("passzwport", "passport", "passeport"), ("CNU", "identity", "cni")],
)
def test_when_nothing_is_known_a_guess_is_better_than_nothing(
    searcher: Searcher, question: str, id: str, meant: str
) -> None:
    results = searcher.find(question)
    assert results.hits[0].id == id
    assert results.did_you_mean == meant


def test_nothing_is_guessed_beside_a_word_that_is_known(searcher: Searcher) -> None:
    results = searcher.find("passzwport mairie")
    assert results.did_you_mean is None


@pytest.mark.parametrize("question", ["", "   ", "de la", "?!", "xyzzyq", "\x00", "a" * 5000, "mot " * 3000])
def test_a_question_that_says_nothing_finds_nothing(searcher: Searcher, question: str) -> None:
    results = searcher.find(question)
    assert results.hits == ()
    assert not results.sure


def test_filters_by_topic_kind_and_audience(searcher: Searcher) -> None:
    assert found(searcher, "demande", topics=["Logement"]) == ["cerfa"]
    assert found(searcher, "demande", kinds=["guide"]) == ["passport"]
    assert "pro" in found(searcher, "payer impôt")
    assert "pro" not in found(searcher, "payer impôt", audience="Particuliers")


def test_topics_are_counted(searcher: Searcher) -> None:
    assert searcher.find("mairie domicile impôts").topics == {"Papiers": 3, "Argent": 1}


def test_each_language_is_searched_apart(searcher: Searcher) -> None:
    assert found(searcher, "identity card", language="en") == ["id-en"]
    assert found(searcher, "بطاقه الهويه", language="ar") == ["id-ar"]
    assert found(searcher, "identity card", language="ar") == []


def test_other_languages_answer_when_they_are_accepted(searcher: Searcher) -> None:
    assert found(searcher, "carte identité", language="ar", languages=["ar", "fr"])[0] == "identity"


def test_pages_of_one_document_are_one_hit(searcher: Searcher) -> None:
    hits = searcher.find("règlement cantine absences").hits
    assert [(hit.group, hit.id, hit.page, hit.also) for hit in hits] == [
        ("rules", "rules-2", 2, ("rules-1",))
    ]


def test_pages_of_results_follow_one_another(searcher: Searcher) -> None:
    whole = found(searcher, "demande mairie domicile", limit=10)
    assert found(searcher, "demande mairie domicile", limit=2) == whole[:2]
    assert found(searcher, "demande mairie domicile", limit=2, offset=2) == whole[2:4]


def test_what_is_excluded_is_not_found(searcher: Searcher) -> None:
    assert found(searcher, "passeport", exclude=["passport"]) == []


def test_the_passage_and_its_words_are_marked(searcher: Searcher) -> None:
    hit = searcher.find("justificatifs domicile").hits[-1]
    assert hit.id == "identity"
    assert "".join(text for text, _ in hit.snippet) == (
        "… Apportez une photo d’identité et un justificatif de domicile."
    )
    assert [text for text, is_match in hit.snippet if is_match] == ["justificatif", "domicile"]
    assert hit.title_parts == (("Renouveler sa carte d’identité", False),)


def test_an_entry_found_by_its_title_shows_its_beginning(searcher: Searcher) -> None:
    hit = searcher.find("passeport").hits[0]
    assert hit.title_parts == (("Demander un ", False), ("passeport", True))
    assert hit.snippet == (("La demande se fait en mairie. Comptez 86 €.", False),)


@pytest.mark.parametrize("beginning", ["carte d", "Carte d’id", "renou", "CARTE", "pieces", "ident"])
def test_completion_ignores_accents_and_begins_at_any_word(searcher: Searcher, beginning: str) -> None:
    offered = searcher.complete(beginning)
    assert offered[0] in {"Renouveler sa carte d’identité", "Pièces à fournir"}


def test_one_letter_offers_the_best_few(searcher: Searcher) -> None:
    assert searcher.complete("p", limit=2) == [
        "Payer l’impôt sur les sociétés",
        "Payer ses impôts en plusieurs fois",
    ]
    assert len(searcher.complete("p", limit=50)) == 4


def test_completion_of_nothing_is_nothing(searcher: Searcher) -> None:
    assert searcher.complete("") == searcher.complete(" ’ ") == searcher.complete("zzz") == []


def test_an_absent_index_answers_nothing(tmp_path: Path) -> None:
    searcher = Searcher(tmp_path / "nowhere")
    assert searcher.find("impôts").hits == ()
    assert searcher.complete("imp") == []
