"""A call in the menu of its line: where it is, what it was told, and the way on.

What each kind of step does is beside: `choosing`, `reading_aloud`, `leaving`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import force_locale, gettext
from twilio.twiml.voice_response import VoiceResponse

from portal.contacts.calls.calling import hold_call, stop_at
from portal.contacts.models import Contact
from portal.errors import N_
from portal.lines import tree as steps
from portal.lines.models import Line, MenuVersion
from portal.lines.reaching import Called, going_on
from portal.lines.saying import bids_farewell
from portal.lines.tree import Step
from portal.telephony import events
from portal.views.telephone import speech
from portal.views.telephone.contact import contact_of
from portal.views.telephone.speech import Spoken


@dataclass
class Walk:
    """A call at a step of the version it began with. `said` is what is spoken before the next thing happens.

    On a trial nothing is written and nobody is disturbed: the caller is an administrator, and hears what would be.
    """

    line: Line
    menu: MenuVersion | None
    language: str
    path: str = ""
    trial: bool = False
    tries: int = 1  # how often this step was asked
    told: bool = False  # that the call may be recorded
    said: list[Spoken] = field(default_factory=list)
    new: bool = True  # told for the first time
    held: Contact | None = None

    @property
    def tree(self) -> Step:
        return self.menu.tree if self.menu else {}

    @property
    def step(self) -> Step:
        return steps.step_at(self.tree, self.path) or {}

    @property
    def chosen(self) -> str:
        """What was chosen so far, in words. To ask for somebody says nothing of what for."""
        return " › ".join(steps.titles(self.tree, self.path.rstrip(steps.NEXT + steps.PERSON_KEY)))

    def at(self, endpoint: str, **more: Any) -> str:
        """The address of a door, for this call where it stands: it bears no number and no name."""
        version, trial = self.menu.id if self.menu else None, 1 if self.trial else None
        where = {"lang": self.language, "v": version, "at": self.path or None, "trial": trial}
        return speech.at(endpoint, **where, **more)

    def say(self, texts: Any) -> None:
        """Adds a text by languages: the caller's, else French."""
        self.said.append(steps.in_language(texts, self.language))

    def tell(self, sentence: str, **values: str) -> None:
        """Adds a sentence of ours, in the caller's language."""
        with force_locale(self.language):
            self.said.append((gettext(sentence, **values), self.language))

    def would(self, sentence: str) -> None:
        """Adds what would happen, for the administrator who tries the menu."""
        self.said.append((f"Essai : {sentence}", steps.REFERENCE))

    def speak(self, into: Any) -> None:
        for text, of in self.said:
            speech.speak(into, text, of)
        self.said.clear()

    def note(self, kind: str, given: str) -> None:
        """Keeps what was pressed or said, once however often we are told."""
        call = request.form.get("CallSid", "")
        key = f"{kind}:{call}:{self.path}:{self.tries}:{given[:80]}"
        self.new = events.note(key, kind, request.form.to_dict())

    def contact(self) -> Contact:
        """The contact of this call, held until the commit."""
        if self.held is None:
            self.held = hold_call(request.form.get("CallSid", "")) or contact_of(self.line, self.language)
        return self.held

    def keep(self, step: str, topic_id: int | None = None) -> Contact:
        """Keeps in the contact what was chosen so far and where the call is, and gives it."""
        contact = self.contact()
        stop_at(contact, step, subject=self.chosen, topic_id=topic_id)
        return contact


Doing = Callable[[Walk, Step], VoiceResponse]

DOINGS: dict[str, Doing] = {}  # what each kind of step does


def does(kind: str) -> Callable[[Doing], Doing]:
    """Marks the function that does what steps of this kind do."""

    def mark(doing: Doing) -> Doing:
        DOINGS[kind] = doing
        return doing

    return mark


def begin(called: Called, language: str) -> Walk:
    return Walk(called.line, called.menu, language, trial=called.trial is not None)


def resume() -> Walk | None:
    """The call that this request speaks of, where our own address says that it stands."""
    called = going_on(request.form.get("To", ""), request.args.get("v", type=int))
    if called is None:
        return None
    path, tries = request.args.get("at", ""), request.args.get("tries", 1, type=int)
    trial = bool(request.args.get("trial"))
    return Walk(called.line, called.menu, speech.language(), path, trial, tries)


def take(walk: Walk, path: str) -> VoiceResponse:
    """Goes to the step at this path and does it. Where there is none, a message is asked for."""
    walk.path, walk.tries = path, 1
    step = walk.step
    return DOINGS.get(str(step.get("do")), DOINGS["voicemail"])(walk, step)


def take_next(walk: Walk) -> VoiceResponse:
    """What comes after this step; where nothing does the call ends, with a goodbye unless one was just said."""
    if steps.step_at(walk.tree, walk.path + steps.NEXT) is not None:
        return take(walk, walk.path + steps.NEXT)
    if not bids_farewell(walk.said[-1][0] if walk.said else ""):
        walk.tell(N_("Merci de votre appel, et au revoir."))
    return hang_up(walk)


def person_near(walk: Walk) -> str | None:
    """Where somebody is; a menu may have nobody, and then takes a message."""
    return steps.person_near(walk.tree, walk.path)


def to_a_person(walk: Walk) -> VoiceResponse:
    """To somebody, wherever the menu has one: what 0 does, and being misunderstood twice."""
    path = person_near(walk)
    return DOINGS["voicemail"](walk, {}) if path is None else take(walk, path)


def hang_up(walk: Walk) -> VoiceResponse:
    twiml = VoiceResponse()
    walk.speak(twiml)
    twiml.hangup()
    return twiml
