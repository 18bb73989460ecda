"""« Calling us? »: a code that brings what this visit read and asked to the call or text that says it.

The page shows what could be brought; the citizen ticks it, and nothing is kept before they ask. What they typed is
never ticked for them, nor an answer to words of distress.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask_babel import gettext

from portal import clock
from portal.articles import reading
from portal.contacts.codes import bridge_codes
from portal.contacts.codes.bridge_codes import Brought, spoken_code
from portal.database import db
from portal.errors import Refused
from portal.referrals.deciding.distress import distress
from portal.views import guards, limits
from portal.views.context import settings, visit
from portal.views.forms import Form
from portal.views.language import current
from portal.views.public import bp, cards, placing
from portal.views.public.home import text_number

CODE = "bridge"  # in the session: the code, and until when


@bp.get("/<language:lang>/calling")
@guards.anyone
def calling() -> str:
    return _page(Form())


@bp.post("/<language:lang>/calling")
@guards.anyone
@limits.people
def draw_bridge_code() -> Any:
    """A fresh code for what was left ticked. The former one is forgotten here; unsaid, it runs out by itself."""
    form = Form(request.form)
    brought = _ticked(form)
    if not (brought.read or brought.asked):
        form.refuse("", gettext("Cochez au moins une ligne. Ou appelez sans code."))
        return _page(form), 422
    try:
        code = bridge_codes.draw(brought, secret=settings().secret_key, visit=visit())
    except Refused as refusal:
        db.session.rollback()
        form.take(refusal)
        return _page(form), 429
    db.session.commit()
    session[CODE] = [code, int((clock.now() + bridge_codes.LIFE).timestamp())]
    return redirect(url_for("public.calling"), 303)


def _ticked(form: Form) -> Brought:
    """What the citizen chose of what this visit read and asked: nothing else can be brought."""
    here = placing.commune_here()
    return Brought(
        read=tuple(one for one in placing.read_here() if one in form.data.getlist("read")),
        asked=tuple(one for one in placing.asked_here() if one in form.data.getlist("asked")),
        language=current(),
        commune=here.code if here else "",
    )


def _page(form: Form) -> str:
    code, until = _drawn()
    read = reading.titles_of(placing.read_here(), current())
    ticked = {name: set(form.data.getlist(name)) for name in ("read", "asked")}
    if not form.data:
        ticked["read"] = {one.slug for one in read if not distress(one.title, one.language)}
    return render_template(
        "public/calling.html",
        code=spoken_code(code),
        until=until,
        read=read,
        asked=placing.asked_here(),
        ticked=ticked,
        here=placing.commune_here(),
        desk=cards.front_desk(),
        text_number=text_number(),
        errors=form.errors,
    )


def _drawn() -> tuple[str, datetime | None]:
    """The code that this visit drew last, and until when it is good; nothing once it ran out."""
    code, until = session.get(CODE, ["", 0])
    ends = datetime.fromtimestamp(until, tz=clock.now().tzinfo)
    return (code, ends) if ends > clock.now() else ("", None)
