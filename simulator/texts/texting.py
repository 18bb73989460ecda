"""Texts: from a phone to the portal, and from the portal to a phone, with what becomes of them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from time import time

from simulator.ground import twiml
from simulator.ground.network import VERSION, Network
from simulator.ground.numbers import HIDDEN_TEXT, country, is_number, normal
from simulator.ground.records import Text
from simulator.ground.twiml import TEXTING, Document, TwimlError, Verb
from simulator.texts.segments import segments

STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
START = {"START", "UNSTOP", "YES"}
STOPPED = "Vous ne recevrez plus de messages de ce numéro. Répondez START pour en recevoir à nouveau."
STARTED = "Vous recevrez à nouveau les messages de ce numéro."
UNREACHABLE = 30003
# A document that redirects more often than this goes nowhere.
HOPS = 5


def write(network: Network, phone: str, to: str, body: str, *, hidden: bool = False) -> Text:
    """A phone writes to a line: the portal is told, and its answer, if any, goes back to the phone."""
    network.phone(phone)
    line = network.line(normal(to))
    text = Text(HIDDEN_TEXT if hidden else phone, line.number, body, "inbound", "received")
    text.sent = text.created
    network.keep(network.texts, text)
    _obey(network, text)
    url = line.sms_url or network.settings.portal_url + "/telephone/text"
    fields = _incoming(network, text)
    token = str(uuid.uuid4())
    network.dispatcher.tell(
        text.sid, lambda: _deliver(network, text, Asked(url, line.sms_method, fields, token))
    )
    return text


def _obey(network: Network, text: Text) -> None:
    """STOP and START are the network's business: it answers itself, and the portal is told all the same."""
    word, pair = text.body.strip().upper(), (text.to, text.sender)
    if word in STOP:
        network.stopped.add(pair)
    elif word in START and pair in network.stopped:
        network.stopped.discard(pair)
    else:
        return
    answer = Text(text.to, text.sender, STOPPED if word in STOP else STARTED, "outbound-reply", "delivered")
    answer.sent = time()
    network.keep(network.texts, answer)


def _incoming(network: Network, text: Text) -> dict[str, str]:
    fields = {
        "AccountSid": network.settings.account_sid,
        "ApiVersion": VERSION,
        "Body": text.body,
        "From": text.sender,
        "To": text.to,
        "MessageSid": text.sid,
        "SmsMessageSid": text.sid,
        "SmsSid": text.sid,
        "SmsStatus": "received",
        "NumMedia": "0",
        "NumSegments": str(segments(text.body)),
    }
    for end, number in (("From", text.sender), ("To", text.to)):
        fields[end + "Country"] = "" if number == HIDDEN_TEXT else country(number)
        fields |= {end + "State": "", end + "City": "", end + "Zip": ""}
    return fields


@dataclass(frozen=True)
class Asked:
    """What the portal is told of a text: the same token when it is told twice."""

    url: str
    method: str
    fields: dict[str, str]
    token: str


def _deliver(network: Network, text: Text, asked: Asked) -> None:
    """Tell the portal, and carry out the texting verbs of its answer."""
    url, method = asked.url, asked.method
    for _ in range(HOPS):
        answered = network.webhook(url, asked.fields, method, asked.token)
        if not answered.good or not answered.body.strip():
            return
        try:
            document = twiml.read(answered.body, answered.url, TEXTING, answered.content_type)
        except TwimlError as error:
            network.log("error", code=error.code, text=str(error), url=url, about=text.sid)
            return
        redirect = _answer(network, document, text)
        if redirect is None:
            return
        url, method = document.leads_to(redirect.text), redirect.get("method", "POST")


def _answer(network: Network, document: Document, text: Text) -> Verb | None:
    """Send what the portal answers; a `<Redirect>` is given back to be followed."""
    for order in document.verbs:
        if order.name == "Redirect":
            return order
        reply(network, order, document, line=text.to, phone=text.sender)
    return None


def reply(
    network: Network, order: Verb, document: Document, *, line: str, phone: str, during: str = "reply"
) -> Text | None:
    """`<Message>` in answer to a text, or `<Sms>` in the middle of a call. After STOP, nothing."""
    body = next((noun.text for noun in order.nested if noun.name == "Body"), order.text)
    to, sender = normal(order.get("to") or phone), normal(order.get("from") or line)
    if not is_number(to) or not body or (sender, to) in network.stopped:
        network.log("error", code=21610 if body else 21602, text="reply not sent", about=to)
        return None
    callback = order.get("statusCallback") or order.get("action")
    text = Text(sender, to, body, f"outbound-{during}", "queued")
    text.callback = document.leads_to(callback) if callback else ""
    send(network, text)
    return text


def send(network: Network, text: Text) -> Text:
    """Keep a text that was accepted, and let it go its way: sent, then delivered or not."""
    network.phone(text.to)
    network.keep(network.texts, text)
    wait = max(0.0, text.send_at - time()) if text.send_at else network.settings.step_s
    network.dispatcher.later(wait, lambda: _leave(network, text))
    return text


def _leave(network: Network, text: Text) -> None:
    if text.status == "canceled":
        return
    if text.service:
        move(network, text, "queued")
    move(network, text, "sent")
    network.dispatcher.later(network.settings.step_s, lambda: _arrive(network, text))


def _arrive(network: Network, text: Text) -> None:
    if network.phone(text.to).reachable:
        move(network, text, "delivered")
    else:
        move(network, text, "undelivered", UNREACHABLE)


def move(network: Network, text: Text, status: str, error_code: int | None = None) -> None:
    """Change the state of a text and tell whoever asked to know."""
    with network.changed:
        text.status, text.updated, text.error_code = status, time(), error_code
        if status == "sent":
            text.sent = time()
        network.notify(text.sid, text.phone)
    fields = {
        "AccountSid": network.settings.account_sid,
        "ApiVersion": VERSION,
        "From": text.sender,
        "To": text.to,
        "MessageSid": text.sid,
        "MessageStatus": status,
        "SmsSid": text.sid,
        "SmsStatus": status,
    }
    if text.service:
        fields["MessagingServiceSid"] = text.service
    if error_code:
        fields["ErrorCode"] = str(error_code)
    network.tell(text.sid, text.callback, fields)
