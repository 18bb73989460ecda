"""What the stand-in network answers, held against Twilio's published description; its TwiML against its examples."""

import json
import re

import jsonschema
import pytest
import requests

from simulator import Settings, start
from simulator.ground.twiml import VOICE, TwimlError, read
from tests.real.folder import data_folder

DATA = data_folder("twilio")
ACCOUNT, TOKEN = "AC" + "1" * 32, "jeton-de-test"
BASE = f"/2010-04-01/Accounts/{ACCOUNT}"
LINE, PHONE = "+33199000010", "+33639980001"


@pytest.fixture(scope="module")
def description():
    return json.loads((DATA / "openapi" / "twilio_api_v2010.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def call():
    settings = Settings(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        portal_url="http://127.0.0.1:9",
        step_s=0.01,
        pace=0,
        calls_per_second=None,
    )
    with start(settings) as network:

        def call(method, path, **fields):
            url = path if path.startswith("http") else network.url + path
            return requests.request(method, url, data=fields, auth=(ACCOUNT, TOKEN), timeout=60)

        call.network = network
        yield call


def nullable(schema):
    """OpenAPI 3.0 says `nullable`, or only in words; JSON Schema says it with a type."""
    if isinstance(schema, list):
        return [nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: nullable(value) for key, value in schema.items()}
    said = changed.get("nullable") is True or "will be `null`" in str(changed.get("description"))
    if said and isinstance(changed.get("type"), str):
        changed["type"] = [changed["type"], "null"]
        if "enum" in changed:
            changed["enum"] = [*changed["enum"], None]
    return changed


def check(description, answer, template, method):
    """The status and every field of the answer are those described for this path, and none is missing."""
    operation = description["paths"][template][method]
    (status,) = operation["responses"]
    assert answer.status_code == int(status), answer.text
    if status == "204":
        return
    schema = operation["responses"][status]["content"]["application/json"]["schema"]
    whole = {**nullable(schema), "components": nullable(description["components"])}
    told = answer.json()
    jsonschema.Draft202012Validator(whole).validate(told)
    properties = (
        description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        if "$ref" in schema
        else schema
    )
    assert set(told) - {"subresource_uris"} <= set(properties["properties"])
    assert set(properties["properties"]) <= set(told)


def test_texts_are_answered_as_described(description, call):
    messages, message = BASE + "/Messages.json", BASE + "/Messages/{}.json"
    at = "/2010-04-01/Accounts/{AccountSid}/Messages"
    sent = call("POST", messages, To=PHONE, From=LINE, Body="Été à Besançon")
    check(description, sent, at + ".json", "post")
    sid = sent.json()["sid"]
    check(description, call("GET", messages + "?PageSize=1"), at + ".json", "get")
    check(description, call("GET", message.format(sid)), at + "/{Sid}.json", "get")
    check(description, call("POST", message.format(sid), Body=""), at + "/{Sid}.json", "post")
    check(description, call("DELETE", message.format(sid)), at + "/{Sid}.json", "delete")


def test_calls_are_answered_as_described(description, call):
    calls, at = BASE + "/Calls.json", "/2010-04-01/Accounts/{AccountSid}/Calls"
    twiml = '<Response><Record timeout="90"/></Response>'
    placed = call("POST", calls, To=PHONE, From=LINE, Twiml=twiml, Timeout="60")
    check(description, placed, at + ".json", "post")
    sid = placed.json()["sid"]
    phone = call.network.handset(PHONE)
    phone.wait_for("ringing")
    phone.answer()
    phone.wait_to_be_asked("record")
    check(description, call("GET", BASE + f"/Calls/{sid}.json"), at + "/{Sid}.json", "get")
    phone.speak("Bonjour")
    phone.hang_up()
    phone.wait_for("over")
    check(description, call("GET", calls), at + ".json", "get")
    recordings = call("GET", BASE + "/Recordings.json")
    check(description, recordings, "/2010-04-01/Accounts/{AccountSid}/Recordings.json", "get")
    recording = recordings.json()["recordings"][0]["sid"]
    one = call("GET", BASE + f"/Recordings/{recording}.json")
    check(description, one, "/2010-04-01/Accounts/{AccountSid}/Recordings/{Sid}.json", "get")


def test_lines_and_queues_are_answered_as_described(description, call):
    at = "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers"
    made = call(
        "POST", BASE + "/IncomingPhoneNumbers.json", PhoneNumber=LINE, VoiceUrl="http://127.0.0.1:9/v"
    )
    check(description, made, at + ".json", "post")
    check(description, call("GET", BASE + "/IncomingPhoneNumbers.json"), at + ".json", "get")
    sid = made.json()["sid"]
    check(
        description,
        call("POST", BASE + f"/IncomingPhoneNumbers/{sid}.json", SmsUrl=""),
        at + "/{Sid}.json",
        "post",
    )
    at = "/2010-04-01/Accounts/{AccountSid}/Queues"
    check(description, call("POST", BASE + "/Queues.json", FriendlyName="accueil"), at + ".json", "post")
    queues = call("GET", BASE + "/Queues.json")
    check(description, queues, at + ".json", "get")
    members = call("GET", BASE + f"/Queues/{queues.json()['queues'][0]['sid']}/Members.json")
    check(description, members, at + "/{QueueSid}/Members.json", "get")


def test_a_waiting_member_and_its_queue_are_answered_as_described(description, call):
    at = "/2010-04-01/Accounts/{AccountSid}/Queues"
    twiml = '<Response><Enqueue waitUrl="">file</Enqueue></Response>'
    sid = call("POST", BASE + "/Calls.json", To="+33639980007", From=LINE, Twiml=twiml).json()["sid"]
    waiting = call.network.handset("+33639980007")
    waiting.wait_for("ringing")
    waiting.answer()
    waiting.wait_until(lambda state: state["call"]["queue"])
    queues = call("GET", BASE + "/Queues.json").json()["queues"]
    queue = next(each["sid"] for each in queues if each["friendly_name"] == "file")
    base, member = BASE + f"/Queues/{queue}", at + "/{QueueSid}/Members/{CallSid}.json"
    check(description, call("GET", base + ".json"), at + "/{Sid}.json", "get")
    check(description, call("GET", base + f"/Members/{sid}.json"), member, "get")
    check(description, call("GET", base + "/Members/Front.json"), member, "get")
    moved = call("POST", base + "/Members/Front.json", Url="http://127.0.0.1:9/", Method="POST")
    check(description, moved, member, "post")
    waiting.wait_for("over")
    check(description, call("POST", base + ".json", MaxSize="5"), at + "/{Sid}.json", "post")
    check(description, call("DELETE", base + ".json"), at + "/{Sid}.json", "delete")


def test_conferences_are_answered_as_described(description, call):
    at = "/2010-04-01/Accounts/{AccountSid}/Conferences"
    seats, seat = (
        at + "/{ConferenceSid}/Participants.json",
        at + "/{ConferenceSid}/Participants/{CallSid}.json",
    )
    address = "sip:anna@valbrune.example"
    made = call("POST", BASE + "/Conferences/salle/Participants.json", To=address, From=LINE, Label="anna")
    check(description, made, seats, "post")
    anna = call.network.handset(address)
    anna.wait_for("ringing")
    anna.answer()
    anna.wait_to_hear("[music]")
    room, who = made.json()["conference_sid"], made.json()["call_sid"]
    base = BASE + f"/Conferences/{room}"
    check(description, call("GET", BASE + "/Conferences.json?Status=init"), at + ".json", "get")
    check(description, call("GET", base + ".json"), at + "/{Sid}.json", "get")
    check(description, call("GET", base + "/Participants.json"), seats, "get")
    check(description, call("GET", base + f"/Participants/{who}.json"), seat, "get")
    check(description, call("POST", base + f"/Participants/{who}.json", Hold="true"), seat, "post")
    check(description, call("DELETE", base + f"/Participants/{who}.json"), seat, "delete")
    anna.wait_for("over")
    ended = call("POST", base + ".json", Status="completed")
    check(description, ended, at + "/{Sid}.json", "post")
    assert ended.json()["reason_conference_ended"] == "last-participant-kicked"


def test_the_published_participant_has_no_field_that_ours_lacks(call):
    made = call("POST", BASE + "/Conferences/autre/Participants.json", To="+33639980008", From=LINE).json()
    for path in (DATA / "rest-exemples").glob("participant__*.json"):
        assert set(json.loads(path.read_text(encoding="utf-8"))) <= set(made), path.name


def test_every_field_of_a_recorded_webhook_is_sent_by_ours(call):
    """Of a text, a call and their states: what the portal may read there, it may read here."""
    from simulator.ground.records import Call, Text
    from simulator.texts.sending import _incoming

    recorded = json.loads((DATA / "webhooks" / "webhooks-signes.json").read_text(encoding="utf-8"))[
        "requetes"
    ]
    known = {each["nom"]: set(each["parametres"]) for each in recorded}
    network = call.network.network
    text = _incoming(network, Text(PHONE, LINE, "Bonjour", "inbound", "received"))
    assert set(text) == known["sms entrant simple"]
    voice = network.call_fields(Call(PHONE, LINE, PHONE, "inbound", "ringing"))
    assert set(voice) == known["appel entrant"]


@pytest.mark.parametrize(
    "path", sorted((DATA / "twiml-exemples").glob("voice__*.xml")), ids=lambda path: path.stem
)
def test_published_twiml_is_read_or_named_as_not_ours(path):
    text = path.read_bytes()
    others = re.search(rb"<(Transcription|Start|Stop|Stream|Client|Parameter|Leave)\b", text)
    try:
        assert read(text, "http://x/", VOICE).verbs or b"<Response/>" in text.replace(b" ", b"")
    except TwimlError as error:
        assert error.code == 12200 and others, (error, text)
