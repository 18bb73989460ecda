"""Nothing typed is lost: words half written come back with their page, through an expired sign-in too.

Three ways lead there. While one types, the page has its words kept (`console/jottings.py`). A form that comes once the
session has ended leads to signing in, which carries what was typed, signed and for a short time, to the same person
only. A form of an earlier session, or whose act was refused, leaves its words with its page. In every case one comes
back to the page, sees what was typed, and sends it, or not: nothing is ever sent by itself. Files do not come back.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, flash, g, redirect, render_template, request
from flask.signals import before_render_template
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer

from portal.database import db
from portal.staff import jottings
from portal.staff.models import Jotting
from portal.views import labels, marks
from portal.views.forms import Form

FIELD = "carried"
LASTS_S = 30 * 60
LARGEST = 300_000
CHECKS = "form_checks"  # the names of a form's boxes and radios: those that are not ticked are not sent
TYPED = "form_typed"  # the names of what was typed in a form, for the page that refuses it
GROUP = "[]"  # ends the name under which what is ticked is kept, a line each
NOT_TYPED = {"csrf_token", "form_key", marks.FIELD, FIELD, CHECKS, TYPED, "back", "password", "who", "q"}
FILES_STAY = "Les fichiers joints n’ont pas pu être gardés : joignez-les de nouveau."


@dataclass(frozen=True, slots=True)
class Carried:
    """What somebody typed in a page before their session ended."""

    staff_id: int
    page: str
    typed: dict[str, str]
    files: bool  # were joined, and are not carried


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back with a page, and what somebody else wrote meanwhile where it did not: (field, kept, typed)."""

    rows: list[Jotting]
    apart: list[tuple[str, str, str]]

    @property
    def said(self) -> list[tuple[str, str]]:
        """All that was written, by field: the page may have lost the field meanwhile."""
        return [
            (labels.FIELDS.get(one.field, one.field), one.typed)
            for one in self.rows
            if one.field != "version" and not one.field.endswith(GROUP)
        ]

    @property
    def ticked(self) -> dict[str, tuple[str, str | None]]:
        """What was ticked, and over what, for the page to tick again."""
        return {one.field: (one.typed, one.over) for one in self.rows if one.field.endswith(GROUP)}


def posted() -> Carried | None:
    """What the form sent holds, if it says whose page it was typed in."""
    mark = marks.posted_mark()
    if mark is None:
        return None
    typed = {name: value for name, value in request.form.items() if name not in NOT_TYPED and value}
    for name in _checks():
        typed.pop(name, None)
        typed[name + GROUP] = "\n".join(request.form.getlist(name))
    return Carried(*mark, typed, any(file.filename for file in request.files.values()))


def _checks() -> set[str]:
    return set(request.form.get(CHECKS, "").split())


def sign_in_page() -> Any:
    """The page on which one signs in again; what was typed goes through it. None if there is nothing to carry."""
    carried = posted()
    if carried is None or sum(map(len, carried.typed.values())) > LARGEST:
        return None
    packed = _signer().dumps([carried.staff_id, carried.page, carried.typed, carried.files])
    return render_template("sign_in.html", form=Form(), carried=packed, files=carried.files), 401


def unpack(packed: str) -> Carried | None:
    """What sign-in was given to carry, unless that was long ago."""
    try:
        staff_id, page, typed, files = _signer().loads(packed, max_age=LASTS_S)
    except (BadSignature, ValueError, TypeError):
        return None
    return Carried(staff_id, page, typed, files)


def take_back(carried: Carried | None, staff_id: int) -> str:
    """Leaves what was carried with its page, for the person who typed it; the address of that page. To be committed."""
    if carried is None or carried.staff_id != staff_id:
        return ""
    jottings.jot(staff_id, carried.page, {name: (words, None) for name, words in carried.typed.items()})
    return carried.page


def say(carried: Carried, *, mine: bool) -> None:
    """What is told once signed in."""
    if not mine:
        flash("Ce qui avait été tapé ici l’a été par quelqu’un d’autre : ce n’est pas repris.", "warning")
    elif carried.files:
        flash(FILES_STAY, "warning")


def back_to_its_page() -> Any:
    """A form whose token is not this session's: nothing is done, and what was typed comes back with its page. None if
    it is nobody's, or somebody else's."""
    carried = None if _by_itself() else posted()
    if carried is None or not current_user.is_authenticated:
        return sign_in_page() if carried else None
    page = take_back(carried, current_user.id)
    if not page:
        return None
    db.session.commit()
    g.words_kept = True
    flash("Votre session a changé entre-temps : rien n’a été envoyé. Relisez, puis envoyez.", "warning")
    say(carried, mine=True)
    return redirect(page, 303)


def keep_refused(*, but: Collection[str] = ()) -> str:
    """What was typed in a form that was refused stays with its page, whose address this is."""
    page, carried = marks.my_posted_page(), posted()
    if not page or carried is None:
        return ""
    db.session.rollback()
    jottings.forget(carried.staff_id, page)
    typed = {name: (words, None) for name, words in carried.typed.items() if name not in but}
    jottings.jot(carried.staff_id, page, typed)
    db.session.commit()
    return page


def _restore(_app: Flask, template: Any, context: dict[str, Any], **_more: Any) -> None:
    """Puts what was being typed in the fields of the page that is opened."""
    page = marks.page_shown() if request and request.method == "GET" else ""
    if not page or not current_user.is_authenticated or _by_itself():
        return
    rows = jottings.of(current_user.id, page)
    if not rows:
        return
    values = {**(context.get("values") or {})}
    apart = []
    for one in (row for row in rows if not row.field.endswith(GROUP)):
        kept = str(values.get(one.field) or "")
        if one.over is None or jottings.same(kept, one.over) or jottings.same(kept, one.typed):
            values[one.field] = one.typed
        else:
            apart.append((labels.FIELDS.get(one.field, one.field), kept, one.typed))
    context["values"], context["jotted"] = values, Restored(rows, apart)


def _by_itself() -> bool:
    return request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"


def _forget_sent(response: Any) -> Any:
    """A form that leads elsewhere was taken: what was typed in it is kept no more."""
    taken = request.method == "POST" and response.status_code in (302, 303) and "words_kept" not in g
    page = marks.my_posted_page() if taken and request.path.startswith(marks.INSIDE) else ""
    if page:
        named = request.form.keys() | {name + GROUP for name in _checks()}
        sent = {one.field for one in jottings.of(current_user.id, page)} & named
        if sent:
            jottings.forget(current_user.id, page, sent)
            db.session.commit()
    return response


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="carried")


def init_app(app: Flask) -> None:
    app.after_request(_forget_sent)
    before_render_template.connect(_restore, app)
