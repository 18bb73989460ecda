"""How the pages look: colours that can be read, logos that can do nothing but be seen, drafts and what is published."""

from __future__ import annotations

import struct
import zlib

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal import history
from portal.database import db
from portal.directory.appearance import colours, dressing
from portal.directory.appearance.logos import LARGEST, PNG, SVG, Logo, read_logo
from portal.directory.models import Organization
from portal.errors import Missing, Refused, Stale
from portal.history import SYSTEM
from tests import make

COLOURS = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">%s</svg>'


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 2, height: int = 2, pixels: bytes | None = None, more: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\x0d\x4a\x57" * width) * height if pixels is None else pixels
    drawn = chunk(b"IHDR", head) + more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + drawn


def refusal_of(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        read_logo(data)
    assert refused.value.field == "logo"
    return refused.value.sentence % refused.value.values


def test_contrast_is_what_wcag_says() -> None:
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert colours.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize(
    ("typed", "read"), [("#0D4A57", "#0d4a57"), (" 0d4a57 ", "#0d4a57"), ("#a3c", "#aa33cc")]
)
def test_a_colour_is_read_as_people_write_it(typed: str, read: str) -> None:
    assert colours.read_colour(typed) == read


@pytest.mark.parametrize("typed", ["", "bleu", "#12345", "#1234567", "url(x)", "#12 456", "rgb(1,2,3)"])
def test_what_is_no_colour_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        colours.read_colour(typed)


@given(COLOURS)
def test_the_nearest_colour_can_be_read_and_is_no_darker_than_it_must(colour: str) -> None:
    found = colours.nearest(colour)
    assert colours.contrast(found, "#ffffff") >= 4.5
    if colours.contrast(colour, "#ffffff") >= 4.5:
        assert found == colour
    else:
        assert colours.contrast(found, "#ffffff") < 4.75


@given(COLOURS)
def test_links_can_be_read_on_every_paper(colour: str) -> None:
    town = colours.nearest(colour)
    says = dict(part.split(":") for part in colours.sheet(town).split("{")[2].rstrip("}\n").split(";"))
    assert says["--town"] == town
    for paper in ("#ffffff", "#f8f6f1", "#efece4"):
        assert colours.contrast(says["--town-ink"], paper) >= 4.5
    assert colours.contrast(says["--town-deep"], "#ffffff") >= 4.5


def test_a_pale_colour_is_refused_with_the_nearest_that_passes() -> None:
    with pytest.raises(Refused) as refused:
        colours.check_colour("#3fb6c9")
    assert refused.value.field == "colour" and refused.value.values["contrast"] == "2,40"
    colours.check_colour(refused.value.values["nearest"])


def test_a_png_keeps_what_draws_it_and_nothing_else() -> None:
    told = png(more=chunk(b"tEXt", b"Comment\0Fait chez M. Durand")) + b"<script>alert(1)</script>"
    logo = read_logo(told)
    assert logo == Logo(png(), PNG)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"GIF89a...", "PNG ou SVG"),
        (b"<html><script>alert(1)</script></html>", "PNG ou SVG"),
        (b"", "PNG ou SVG"),
        (b"x" * (LARGEST + 1), "trop lourd"),
        (png()[:-20], "abîmée"),
        (png().replace(b"IDAT", b"IDAX"), "abîmée"),
        (png(width=2001), "trop grand"),
        (png(width=0), "trop grand"),
        (png(pixels=b"\0" * 5_000_000), "abîmée"),
        (DRAWING[:-6] % b"", "abîmée"),
        (b'<svg xmlns="urn:other"/>', "abîmée"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + DRAWING % b"<text>&a;</text>", "abîmée"),
    ],
)
def test_what_is_no_safe_picture_is_refused(data: bytes, why: str) -> None:
    assert why in refusal_of(data)


