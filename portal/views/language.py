"""Which language a page is in, and how dates and numbers are written in it."""

from __future__ import annotations

from datetime import date, datetime

import phonenumbers
from flask import Flask, g, request, url_for
from flask_babel import Babel, format_date, format_datetime, get_locale, gettext

from portal.config import Settings

LANGUAGES = {"fr": "Français", "en": "English", "ar": "العربية"}
RIGHT_TO_LEFT = {"ar"}


def current() -> str:
    """The language of this request: the one in the address, else French."""
    return str(g.get("language", "fr"))


def preferred() -> str:
    """The language the browser asks for, among ours."""
    return request.accept_languages.best_match(list(LANGUAGES)) or "fr"


def switch_language(language: str) -> str:
    """The address of this page in another language; from a page that was posted or is not translated, the home page."""
    arguments = request.view_args or {}
    if request.method != "GET" or "lang" not in arguments or request.endpoint is None:
        return url_for("public.home", lang=language)
    return url_for(request.endpoint, **{**arguments, **request.args.to_dict(), "lang": language})


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
    return format_datetime(when, "d MMMM y HH:mm") if when else ""


def date_text(when: date | datetime | None) -> str:
    if isinstance(when, datetime):
        return format_datetime(when, "d MMMM y")
    return format_date(when, "d MMMM y") if when else ""


def init_app(app: Flask, settings: Settings) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = "fr"
    app.config["BABEL_DEFAULT_TIMEZONE"] = settings.timezone
    Babel(app, locale_selector=current)
    app.jinja_env.filters.update(phone_text=phone_text, datetime_text=datetime_text, date_text=date_text)

    @app.context_processor
    def language_of_the_page() -> dict[str, object]:
        lang = current()
        return {
            "lang": lang,
            "dir": "rtl" if lang in RIGHT_TO_LEFT else "ltr",
            "languages": LANGUAGES,
            "switch_language": switch_language,
            "gettext": gettext,
            "locale": get_locale(),
        }
