"""Texts: from a phone to the portal, and from the portal to a phone, with what becomes of them."""

from __future__ import annotations

import uuid
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import time

from simulator.ground import twiml
from simulator.ground.network import VERSION, Network
from simulator.ground.numbers import HIDDEN_TEXT, country, is_number, normal
from simulator.ground.records import Text, new_sid
from simulator.ground.twiml import TEXTING, Document, TwimlError, Verb
from simulator.texts import fate, keywords
from simulator.texts.segments import segments

# A document that redirects more often than this goes nowhere.
HOPS = 5


def write(
    network: Network,
    phone: str,
    to: str,
    body: str,
    *,
    hidden: bool = False,
    pictures: Sequence[tuple[str, bytes]] = (),
) -> Text:
    """A phone writes to a line: the portal is told, and its answer, if any, goes back to the phone.

    `pictures` go with it: the kind and the bytes of each.
    """
    network.phone(phone)
    line = network.line(normal(to))
    text = Text(HIDDEN_TEXT if hidden else phone, line.number, body, "inbound", "received")
    if pictures:
        text.sid = new_sid("MM")
        text.pictures = {new_sid("ME"): [kind, b64encode(data).decode()] for kind, data in pictures}
    text.sent = text.created
    network.keep(network.texts, text)
    fields = _incoming(network, text)
    if was := keywords.answer(network, text):
        fields["OptOutType"] = was
    url = line.sms_url or network.settings.portal_url + "/telephone/text"
    asked = Asked(url, line.sms_method, fields, line.sms_fallback_url)
    network.dispatcher.tell(text.sid, lambda: _deliver(network, text, asked))
    return text


def write_in_vain(network: Network, phone: str, to: str, body: str) -> Text:
    """A name is no number: the phone says that the text did not leave, and nobody else knows of it."""
    network.phone(phone)
    return network.keep(network.texts, Text(phone, to, body, "inbound", "failed"))


def is_unsent(text: Text) -> bool:
    """Known to the phone alone."""
    return text.direction == "inbound" and text.status == "failed"


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
        "NumMedia": str(len(text.pictures)),
        "NumSegments": str(segments(text.body)),
    }
    account = f"{network.settings.own_url}/{VERSION}/Accounts/{network.settings.account_sid}"
    for n, (name, (kind, _)) in enumerate(text.pictures.items()):
        fields[f"MediaUrl{n}"] = f"{account}/Messages/{text.sid}/Media/{name}"
        fields[f"MediaContentType{n}"] = kind
    for end, number in (("From", text.sender), ("To", text.to)):
        fields[end + "Country"] = "" if number == HIDDEN_TEXT else country(number)
        fields |= {end + "State": "", end + "City": "", end + "Zip": ""}
    return fields


@dataclass
class Asked:
    """What the portal is told of a text: the same token when it is told twice, and one answer that counts."""

    url: str
    method: str
    fields: dict[str, str]
    fallback: str = ""
    token: str = field(default_factory=lambda: str(uuid.uuid4()))
    answered: bool = False

    def is_first(self, network: Network) -> bool:
        """Whoever asks twice never had the first answer, or has no use for the second."""
        with network.changed:
            first, self.answered = not self.answered, True
        return first


def _deliver(network: Network, text: Text, asked: Asked) -> None:
    """Tell the portal, and carry out the texting verbs of its answer."""
    url, method, fields = asked.url, asked.method, asked.fields
    for hop in range(HOPS):
        answered = network.webhook(url, fields, method, asked.token)
        if not answered.good and asked.fallback and url != asked.fallback:
            fields = fields | {"ErrorCode": str(answered.error), "ErrorUrl": url}
            url, method = asked.fallback, "POST"
            continue
        if not answered.good or not answered.body.strip() or (hop == 0 and not asked.is_first(network)):
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
    doom = fate.drawn(network, body)
    if not is_number(to) or not body or (sender, to) in network.stopped or doom in fate.AT_ONCE:
        network.log("error", code=doom or (21610 if body else 21602), text="reply not sent", about=to)
        return None
    callback = order.get("statusCallback") or order.get("action")
    text = Text(sender, to, body, f"outbound-{during}", "queued", fate=doom)
    text.callback = document.leads_to(callback) if callback else ""
    send(network, text)
    return text


def send(network: Network, text: Text) -> Text:
    """Keep a text that was accepted, and let it go its way: sent, then delivered or not."""
    network.phone(text.to)
    network.keep(network.texts, text)
    wait = max(0.0, text.send_at - time()) if text.send_at else network.settings.step_s
    queue_s = network.faults.text_queue_s
    if text.validity_s is not None and text.validity_s < queue_s:
        network.dispatcher.later(text.validity_s, lambda: _fail(network, text, fate.EXPIRED))
    else:
        network.dispatcher.later(max(wait, queue_s), lambda: _leave(network, text))
    return text


def _leave(network: Network, text: Text) -> None:
    if text.status == "canceled":
        return
    if text.service:
        move(network, text, "queued")
    if text.fate in fate.NEVER_LEFT:
        _fail(network, text, text.fate)
        return
    move(network, text, "sent")
    network.dispatcher.later(network.settings.step_s, lambda: _arrive(network, text))


def _arrive(network: Network, text: Text) -> None:
    code = fate.on_arrival(network, text)
    move(network, text, fate.status(code), code or None)


def _fail(network: Network, text: Text, code: int) -> None:
    if text.status != "canceled":
        move(network, text, "failed", code)


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
