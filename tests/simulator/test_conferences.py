"""Several people together: coming in, waiting, on hold, called in, sent away; and what the portal is told."""

import pytest
from twilio.base.exceptions import TwilioRestException

LINE = "+33199000010"
ANNA = "sip:anna@valbrune.example"
EVENTS = "start end join leave hold mute"


def room(**attributes):
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<Dial action="/after"><Conference beep="false"{written}>salle</Conference></Dial>'


@pytest.fixture
def anna(network):
    return network.handset(ANNA)


@pytest.fixture
def together(phone, agent, portal):
    """A citizen and an agent in one conference."""
    portal.says |= {
        "/telephone/voice": room(waitUrl="/wait", statusCallback="/conference", statusCallbackEvent=EVENTS),
        "/wait": "<Say>Patientez</Say>",
        "/hold": "<Say>Ne quittez pas</Say><Redirect>/hold</Redirect>",
        "/after": "<Say>Au revoir</Say>",
    }
    phone.call(LINE)
    phone.wait_to_hear("Patientez")
    agent.call(LINE)
    agent.wait_to_be_with(phone.number)
    return phone


def told(portal, network):
    network.settle()
    return [each["StatusCallbackEvent"] for each in portal.at("/conference")]


def sid_of(portal):
    return portal.wait_for("/conference")[0]["ConferenceSid"]


def test_one_alone_hears_the_waiting_document_then_both_talk(together, agent, portal, api, network):
    together.speak("Bonjour")
    agent.wait_to_hear("Bonjour")
    agent.speak("Mairie, j’écoute")
    together.wait_to_hear("j’écoute")
    assert together.with_whom() == [agent.number]
    portal.wait_for("/conference", 3)
    assert told(portal, network) == ["participant-join", "participant-join", "conference-start"]
    first = portal.at("/conference")[0]
    assert (first["FriendlyName"], first["Hold"], first["Muted"]) == ("salle", "false", "false")
    assert [each["SequenceNumber"] for each in portal.at("/conference")] == ["1", "2", "3"]
    (listed,) = api.conferences.list(friendly_name="salle", status="in-progress")
    assert listed.sid == sid_of(portal) and len(api.conferences(listed.sid).participants.list()) == 2


def test_without_a_waiting_document_music_plays(phone, portal):
    portal.says["/telephone/voice"] = room()
    phone.call(LINE)
    phone.wait_to_hear("[music]")
    assert phone.with_whom() == []


def test_hold_is_another_room(together, agent, portal, api, network):
    conference = api.conferences(sid_of(portal))
    held = portal.at("/telephone/voice")[0]["CallSid"]
    conference.participants(held).update(hold=True, hold_url=portal.url + "/hold")
    together.wait_to_hear("Ne quittez pas")
    assert together.state()["call"]["hold"] and agent.with_whom() == []
    agent.speak("Je demande à ma collègue")
    assert "Je demande à ma collègue" not in together.transcript()
    conference.participants(held).update(hold=False)
    agent.wait_to_be_with(together.number)
    assert told(portal, network)[-2:] == ["participant-hold", "participant-unhold"]


def test_a_document_that_does_not_loop_ends_in_silence(together, agent, portal, api):
    conference = api.conferences(sid_of(portal))
    held = portal.at("/telephone/voice")[0]["CallSid"]
    conference.participants(held).update(hold=True, hold_url=portal.url + "/wait")
    together.wait_until(lambda state: state["call"]["silent"])
    conference.participants(held).update(hold=True, hold_url=portal.url + "/hold")
    together.wait_to_hear("Ne quittez pas")
    conference.participants(held).update(hold=False)
    together.wait_to_be_with(agent.number)
    assert not together.state()["call"]["silent"]


def test_who_is_muted_hears_and_is_not_heard(together, agent, portal, api):
    sid = portal.at("/telephone/voice")[0]["CallSid"]
    assert api.conferences(sid_of(portal)).participants(sid).update(muted=True).muted
    together.speak("On m’entend ?")
    agent.speak("Allô")
    together.wait_to_hear("Allô")
    assert "On m’entend ?" not in agent.transcript()


