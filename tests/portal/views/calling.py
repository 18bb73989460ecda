"""Someone on the telephone, on a line whose menu has every kind of step."""

from __future__ import annotations

from typing import Any

from portal.contacts.models import Message
from portal.database import db
from tests import make
from tests.network import Network


def tree() -> dict[str, Any]:
    """A menu with every kind of step."""
    text = {"do": "text", "says": {}, "article": "papiers", "text": {"fr": "Le dossier : {link}"}}
    others = make.menu(
        make.choice("1", {"do": "article", "article": "papiers"}, "Papiers"),
        make.choice("2", text, "Par SMS"),
        make.choice("3", {"do": "transfer", "service": "eau", "says": {}}, "Eau"),
        make.choice("4", {"do": "voicemail", "says": {"fr": "Dites-nous tout."}}, "Message"),
    )
    papers = make.choice("1", make.queue_step("etat-civil", "etat-civil"), "Carte ou acte")
    papers["words"] = {"fr": ["carte d’identité", "acte"]}
    goodbye = {"do": "say", "says": {"fr": "Nous déménageons."}}
    return make.menu(papers, make.choice("2", others, "Autres"), make.choice("3", goodbye, "Adresse"))


class Caller:
    """Someone on the telephone: each answer says where the next key goes."""

    def __init__(self, network: Network, **fields: str) -> None:
        self.network, self.fields = network, {"CallSid": "CA1", **fields}
        self.heard = network.twiml("/telephone/voice", **self.fields)

    @property
    def action(self) -> str:
        found = [element.get("action") for element in self.heard.iter() if element.get("action")]
        assert found[-1]
        return str(found[-1])

    def press(self, key: str = "", **more: str) -> Any:
        self.heard = self.network.twiml(self.action, **self.fields, Digits=key, **more)
        return self.heard

    def say(self, words: str) -> Any:
        self.heard = self.network.twiml(self.action, **self.fields, SpeechResult=words)
        return self.heard


def texts() -> list[str]:
    return [message.body for message in db.session.scalars(db.select(Message).filter_by(direction="out"))]
