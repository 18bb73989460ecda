"""The page a newcomer sees: complete by plain forms, kept up to date by pieces of itself."""

import pytest
import requests
from lxml import html

LINE = "+33199000010"
PHONE = "+33639980001"


@pytest.fixture
def visit(network):
    session = requests.Session()

    def visit(path="/", **form):
        """GET, or POST of the form; the tree of the page one ends on."""
        url = path if path.startswith("http") else network.url + path
        visit.answer = session.post(url, data=form, timeout=30) if form else session.get(url, timeout=30)
        return html.fromstring(visit.answer.text)

    return visit


def words(tree):
    return " ".join(tree.text_content().split())


def test_pages_are_sound_and_let_no_foreign_script_in(visit):
    for path in ("/", f"/?phone={PHONE}&phone=%2B33639980002", "/network"):
        tree = visit(path)
        assert visit.answer.headers["Content-Security-Policy"].startswith(
            "default-src 'none'; script-src 'self'"
        )
        assert len(tree.findall(".//h1")) == 1 and tree.get("lang") == "fr"
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert not tree.xpath("//script[not(@src)] | //style | //@style | //@onclick")
        labelled = {label.get("for") for label in tree.xpath("//label")}
        for field in tree.xpath("//input[not(@type='hidden' or @type='checkbox')] | //textarea"):
            assert field.get("id") in labelled


def test_a_call_is_made_by_forms_alone(visit, portal, phone):
    portal.says["/telephone/voice"] = (
        '<Say language="ar">مرحبا</Say><Gather timeout="600" numDigits="1" action="/key">'
        '<Say language="fr-FR">Tapez 1</Say></Gather>'
    )
    portal.says["/key"] = "<Say>Merci</Say>"
    visit(f"/phones/{PHONE}/call", to="01 99 00 00 10", back=f"/?phone={PHONE}")
    phone.wait_to_be_asked("keys")
    tree = visit(f"/?phone={PHONE}")
    assert "En ligne" in words(tree) and "On attend une touche." in words(tree)
    heard = tree.xpath("//p[contains(@class,'by-line')]")
    assert [each.get("lang") for each in heard] == ["ar", "fr-FR"]
    assert not tree.xpath("//div[@data-when='talking']/@hidden") and tree.xpath(
        "//div[@data-when='ringing']/@hidden"
    )
    visit(f"/phones/{PHONE}/keys", keys="1")
    phone.wait_for("over")
    assert "Merci" in words(visit())
    visit(f"/phones/{PHONE}/put-away", back="/")
    assert "Rien à entendre" in words(visit()) and "Merci" not in words(visit())


def test_texts_are_shown_with_their_links_and_nothing_they_say_is_markup(visit, portal, phone):
    portal.says["/telephone/text"] = "<Message>Voir http://127.0.0.1:9/fr &lt;script&gt;</Message>"
    visit(f"/phones/{PHONE}/texts", to=LINE, body="Bonjour\r\n<b>toi</b>", back="/")
    phone.wait_for_text("Voir")
    tree = visit()
    assert tree.xpath("//a[@href='http://127.0.0.1:9/fr']") and not tree.xpath("//b | //p/script")
    assert portal.at("/telephone/text")[0]["Body"] == "Bonjour\n<b>toi</b>"


def test_what_cannot_be_done_is_said(visit):
    assert "ne mène nulle part" in words(visit(f"/phones/{PHONE}/call", to="rien", back="/"))
    assert "joindrait les pompiers" in words(visit(f"/phones/{PHONE}/call", to="18", back="/"))
    assert "réservé à la fiction" in words(visit("/pick-up", number="06 12 34 56 78", back="/"))
    assert "réservé à la fiction" in words(visit("/?phone=%2B33612345678"))
    assert "pas en ligne" in words(visit(f"/phones/{PHONE}/hangup", back="/"))


def test_a_phone_the_portal_wrote_to_may_be_picked_up(visit, api, network):
    api.messages.create(to="+33612345678", from_="Mairie", body="Votre code : 1")
    network.handset("+33612345678").wait_for_text("code")
    assert "Votre code : 1" in words(visit("/pick-up", number="06 12 34 56 78", phone=PHONE))
    assert f"phone=%2B{PHONE[1:]}" in visit.answer.url


def test_a_phone_is_named_and_switched_off(visit, phone):
    visit(f"/phones/{PHONE}", name="Mme Aubry", reachable="false", back="/")
    tree = visit()
    assert "Mme Aubry" in words(tree) and "Hors de portée" in words(tree)
    assert phone.state()["reachable"] is False


def test_the_live_pieces_come_when_something_changed(network, phone, portal):
    first = requests.get(f"{network.url}/live?phone={PHONE.replace('+', '%2B')}", timeout=30).json()
    phone.write(LINE, "Bonjour")
    address = f"{network.url}/live?phone={PHONE.replace('+', '%2B')}&since={first['stamp']}"
    second = requests.get(address, timeout=30).json()
    assert second["stamp"] != first["stamp"]
    assert "Bonjour" in second["phones"][PHONE]["parts"]["texts"]


def test_switches_are_turned_and_the_journal_read_on_the_page(visit, network, phone, portal):
    visit("/network", **{"callbacks.lose": "25", "requests.silence": "10", "seed": "4", "back": "/network"})
    told = network.network.faults.told()
    assert (told["callbacks"]["lose"], told["requests"]["silence"], told["seed"]) == (0.25, 0.1, 4)
    assert "together at most" in words(
        visit("/network", **{"callbacks.lose": "80", "callbacks.double": "80", "back": "/network"})
    )
    visit("/network/reset", back="/network")
    portal.says["/telephone/voice"] = 500
    phone.call(LINE)
    phone.wait_for("over")
    assert "erreur 11200" in words(visit("/network"))


def test_another_site_cannot_press_our_keys_nor_be_led_to(network, visit):
    foreign = {"Origin": "https://ailleurs.example"}
    answer = requests.post(
        f"{network.url}/phones/{PHONE}/call", data={"to": LINE}, headers=foreign, timeout=30
    )
    assert answer.status_code == 403
    for target in ("https://ailleurs.example/", "//ailleurs.example/", "/\\ailleurs.example"):
        visit(f"/phones/{PHONE}", name="x", back=target)
        assert visit.answer.url == network.url + "/"


def test_unknown_addresses_are_answered_as_their_door_does(network, visit):
    assert requests.get(network.url + "/2010-04-01/Nothing.json", timeout=30).json()["code"] == 20404
    assert (
        visit("/nulle-part").text_content() == "Cette page n’existe pas." and visit.answer.status_code == 404
    )