@pytest.mark.parametrize(
    ("inside", "what"),
    [
        (b"<script>alert(1)</script>", "<script>"),
        (b"<foreignObject/>", "<foreignObject>"),
        (b'<image href="https://e.example/a.png"/>', "<image>"),
        (b'<a href="https://e.example"/>', "<a>"),
        (b'<animate attributeName="x"/>', "<animate>"),
        (b'<rect onclick="alert(1)"/>', "onclick"),
        (b'<rect onLoad="alert(1)"/>', "onload"),
        (b'<use href="https://e.example/a.svg#b"/>', "href"),
        (b'<use xmlns:x="http://www.w3.org/1999/xlink" x:href="//e.example"/>', "href"),
        (b'<g xml:base="https://e.example"/>', "base"),
        (b'<rect style="fill:url(https://e.example/f)"/>', "style"),
        (b"<rect fill=\"URL( 'https:a')\"/>", "fill"),
        (b"<style>@import 'https://e.example/a.css';</style>", "<style>"),
        (b"<style>rect{fill:u\\72l(x)}</style>", "<style>"),
        (b'<x:namedview xmlns:x="http://sodipodi.example"/>', "<namedview>"),
    ],
)
def test_a_drawing_that_could_do_something_is_refused_by_name(inside: bytes, what: str) -> None:
    assert f"« {what} »" in refusal_of(DRAWING % inside)


def test_a_plain_drawing_is_kept_without_what_is_said_beside_it() -> None:
    inside = b'<defs><linearGradient id="a"/></defs><style>.b{fill:url(#a)}</style><use href="#c"/>'
    logo = read_logo(b'<?xml version="1.0"?><?xml-stylesheet href="x"?><!-- M. Durand -->' + DRAWING % inside)
    assert logo.media_type == SVG and b"Durand" not in logo.data and b"stylesheet" not in logo.data
    assert b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">' in logo.data
    assert b"url(#a)" in logo.data and read_logo(logo.data) == logo


def draft(host: Organization, **values: object) -> dressing.Appearance:
    typed = {"name": "Valbrune", "colour": "#5b2a86", "by": SYSTEM, **values}
    return dressing.save_draft(host, **typed)


def test_nothing_changes_before_a_draft_is_published(app: Flask) -> None:
    host = make.organization()
    made = draft(host, logo=Logo(b"<svg/>", SVG))
    assert (host.name, dressing.published(host.id)) == ("Mairie", None)
    with pytest.raises(Missing):
        dressing.logo_of(made.logo_digest)
    dressing.publish(host, version=made.version, host_version=host.version, by=SYSTEM)
    assert host.name == "Valbrune" and dressing.published(host.id) is made
    assert dressing.logo_of(made.logo_digest) is made
    assert {one.verb for one in history.of(made)} == {"appearance.drafted", "appearance.published"}
    assert [one.verb for one in history.of(host)] == ["organization.changed"]


def test_a_draft_sent_twice_is_one_and_a_stale_one_is_shown_the_other(app: Flask) -> None:
    host = make.organization()
    made = draft(host)
    assert draft(host) is made and len(history.of(made)) == 1
    with pytest.raises(Stale) as stale:
        draft(host, colour="#123456", version=made.version - 1)
    assert stale.value.theirs == {"name": "Valbrune", "colour": "#5b2a86"}
    assert draft(host, colour="#123456", version=made.version).colour == "#123456"


def test_only_what_was_seen_is_published(app: Flask) -> None:
    host = make.organization()
    made = draft(host)
    seen = made.version
    draft(host, colour="#123456", version=seen)
    with pytest.raises(Stale):
        dressing.publish(host, version=seen, host_version=host.version, by=SYSTEM)
    host.phone = "+33199000099"
    db.session.flush()
    with pytest.raises(Stale):
        dressing.publish(host, version=made.version, host_version=host.version - 1, by=SYSTEM)
    assert dressing.published(host.id) is None


def test_a_logo_stays_until_it_is_taken_away_and_a_former_look_comes_back(app: Flask) -> None:
    host = make.organization()
    first = draft(host, logo=Logo(png(), PNG))
    dressing.publish(host, version=first.version, host_version=host.version, by=SYSTEM)
    second = draft(host, colour="#123456")
    assert second.logo == png()
    second = draft(host, colour="#123456", without_logo=True, version=second.version)
    dressing.publish(host, version=second.version, host_version=host.version, by=SYSTEM)
    assert (first.state, second.state, second.logo_digest) == ("retired", "published", "")
    assert dressing.former(host.id) == [first]
    again = dressing.draft_again(host, first.number, by=SYSTEM)
    assert (again.number, again.colour, again.logo) == (3, "#5b2a86", png())
    dressing.drop_draft(host, by=SYSTEM)
    dressing.drop_draft(host, by=SYSTEM)
    assert dressing.draft_of(host.id) is None
    with pytest.raises(Refused):
        dressing.publish(host, version=1, host_version=host.version, by=SYSTEM)
