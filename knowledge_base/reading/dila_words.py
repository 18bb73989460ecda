"""The vocabulary of the DILA schemas 3.3 and 3.4: what each element is on a page, and what one tells."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from knowledge_base.reading import md

STRONG = frozenset({"MiseEnEvidence"})
SLANTED = frozenset({"Expression", "Citation", "TermeEtranger", "Variable"})
LINKS = frozenset({"LienInterne", "LienExterne", "LienIntra"})
INLINE = STRONG | SLANTED | LINKS | {"Valeur", "Exposant", "Indice"}
CONTAINERS = frozenset(
    {"Chapitre", "SousChapitre", "Situation", "Cas", "SousDossier", "SousTheme", "Problematique", "Question"}
)
NOTES = frozenset({"ANoter", "ASavoir", "Attention", "Rappel", "Exemple", "Avertissement", "Aide"})
ITEMS = frozenset(
    {
        "ServiceEnLigne",
        "ServiceEnLigneAnnexe",
        "ServiceEnLigneAlternatif",
        "NoticeLiee",
        "LienWeb",
        "LienExterneCommente",
        "Reference",
        "PourEnSavoirPlus",
        "OuSAdresser",
        "OuSAdresserSupport",
        "QuiPeutMAider",
        "Fiche",
        "Dossier",
        "FicheLiee",
        "CommentFaireSi",
        "RechercheGuidee",
        "Partenaire",
    }
)
CONTACTS = frozenset({"OuSAdresser", "OuSAdresserSupport", "QuiPeutMAider"})
LISTED = ITEMS | {"Branche", "Choix", "Definition", "Abreviation"}
BLOCKS = CONTAINERS | NOTES | LISTED | {"Paragraphe", "Liste", "Tableau", "Texte", "Image", "Illustration"}
SILENT = frozenset({"PivotLocal", "Theme"})  # codes and navigation: `Contact.kind`, `Sheet.topic`

TARGET_KINDS = {
    "Formulaire": "form",
    "Téléservice": "online_service",
    "Téléservice personnalisé sur SP": "online_service",
    "Outil de recherche": "online_service",
    "Modèle de document": "letter",
    "Simulateur": "simulator",
    "Dossier": "folder",
    "Theme": "folder",
}
UNTITLED = {"form": "Formulaire", "simulator": "Simulateur", "letter": "Modèle de document"}

RELATIONS = {
    "Fiche": "child",
    "Dossier": "child",
    "FicheLiee": "see_also",
    "CommentFaireSi": "see_also",
    "RechercheGuidee": "see_also",
    "ServiceEnLigneAlternatif": "see_also",
    "Reference": "reference",
    "PourEnSavoirPlus": "outside",
    "LienWeb": "outside",
    "LienExterneCommente": "outside",
    "NoticeLiee": "form",
    "Partenaire": "outside",
}


def is_sheet(ref: str) -> bool:
    return len(ref) > 1 and ref[0] in "FNR" and ref[1:].isdigit()


def speaks(element: Element) -> bool:
    return bool((element.text or "").strip()) or any((child.tail or "").strip() for child in element)


def holds_blocks(element: Element) -> bool:
    return any(inner.tag in BLOCKS for inner in element.iter())


def count(text: str | None) -> int:
    return min(int(text), 50) if text and text.isdecimal() else 1


def measures(element: Element) -> str:
    web = element if element.get("format") else element.find("LienWeb")
    file_format = (web.get("format", "") if web is not None else "").rpartition("/")[2].upper()
    facts = [
        f"cerfa n° {md.escape(element.get('numerocerfa'))}" if element.get("numerocerfa") else "",
        md.escape(element.get("autrenumero")),
        file_format if file_format.isalpha() else "",
        md.escape(web.get("poids")) if web is not None else "",
    ]
    said = ", ".join(filter(None, facts))
    return f" ({said})" if said else ""
