"""Each verb of TwiML, heard at the end of a phone."""

LINE = "+33199000010"


def test_words_are_heard_in_their_language_and_the_call_ends(phone, portal):
    portal.says["/telephone/voice"] = (
        '<Say language="fr-FR">Bonjour à\n  tous</Say><Play>http://x/sons/attente.mp3</Play>'
    )
    phone.call("01 99 00 00 10")
    call = phone.wait_for("over")["call"]
    heard = [(each["by"], each["kind"], each["text"], each["language"]) for each in call["transcript"]]
    assert heard == [("line", "speech", "Bonjour à tous", "fr-FR"), ("line", "sound", "attente.mp3", "")]
    assert call["status"] == "completed"
    fields = portal.at("/telephone/voice")[0]
    assert (
        fields["CallStatus"] == "ringing"
        and fields["From"] == phone.number
        and fields["Direction"] == "inbound"
    )
    (status,) = portal.wait_for("/telephone/status/call")
    assert (
        status["CallStatus"] == "completed"
        and status["CallDuration"] == "1"
        and status["SequenceNumber"] == "0"
    )


def test_a_hidden_number_is_anonymous(phone, portal):
    phone.call(LINE, hidden=True)
    phone.wait_for("over")
    assert portal.at("/telephone/voice")[0]["From"] == "anonymous"


def test_a_key_cuts_the_prompt_and_leads_to_the_action(phone, portal):
    portal.says["/telephone/voice"] = '<Gather numDigits="1" action="voice/menu"><Say>Appuyez</Say></Gather>'
    portal.says["/telephone/voice/menu"] = "<Say>Merci</Say>"
    phone.call(LINE)
    phone.wait_to_be_asked("keys")
    phone.press("2")
    phone.wait_to_hear("Merci")
    menu = portal.at("/telephone/voice/menu")[0]
    assert (menu["Digits"], menu["FinishedOnKey"], menu["msg"]) == ("2", "", "Gather End")
    assert menu["CallStatus"] == "in-progress"


def test_many_keys_end_with_the_finishing_one(phone, portal):
    portal.says["/telephone/voice"] = '<Gather action="/done" timeout="600"/>'
    phone.call(LINE)
    phone.press("1234")
    phone.press("#9")
    assert portal.wait_for("/done")[0]["Digits"] == "1234"
    assert portal.at("/done")[0]["FinishedOnKey"] == "#"


def test_words_are_gathered_as_speech(phone, portal):
    portal.says["/telephone/voice"] = (
        '<Gather input="dtmf speech" language="fr-FR" action="/done" timeout="600"/>'
    )
    phone.call(LINE)
    phone.wait_to_be_asked("speech")
    phone.speak("je voudrais renouveler mon passeport, s’il vous plaît")
    said = portal.wait_for("/done")[0]
    assert said["SpeechResult"] == "je voudrais renouveler mon passeport, s’il vous plaît"
    assert said["Language"] == "fr-FR" and 0 < float(said["Confidence"]) < 1


def test_silence_goes_on_unless_it_is_to_be_told(phone, portal):
    portal.says["/telephone/voice"] = (
        '<Gather action="/never" timeout="1"/><Say>Personne ?</Say><Redirect>/told</Redirect>'
    )
    portal.says["/told"] = '<Gather action="/silence" timeout="1" actionOnEmptyResult="true"/>'
    phone.call(LINE)
    phone.wait_to_hear("Personne ?")
    assert portal.wait_for("/silence")[0]["Digits"] == ""
    assert portal.at("/never") == []


def test_redirect_leads_to_another_document_relative_to_this_one(phone, portal):
    portal.says["/telephone/voice"] = '<Redirect method="GET">voice/suite?a=1</Redirect><Say>jamais</Say>'
    portal.says["/telephone/voice/suite"] = "<Say>suite</Say>"
    phone.call(LINE)
    assert phone.wait_for("over") and phone.transcript() == ["suite"]
    asked = next(seen for seen in portal.seen if seen.path.endswith("suite"))
    assert asked.method == "GET" and "a=1&" in asked.url and "CallSid=" in asked.url


def test_reject_refuses_before_answering(phone, portal):
    portal.says["/telephone/voice"] = '<Reject reason="busy"/>'
    phone.call(LINE)
    assert phone.wait_for("over")["call"]["status"] == "busy"
    assert portal.wait_for("/telephone/status/call")[0]["CallDuration"] == "0"


def test_hangup_ends_the_call_and_pause_is_nothing_to_hear(phone, portal):
    portal.says["/telephone/voice"] = '<Pause length="2"/><Hangup/><Say>jamais</Say>'
    phone.call(LINE)
    assert phone.wait_for("over")["call"]["transcript"] == []


