"""Sheets of service-public.fr, small ones that we wrote in its schemas."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.entry import KINDS, Contact, Link, Sheet
from knowledge_base.reading.dila import read_dila
from knowledge_base.reading.plain import markdown_sections

HEAD = """<dc:title>Carte de bibliothèque</dc:title><dc:subject>Loisirs, Culture</dc:subject>
<dc:description>Comment obtenir une carte.</dc:description><dc:date>modified 2026-02-03</dc:date>
<dc:language>Fr</dc:language><SurTitre>Fiche pratique</SurTitre><Audience>Particuliers</Audience>
<FilDAriane><Niveau ID="Particuliers">Accueil particuliers</Niveau><Niveau ID="N1">Loisirs</Niveau>
<Niveau ID="N12">Lecture</Niveau><Niveau ID="F100" type="x">Carte de bibliothèque</Niveau></FilDAriane>
<Theme ID="N1"><Titre>Loisirs</Titre></Theme><SousThemePere ID="N11">Culture publique</SousThemePere>
<DossierPere ID="N12"><Titre>Lecture</Titre><Fiche ID="F100">Carte</Fiche><Fiche ID="F101">Prêt</Fiche></DossierPere>
"""


def publication(
    body: str, *, kind: str = "Fiche d'information", ref: str = "F100", head: str = HEAD
) -> Sheet:
    return read_dila(
        f"""<?xml version="1.0" encoding="UTF-8"?>
        <Publication xmlns:dc="http://purl.org/dc/elements/1.1/" ID="{ref}" type="{kind}"
          spUrl="https://www.service-public.fr/particuliers/vosdroits/{ref}">{head}{body}</Publication>""".encode()
    )


def paragraph(inside: str) -> str:
    return publication(f"<Texte><Paragraphe>{inside}</Paragraphe></Texte>").body


def test_a_sheet_says_who_it_is() -> None:
    sheet = publication("<Texte><Paragraphe>Bonjour.</Paragraphe></Texte>")
    assert (sheet.source_ref, sheet.audience, sheet.kind) == ("F100", "particuliers", "guide")
    assert sheet.title == "Carte de bibliothèque"
    assert sheet.summary == "Comment obtenir une carte."
    assert sheet.topic == "Loisirs"
    assert sheet.breadcrumb == ("Loisirs", "Lecture")
    assert sheet.keywords == ("Culture publique", "Loisirs", "Culture")
    assert sheet.updated == date(2026, 2, 3)
    assert sheet.url == "https://www.service-public.fr/particuliers/vosdroits/F100"
    assert Link("Lecture", "N12", "", "parent") in sheet.links
    assert sheet.body == "Bonjour."


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("Fiche Question-réponse", "question"),
        ("Fiche Question-réponse conditionnée", "question"),
        ("Fiche d'information conditionnée", "guide"),
        ("Fiche Comment faire si", "guide"),
        ("Dossier", "folder"),
        ("Theme", "folder"),
        ("Formulaire", "form"),
        ("Téléservice", "online_service"),
        ("Modèle de document", "letter"),
        ("Simulateur", "simulator"),
        ("Un genre de demain", "guide"),
    ],
)
def test_the_kind_comes_from_the_type(source: str, kind: str) -> None:
    assert publication("", kind=source).kind == kind
    assert kind in KINDS


def test_chapters_situations_and_cases_are_headings_whose_path_can_be_read() -> None:
    sheet = publication(
        """<ListeSituations affichage="onglet"><Situation><Titre>Vous habitez la commune</Titre><Texte>
        <Chapitre><Titre><Paragraphe>Démarche</Paragraphe></Titre><SousChapitre><Titre>Au guichet</Titre>
        <BlocCas><Cas><Titre>Adulte</Titre><BlocCas><Cas><Titre>Étudiant</Titre><BlocCas><Cas><Titre>Boursier</Titre>
        <Paragraphe>Gratuit.</Paragraphe></Cas></BlocCas></Cas></BlocCas></Cas></BlocCas></SousChapitre></Chapitre>
        </Texte></Situation></ListeSituations>"""
    )
    assert sheet.body.split("\n\n") == [
        "## Vous habitez la commune",
        "### Démarche",
        "#### Au guichet",
        "##### Adulte",
        "###### Étudiant",
        "###### Étudiant – Boursier",
        "Gratuit.",
    ]


def test_lists_nest_and_are_numbered_where_the_source_numbers_them() -> None:
    body = publication(
        """<Texte><Liste type="puce"><Item><Paragraphe>Un</Paragraphe></Item><Item><Paragraphe>Deux :</Paragraphe>
        <Liste type="numero"><Item><Paragraphe>a</Paragraphe></Item><Item><Paragraphe>b</Paragraphe></Item></Liste>
        </Item></Liste></Texte>"""
    ).body
    assert body == "- Un\n- Deux :\n  1. a\n  2. b"


def test_a_table_keeps_its_header_and_repeats_what_spans_lines() -> None:
    body = publication(
        """<Texte><Tableau><Titre>Tarifs</Titre><Colonne largeur="9" type="normal"/>
        <Rangée type="header"><Cellule><Paragraphe>Qui</Paragraphe></Cellule><Cellule fusionHorizontale="2">
        <Paragraphe>Prix | an</Paragraphe></Cellule></Rangée>
        <Rangée type="normal"><Cellule fusionVerticale="2"><Paragraphe>Adulte</Paragraphe></Cellule>
        <Cellule><Paragraphe>5 €</Paragraphe></Cellule><Cellule><Liste type="puce"><Item><Paragraphe>x</Paragraphe>
        </Item><Item><Paragraphe>y</Paragraphe></Item></Liste></Cellule></Rangée>
        <Rangée type="normal"><Cellule><Paragraphe>6 €</Paragraphe></Cellule><Cellule/></Rangée></Tableau></Texte>"""
    ).body
    assert body.split("\n") == [
        "**Tarifs**",
        "",
        r"| Qui | Prix \| an |  |",
        "| --- | --- | --- |",
        "| Adulte | 5 € | x ; y |",
        "| Adulte | 6 € |  |",
    ]


@pytest.mark.parametrize("tag", ["ANoter", "ASavoir", "Attention", "Rappel", "Exemple"])
def test_notes_are_quotes(tag: str) -> None:
    body = publication(
        f"<Texte><{tag}><Titre>Bon à savoir</Titre><Paragraphe>Lisez.</Paragraphe></{tag}></Texte>"
    ).body
    assert body == "> **Bon à savoir**\n>\n> Lisez."


def test_links_lead_to_sheets_of_this_audience_or_name_the_other() -> None:
    assert paragraph(
        'Voir <LienInterne LienPublication="F7" type="x" audience="Particuliers">le prêt</LienInterne>.'
    ) == ("Voir [le prêt](sheet:F7).")
    assert paragraph('<LienInterne LienPublication="F7" audience="Associations">le prêt</LienInterne>') == (
        "[le prêt](sheet:associations/F7)"
    )
    assert paragraph('<LienExterne URL="https://exemple.fr/a b(c)">le site</LienExterne>') == (
        "[le site](https://exemple.fr/a%20b%28c%29)"
    )


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://x", ""])
def test_an_address_of_another_scheme_is_text_alone(url: str) -> None:
    assert paragraph(f'<LienExterne URL="{url}">le site</LienExterne>') == "le site"


def test_an_abbreviation_is_text_where_it_stands_and_is_explained_at_the_end() -> None:
    sheet = publication(
        """<Texte><Paragraphe>Le <LienInterne LienPublication="R9" type="Sigle">RSA</LienInterne> et
        <LienIntra LienID="R8" type="Définition de glossaire">foyer</LienIntra></Paragraphe></Texte>
        <Definition ID="R8"><Titre>Foyer</Titre><Texte><Paragraphe>Qui vit ici.</Paragraphe></Texte></Definition>
        <Abreviation ID="R9" type="Sigle"><Titre>RSA</Titre><Texte><Paragraphe>Revenu</Paragraphe></Texte>
        </Abreviation>"""
    )
    assert sheet.body == "Le RSA et foyer\n\n## Définitions\n\n- **Foyer** : Qui vit ici.\n- **RSA** : Revenu"
    assert not [link for link in sheet.links if link.source_ref in ("R8", "R9")]


def test_online_services_and_forms_are_links_with_what_they_weigh() -> None:
    sheet = publication(
        """<ServiceEnLigne ID="R3" URL="https://exemple.fr/carte" type="Formulaire" numerocerfa="12345*01"
        format="application/pdf" poids="80 KB"><Titre>Demande de carte</Titre><Source>Ville</Source>
        <NoticeLiee ID="R4" URL="https://exemple.fr/notice">Notice</NoticeLiee></ServiceEnLigne>"""
    )
    assert sheet.body == (
        "## Services en ligne et formulaires\n\n"
        r"- Formulaire : [Demande de carte](https://exemple.fr/carte) (cerfa n° 12345\*01, PDF, 80 KB) — Ville"
        "\n  - [Notice](https://exemple.fr/notice)"
    )
    assert Link("Demande de carte", "R3", "https://exemple.fr/carte", "form") in sheet.links


@pytest.mark.parametrize("tag", ["OuSAdresser", "QuiPeutMAider"])
def test_whom_to_contact_is_read_in_both_schemas_once_for_each_place(tag: str) -> None:
    place = f"""<{tag} ID="R1" type="Local"><Titre>Mairie</Titre><Complement>%s</Complement>
    <PivotLocal>mairie</PivotLocal><RessourceWeb URL="https://exemple.fr/"/></{tag}>"""
    sheet = publication(
        f"<Texte><Chapitre>{place % 'Pour la carte'}</Chapitre></Texte>{place % 'Pour le prêt'}"
    )
    assert sheet.contacts == (
        Contact("R1", "Mairie", "mairie", "https://exemple.fr/", "Pour la carte\n\nPour le prêt"),
    )
    assert sheet.body == "- Où s’adresser : [Mairie](https://exemple.fr/) — Pour la carte"


def test_a_folder_lists_its_children_in_order() -> None:
    sheet = publication(
        """<SousDossier ID="N12-1"><Titre>Prêt</Titre><Fiche ID="F3">Durée</Fiche><Fiche ID="F2">Retard</Fiche>
        </SousDossier><SousTheme ID="N5"><Titre>Lieux</Titre><Dossier ID="N6"><Titre>Centre</Titre></Dossier>
        </SousTheme>
        <QuestionReponse ID="F9" audience="Particuliers">Peut-on réserver ?</QuestionReponse>
        <VoirAussi important="non"><Fiche ID="F8" audience="Particuliers"><Titre>Amendes</Titre>
        <Theme ID="N1"><Titre>Loisirs</Titre></Theme></Fiche></VoirAussi>""",
        kind="Dossier",
        ref="N12",
    )
    assert sheet.kind == "folder"
    assert sheet.body == (
        "## Prêt\n\n- [Durée](sheet:F3)\n- [Retard](sheet:F2)\n\n## Lieux\n\n- [Centre](sheet:N6)"
    )
    assert [link.source_ref for link in sheet.links if link.kind == "child"] == ["F3", "F2", "N6"]
    assert sheet.questions == ("Peut-on réserver ?",)
    assert Link("Peut-on réserver ?", "F9", "", "question") in sheet.links
    assert Link("Amendes", "F8", "", "see_also") in sheet.links


def test_a_guided_search_is_a_tree_of_situations() -> None:
    body = publication(
        """<Problematiques><Problematique><Titre><Paragraphe>Vous déménagez</Paragraphe></Titre><Branche>
        <Titre>En ville</Titre><Aide><Paragraphe>Même commune</Paragraphe></Aide>
        <LienInterne LienPublication="F5"/></Branche></Problematique></Problematiques>"""
    ).body
    assert body == "## Vous déménagez\n\n- En ville\n\n  > Même commune\n\n  [Voir la fiche](sheet:F5)"


def test_an_introduction_that_the_summary_says_is_not_said_twice() -> None:
    said = "<Introduction><Texte><Paragraphe>Comment obtenir {}.</Paragraphe></Texte></Introduction>"
    assert publication(said.format("une carte")).body == ""
    assert publication(said.format("une autre carte")).body == "Comment obtenir une autre carte."


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("<MiseEnEvidence>gras </MiseEnEvidence>ici", "**gras** ici"),
        ("<MiseEnEvidence>M.</MiseEnEvidence>Dupont", "M.Dupont"),
        ("<MiseEnEvidence>a</MiseEnEvidence><MiseEnEvidence>b</MiseEnEvidence>", "**ab**"),
        ("le <Expression>prêt</Expression>", "le *prêt*"),
        ("<MiseEnEvidence>1<Exposant>er</Exposant> mai</MiseEnEvidence>", "**1er mai**"),
        ("13974*02 [x] _y_", r"13974\*02 \[x\] \_y\_"),
        ("1. janvier", r"1\. janvier"),
        ("# dièse", r"\# dièse"),
        ("+ 5 €", r"\+ 5 €"),
        ("&amp;lt;b&amp;gt;", "&amp;lt;b&amp;gt;"),
    ],
)
def test_marks_are_written_where_markdown_sees_them(source: str, written: str) -> None:
    assert paragraph(source) == written


def test_unknown_elements_are_read_through() -> None:
    sheet = publication(
        """<Nouveau><Bandeau>Alerte</Bandeau><Encart><Paragraphe>Dans un <Pastille>petit</Pastille> encart</Paragraphe>
        </Encart>suite</Nouveau>"""
    )
    assert sheet.body == "Alerte\n\nDans un petit encart\n\nsuite"


def test_the_digest_changes_with_the_content_only() -> None:
    one = publication("<Texte><Paragraphe>Bonjour.</Paragraphe></Texte>")
    same = publication("<Texte>\n  <Paragraphe>Bonjour.</Paragraphe>\n</Texte><!-- relu -->")
    other = publication("<Texte><Paragraphe>Bonsoir.</Paragraphe></Texte>")
    assert one.digest == same.digest != other.digest


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co")), min_size=1, max_size=40)
_TAGS = ("MiseEnEvidence", "Expression", "Valeur", "Exposant", "Inconnu", "Citation")


@given(st.lists(st.tuples(st.sampled_from((*_TAGS, "")), _TEXT), min_size=1, max_size=6))
def test_whatever_a_paragraph_says_is_what_its_markdown_says(parts: list[tuple[str, str]]) -> None:
    from xml.sax.saxutils import escape

    inside = "".join(f"<{tag}>{escape(text)}</{tag}>" if tag else escape(text) for tag, text in parts)
    said = "".join(text for _, text in parts)
    assert _bare(markdown_sections(paragraph(inside)).text) == _bare(said)


def _bare(text: str) -> str:
    return "".join(text.split())


def test_a_form_says_where_it_is_and_which_sheets_use_it() -> None:
    sheet = read_dila(
        b"""<ServiceComplementaire xmlns:dc="http://purl.org/dc/elements/1.1/" ID="R100" type="Formulaire">
        <dc:title>Formulaire 1*2 : Carte</dc:title><FilDAriane><Niveau ID="Particuliers">Accueil</Niveau></FilDAriane>
        <Theme ID="N2"><Titre>Entreprises</Titre><Audience>Professionnels</Audience></Theme>
        <Theme ID="N1"><Titre>Loisirs</Titre><Audience>Particuliers</Audience></Theme><NumeroCerfa>1*2</NumeroCerfa>
        <LienWeb URL="https://exemple.fr/f.pdf" format="application/pdf" poids="9 KB"><Source>Ville</Source></LienWeb>
        <FicheLiee ID="F100" audience="Particuliers" type="x"><Titre>La carte</Titre><Dossier ID="N12">Lecture</Dossier>
        </FicheLiee></ServiceComplementaire>"""
    )
    assert (sheet.kind, sheet.topic, sheet.keywords) == ("form", "Loisirs", ("cerfa 1*2",))
    assert sheet.extra["service_url"] == "https://exemple.fr/f.pdf"
    assert sheet.body == "- [Ouvrir le formulaire](https://exemple.fr/f.pdf) (PDF, 9 KB) — Ville"
    assert Link("La carte", "F100", "", "see_also") in sheet.links


def test_a_letter_is_its_text_not_a_summary_of_it() -> None:
    head: Any = HEAD.replace("Comment obtenir une carte.", "Madame, je demande une carte.")
    sheet = publication(
        "<Texte><Paragraphe>Madame, je demande une carte.</Paragraphe></Texte>",
        kind="Modèle de document",
        head=head,
    )
    assert (sheet.summary, sheet.body) == ("", "Madame, je demande une carte.")
