"""The page of phones in a real browser: a call from dialling to an agent, on a screen and on a telephone's width."""

import pytest
from playwright.sync_api import expect

from simulator import Settings, start
from tests.browser.looking import violations
from tests.simulator.conftest import portal  # noqa: F401 (a portal of a few lines)

pytestmark = pytest.mark.browser
CITIZEN, AGENT, LINE = "+33639980001", "+33199000050", "+33199000010"


@pytest.fixture
def network(portal):  # noqa: F811  (a fixture)
    portal.says |= {
        "/telephone/voice": '<Gather numDigits="1" timeout="600" action="/menu"><Say>Tapez 1</Say></Gather>',
        "/menu": '<Enqueue waitUrl="/wait">accueil</Enqueue>',
        "/wait": '<Say language="ar">انتظر من فضلك</Say><Pause length="60"/>',
        "/telephone/text": "<Message>Bien reçu</Message>",
    }
    with start(Settings(portal_url=portal.url, step_s=0.01)) as network:
        yield network


@pytest.fixture
def page(chromium, network):
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(f"{network.url}/?phone={CITIZEN}&phone={AGENT}")
    yield page
    assert page.complaints == []


def test_a_newcomer_calls_and_an_agent_answers(page, network):
    citizen, agent = page.locator(f"[data-phone='{CITIZEN}']"), page.locator(f"[data-phone='{AGENT}']")
    citizen.get_by_role("button", name="Appeler").click()
    citizen.get_by_text("On attend une touche.").wait_for()
    citizen.get_by_role("button", name="1", exact=True).click()
    citizen.get_by_text("انتظر").wait_for()
    place_a_call(network, "<Response><Dial><Queue>accueil</Queue></Dial></Response>")
    agent.get_by_role("button", name="Décrocher").click()
    agent.get_by_text("En conversation avec").wait_for()
    agent.get_by_label("Parler").fill("Bonjour, que puis-je pour vous ?")
    agent.get_by_label("Parler").press("Enter")
    citizen.get_by_text("que puis-je pour vous").wait_for()
    expect(agent.get_by_label("Parler")).to_have_value("")
    citizen.get_by_role("button", name="Raccrocher").click()
    agent.get_by_text("Appel terminé").wait_for()


def test_a_fault_is_set_by_the_form_of_its_page(page, network):
    """A real browser says where a plain form comes from: our own page must not be taken for another site's."""
    page.goto(f"{network.url}/network")
    page.locator("[name='requests.error']").fill("40")
    page.get_by_role("button", name="Appliquer").click()
    expect(page.locator("[name='requests.error']")).to_have_value("40")
    assert network.network.faults.told()["requests"]["error"] == 0.4


def test_a_conference_and_its_hold_are_told_in_words(page, network, portal):  # noqa: F811  (a fixture)
    portal.says["/telephone/voice"] = "<Dial><Conference>salle</Conference></Dial>"
    desk = "sip:anna@valbrune.example"
    page.goto(f"{network.url}/?phone={CITIZEN}&phone={desk}")
    citizen, anna = page.locator(f"[data-phone='{CITIZEN}']"), page.locator(f"[data-phone='{desk}']")
    citizen.get_by_role("button", name="Appeler").click()
    citizen.get_by_text("vous attendez quelqu’un").wait_for()
    citizen.get_by_text("musique d’attente").wait_for()
    call = portal.wait_for("/telephone/voice")[0]["CallSid"]
    room = post(network, "Conferences/salle/Participants.json", To=desk, From=LINE)["conference_sid"]
    anna.get_by_role("button", name="Décrocher").click()
    anna.get_by_text("En conférence avec 06").wait_for()
    post(network, f"Conferences/{room}/Participants/{call}.json", Hold="true")
    citizen.get_by_text("Mis en attente").wait_for()
    anna.get_by_text("vous attendez quelqu’un").wait_for()
    assert violations(page) == []


def test_a_text_is_sent_and_answered_on_a_narrow_screen_without_fault(page, network):
    page.set_viewport_size({"width": 360, "height": 740})
    citizen = page.locator(f"[data-phone='{CITIZEN}']")
    citizen.get_by_label("Texto", exact=True).fill("Bonjour")
    citizen.get_by_role("button", name="Envoyer").click()
    citizen.get_by_text("Bien reçu").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for path in (f"/?phone={CITIZEN}&phone={AGENT}", "/network"):
        page.goto(network.url + path)
        assert violations(page) == []


def place_a_call(network, twiml):
    post(network, "Calls.json", To=AGENT, From=LINE, Twiml=twiml)


def post(network, path, **fields):
    import requests

    settings = network.network.settings
    answer = requests.post(
        f"{network.url}/2010-04-01/Accounts/{settings.account_sid}/{path}",
        data=fields,
        auth=(settings.account_sid, settings.auth_token),
        timeout=60,
    )
    answer.raise_for_status()
    return answer.json()
