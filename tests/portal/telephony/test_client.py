"""The client reaches the network it is told to, and does not wait for ever."""

import pytest
import requests

from portal.telephony.client import elsewhere, make_client
from simulator import Settings, start

ACCOUNT, TOKEN = "AC" + "1" * 32, "jeton-de-test"


def test_it_speaks_to_the_configured_network():
    with start(
        Settings(account_sid=ACCOUNT, auth_token=TOKEN, portal_url="http://127.0.0.1:9", step_s=0.01)
    ) as network:
        client = make_client(ACCOUNT, TOKEN, network.url)
        sent = client.messages.create(to="+33639980001", from_="+33199000010", body="Été, œuvre & « cætera »")
        assert network.handset("+33639980001").wait_for_text("œuvre")["sid"] == sent.sid
        assert client.messages(sent.sid).fetch().body == "Été, œuvre & « cætera »"


def test_it_gives_up_on_a_network_that_says_nothing():
    with start(
        Settings(account_sid=ACCOUNT, auth_token=TOKEN, portal_url="http://127.0.0.1:9", step_s=0.01)
    ) as network:
        network.network.faults.turn({"next_requests": {"silence": 1}, "silence_s": 3600})
        with pytest.raises(requests.Timeout):
            make_client(ACCOUNT, TOKEN, network.url, timeout_s=0.2).messages.list()


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("", "https://api.twilio.com/2010-04-01/x.json?To=%2B33"),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001/2010-04-01/x.json?To=%2B33"),
        ("https://relay.fr/twilio/", "https://relay.fr/twilio/2010-04-01/x.json?To=%2B33"),
    ],
)
def test_only_scheme_host_and_leading_path_change(base, expected):
    assert elsewhere("https://api.twilio.com/2010-04-01/x.json?To=%2B33", base) == expected
