"""The guard of the telephone doors, on requests signed here by another hand than the one that judges."""

import base64
import hashlib
import hmac
import json

import pytest

from portal.telephony.signature import is_signed, judge_vectors, rebuild_url

TOKEN = "jeton-de-test"
FIELDS = {"From": ["+33639980001"], "Body": ["J’ai perdu ma carte d'identité à Besançon"]}


def sign(text, token=TOKEN):
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def signed_fields(fields):
    return "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))


def judge(received, signed=None, fields=FIELDS, body=None, tokens=(TOKEN,)):
    return is_signed(received, fields, body, sign((signed or received) + signed_fields(fields or {})), tokens)


@pytest.mark.parametrize(
    ("received", "signed"),
    [
        ("https://town.fr/t", "https://town.fr/t"),
        ("https://town.fr:443/t", "https://town.fr/t"),
        ("https://town.fr/t", "https://town.fr:443/t"),
        ("http://town.fr/t", "http://town.fr:80/t"),
        ("http://127.0.0.1:8000/t?x=1", "http://127.0.0.1:8000/t?x=1"),
        ("https://town.fr:8443/t", "https://town.fr/t"),
        ("https://u:p@town.fr/t", "https://u:p@town.fr/t"),
        ("https://u:p@town.fr/t", "https://town.fr/t"),
        ("https://u:p@town.fr:8443/t", "https://town.fr/t"),
        ("https://u@town.fr/t", "https://u@town.fr:443/t"),
        ("https://town.fr/t?b=it's+me", "https://town.fr/t?b=it's+me"),
        ("https://town.fr/t?b=it's+me", "https://town.fr/t?b=it%27s+me"),
        ("https://town.fr/t?b=it's+me", "https://town.fr:443/t?b=it%27s+me"),
        ("https://town.fr/t#rc=3&rp=all", "https://town.fr/t"),
        ("https://Town.FR/t", "https://town.fr/t"),
        ("https://Town.FR/T", "https://Town.FR/T"),
        ("https://town.fr?a=1", "https://town.fr/?a=1"),
        ("https://town.fr/é?b=à", "https://town.fr/%C3%A9?b=%C3%A0"),
        ("https://town.fr/t?b=%c3%a9&c", "https://town.fr/t?b=%c3%a9&c"),
        ("https://[2001:db8::1]:8443/t", "https://[2001:db8::1]:8443/t"),
        ("https://[2001:db8::1]:8443/t", "https://[2001:db8::1]/t"),
        ("https://[2001:db8::1]/t", "https://[2001:db8::1]:443/t"),
        ("https://town.fr/t?empty=&x", "https://town.fr/t?empty=&x"),
    ],
)
def test_an_address_is_recognised_as_the_network_wrote_it(received, signed):
    assert judge(received, signed)


@pytest.mark.parametrize(
    ("received", "signed"),
    [
        ("https://town.fr/t", "http://town.fr/t"),
        ("https://town.fr/t/", "https://town.fr/t"),
        ("https://town.fr/t?a=1&b=2", "https://town.fr/t?b=2&a=1"),
        ("https://town.fr/t?a=1", "https://town.fr/t"),
        ("https://town.fr/T", "https://town.fr/t"),
        ("https://other.fr/t", "https://town.fr/t"),
        ("https://town.fr/t?b=a+b", "https://town.fr/t?b=a%20b"),
    ],
)
def test_another_address_is_not(received, signed):
    assert not judge(received, signed)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        None,
        {"Digits": [""], "Body": [""]},
        {"MediaUrl[]": ["https://m.fr/2", "https://m.fr/1", "https://m.fr/1"]},
        {"a": ["1"], "B": ["2"], "à": ["3"]},
        {"Body": ["1 + 1 = 2 & « été » 🥵\n"]},
    ],
)
def test_every_field_counts(fields):
    assert judge("https://town.fr/t", fields=fields)
    assert not is_signed(
        "https://town.fr/t", {**(fields or {}), "New": ["1"]}, None, sign("https://town.fr/t"), [TOKEN]
    )


