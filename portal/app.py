"""The application: settings, extensions, doors."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flask import Flask, g, request, session
from flask_login import LoginManager, current_user
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from knowledge_base.search import Searcher
from portal import brisk, clock, commands, models
from portal.config import Settings, read_settings
from portal.database import db, engine_options, reads_only, set_rules
from portal.errors import trace_of
from portal.newsroom import Newsroom
from portal.staff import sessions
from portal.staff.models import Staff
from portal.views import (
    DOORS,
    assets,
    carrying,
    choosing,
    guards,
    headers,
    here,
    hours,
    language,
    lighter,
    limits,
    marks,
    refusals,
    site,
    spooling,
    templating,
)
from portal.views.news import NewsDoor
from portal.views.turns import Turns

MEGABYTE = 1024 * 1024

csrf = CSRFProtect()


class Portal(Flask):
    """Flask, whose log of an unforeseen error says where it came from, and nothing that a citizen wrote."""

    jinja_environment = templating.Templates

    def log_exception(self, exc_info: Any) -> None:
        self.logger.error("%s %s failed\n%s", request.method, request.url_rule, trace_of(exc_info[1]))


def create_app(settings: Settings | None = None) -> Flask:
    """The portal, ready to serve, for these settings or those of the environment."""
    settings = settings or read_settings()
    app = Portal(__name__, static_folder="../static")
    app.extensions["settings"] = settings
    clock.hang(settings.timezone)
    app.extensions["searcher"] = Searcher(settings.index_dir)
    app.config.update(_flask_settings(settings))
    spooling.init_app(app)
    if settings.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxy_hops)  # type: ignore[method-assign]  # Flask says to wrap it so
    _open_database(app)
    csrf.init_app(app)
    _open_sessions(app)
    app.before_request(guards.refuse_unguarded)
    templating.init_app(app, settings.data_dir / "templates")
    headers.init_app(app)
    lighter.init_app(app)
    assets.init_app(app)
    language.init_app(app, settings, here.written_in)
    refusals.init_app(app)
    marks.init_app(app)
    carrying.init_app(app)
    site.init_app(app)
    hours.init_app(app)
    choosing.init_app(app)
    limits.init_app(app)
    for door in DOORS:
        module = import_module(f"portal.views.{door}")
        app.register_blueprint(module.bp)
        if getattr(module, "SIGNED", False):  # requests that the network signs carry no form token
            csrf.exempt(module.bp)
    commands.init_app(app)
    newsdoor = NewsDoor(Turns(app.wsgi_app), Newsroom(settings.database_url), settings.secret_key)
    app.extensions["news"] = app.wsgi_app = newsdoor  # type: ignore[method-assign]  # Flask says to wrap it so
    return app


def _flask_settings(settings: Settings) -> dict[str, Any]:
    secure = settings.public_base_url.startswith("https:")
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
        "SQLALCHEMY_BINDS": {
            brisk.BIND: {"url": settings.database_url, **brisk.options(settings.database_url)}
        },
        "MAX_CONTENT_LENGTH": (settings.attachments_mb + 1) * MEGABYTE,  # and what is written with them
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "SESSION_COOKIE_NAME": "__Host-relais" if secure else "relais",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,  # a long form must survive; the token is bound to the session
        "WTF_CSRF_SSL_STRICT": False,  # the address people see is the proxy's, not ours
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,
    }


def _open_database(app: Flask) -> None:
    db.init_app(app)
    Migrate(app, db, directory="migrations", render_as_batch=True, compare_type=True)
    with app.app_context():
        for engine in db.engines.values():
            set_rules(engine)

    @app.before_request
    def only_read() -> None:
        """Who only asks changes nothing: such transactions cannot write. Someone on the telephone is not kept
        waiting; nobody is, when what they said is done again."""
        calling = request.blueprint == "telephone" and not clock.is_past()
        g.ways = [
            (reads_only, reads_only.set(guards.only_reads())),
            (brisk.in_haste, brisk.in_haste.set(calling)),
            (brisk.patience, brisk.patience.set(brisk.CALL_S if calling else brisk.PAGE_S)),
        ]

    @app.teardown_request
    def forget(_error: BaseException | None) -> None:
        for variable, token in g.pop("ways", ()):
            variable.reset(token)


def _open_sessions(app: Flask) -> None:
    manager = LoginManager(app)

    @manager.user_loader
    def load(_staff_id: str) -> Staff | None:
        found = sessions.find_session(session.get("token", ""))
        g.staff_session = found
        return found.staff if found else None

    @app.after_request
    def alive(response: Any) -> Any:
        found = g.pop("staff_session", None)
        if found is not None and found.ended_at is None and response.status_code < 500:
            sessions.show_life(found)
        return response

    @app.context_processor
    def who() -> dict[str, Any]:
        # the person, not what looks them up again at each of the seventy places where a page says `staff`
        return {"staff": current_user._get_current_object() if current_user.is_authenticated else None}


__all__ = ["create_app", "models"]
