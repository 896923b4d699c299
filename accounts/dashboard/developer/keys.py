"""The project's API keys: looked at, made, revoked. A key's text is on the answer that makes it, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from accounts.dashboard.gate import Here, for_members, show
from flowra.actions.create_api_key import create_api_key
from flowra.actions.revoke_api_key import revoke_api_key
from flowra.errors import FlowraError, NotFound
from flowra.models import ApiKey, Role
from flowra.models.api_key import DEFAULT_SCOPES, SCOPES
from flowra.pages.forms import tell_problems
from flowra.pages.key_form import KEY_NAMES, KeyForm, scopes_in_words
from flowra.pages.moments import moment
from flowra.public_ids import is_id

MOST_SHOWN = 200
WHAT_COMES_OUT = {
    "credentials:read": "The access tokens and API keys of all accounts, in the clear. Calls through the proxy and tools "
    "do without.",
    "credentials:export": "Whole grants with their refresh tokens, to move to another place. Few apps ever need it.",
}


@dataclass(frozen=True, slots=True)
class ToldKey:
    """One key as the list tells it."""

    key: ApiKey
    may: Sequence[str]
    has_run_out: bool
    made: SafeString
    used: SafeString
    ends: SafeString
    revoked: SafeString


@dataclass(frozen=True, slots=True)
class Box:
    """One scope to tick."""

    scope: str
    words: str
    explained: str
    is_ticked: bool
    number: int


@for_members(Role.DEVELOPER)
def keys(request: HttpRequest, here: Here) -> HttpResponse:
    """Those that open something, then those that ran out, folded away those that were revoked; the newest first."""
    found = ApiKey.objects.filter(project_id=here.project.pk).order_by("-created_at", "-pk")
    context = {
        "keys": [_told(each) for each in found.filter(revoked_at__isnull=True)[:MOST_SHOWN]],
        "revoked": [_told(each) for each in found.filter(revoked_at__isnull=False)[:MOST_SHOWN]],
    }
    return show(request, here, "developer/keys.html", "API keys", context)


@for_members(Role.DEVELOPER)
def make_key(request: HttpRequest, here: Here) -> HttpResponse:
    """GET asks what it may do; POST makes it and shows its text."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = create_api_key(
                here.project,
                actor=here.actor,
                scopes=said["scopes"],
                name=said["name"],
                expires_in_days=said["expires_in_days"],
            )
        except FlowraError as error:
            tell_problems(form, error, KEY_NAMES)
        else:
            context = {
                "told": _told(made.key),
                "text": made.text,
                "curl": f'curl {settings.FLOWRA_PUBLIC_URL}/api/v1/users/profile -H "x-api-key: {made.text}"',
            }
            return show(request, here, "developer/key_made.html", "Copy the key now", context)
    boxes = _boxes(form)
    context = {
        "form": form,
        "usual": [box for box in boxes if not box.explained],
        "raw": [box for box in boxes if box.explained],
    }
    status = 400 if form.errors else 200
    return show(request, here, "developer/key_new.html", "Make an API key", context, status=status)


@for_members(Role.DEVELOPER)
def revoke_key(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """GET says what will stop, POST revokes."""
    key = ApiKey.objects.filter(project_id=here.project.pk, pk=id).first() if is_id("key", id) else None
    if key is None:
        raise NotFound("There is no such key in this project.", code="api_key_not_found")
    if request.method == "POST":
        if revoke_api_key(key, here.actor, request.POST.get("reason", "").strip()[:500]):
            messages.success(request, f"The key {key.prefix}… opens nothing any more.")
        else:
            messages.warning(request, f"The key {key.prefix}… was revoked before.")
        return HttpResponseRedirect(here.url("keys"))
    title = f"Revoke {key.name or f'the key {key.prefix}…'}?"
    return show(request, here, "developer/key_revoke.html", title, {"told": _told(key)})


def _told(key: ApiKey) -> ToldKey:
    return ToldKey(
        key=key,
        may=scopes_in_words(key.scopes),
        has_run_out=key.expires_at is not None and key.expires_at <= timezone.now(),
        made=moment(key.created_at),
        used=moment(key.last_used_at),
        ends=moment(key.expires_at, "does not run out"),
        revoked=moment(key.revoked_at),
    )


def _boxes(form: forms.Form) -> list[Box]:
    ticked = form.data.getlist("scopes") if form.is_bound else DEFAULT_SCOPES  # type: ignore[attr-defined]
    return [
        Box(
            scope,
            capfirst(words),
            WHAT_COMES_OUT.get(scope, ""),
            scope in ticked,
            number,
        )
        for number, (scope, words) in enumerate(SCOPES.items())
    ]
