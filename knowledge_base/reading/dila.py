"""The sheets of service-public.fr (DILA, schemas 3.3 and 3.4), one XML file each.

`Publication` is a sheet (F…) or a folder or theme of sheets (N…), `ServiceComplementaire` a form, an online
service, a letter, a simulator (R…). `Sheet.body` is the whole page but for what has a field of its own:
contacts, related questions, "see also". `Link.kind` says how the page leads there: `child` and `parent`
(folders), `see_also`, `question`, `inline` or `folder` (in the text), `form`, `online_service`, `letter`,
`simulator`, `reference` (a legal text), `outside`. Another audience's sheet is `audience/F1234` as a
`Link.source_ref`.
"""

from __future__ import annotations

import re
from datetime import date
from xml.etree.ElementTree import Element

from knowledge_base.entry import Contact, Link, Sheet
from knowledge_base.reading import md
from knowledge_base.reading.digest import with_digest
from knowledge_base.reading.dila_body import Body
from knowledge_base.reading.dila_words import CONTACTS, TARGET_KINDS
from knowledge_base.reading.unreadable import Unreadable
from knowledge_base.reading.xml import parse_xml

DC = "{http://purl.org/dc/elements/1.1/}"
ROOTS = ("Publication", "ServiceComplementaire")
NAVIGATION = frozenset(
    {
        "SurTitre",
        "Audience",
        "Canal",
        "FilDAriane",
        "Theme",
        "SousThemePere",
        "DossierPere",
        "SousDossierPere",
        "NumeroCerfa",
        "AutreNumero",
        "Cible",
        "PivotLocal",
        "QuestionReponse",
        "VoirAussi",
        "CommentFaireSi",
        "RechercheGuidee",
        "FicheLiee",
    }
)
SECTIONS = {  # what stands at the end of a page, under a heading of ours
    "ServiceEnLigne": "Services en ligne et formulaires",
    "ServiceEnLigneAlternatif": "Services en ligne et formulaires",
    "Definition": "Définitions",
    "Abreviation": "Définitions",
    "PourEnSavoirPlus": "Pour en savoir plus",
    "Partenaire": "Pour en savoir plus",
    "Reference": "Textes de référence",
}
DOORS = {
    "Formulaire": "Ouvrir le formulaire",
    "Simulateur": "Ouvrir le simulateur",
    "Outil de recherche": "Ouvrir l’outil de recherche",
}
KIND_BY_TYPE = TARGET_KINDS | {
    "Fiche Question-réponse": "question",
    "Fiche Question-réponse conditionnée": "question",
}


def read_dila(data: bytes) -> Sheet:
    """The sheet in one XML file."""
    root = parse_xml(data)
    if root.tag not in ROOTS:
        raise Unreadable(f"Ce n’est pas une fiche : racine « {root.tag[:60]} ».")
    ref = root.get("ID", "")
    title = _text(root.find(f"{DC}title")) or _text(root.find("FilDAriane/Niveau[last()]"))
    if not re.fullmatch(r"[A-Za-z][\w-]{0,39}", ref) or not title:
        raise Unreadable("Fiche sans identifiant ou sans titre.")
    audience = _audience(root)
    body = Body(audience, _local(root), DOORS.get(root.get("type", ""), "Accéder au service"))
    summary = _text(root.find(f"{DC}description"))
    kind = KIND_BY_TYPE.get(root.get("type", ""), _kind_by_root(root, ref))
    if summary == title or kind == "letter":  # the source describes a letter by its whole text
        summary = ""
    text = _body(root, body, summary)
    return with_digest(
        Sheet(
            source_ref=ref,
            audience=audience,
            kind=kind,
            language=_text(root.find(f"{DC}language")).lower()[:2] or "fr",
            title=title,
            body=text,
            summary=summary,
            topic=_topic(root, audience),
            breadcrumb=_breadcrumb(root, ref),
            keywords=_keywords(root, title),
            questions=tuple(_text(one) for one in root.iter("QuestionReponse") if _text(one)),
            links=_links(root, body),
            contacts=_contacts(root, audience),
            url=md.address(root.get("spUrl", ""))
            or f"https://www.service-public.fr/{audience}/vosdroits/{ref}",
            updated=_date(_text(root.find(f"{DC}date"))),
            extra=_extra(root),
        )
    )


