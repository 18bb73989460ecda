"""Twilio's errors, by their numbers; and the numbers of its test credentials that call them up."""

from __future__ import annotations

MESSAGES = {
    20001: (400, "Invalid parameter"),
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20405: (405, "The requested method is not allowed on this resource"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    20503: (503, "Service unavailable"),
    21201: (400, "No 'To' number is specified"),
    21205: (400, "Url parameter is required."),
    21210: (400, "'From' phone number provided is not yet verified for your account."),
    21211: (400, "The 'To' number is not a valid phone number."),
    21212: (400, "The 'From' number is not a valid phone number, shortcode, or alphanumeric sender ID."),
    21213: (400, "'From' phone number is required to be provided"),
    21214: (400, "'To' phone number cannot be reached"),
    21215: (
        400,
        "Account not authorized to call this number. Perhaps you need to enable international permissions.",
    ),
    21216: (400, "Account not allowed to call this number"),
    21217: (400, "Phone number does not appear to be valid"),
    21220: (400, "Call is not in-progress. Cannot redirect."),
    21408: (
        400,
        "Permission to send an SMS has not been enabled for the region indicated by the 'To' number.",
    ),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' or 'MessagingServiceSid' parameter is required to send a message."),
    21604: (400, "A 'To' phone number is required."),
    21606: (
        400,
        "The 'From' phone number provided is not a valid, SMS-capable inbound phone number for your account.",
    ),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (400, "This 'From' number has exceeded the maximum number of queued messages"),
    21612: (400, "The 'To' phone number is not currently reachable via SMS or MMS using the 'From' number"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    22210: (400, "Queue already exists"),
}

_TEST = "+1500555"
TEXT_FROM = {_TEST + "0001": 21212, _TEST + "0007": 21606, _TEST + "0008": 21611}
TEXT_TO = {
    _TEST + "0001": 21211,
    _TEST + "0002": 21612,
    _TEST + "0003": 21408,
    _TEST + "0004": 21610,
    _TEST + "0009": 21614,
}
CALL_FROM = {_TEST + "0001": 21212}
CALL_TO = {_TEST + "0001": 21217, _TEST + "0002": 21214, _TEST + "0003": 21215, _TEST + "0004": 21216}


class Refusal(Exception):
    """A REST call that Twilio would refuse, under this number."""

    def __init__(self, code: int, message: str = "") -> None:
        self.code = code
        self.status, usual = MESSAGES[code]
        self.message = message or usual
        super().__init__(self.message)

    def told(self) -> dict[str, object]:
        page = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": self.message, "more_info": page, "status": self.status}
