"""Office documents: their text, title, language and likeness, from files made here."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.reading import DocumentText, document_to_entries, read_document, same_text
from knowledge_base.reading.language import language_of, parts_by_script
from knowledge_base.reading.pdf import Letter, _turned
from knowledge_base.reading.titles import name_as_title, page_headings
from tests.knowledge_base.reading.making import docx, letter_by_letter, lines, odt, paragraphs, pdf

LETTER = (
    "Demande de copie du diagnostic de performance du logement",
    "Madame, Monsieur, je vous prie de bien vouloir me transmettre une copie du diagnostic, que vous ne m’avez pas",
    "remise à la signature du bail. Cette pièce est obligatoire et doit être jointe au contrat dès le premier jour.",
)


def read(tmp_path: Path, data: bytes, name: str) -> DocumentText:
    path = tmp_path / name
    path.write_bytes(data)
    return read_document(path)


def test_a_word_document_is_read_with_its_tables_notes_and_page_breaks(tmp_path: Path) -> None:
    body = (
        paragraphs(LETTER[0], "Un & deux")
        + "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Loyer</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>500 €</w:t></w:r>"
        "</w:p></w:tc></w:tr></w:tbl>"
        '<w:p><w:r><w:t>avant</w:t><w:br w:type="page"/><w:tab/><w:t>après</w:t>'
        "<w:delText>effacé</w:delText></w:r></w:p>"
    )
    document = read(
        tmp_path, docx(body, {"word/footnotes.xml": f"<a>{docx_note('une note')}</a>"}), "lettre.docx"
    )
    assert document.format == "docx"
    assert document.title == LETTER[0]
    assert document.pages == (f"{LETTER[0]}\nUn & deux\nLoyer 500 €\navant", "après\nune note")


def docx_note(text: str) -> str:
    return f'<w:p xmlns:w="w"><w:r><w:t>{text}</w:t></w:r></w:p>'


def test_an_opendocument_text_is_read_with_its_spaces_and_page_breaks(tmp_path: Path) -> None:
    body = (
        '<text:tracked-changes><text:p>ancien</text:p></text:tracked-changes><text:p text:style-name="Title">Le titre'
        "<text:line-break/>du guide</text:p><text:list>\n  <text:list-item><text:p>un<text:s/>point</text:p>"
        "</text:list-item></text:list><table:table><table:table-row><table:table-cell><text:p>a</text:p>"
        "</table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
        '<text:p text:style-name="New">page <text:span>deux</text:span>, suite'
        "<text:soft-page-break/>page trois</text:p>"
    )
    document = read(tmp_path, odt(body), "guide.odt")
    assert document.format == "odt"
    assert document.title == "Le titre du guide"
    assert document.pages == ("Le titre\ndu guide\nun point\na b", "page deux, suite", "page trois")


def test_a_pdf_is_read_page_by_page(tmp_path: Path) -> None:
    first = lines("Le service des eaux", size=30) + lines(
        "Relevez votre compteur avant la fin du mois.", top=500
    )
    document = read(tmp_path, pdf(first, lines("Seconde page.")), "eau.pdf")
    assert document.title == "Le service des eaux"
    assert document.language == "fr"
    assert document.pages == (
        "Le service des eaux\nRelevez votre compteur avant la fin du mois.",
        "Seconde page.",
    )


def test_letters_laid_down_one_by_one_are_words_again(tmp_path: Path) -> None:
    first = letter_by_letter("entretien annuel par un", y=700)
    stream = f"{first} {letter_by_letter('professionnel', y=680)}"
    document = read(tmp_path, pdf(stream), "plan.pdf")
    assert document.pages == ("entretien annuel par un\nprofessionnel",)


def test_words_taken_out_backwards_are_turned() -> None:
    def letters(text: str, *, rightwards: bool) -> list[Letter]:
        pens = range(len(text)) if rightwards else range(len(text), 0, -1)
        return [Letter(char, pen, pen + 1, 0, 10, pen, False) for char, pen in zip(text, pens, strict=True)]

    space = Letter(" ", 0, 0, 0, 10, 0, True)
    word = "المواقع"
    backwards = [*letters(word[::-1], rightwards=True), space, *letters(word, rightwards=False)]
    assert _turned(backwards) == f"{word} {word}"
    assert _turned(letters("abc", rightwards=True)) == "abc"


def test_a_document_without_text_says_so(tmp_path: Path) -> None:
    scan = read(tmp_path, pdf("0 0 100 100 re f"), "Plan_du_cimetiere-2024.pdf")
    assert scan.empty
    assert scan.pages == ("",)
    assert scan.title == "Plan du cimetiere 2024"
    (entry,) = document_to_entries(scan, id="d1", name="Plan_du_cimetiere-2024.pdf")
    assert (entry.id, entry.group, entry.language, entry.body) == ("d1:1", "d1", "fr", "")


@pytest.mark.parametrize(
    ("declared", "title"),
    [
        ("Copie du diagnostic de performance", "Copie du diagnostic de performance"),
        ("Microsoft Word - lettre.doc", LETTER[0]),
        ("Rapport de la direction des achats", LETTER[0]),
        ("x", LETTER[0]),
    ],
)
def test_a_declared_title_is_believed_if_the_page_bears_it_out(
    tmp_path: Path, declared: str, title: str
) -> None:
    core = f'<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{declared}</dc:title></c>'
    assert read(tmp_path, docx(paragraphs(*LETTER), {"docProps/core.xml": core}), "l.docx").title == title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("3_Mise_en-demeure.docx", "Mise en demeure"),
        ("GuideDuTri.pdf", "Guide Du Tri"),
        ("RGAA.pdf", "RGAA"),
        ("___.pdf", "___.pdf"),
    ],
)
def test_a_file_name_is_read_aloud(name: str, title: str) -> None:
    assert name_as_title(name) == title


def test_short_lines_that_are_no_sentence_are_headings() -> None:
    page = "La cuisine\nÉvier\nRemplacement des joints\nLe locataire paie les joints.\nà suivre\nLa cuisine"
    assert page_headings(page) == ("La cuisine", "Remplacement des joints")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Vous devez faire la demande à la mairie avec une pièce d’identité.", "fr"),
        ("You have to ask for the card at the town hall and to bring your passport with you.", "en"),
        ("Debe pedir la tarjeta en el ayuntamiento con los documentos y por correo.", "es"),
        ("يجب عليك تقديم الطلب في البلدية مع وثيقة الهوية", "ar"),
        ("تاسو باید په ښاروالۍ کې غوښتنلیک وړاندې کړئ", "ps"),
        ("شما باید درخواست خود را در شهرداری ارائه دهید و گذرنامه بیاورید چون پس", "fa"),
        ("Ви повинні подати заяву до мерії та її копію", "uk"),
        ("Вы должны подать заявление в мэрию", "ru"),
        ("12/03/2024 --- 45", "und"),
    ],
)
def test_the_language_is_recognised(text: str, language: str) -> None:
    assert language_of(text) == language


def test_a_page_in_two_scripts_is_found_in_both_languages() -> None:
    french = "\n".join(LETTER)
    arabic = "\n".join(["يجب عليك تقديم الطلب في البلدية مع وثيقة الهوية"] * 4)
    assert parts_by_script(f"{french}\n{arabic}") == {"fr": french, "ar": arabic}
    page = f"{french}\n{arabic}"
    entries = document_to_entries(
        DocumentText("pdf", "ar", "Mandat", (page, "x"), False, ""), id="m", name="Mon_mandat.pdf"
    )
    assert [(entry.id, entry.language, entry.page) for entry in entries] == [
        ("m:1:fr", "fr", 1),
        ("m:1:ar", "ar", 1),
        ("m:2", "ar", 2),
    ]
    assert {(entry.group, entry.kind, entry.title, entry.keywords) for entry in entries} == {
        ("m", "document", "Mandat", ("Mon mandat",))
    }


def test_one_text_in_three_formats_is_recognised_and_another_letter_is_not(tmp_path: Path) -> None:
    other = (
        LETTER[0],
        "Madame, Monsieur, je constate que le chauffage est en panne depuis dix jours.",
        LETTER[2],
    )
    body = "".join(f"<text:p>{text}</text:p>" for text in LETTER)
    word = read(tmp_path, docx(paragraphs(*LETTER)), "a.docx")
    opened = read(tmp_path, odt(body), "a.odt")
    printed = read(tmp_path, pdf(lines(*LETTER, "Page 1/1", size=8)), "a.pdf")
    second = read(tmp_path, docx(paragraphs(*other)), "b.docx")
    nothing = read(tmp_path, pdf(lines("Rien")), "c.pdf")
    assert same_text(word, opened)
    assert same_text(word, printed)
    assert not same_text(word, second)
    assert not same_text(nothing, nothing)
