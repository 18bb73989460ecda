"""XML made to harm, or broken: refused with a reason, never a crash."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.reading.dila import read_dila
from knowledge_base.reading.unreadable import Unreadable

BOMB = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<Publication ID="F1">&b;</Publication>"""
FETCH = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><Publication>&x;</Publication>"""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (BOMB.encode(), "DTD"),
        (FETCH.encode(), "DTD"),
        (BOMB.encode("utf-16"), "DTD"),
        (b'<!DOCTYPE html SYSTEM "http://127.0.0.1:1/x.dtd"><Publication/>', "DTD"),
        (b"<Publication ID='F1'><Texte>", "mal form"),
        (b"<Publication>&nbsp;</Publication>", "mal form"),
        (b"<html><body/></html>", "racine"),
        (b"<Publication ID='../../x'/>", "identifiant"),
        (b"<Publication ID='F1'/>", "titre"),
        (b"<?xml version='1.0' encoding='klingon'?><Publication/>", "mal form"),
        (b"<Publication>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</Publication>", "imbriqués"),
        (b"<Publication>" + b" " * (8 * 1024 * 1024) + b"</Publication>", "trop grand"),
        (b"", "mal form"),
    ],
)
def test_hostile_or_broken_xml_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_dila(data)


@pytest.mark.parametrize(
    "tag", ["Chapitre", "Cas", "Liste", "Item", "ANoter", "Branche", "Inconnu", "Cellule"]
)
def test_what_is_nested_as_deep_as_allowed_is_read(tag: str) -> None:
    inside = f"<{tag}><Titre>t</Titre>" * 95 + "<Paragraphe>au fond</Paragraphe>" + f"</{tag}>" * 95
    head = '<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">x</dc:title>'
    sheet = read_dila(f"<Publication ID='F1'>{head}<Texte>{inside}</Texte></Publication>".encode())
    assert "au fond" in sheet.body


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_crash(noise: bytes) -> None:
    for data in (noise, b"<Publication ID='F1'>" + noise + b"</Publication>"):
        try:
            read_dila(data)
        except Unreadable as refusal:
            assert str(refusal)