def test_fields_that_are_not_lists_of_texts_are_read_all_the_same():
    assert is_signed("https://a.fr/", {"N": 0, "T": "x"}, None, sign("https://a.fr/N0Tx"), [TOKEN])
    assert not is_signed("https://a.fr/", {"N": None}, None, sign("https://a.fr/"), [TOKEN])


def test_a_body_is_held_to_the_digest_in_the_address():
    body = '{"été": true}'
    url = "https://town.fr/t?bodySHA256=" + hashlib.sha256(body.encode()).hexdigest()
    assert judge(url, fields=None, body=body)
    assert not judge(url, fields=None, body=body + " ")
    assert not judge(url, fields=None, body=None)
    assert not judge("https://town.fr/t", fields=None, body=body)


def test_a_form_may_come_with_a_digest_in_its_address():
    assert judge("https://town.fr/t?bodySHA256=0123", fields=FIELDS)


@pytest.mark.parametrize("signature", [None, "", "WRONG", "été", "=" * 500])
def test_a_missing_or_odd_signature_is_simply_wrong(signature):
    assert is_signed("https://town.fr/t", FIELDS, None, signature, [TOKEN]) is False


@pytest.mark.parametrize(
    "url", ["", "://", "https://town.fr:99999999/t", "https://[::1/t", "https://u@@h:x/", "\udcff"]
)
def test_an_odd_address_is_simply_wrong(url):
    assert is_signed(url, FIELDS, None, sign("https://town.fr/t"), [TOKEN]) is False
    assert is_signed("https://a.fr/?bodySHA256=0", None, "\ud800", "x", [TOKEN]) is False


def test_both_tokens_hold_while_one_replaces_the_other_and_an_empty_one_never():
    assert judge("https://town.fr/t", tokens=["next", TOKEN])
    assert not judge("https://town.fr/t", tokens=["next"])
    assert not judge("https://town.fr/t", tokens=[])
    assert not is_signed("https://town.fr/t", None, None, sign("https://town.fr/t", token=""), [""])


def test_the_address_is_rebuilt_from_the_configured_base_and_the_raw_query():
    assert (
        rebuild_url("https://town.fr/", "/telephone/text", b"q=%C3%A9+it's")
        == "https://town.fr/telephone/text?q=%C3%A9+it's"
    )
    assert rebuild_url("https://town.fr", "/t", "") == "https://town.fr/t"


def test_vectors_are_counted_and_the_wrong_ones_named(tmp_path):
    vector = {"jeton": TOKEN, "url_recue": "https://a.fr/", "parametres": {"A": "1"}, "corps": None}
    vectors = [
        {**vector, "nom": "good", "signature": sign("https://a.fr/A1"), "valide": True},
        {**vector, "nom": "lying", "signature": sign("https://a.fr/A1"), "valide": False},
    ]
    path = tmp_path / "vectors.json"
    path.write_text(json.dumps(vectors), encoding="utf-8")
    assert judge_vectors(path) == (1, 2, ["lying"])


def test_the_command_ends_with_the_count_and_fails_on_a_wrong_one(tmp_path):
    from click.testing import CliRunner

    from portal.commands.telephone import check_signatures

    vector = {"jeton": TOKEN, "url_recue": "https://a.fr/", "parametres": None, "corps": None, "valide": True}
    path = tmp_path / "vectors.json"
    for signature, last, code in ((sign("https://a.fr/"), "1 of 1 right", 0), ("no", "0 of 1 right", 1)):
        path.write_text(json.dumps([{**vector, "nom": "one", "signature": signature}]), encoding="utf-8")
        ran = CliRunner().invoke(check_signatures, [str(path)])
        assert (ran.output.splitlines()[-1], ran.exit_code) == (last, code)