def _text(element: Element | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def _audience(root: Element) -> str:
    first = root.find("FilDAriane/Niveau")
    if first is not None and first.get("ID"):
        return first.get("ID", "").lower()
    in_address = re.search(r"/(\w+)/vosdroits/", root.get("spUrl", ""))
    return (in_address[1] if in_address else _text(root.find("Audience")) or "particuliers").lower()


def _local(root: Element) -> frozenset[str]:
    explained = [*root.iter("Definition"), *root.iter("Abreviation")]
    return frozenset(one.get("ID", "") for one in explained)


def _kind_by_root(root: Element, ref: str) -> str:
    if root.tag == "ServiceComplementaire":
        return "online_service"
    return "folder" if ref.startswith("N") else "guide"


def _body(root: Element, body: Body, summary: str) -> str:
    """An introduction that the summary says word for word, without a link, is not said twice."""
    main: list[str] = []
    sections: dict[str, list[str]] = {title: [] for title in SECTIONS.values()}
    for child in root:
        if child.tag.startswith(DC) or child.tag in NAVIGATION or child.tag in CONTACTS:
            continue
        if child.tag == "Introduction" and _text(child) == summary and not _leads_somewhere(child):
            continue
        blocks = body.block(child, 2)
        if child.tag == "Dossier" and root.tag == "ServiceComplementaire":
            continue
        if child.tag in SECTIONS:
            sections[SECTIONS[child.tag]] += blocks
        else:
            main += blocks
    for title, blocks in sections.items():
        if blocks:
            main += [md.heading(title, 2), *blocks]
    return md.join(main)


def _leads_somewhere(element: Element) -> bool:
    return any(inner.tag.startswith("Lien") for inner in element.iter())


def _topic(root: Element, audience: str) -> str:
    themes = root.findall("Theme")
    for theme in themes:
        if _text(theme.find("Audience")).lower() in ("", audience):
            return _text(theme.find("Titre"))
    levels = [level for level in root.findall("FilDAriane/Niveau") if level.get("ID", "").startswith("N")]
    return _text(levels[0]) if levels else ""


def _breadcrumb(root: Element, ref: str) -> tuple[str, ...]:
    levels = root.findall("FilDAriane/Niveau")[1:]
    return tuple(_text(level) for level in levels if level.get("ID") != ref and _text(level))


def _keywords(root: Element, title: str) -> tuple[str, ...]:
    said = [_text(one) for tag in ("SousThemePere", "SousDossierPere", "Cible") for one in root.findall(tag)]
    said += [f"cerfa {_text(one)}" for one in root.findall("NumeroCerfa")]
    said += [_text(one) for one in root.findall("AutreNumero")]
    said += re.split(r",\s+", _text(root.find(f"{DC}subject")))
    return tuple(dict.fromkeys(word for word in said if word and word != title))


def _links(root: Element, body: Body) -> tuple[Link, ...]:
    """The links of the text, then those beside it. Of two titles, the rarer is kept."""
    see_also = [one for group in root.findall("VoirAussi") for one in group]
    see_also += [
        one for tag in ("CommentFaireSi", "RechercheGuidee", "FicheLiee") for one in root.findall(tag)
    ]
    folders = root.findall("DossierPere")
    if root.tag == "ServiceComplementaire":
        folders += root.findall("Dossier")
    for relation, group in (
        ("see_also", see_also),
        ("question", root.iter("QuestionReponse")),
        ("parent", folders),
    ):
        for one in group:
            _remember(body, one, _name(one), relation)
    return tuple(body.links.values())


def _remember(body: Body, element: Element, title: str, relation: str) -> None:
    if title and element.get("ID"):
        body.remember(element.get("ID", ""), element.get("audience", ""), title, "", relation)


def _name(element: Element) -> str:
    titre = element.find("Titre")
    return md.escape(_text(element if titre is None else titre))


def _contacts(root: Element, audience: str) -> tuple[Contact, ...]:
    """Each contact point once, wherever the page names it; what is said of it here and there is gathered."""
    found: dict[str, Contact] = {}
    for element in root.iter():
        if element.tag not in CONTACTS:
            continue
        title = _text(element.find("Titre")) or _text(element)
        if not title:
            continue
        ref = element.get("ID") or title
        webs = [md.address(web.get("URL", "")) for web in element.findall("RessourceWeb")]
        note = _note(element, audience, webs[1:])
        known = found.get(ref)
        if known is not None:
            both = known.note if note in known.note else "\n\n".join(filter(None, [known.note, note]))
            found[ref] = Contact(ref, known.title, known.kind, known.url, both)
        else:
            kind = _text(element.find("PivotLocal"))
            found[ref] = Contact(ref, title, kind, next(filter(None, webs), ""), note)
    return tuple(found.values())


def _note(element: Element, audience: str, more: list[str]) -> str:
    """What is said of a contact (when to go there, numbers, hours), in Markdown."""
    source = element.find("Source")
    skip = (element.find("Titre"), source, *element.findall("RessourceWeb"))
    blocks = Body(audience, frozenset()).within(element, md.LAST_LEVEL, skip)
    blocks += [md.link(md.escape(url), url) for url in more if url]
    return md.join([*blocks, *([md.finish(md.escape(_text(source)))] if _text(source) else [])])


def _date(text: str) -> date | None:
    found = re.search(r"\d{4}-\d{2}-\d{2}", text)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def _extra(root: Element) -> dict[str, str]:
    """`service_url` is where a form or an online service is; `type`, the source's own word for the kind."""
    web = root.find("LienWeb")
    schema = re.search(r"/(\d+\.\d+)/", " ".join(root.attrib.values()))
    known = {
        "type": root.get("type", ""),
        "service_url": md.address(web.get("URL", "")) if web is not None else "",
        "cerfa": _text(root.find("NumeroCerfa")),
        "publisher": _text(root.find(f"{DC}publisher")),
        "status": root.get("statut", ""),
        "important_change": root.get("dateDerniereModificationImportante", "")[:10],
        "schema": schema[1] if schema else "",
    }
    return {name: value for name, value in known.items() if value}
