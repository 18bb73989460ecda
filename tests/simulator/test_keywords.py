"""STOP, START and HELP: answered by the network, in French where a service is set up so, or left to the portal."""

from dataclasses import replace

import pytest
from twilio.base.exceptions import TwilioRestException

LINE, SHORT = "+33199000010", "38123"


@pytest.fixture
def french(network):
    network.network.settings = replace(network.network.settings, advanced_opt_out=(LINE,))


def received(phone):
    return [each["body"] for each in phone.texts() if each["direction"] == "received"]


@pytest.mark.parametrize("word", ["STOP", "unsubscribe", " Quit "])
def test_a_long_number_obeys_english_words_without_saying_which(phone, portal, api, word):
    phone.write(LINE, word)
    (told,) = portal.wait_for("/telephone/text")
    assert told["Body"] == word and "OptOutType" not in told
    assert len(received(phone)) == 1
    with pytest.raises(TwilioRestException) as refused:
        api.messages.create(to=phone.number, from_=LINE, body="Encore")
    assert refused.value.code == 21610


@pytest.mark.parametrize("word", ["ARRET", "AIDE", "Stop merci", "START"])
def test_other_words_are_ordinary_texts(phone, portal, api, word):
    phone.write(LINE, word)
    assert "OptOutType" not in portal.wait_for("/telephone/text")[0]
    assert received(phone) == []
    assert api.messages.create(to=phone.number, from_=LINE, body="Encore").sid


@pytest.mark.parametrize(
    ("word", "means"), [("Arrêt", "STOP"), ("STOP", "STOP"), ("AIDE", "HELP"), ("REPRENDRE", "START")]
)
def test_a_service_set_up_for_france_says_what_the_word_meant(phone, portal, french, word, means):
    phone.write(LINE, word)
    assert portal.wait_for("/telephone/text")[0]["OptOutType"] == means
    assert len(received(phone)) == 1


def test_a_short_code_answers_nothing_and_blocks_nothing(phone, portal, api):
    phone.write(SHORT, "STOP")
    assert "OptOutType" not in portal.wait_for("/telephone/text")[0]
    assert received(phone) == []
    assert api.messages.create(to=phone.number, from_=SHORT, body="Vous ne recevrez plus rien").sid


def test_nobody_can_answer_a_name(phone, portal, api):
    api.messages.create(to=phone.number, from_="Valbrune", body="Piscine fermée")
    phone.wait_for_text("Piscine")
    phone.write("Valbrune", "Merci")
    sent = phone.texts()[-1]
    assert (sent["body"], sent["status"]) == ("Merci", "failed")
    assert portal.at("/telephone/text") == []
    assert [each.body for each in api.messages.list()] == ["Piscine fermée"]
