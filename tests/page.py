"""The test client that reads each page it fetches as a screen reader, a keyboard or a strict browser would.

Every test that fetches a page through the `client` fixture so holds the rules below: a rule is a function that takes
the page and gives a sentence for each fault. A fragment (no <html>) is held to those that make sense for a piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask.testing import FlaskClient

from tests.markup import Element, Page

FIELDS = ("input", "select", "textarea")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
PERSONAL = ("/console", "/admin", "/sign-in", "/sign-out", "/demo", "/partner")
ERROR = {"fr": "Erreur :", "en": "Error:", "ar": "خطأ:"}
LEFTOVER = re.compile(r"\{\{|\}\}|\{%|%\}|%\(\w+\)[sd]|^None$")
LEFT_IN_A_VALUE = re.compile(r"\{\{|%\(\w+\)[sd]")
SCRIPT = re.compile(r"\s*javascript:", re.IGNORECASE)
POINTERS = {"for", "aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "list", "form"}


Faults = Iterator[str]


def well_formed(page: Page) -> Faults:
    yield from page.nesting
    for form in page.root.all("form"):
        if any(element.tag == "form" for element in form.above()):
            yield f"{form} is inside another form"


def doctype(page: Page) -> Faults:
    if page.doctype != "doctype html":
        yield "no <!doctype html>"


def language_and_direction(page: Page) -> Faults:
    html = page.root.all("html")[0]
    wanted = (page.language, "rtl" if page.language == "ar" else "ltr")
    if (html.get("lang"), html.get("dir")) != wanted:
        yield f"lang and dir are {html.get('lang')!r} {html.get('dir')!r}, not {wanted[0]!r} {wanted[1]!r}"


def one_heading_that_begins_the_title(page: Page) -> Faults:
    headings = [heading.text for heading in page.root.all("h1")]
    if len(headings) != 1 or not headings[0]:
        yield f"{len(headings)} h1: {headings}"
        return
    title = next((element.text for element in page.root.all("title")), "")
    if not title.removeprefix(ERROR[page.language]).strip().startswith(headings[0]):
        yield f"the title {title!r} does not begin with the h1 {headings[0]!r}"


def headings_in_order(page: Page) -> Faults:
    level = 1
    for heading in page.root.all(*HEADINGS):
        if int(heading.tag[1]) > level + 1:
            yield f"{heading.tag} {heading.text!r} comes after h{level}"
        level = int(heading.tag[1])


def one_main_part(page: Page) -> Faults:
    if len(page.root.all("main")) != 1:
        yield "not exactly one <main>"


def fields_labelled(page: Page) -> Faults:
    labels = {label for label in page.root.all("label") if _own_words(label)}
    labelled = {label.get("for") for label in labels}
    for element in page.root.all(*FIELDS):
        if element.get("type") == "hidden":
            continue
        button = element.get("type") in ("submit", "button", "reset") and element.get("value")
        around = any(above in labels for above in element.above())
        told = element.get("aria-label").strip() or element.get("aria-labelledby")
        if not (button or around or told or (element.get("id") and element.get("id") in labelled)):
            yield f"{element} has no label"


def _own_words(label: Element) -> str:
    """What a label says, without what is typed or chosen in the field that it may hold."""
    return "".join(words for around, words in label.texts if around.tag not in ("textarea", "option")).strip()


def buttons_and_links_named(page: Page) -> Faults:
    for element in page.root.all("button", "a", "summary"):
        if not element.name and not element.get("aria-labelledby"):
            yield f"{element} has no words"


def links_lead_somewhere(page: Page) -> Faults:
    for link in page.root.all("a"):
        target = link.get("href")
        if not target:
            yield f"{link} {link.text!r} has no address"
        elif page.whole and target.startswith("#") and target[1:] not in page.ids:
            yield f"{link} {link.text!r} leads nowhere"


def ids_unique(page: Page) -> Faults:
    for name, times in page.ids.items():
        if times > 1 or not name or " " in name:
            yield f"id {name!r} is there {times} times"


def pointers_reach(page: Page) -> Faults:
    for element in page.root.all():
        for pointer in POINTERS & element.attributes.keys():
            for target in element.get(pointer).split():
                if target not in page.ids:
                    yield f"{element} {pointer}={target!r}: no such id"


def forms_protected(page: Page) -> Faults:
    for form in page.root.all("form"):
        tokens = [
            element.get("value") for element in form.all("input") if element.get("name") == "csrf_token"
        ]
        if form.get("method").lower() == "post" and not (tokens and tokens[0]):
            yield f"form to {form.get('action')!r} has no csrf_token"


def nothing_inline(page: Page) -> Faults:
    for element in page.root.all():
        if element.tag == "style" or (element.tag == "script" and not element.get("src")):
            yield f"inline {element}"
        for key, value in element.attributes.items():
            if key == "style" or key.startswith("on") or (":" in value and SCRIPT.match(value)):
                yield f"{element} has {key}={value!r} inline"


def pictures_told(page: Page) -> Faults:
    for element in page.root.all("img", "svg"):
        if element.tag == "img" and "alt" not in element.attributes:
            yield f"{element} src={element.get('src')!r} has no alt"
        if element.tag == "svg" and not (
            element.get("aria-hidden") == "true" or (element.get("role") == "img" and element.name)
        ):
            yield "an svg is neither hidden nor named"


def tables_titled(page: Page) -> Faults:
    for table in page.root.all("table"):
        caption = next((element.text for element in table.all("caption")), "")
        if not (caption or table.get("aria-label") or table.get("aria-labelledby")):
            yield f"a table has neither caption nor label: {table.text[:60]!r}"


def nothing_left_over(page: Page) -> Faults:
    for around, words in page.root.texts:
        if around.tag not in ("textarea", "script") and LEFTOVER.search(words.strip()):
            yield f"{words.strip()[:80]!r} is left over in {around}"
    for element in page.root.all():
        for key, value in element.attributes.items():
            if value == "None" or (key != "value" and LEFT_IN_A_VALUE.search(value)):
                yield f"{element} has {key}={value!r}"


def headers_strict(page: Page) -> Faults:
    policy = page.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe-" in policy:
        yield f"Content-Security-Policy is {policy!r}"
    personal = page.path.startswith(PERSONAL) or "/requests" in page.path
    if personal and "no-store" not in page.headers.get("Cache-Control", ""):
        yield "a personal page may be kept by a cache"


OF_A_FRAGMENT = (
    well_formed,
    fields_labelled,
    buttons_and_links_named,
    links_lead_somewhere,
    ids_unique,
    forms_protected,
    nothing_inline,
    pictures_told,
    tables_titled,
    nothing_left_over,
    headers_strict,
)
OF_A_PAGE = (
    doctype,
    language_and_direction,
    one_heading_that_begins_the_title,
    headings_in_order,
    one_main_part,
    pointers_reach,
    *OF_A_FRAGMENT,
)


def faults(page: Page) -> list[str]:
    return [fault for rule in (OF_A_PAGE if page.whole else OF_A_FRAGMENT) for fault in rule(page)]


class InspectingClient(FlaskClient):
    """Flask's test client; a page with faults fails the test that fetched it, whatever that test is about."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        answer = super().open(*args, **kwargs)
        if answer.mimetype == "text/html" and answer.status_code < 500 and answer.status_code // 100 != 3:
            request = answer.request
            with Page(answer.get_data(as_text=True), request.path, answer.headers) as page:
                found = faults(page)
            assert not found, f"{request.method} {request.path}:\n- " + "\n- ".join(found)
        return answer