def test_a_message_is_sent_in_the_middle_of_a_call(phone, portal):
    portal.says["/telephone/voice"] = (
        '<Message statusCallback="/sent">Votre référence : ABC</Message><Sms>Bis</Sms>'
    )
    phone.call(LINE)
    phone.wait_for_text("référence")
    phone.wait_for_text("Bis")
    assert [each["MessageStatus"] for each in portal.wait_for("/sent", 2)] == ["sent", "delivered"]


def test_a_message_is_recorded_until_a_key(phone, portal, api):
    portal.says["/telephone/voice"] = (
        '<Record action="/left" maxLength="60" timeout="600" transcribeCallback="/words"/>'
    )
    phone.call(LINE)
    phone.wait_to_be_asked("record")
    phone.speak("Bonjour, rappelez-moi demain")
    phone.press("#")
    left = portal.wait_for("/left")[0]
    assert left["RecordingDuration"] == "2" and left["Digits"] == "#"
    assert portal.wait_for("/words")[0]["TranscriptionText"] == "Bonjour, rappelez-moi demain"
    (recording,) = api.recordings.list()
    assert (
        left["RecordingUrl"].endswith(f"/Recordings/{recording.sid}")
        and recording.call_sid == left["CallSid"]
    )
    import requests

    auth = (api.username, api.password)
    assert requests.get(left["RecordingUrl"], auth=auth).content[:4] == b"RIFF"
    assert requests.get(left["RecordingUrl"] + ".txt", auth=auth).text == "Bonjour, rappelez-moi demain"
    assert requests.get(left["RecordingUrl"]).status_code == 401


def test_hanging_up_ends_a_recording_and_tells_it(phone, portal):
    portal.says["/telephone/voice"] = '<Record action="/left"/><Say>jamais</Say>'
    phone.call(LINE)
    phone.wait_to_be_asked("record")
    phone.speak("Allô")
    phone.hang_up()
    left = portal.wait_for("/left")[0]
    assert left["Digits"] == "hangup" and left["CallStatus"] == "completed"


def test_silence_after_the_tone_goes_on(phone, portal, network):
    network.network.settings = type(network.network.settings)(
        **{**vars(network.network.settings), "patience": 0.001}
    )
    portal.says["/telephone/voice"] = '<Record action="/never" playBeep="false"/><Say>Rien entendu</Say>'
    phone.call(LINE)
    phone.wait_for("over")
    assert phone.transcript() == ["Rien entendu"] and portal.at("/never") == []


def test_what_is_not_twiml_is_heard_as_an_error_and_logged(phone, portal, network):
    from flask import Response

    for wrong, code in [
        (Response("<Response><Say>", content_type="text/xml"), 12100),
        (Response("<Dire/>", content_type="text/xml"), 12100),
        ("<Dire>Bonjour</Dire>", 12200),
        (Response("bonjour", content_type="text/plain"), 12300),
        (500, 11200),
        ("<Redirect/>", 12100),
    ]:
        portal.says["/telephone/voice"] = wrong
        phone.call(LINE)
        phone.wait_for("over")
        assert phone.transcript()[-1].startswith("We're sorry, an application error has occurred")
        assert [each["code"] for each in network.network.journal if each["kind"] == "error"][-1] == code


def test_instructions_that_take_too_long_are_an_error(settings, portal):
    from dataclasses import replace
    from time import sleep

    from simulator import start

    portal.says["/telephone/voice"] = lambda: sleep(0.5) or "<Say>trop tard</Say>"
    with start(replace(settings, webhook_timeout_s=0.1)) as network:
        phone = network.handset("+33639980001")
        phone.call(LINE)
        phone.wait_for("over")
        assert phone.transcript()[-1].startswith("We're sorry")


def test_words_said_where_keys_are_awaited_cut_nothing_short(phone, portal):
    portal.says["/telephone/voice"] = (
        '<Gather numDigits="1" timeout="600" action="/key"><Say>Une touche</Say></Gather>'
    )
    portal.says["/key"] = '<Gather input="speech" timeout="600" action="/said"><Say>Parlez</Say></Gather>'
    phone.call(LINE)
    phone.wait_to_be_asked("keys")
    phone.speak("Allô ?")
    phone.press("1")
    phone.wait_to_hear("Parlez")
    phone.speak("Bonjour")
    assert portal.wait_for("/said")[0]["SpeechResult"] == "Bonjour"


def test_the_fallback_is_asked_with_the_trouble(phone, portal, network):
    network.network.line(LINE).voice_fallback_url = portal.url + "/secours"
    portal.says |= {"/telephone/voice": 503, "/secours": "<Say>Secours</Say>"}
    phone.call(LINE)
    phone.wait_to_hear("Secours")
    assert portal.at("/secours")[0]["ErrorCode"] == "11200"
