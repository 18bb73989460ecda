"""The telephone network, stood in: a loopback Twilio that signs, doubles, delays, reorders and loses.

It answers the REST calls the product makes, calls its webhooks as Twilio would, carries out its TwiML, and
keeps a page where anybody picks up a phone in the browser. The product reaches it by HTTP only and imports
nothing of it; nor does it import the product. `python -m simulator`, or `start(Settings(...))` in a test.
"""

from simulator.ground.settings import Settings
from simulator.handset import Handset
from simulator.server import Running, create_app, start

__all__ = ["Handset", "Running", "Settings", "create_app", "start"]
