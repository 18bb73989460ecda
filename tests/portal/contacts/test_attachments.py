"""Files that come with a message: judged by what they are, named so that nothing else can be meant, kept whole."""

from __future__ import annotations

import os
import time
import unicodedata
import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal import storage
from portal.contacts import attachments
from portal.contacts.models import Message
from portal.database import db
from portal.errors import Refused
from tests import make

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
PDF = b"%PDF-1.7\n%%EOF"


def archive(*entries: tuple[str, bytes], encrypted: bool = False) -> bytes:
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries:
            made.writestr(name, data)
    data = bytearray(held.getvalue())
    if encrypted:
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            place = -1
            while (place := data.find(mark, place + 1)) >= 0:
                data[place + offset] |= 1
    return bytes(data)


TYPES = ("[Content_Types].xml", b"<Types/>")
DOCX = archive(TYPES, ("word/document.xml", b"<w/>"))
ODT = archive(("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<o/>"))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", PDF),
        ("a.JPG", b"\xff\xd8\xff\xe0" + b"\0" * 9),
        ("a.png", PNG),
        ("a.webp", b"RIFF\0\0\0\0WEBPVP8 "),
        ("a.heic", b"\0\0\0\x18ftypheic\0\0"),
        ("a.docx", DOCX),
        ("a.odt", ODT),
        ("a.txt", "Bonjour, c’est l’été\n".encode()),
        ("a.txt", "été".encode("cp1252")),
        ("a.txt", "Bonjour".encode("utf-16")),
    ],
)
def test_what_people_send_is_taken(tmp_path: Path, name: str, data: bytes) -> None:
    kept = attachments.keep(tmp_path, name, data)
    assert (kept.name, kept.size) == (name, len(data))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.exe", b"MZ\x90\0"),
        ("a.pdf", b"MZ\x90\0"),
        ("a.sh", b"#!/bin/sh\nrm -rf /\n"),
        ("a.png.exe", PNG),
        ("a.png", PDF),
        ("a.html", b"<html><script>alert(1)</script>"),
        ("a.txt", b"<!DOCTYPE html><p>"),
        ("a.txt", b"bonjour <script>alert(1)</script>"),
        ("a.svg", b"<svg xmlns='x'/>"),
        ("a.docx", archive(TYPES, ("word/document.xml", b"x"), ("word/vbaProject.bin", b"x"))),
        ("a.docx", archive(("[Content_Types].xml", b"x.macroEnabled.main+xml"), ("word/document.xml", b"x"))),
        ("a.docm", DOCX),
        ("a.docx", archive(TYPES, ("word/document.xml", b"x"), encrypted=True)),
        ("a.odt", archive(("mimetype", b"application/vnd.oasis.opendocument.text"), ("Basic/x.xml", b"x"))),
        ("a.zip", archive(("a.txt", b"x"))),
        ("a.docx", DOCX[: len(DOCX) // 2]),
        ("a.docx", b"PK\x03\x04" + b"\xff" * 200),
        ("a.pdf", b""),
        ("a.pdf", PDF + b"\0" * attachments.LARGEST),
    ],
)
def test_what_may_harm_or_lie_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(Refused):
        attachments.keep(tmp_path, name, data)
    assert list(tmp_path.rglob("*")) == []


def test_what_would_unfold_without_end_is_refused(tmp_path: Path) -> None:
    bomb = archive(TYPES, ("word/document.xml", b"\0" * 210 * 1024 * 1024))
    with pytest.raises(Refused):
        attachments.keep(tmp_path, "a.docx", bomb)
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\temp\\été.txt", "été.txt"),
        ("fac\u202etxt.pdf\0.txt", "fac txt.pdf.txt"),
        ("con.txt", "_con.txt"),
        ("...", "piece.txt"),
        ('a"b\r\nX-Y: z.txt', "ab X-Y z.txt"),
        ("é" * 300 + ".txt", "é" * 116 + ".txt"),
    ],
)
def test_names_lose_what_they_could_mean_elsewhere(tmp_path: Path, given_name: str, safe: str) -> None:
    assert attachments.keep(tmp_path, given_name, b"Bonjour").name == safe


@given(st.text(max_size=300))
def test_a_safe_name_is_one_short_line_without_path(name: str) -> None:
    safe = attachments.safe_name(name)
    assert 0 < len(safe) <= attachments.LONGEST_NAME
    assert not set(safe) & set('/\\<>:"|?*') and not safe.startswith(".")
    assert all(unicodedata.category(c)[0] != "C" for c in safe)


@given(st.binary(max_size=3000), st.sampled_from(["a.pdf", "a.docx", "a", "a.txt"]))
def test_any_bytes_are_judged_without_failing(data: bytes, name: str) -> None:
    for start in (b"", b"PK\x03\x04", b"%PDF-"):
        with suppress(Refused):
            assert attachments.kind_of(start + data, name) in attachments.EXTENSIONS


def test_too_many_files_or_too_heavy_together_are_refused() -> None:
    with pytest.raises(Refused, match="Dix fichiers"):
        attachments.check_all([("a", 1)] * 11, most_mb=25)
    with pytest.raises(Refused, match="trop lourds"):
        attachments.check_all([("a", 9 * 1024 * 1024)] * 3, most_mb=25)


def test_the_sweep_removes_only_what_no_message_names(app: Flask, tmp_path: Path) -> None:
    kept = [attachments.keep(tmp_path, f"{n}.txt", f"Texte {n}".encode()) for n in range(4)]
    message = Message(contact=make.contact("web"), direction="in", channel="web", body="x", state="received")
    attachments.attach(message, kept[:1])
    db.session.add(message)
    db.session.flush()
    files = {path.name: path for path in tmp_path.glob("*/*")}
    long_ago = time.time() - 2 * attachments.UNSWEPT_S
    for one in kept[:3]:
        os.utime(files[one.digest], (long_ago, long_ago))
    attachments.keep(tmp_path, "encore.txt", b"Texte 2")  # a form has just sent it again
    assert attachments.sweep(tmp_path) == 1
    assert {path.name for path in tmp_path.glob("*/*")} == {kept[n].digest for n in (0, 2, 3)}


def test_what_is_kept_again_while_the_sweeper_looks_stays(tmp_path: Path) -> None:
    kept = storage.place(tmp_path, storage.keep(tmp_path, PDF))
    os.utime(kept, (0, 0))
    listed = list(storage.older_than(tmp_path, attachments.UNSWEPT_S))
    storage.keep(tmp_path, PDF)  # sent again: its message is not written yet
    assert listed == [kept]
    assert storage.sweep(listed, set(), attachments.UNSWEPT_S) == 0 and kept.exists()
