"""Each rule of the page-inspecting client catches the page that breaks it, and a sound page passes them all."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.markup import Page
from tests.page import InspectingClient, faults

HEADERS = {"Content-Security-Policy": "default-src 'none'; script-src 'self'", "Cache-Control": "no-store"}
SOUND = """<!doctype html>
<html lang="fr" dir="ltr"><head><title>Nous écrire – Ville</title><link rel="stylesheet" href="/a.css">
<script type="module" src="/a.js"></script></head><body>
<a href="#contenu">Aller au contenu</a>
<main id="contenu"><h1>Nous <b>écrire</b></h1><h2>Votre demande</h2>
<form method="post" action=""><input type="hidden" name="csrf_token" value="x">
<label for="subject">Sujet</label><p id="subject-hint">En quelques mots</p>
<input id="subject" name="subject" aria-describedby="subject-hint">
<label>Message <textarea name="message">{{ ce qu’a écrit la personne }}</textarea></label>
<button>Envoyer</button></form>
<table><caption>Horaires</caption><tr><th scope="row">Lundi</th><td>9 h</td></tr></table>
<img src="/logo.png" alt=""><svg aria-hidden="true"><path d="M0 0"/></svg>
</main></body></html>"""


def found(html: str, path: str = "/fr/requests/new", headers: dict[str, str] | None = None) -> str:
    return "\n".join(faults(Page(html, path, HEADERS if headers is None else headers)))


def test_a_sound_page_has_no_fault() -> None:
    assert found(SOUND) == ""


@pytest.mark.parametrize(
    ("sound", "broken", "fault"),
    [
        ("<!doctype html>", "", "doctype"),
        ('lang="fr"', 'lang="en"', "lang and dir are 'en'"),
        ('dir="ltr"', 'dir="rtl"', "lang and dir are 'fr' 'rtl'"),
        ("<h1>Nous <b>écrire</b></h1>", "<p>Nous écrire</p>", "0 h1"),
        ("<h2>Votre demande</h2>", "<h1>Votre demande</h1>", "2 h1"),
        ("<title>Nous écrire", "<title>Accueil", "does not begin with the h1"),
        ("<h2>Votre demande</h2>", "<h3>Votre demande</h3>", "h3 'Votre demande' comes after h1"),
        ("<main id", "<main></main><main id", "not exactly one <main>"),
        ('<label for="subject">', '<label for="sujet">', "no label"),
        ("<label>Message ", "<label>", "no label"),
        ("<button>Envoyer</button>", "<button><svg aria-hidden='true'/></button>", "no words"),
        (">Aller au contenu</a>", "></a>", "no words"),
        ('href="#contenu"', 'href="#ailleurs"', "leads nowhere"),
        ('<a href="#contenu">', "<a>", "has no address"),
        ('id="subject-hint"', 'id="subject"', "id 'subject' is there 2 times"),
        ('id="subject-hint"', "", "aria-describedby='subject-hint': no such id"),
        ('<input type="hidden" name="csrf_token" value="x">', "", "no csrf_token"),
        ('name="csrf_token" value="x"', 'name="csrf_token" value=""', "no csrf_token"),
        ('src="/a.js">', ">go()", "inline <script"),
        ("<h2>", "<style>h2 { color: red }</style><h2>", "inline <style>"),
        ("<h2>", '<h2 style="color: red">', "style='color: red' inline"),
        ("<button>", '<button onclick="go()">', "onclick='go()' inline"),
        ('href="#contenu"', 'href="javascript:go()"', "inline"),
        (' alt=""', "", "has no alt"),
        (' aria-hidden="true"', "", "svg is neither hidden nor named"),
        ("<caption>Horaires</caption>", "", "neither caption nor label"),
        ("<td>9 h</td>", "<td>None</td>", "'None' is left over"),
        ("<td>9 h</td>", "<td>{{ hours }}</td>", "'{{ hours }}' is left over"),
        ("<td>9 h</td>", "<td>%(hours)s</td>", "'%(hours)s' is left over"),
        ('name="subject"', 'name="subject" value="None"', "value='None'"),
        ("</caption>", "", "closes nothing"),
        ("</form>", "<form></form></form>", "inside another form"),
        ("<td>9 h</td>", "<td>8 < 9 h</td>", "'< 9 h' is no tag"),
        ('id="subject-hint"', 'id="subject-hint', "is no tag"),
    ],
)
def test_a_fault_is_told(sound: str, broken: str, fault: str) -> None:
    assert sound in SOUND
    assert fault in found(SOUND.replace(sound, broken, 1))


def test_an_arabic_page_reads_from_right_to_left() -> None:
    arabic = SOUND.replace('lang="fr" dir="ltr"', 'lang="ar" dir="rtl"')
    assert found(arabic, "/ar/requests/new") == ""
    assert "lang and dir" in found(SOUND, "/ar/requests/new")


def test_staff_pages_are_in_french() -> None:
    assert found(SOUND, "/console/") == ""


def test_a_page_with_errors_says_so_first_in_its_title() -> None:
    assert found(SOUND.replace("<title>", "<title>Erreur : ")) == ""
    english = SOUND.replace('lang="fr"', 'lang="en"').replace("<title>", "<title>Error: ")
    assert found(english, "/en/requests/new") == ""


def test_headers_are_inspected_too() -> None:
    lax = {**HEADERS, "Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'"}
    assert "Content-Security-Policy" in found(SOUND, headers=lax)
    assert "Content-Security-Policy" in found(SOUND, headers={})
    kept = {**HEADERS, "Cache-Control": "public, max-age=60"}
    assert "cache" in found(SOUND, "/console/citizens/1", kept)
    assert found(SOUND, "/fr/articles/passeport", kept) == ""


def test_a_fragment_is_held_to_what_a_piece_can_hold() -> None:
    assert found('<ul><li><a href="#reply" id="one">Répondre</a></li></ul>', "/console/waiting") == ""
    assert "no label" in found('<input name="q">', "/console/waiting")
    assert "inline" in found('<p style="color: red">Bonjour</p>', "/console/waiting")
    assert "2 times" in found('<p id="a"></p><p id="a"></p>', "/console/waiting")


def test_the_client_fails_the_test_that_fetches_a_bad_page() -> None:
    app = Flask(__name__)
    app.test_client_class = InspectingClient
    app.add_url_rule("/fr/", view_func=lambda: ("<!doctype html><html></html>", 200, HEADERS), endpoint="bad")
    app.add_url_rule("/fr/broken", view_func=lambda: ("<html>", 500), endpoint="broken")
    app.add_url_rule(
        "/fr/plain", view_func=lambda: ("<html>", {"Content-Type": "text/plain"}), endpoint="plain"
    )
    with pytest.raises(AssertionError, match="GET /fr/:\n- lang and dir"):
        app.test_client().get("/fr/")
    assert app.test_client().get("/fr/broken").status_code == 500
    assert app.test_client().get("/fr/plain").status_code == 200
