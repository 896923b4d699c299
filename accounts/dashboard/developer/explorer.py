"""The API explorer: a call chosen, filled in and made for whoever is signed in, with what came back.

No key is asked for or shown. The call is made within this server (`flowra.api.inside_call`): its scopes are those of a new
key, and one of the two that take secrets out only where an owner ticks it for that call. The trail names the person.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.dashboard.developer.explorer_calls import ApiCall, CallForm, all_calls, calls_by_group, url_of
from accounts.dashboard.gate import Here, for_members, refuse_too_small, show
from flowra.api.inside_call import MOST_SHOWN, InsideAnswer, Wanted, call_inside, inside_caller
from flowra.errors import NotFound
from flowra.models import Role
from flowra.models.api_key import DEFAULT_SCOPES


@dataclass(frozen=True, slots=True)
class ToldAnswer:
    """What came back, as the page tells it. `kind` is the colour of its status."""

    answer: InsideAnswer
    kind: str
    shape: str
    body: str
    is_text: bool
    size: int


@for_members(Role.DEVELOPER)
def explorer(request: HttpRequest, here: Here) -> HttpResponse:
    """Without `?call=` all calls; with it the call's form, and to a POST what the API answered."""
    chosen = request.GET.get("call", "")
    if not chosen:
        return show(request, here, "developer/explorer.html", "API explorer", {"groups": calls_by_group()})
    call = all_calls().get(chosen)
    if call is None:
        raise NotFound("There is no such call. Choose one from the list.", code="unknown_call")
    if request.method == "POST" and call.is_owners:
        refuse_too_small(here, Role.OWNER)
    form = CallForm(call, request.POST if request.method == "POST" else None, may_take_secrets=here.may_own)
    context = {"call": call, "form": form, "groups": calls_by_group(), "most_shown": MOST_SHOWN // 1000}
    if request.method == "POST" and form.is_valid():
        wanted = form.wanted()
        scopes = [*DEFAULT_SCOPES]
        if form.cleaned_data.get("secrets") and call.scope:
            scopes.append(call.scope)
        answer = call_inside(inside_caller(here.project, here.actor, scopes), wanted, request)
        context |= {
            "told": _told(answer),
            "curl": curl_of(wanted),
            "url": url_of(wanted),
            "lacks_tick": answer.status == 403 and "secrets" in form.fields and call.scope not in scopes,
        }
    status = 400 if form.errors else 200
    return show(request, here, "developer/explorer_call.html", _title(call), context, status=status)


def curl_of(wanted: Wanted) -> str:
    """The same call from a shell; the key is in `$FLOWRA_KEY` there."""
    parts = ["curl"]
    if wanted.method != "GET":
        parts.append(f"-X {wanted.method}")
    if {".", ".."} & set(wanted.path.split("/")):
        parts.append("--path-as-is")
    parts += [shlex.quote(f"{settings.FLOWRA_PUBLIC_URL}{url_of(wanted)}"), '-H "x-api-key: $FLOWRA_KEY"']
    parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in wanted.headers.items()]
    if wanted.body is not None:
        parts += [
            f"-H {shlex.quote(f'content-type: {wanted.content_type}')}",
            # With --data-binary, a body that begins with @ would be a file of theirs.
            f"--data-raw {shlex.quote(wanted.body.decode())}",
        ]
    return " \\\n  ".join(parts)


def _title(call: ApiCall) -> str:
    return f"{call.method} {call.path.removeprefix('/api/v1/')}"


def _told(answer: InsideAnswer) -> ToldAnswer:
    kind, shape = (
        ("good", "●") if answer.status < 400 else ("careful", "▲") if answer.status < 500 else ("bad", "✕")
    )
    try:
        text = answer.body.decode("utf-8", "ignore" if answer.is_cut else "strict")
        # What no text has is bytes, whatever it claims to be.
        is_text = "\x00" not in text
    except UnicodeDecodeError:
        text, is_text = "", False
    return ToldAnswer(answer, kind, shape, _pretty(text) if is_text else "", is_text, len(answer.body))


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
