"""STOP, START and HELP: the words the network answers itself, and when it leaves them to the portal."""

from __future__ import annotations

from dataclasses import dataclass
from time import time

from simulator.ground.network import Network
from simulator.ground.numbers import is_short
from simulator.ground.records import Text

STOP, START, HELP = "STOP", "START", "HELP"


@dataclass(frozen=True)
class Keyword:
    """What a word means, and what the network answers."""

    means: str
    answer: str


def _table(words: dict[str, tuple[set[str], str]]) -> dict[str, Keyword]:
    return {word: Keyword(means, answer) for means, (known, answer) in words.items() for word in known}


# Any long number knows these, in English only.
USUAL = _table(
    {
        STOP: (
            {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"},
            "You are unsubscribed and will get no more messages from this number. Reply START to get them again.",
        ),
        START: (
            {"START", "UNSTOP", "YES"},
            "You are subscribed again to the messages of this number. STOP ends them.",
        ),
        HELP: ({"HELP", "INFO"}, "Reply STOP to get no more messages from this number."),
    }
)
# A service whose opt-out was set up for France knows these too, and tells the portal which it was.
FRENCH = USUAL | _table(
    {
        STOP: (
            {"STOP", "ARRET", "ARRÊT", "ARRETE", "ARRETER", "ARRÊTER", "DESABONNER"},
            "Vous ne recevrez plus de messages de ce numéro. Répondez START pour en recevoir à nouveau.",
        ),
        START: ({"START", "REPRENDRE", "REPRISE"}, "Vous recevrez à nouveau les messages de ce numéro."),
        HELP: ({"AIDE", "HELP", "INFO"}, "Répondez STOP pour ne plus recevoir de messages de ce numéro."),
    }
)


def answer(network: Network, text: Text) -> str:
    """Obey and answer a word alone, as the line's kind wants; what the portal is told it was (`OptOutType`).

    A short code is left to the portal: nothing is answered, nothing is blocked.
    """
    if is_short(text.to):
        return ""
    advanced = text.to in network.settings.advanced_opt_out
    word, pair = (FRENCH if advanced else USUAL).get(text.body.strip().upper()), (text.to, text.sender)
    if word is None or (word.means == START and not advanced and pair not in network.stopped):
        return ""
    with network.changed:
        if word.means == STOP:
            network.stopped.add(pair)
        elif word.means == START:
            network.stopped.discard(pair)
    reply = Text(text.to, text.sender, word.answer, "outbound-reply", "delivered", sent=time())
    network.keep(network.texts, reply)
    return word.means if advanced else ""
