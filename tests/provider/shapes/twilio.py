"""Twilio: HTTP Basic with an account's SID and auth token.

https://www.twilio.com/docs/usage/requests-to-twilio  https://www.twilio.com/docs/iam/api/account
"""

from __future__ import annotations

from ..message import Reply, Request, as_json
from ..service import Service
from ..shape import Path, Route, Shape

READY_SID = "AC" + "0123456789abcdef" * 2
READY_TOKEN = "fedcba9876543210" * 2
BASE = "/api.twilio.com/2010-04-01/Accounts/{sid}"


def account(service: Service, request: Request, path: Path) -> Reply:
    """The account itself. Its answer has the auth token in it, in the clear: nobody may keep it as it is."""
    sid, password = request.basic or ("", "")
    owner = service.key_owner(f"{sid}:{password}")
    if owner is None:
        return _no(20003, 401, "Authenticate")
    if sid != path["sid"]:
        return _no(
            20404, 404, f"The requested resource /2010-04-01/Accounts/{path['sid']}.json was not found"
        )
    told = {
        "sid": sid,
        "friendly_name": f"{owner.name} account",
        "status": "active",
        "type": "Full",
        "auth_token": password,
        "owner_account_sid": sid,
        "date_created": "Thu, 30 Jul 2026 20:00:00 +0000",
        "date_updated": "Thu, 30 Jul 2026 20:00:00 +0000",
        "uri": f"/2010-04-01/Accounts/{sid}.json",
        "subresource_uris": {"messages": f"/2010-04-01/Accounts/{sid}/Messages.json"},
    }
    return as_json(told)


def _no(code: int, status: int, words: str) -> Reply:
    more = f"https://www.twilio.com/docs/errors/{code}"
    challenge = [("WWW-Authenticate", 'Basic realm="Twilio API"')] if status == 401 else []
    return as_json({"code": code, "message": words, "more_info": more, "status": status}, status, challenge)


TWILIO = Shape(
    slug="twilio",
    name="Twilio",
    ready_keys=(f"{READY_SID}:{READY_TOKEN}",),
    routes=(Route("GET", BASE + ".json", account),),
)