def test_a_third_is_called_in_and_the_conference_outlives_the_first_agent(
    together, agent, anna, portal, api, network
):
    sid = sid_of(portal)
    called = api.conferences(sid).participants.create(
        from_=LINE,
        to=ANNA,
        label="anna",
        status_callback=portal.url + "/leg",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    assert (called.status, called.label, called.conference_sid) == ("queued", "anna", sid)
    together.wait_to_hear("sonnerie")
    anna.wait_for("ringing")
    anna.answer()
    anna.wait_to_be_with(together.number, agent.number)
    agent.hang_up()
    anna.wait_to_be_with(together.number)
    anna.speak("Anna, à vous")
    together.wait_to_hear("Anna, à vous")
    assert api.conferences(sid).participants("anna").fetch().status == "connected"
    assert api.conferences(sid).participants("anna").delete()
    anna.wait_for("over")
    assert [each["CallStatus"] for each in portal.wait_for("/leg", 4)] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    together.wait_to_be_with()
    network.settle()
    assert portal.at("/conference")[-1]["ReasonParticipantLeft"] == "participant_updated_via_api"


def test_who_does_not_answer_never_came(together, anna, portal, api):
    sid = sid_of(portal)
    api.conferences(sid).participants.create(from_=LINE, to=ANNA, timeout=600)
    anna.wait_for("ringing")
    anna.refuse()
    left = portal.wait_for("/conference", 4)[-1]
    assert (left["ReasonParticipantLeft"], left["ParticipantCallStatus"]) == (
        "participant_add_failed",
        "busy",
    )


def test_a_conference_is_made_by_calling_somebody_into_it(anna, api, portal):
    made = api.conferences("consultation").participants.create(
        from_=LINE, to=ANNA, end_conference_on_exit=True
    )
    anna.wait_for("ringing")
    anna.answer()
    anna.wait_to_hear("[music]")
    anna.hang_up()
    anna.wait_for("over")
    over = api.conferences(made.conference_sid).fetch()
    assert (over.status, over.call_sid_ending_conference) == ("completed", made.call_sid)
    assert over.reason_conference_ended == "participant-with-end-conference-on-exit-left"


def test_the_end_by_rest_lets_each_go_on_with_what_comes_after(together, agent, portal, api):
    api.conferences(sid_of(portal)).update(status="completed")
    together.wait_to_hear("Au revoir")
    agent.wait_to_hear("Au revoir")
    assert [each["DialCallStatus"] for each in portal.at("/after")] == ["answered", "answered"]
    end = portal.wait_for("/conference", 6)[-1]
    assert end["ReasonConferenceEnded"] == "conference-ended-via-api"


def test_new_instructions_take_one_out_and_leave_the_other(together, agent, portal, api):
    sid = portal.at("/telephone/voice")[0]["CallSid"]
    api.calls(sid).update(twiml="<Response><Say>Par ici</Say></Response>")
    together.wait_to_hear("Par ici")
    agent.wait_to_be_with()
    assert "Au revoir" not in together.transcript()


def test_one_participant_hears_an_announcement(together, agent, portal, api):
    portal.says["/announce"] = "<Say>Il vous reste une minute</Say>"
    sid = portal.at("/telephone/voice")[0]["CallSid"]
    conference = api.conferences(sid_of(portal))
    conference.participants(sid).update(announce_url=portal.url + "/announce")
    together.wait_to_hear("une minute")
    agent.wait_to_be_with(together.number)
    assert "Il vous reste une minute" not in agent.transcript()


def test_a_waiting_document_may_only_speak(phone, portal, network):
    portal.says |= {
        "/telephone/voice": room(waitUrl="/wait"),
        "/wait": '<Gather numDigits="1"/>',
        "/after": "<Say>Désolé</Say>",
    }
    phone.call(LINE)
    phone.wait_to_hear("Désolé")
    assert portal.at("/after")[0]["DialCallStatus"] == "failed"
    assert 13238 in [each.get("code") for each in network.network.journal]


def test_who_may_not_start_it_waits_for_who_may(phone, agent, portal):
    portal.says["/telephone/voice"] = room(startConferenceOnEnter="false", waitUrl="")
    other = phone.__class__(phone.url, "+33639980002")
    phone.call(LINE)
    other.call(LINE)
    other.wait_for("talking")
    assert phone.with_whom() == []
    portal.says["/telephone/voice"] = room(endConferenceOnExit="true")
    agent.call(LINE)
    phone.wait_to_be_with(agent.number, other.number)
    agent.hang_up()
    phone.wait_for("over")
    other.wait_for("over")


def test_a_recorded_conference_leaves_its_words(together, agent, portal, api):
    portal.says["/telephone/voice"] = room(record="record-from-start", recordingStatusCallback="/tape")
    third = together.__class__(together.url, "+33639980003")
    third.call(LINE)
    third.wait_to_be_with(together.number, agent.number)
    third.speak("Ceci est gardé")
    sid = sid_of(portal)
    together.hang_up()
    agent.hang_up()
    agent.wait_for("over")
    third.hang_up()
    third.wait_for("over")
    (kept,) = api.recordings.list(conference_sid=sid)
    assert (kept.source, portal.wait_for("/tape")[0]["RecordingSource"]) == ("Conference", "Conference")


def test_what_is_not_there_is_not_found_and_a_name_is_no_address(together, api):
    for room_sid in ("CF" + "0" * 32, "salle"):
        with pytest.raises(TwilioRestException) as refused:
            api.conferences(room_sid).fetch()
        assert refused.value.code == 20404
