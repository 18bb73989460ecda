"""Which language a page is in, and how dates and numbers are written in it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import quote, urlsplit

import phonenumbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, has_request_context, request, url_for
from flask_babel import Babel, format_decimal, get_domain, get_locale, get_timezone, gettext
from werkzeug.routing import AnyConverter, Map

from portal.config import Settings
from portal.dates import day_text

LANGUAGES = {"fr": "Français", "en": "English", "ar": "العربية"}
RIGHT_TO_LEFT = {"ar"}
TRANSLATIONS = Path(__file__).parent.parent / "translations"


class Language(AnyConverter):
    """`<language:lang>` in an address: one of ours, so that no other address is taken for a page in a language."""

    def __init__(self, addresses: Map) -> None:
        super().__init__(addresses, *LANGUAGES)


def current() -> str:
    """The language of this request: the one in the address (even of a page that does not exist), else French."""
    if "language" not in g:
        first = request.path.split("/")[1] if has_request_context() else ""
        return first if first in LANGUAGES else "fr"
    return str(g.language)


def preferred() -> str:
    """The language the browser asks for, among ours."""
    return request.accept_languages.best_match(list(LANGUAGES)) or "fr"


def switch_language(language: str) -> str:
    """The address of this page in another language; from a page that has none, the home page."""
    here = f"/{current()}/"
    if not request.path.startswith(here):
        return url_for("public.home", lang=language)
    asked = request.query_string.decode("ascii", "ignore") if request.method == "GET" else ""
    return f"/{language}/{quote(request.path.removeprefix(here))}" + (f"?{asked}" if asked else "")


def phone_text(number: str) -> str:
    """A number as people write it: national inside France, international elsewhere, as it is when short."""
    try:
        parsed = phonenumbers.parse(number, "FR")
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    national = parsed.country_code == 33
    form = (
        phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(parsed, form)


def datetime_text(when: datetime | None) -> str:
    if when is None:
        return ""
    local = when.astimezone(get_timezone())
    return f"{day_text(local.date(), str(get_locale()))} {local:%H:%M}"


def time_text(when: datetime | None) -> str:
    return f"{when.astimezone(get_timezone()):%H:%M}" if when else ""


def date_text(when: date | datetime | None) -> str:
    day = when.astimezone(get_timezone()).date() if isinstance(when, datetime) else when
    return day_text(day, str(get_locale())) if day else ""


def said(sentence: tuple[str, dict[str, Any]]) -> str:
    """A sentence of the catalogue, with its dates as the reader writes them."""
    values = {
        name: date_text(value) if isinstance(value, date) else value for name, value in sentence[1].items()
    }
    return gettext(sentence[0], **values)


def size_text(size: int) -> str:
    """How heavy a file is, as people say it."""
    if size < 1_000_000:
        return gettext("%(size)s Ko", size=format_decimal(max(round(size / 1000), 1)))
    return gettext("%(size)s Mo", size=format_decimal(round(size / 1_000_000, 1)))


def host_text(url: str) -> str:
    """The site an address is of."""
    return urlsplit(url).hostname or url


def compile_catalogues(folder: Path = TRANSLATIONS) -> None:
    """Makes the catalogues that are read from those that are written, where they are older: nobody has to remember.

    Written beside and moved into place: several processes may start at once.
    """
    for written in folder.glob("*/LC_MESSAGES/messages.po"):
        kept = written.with_suffix(".mo")
        if kept.exists() and kept.stat().st_mtime >= written.stat().st_mtime:
            continue
        # an installed folder may be read-only, and complete
        with written.open("rb") as source, suppress(OSError):
            catalogue = read_po(source, locale=written.parent.parent.name)
            with NamedTemporaryFile(dir=kept.parent, delete=False) as beside:
                write_mo(beside, catalogue)
            Path(beside.name).replace(kept)


def _sentences() -> Callable[..., str]:
    """`gettext` for one page: its language is looked up once, not for each of two hundred sentences."""
    translate = get_domain().get_translations().ugettext

    def say(sentence: str, **values: object) -> str:
        said: str = translate(sentence)
        return said % values if values else said

    return say


def init_app(app: Flask, settings: Settings, zone: Callable[[], str | None]) -> None:
    """`zone` says in whose time a page is written."""
    compile_catalogues()
    app.url_map.converters["language"] = Language
    app.config["BABEL_DEFAULT_LOCALE"] = "fr"
    app.config["BABEL_DEFAULT_TIMEZONE"] = settings.timezone
    Babel(app, locale_selector=current, timezone_selector=zone)
    filters = (phone_text, datetime_text, date_text, time_text, size_text, host_text)
    app.jinja_env.filters.update({one.__name__: one for one in filters})

    @app.context_processor
    def language_of_the_page() -> dict[str, object]:
        lang = current()
        return {
            "lang": lang,
            "dir": "rtl" if lang in RIGHT_TO_LEFT else "ltr",
            "languages": LANGUAGES,
            "switch_language": switch_language,
            "gettext": _sentences(),
            "locale": get_locale(),
        }
