"""`/_practice/…`: what `PracticeProvider` offers in process, for a demo or a test in another process.

It asks nobody who they are, so it answers only on loopback, only under the provider's own host name, only
to JSON, and never to a page of another site.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .faults import Fault, fault_from_json, style_from_json
from .message import Reply, Request, as_json
from .records import Client, Grant

if TYPE_CHECKING:
    from .practice import PracticeProvider

PREFIX = "/_practice/"


def answer(provider: PracticeProvider, request: Request) -> Reply:
    """One control call. Bad input is a 400 that says what is wrong."""
    if request.headers.get("Host") != urlsplit(provider.origin).netloc or not request.is_same_origin(
        provider.origin
    ):
        return as_json({"error": "not from here"}, 403)
    if request.method == "POST" and request.content_type != "application/json":
        return as_json({"error": "the body must be JSON"}, 415)
    try:
        return _deed(provider, request)
    except (KeyError, TypeError, ValueError) as error:
        return as_json({"error": str(error)}, 400)


def _deed(provider: PracticeProvider, request: Request) -> Reply:
    sent = dict(request.json)
    match request.method, request.path.removeprefix(PREFIX):
        case "GET", "grants":
            return as_json({"grants": [_grant(grant) for grant in provider.grants]})
        case "GET", "calls":
            return as_json(
                {"calls": [{"method": c.method, "path": c.path, "status": c.status} for c in provider.calls]}
            )
        case "GET", "faults":
            return as_json({"faults": [_fault(fault) for fault in provider.faults.pending()]})
        case "POST", "clients":
            if "style" in sent:
                sent["style"] = style_from_json(sent["style"])
            return as_json(_client(provider.register_client(**sent)), 201)
        case "POST", "token":
            return as_json({"live": provider.is_token_live(str(sent["token"]))})
        case "POST", "expire":
            provider.expire(str(sent["token"]))
            return as_json({"live": False})
        case "POST", "end-grant":
            grant = provider.ledger.grant(str(sent["id"]))
            if grant is None:
                raise KeyError("no such grant")
            provider.end_grant(grant)
            return as_json(_grant(grant))
        case "POST", "keys":
            provider.add_key(str(sent["key"]), str(sent.get("service", "practice")))
            return as_json({"added": True}, 201)
        case "POST", "faults":
            return as_json(_fault(provider.faults.add(fault_from_json(sent))), 201)
        case "DELETE", "faults":
            provider.faults.clear()
            return as_json({"faults": []})
        case "POST", "forget":
            provider.forget()
            return as_json({"forgotten": True})
        case _:
            return as_json({"error": "no such control call"}, 404)


def _client(client: Client) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "redirect_uris": list(client.redirect_uris),
        "service": client.service,
    }


def _grant(grant: Grant) -> dict[str, Any]:
    """A grant without its tokens' values: how many of them live, and why it ended."""
    return {
        "id": grant.id,
        "service": grant.service,
        "client_id": grant.client.client_id,
        "account": grant.person.email,
        "scopes": list(grant.scopes),
        "live": grant.is_live,
        "ended_because": grant.revoked_because,
        "live_tokens": sum(token.is_live for token in grant.tokens),
    }


def _fault(fault: Fault) -> dict[str, Any]:
    shown = asdict(fault)
    shown["kind"] = fault.kind.value
    shown["style"]["omit"] = sorted(fault.style.omit)
    return shown
