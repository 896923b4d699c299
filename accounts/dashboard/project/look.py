"""How the app looks on the pages of its people, with a preview of what is not saved yet."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_GET

from accounts.dashboard.gate import Here, for_members, show
from accounts.models import ConnectedAccount, ExternalUser, LinkSession
from accounts.pages.app_logo import logo_of_app
from accounts.pages.link_page import link_page_context
from authconfigs.models import AuthConfig
from flowra.actions.set_project_logo import MAX_BYTES, checked_logo, set_project_logo
from flowra.actions.update_branding import checked_colour, update_branding
from flowra.actions.verify_site import WELL_KNOWN, verify_site
from flowra.api.middleware import allow_framing_by, allow_own_frames
from flowra.branding import branding_of, stylesheet
from flowra.errors import FlowraError, InvalidInput
from flowra.models import Role
from flowra.pages.forms import tell_problems

NAMES = {
    "accent": "accent",
    "website": "website",
    "supportContact": "support_contact",
    "termsUrl": "terms_url",
    "privacyUrl": "privacy_url",
    "logo": "logo",
}
TEXTS = ("accent", "website", "support_contact", "terms_url", "privacy_url")
PREVIEW_SCOPES = ["channels:history", "chat:write", "users:read"]


class LookForm(forms.Form):
    """All that the app may say of itself."""

    logo = forms.FileField(
        required=False, help_text=f"PNG, JPEG or WebP, at most {MAX_BYTES // 1000} kB, square."
    )
    remove_logo = forms.BooleanField(label="Take the logo away", required=False)
    accent = forms.CharField(
        label="Colour", required=False, max_length=20, help_text="Like #1f57c3. Empty: Flowra's own blue."
    )
    website = forms.CharField(
        label="Site",
        required=False,
        max_length=300,
        help_text="Like https://acme.example. People see it once you have shown that it is yours.",
    )
    support_contact = forms.CharField(
        label="Whom to ask",
        required=False,
        max_length=300,
        help_text="An e-mail address, or an https address.",
    )
    terms_url = forms.CharField(label="Terms", required=False, max_length=500, help_text="An https address.")
    privacy_url = forms.CharField(
        label="Privacy notice", required=False, max_length=500, help_text="An https address."
    )
    shows_flowra = forms.BooleanField(label="Say that Flowra runs the page", required=False)

    def clean_logo(self) -> bytes | None:
        """The picture's bytes, checked."""
        sent = self.cleaned_data.get("logo")
        if sent is None:
            return None
        picture: bytes = sent.read(MAX_BYTES + 1)
        try:
            checked_logo(picture)
        except InvalidInput as error:
            raise forms.ValidationError(capfirst(error.errors[0].message)) from error
        return picture


@for_members(Role.OWNER)
def look(request: HttpRequest, here: Here) -> HttpResponse:
    """GET shows the form and the preview, of what is typed where `?accent=…` says it; POST saves."""
    project = here.project
    stored = {**{name: getattr(project, name) for name in TEXTS}, "shows_flowra": project.shows_flowra}
    tried = {name: request.GET[name] for name in TEXTS if name in request.GET}
    form = LookForm(initial={**stored, **tried})
    if request.method == "POST":
        form = LookForm(request.POST, request.FILES)
        if form.is_valid() and _save(here, form):
            messages.success(request, "Saved.")
            return HttpResponseRedirect(here.url("look"))
    if not project.logo_type:
        form.fields.pop("remove_logo", None)
    accent = _readable(tried.get("accent", project.accent))
    context = {
        "form": form,
        "brand": branding_of(accent) if accent else None,
        "preview_url": f"{here.url('look_preview')}?{urlencode({'accent': accent})}",
        "proof_url": f"{project.website}{WELL_KNOWN}" if project.website else "",
    }
    status = 400 if form.errors else 200
    return allow_own_frames(show(request, here, "project/look.html", "Look", context, status=status))


@for_members(Role.OWNER)
def verify(request: HttpRequest, here: Here) -> HttpResponse:
    """POST asks the site whether it knows the project."""
    if request.method == "POST":
        try:
            verify_site(here.project, here.actor)
            messages.success(request, f"{here.project.website} is verified: people see it from now on.")
        except FlowraError as error:
            messages.error(request, error.message)
    return HttpResponseRedirect(here.url("look"))


@require_GET
@for_members(Role.OWNER)
def preview(request: HttpRequest, here: Here) -> HttpResponse:
    """The connect page of a made-up link, in a colour that need not be stored; nothing on it can be pressed."""
    accent = _readable(request.GET.get("accent", ""))
    session = _made_up(here)
    context = {
        **link_page_context(session, {}, {}),
        "app_logo": logo_of_app(here.project),
        "brand_url": f"{here.url('look_sheet')}?{urlencode({'accent': accent})}" if accent else "",
    }
    response = render(request, "dashboard/project/preview.html", context)
    return allow_framing_by(response, settings.FLOWRA_PUBLIC_URL)


@require_GET
@for_members(Role.OWNER)
def sheet(request: HttpRequest, here: Here) -> HttpResponse:
    """The preview's colours."""
    accent = _readable(request.GET.get("accent", ""))
    return HttpResponse(stylesheet(accent) if accent else "", content_type="text/css")


def _save(here: Here, form: LookForm) -> bool:
    said: dict[str, Any] = form.cleaned_data
    try:
        update_branding(
            here.project,
            here.actor,
            shows_flowra=said["shows_flowra"],
            **{name: said[name] for name in TEXTS},
        )
        if said["logo"] is not None or (said.get("remove_logo") and here.project.logo_type):
            set_project_logo(here.project, here.actor, said["logo"])
    except FlowraError as error:
        tell_problems(form, error, NAMES)
        return False
    return True


def _readable(text: str) -> str:
    """The colour as stored, empty for what is none."""
    try:
        return checked_colour(text.strip()[:20])
    except InvalidInput:
        return ""


def _made_up(here: Here) -> LinkSession:
    """A link to Slack that is stored nowhere."""
    config = AuthConfig(
        project=here.project, toolkit_slug="slack", auth_scheme="OAUTH2", settings={"client_id": "-"}
    )
    person = ExternalUser(project=here.project, name="customer_42")
    account = ConnectedAccount(
        project=here.project, auth_config=config, external_user=person, toolkit_slug="slack"
    )
    now = timezone.now()
    return LinkSession(
        project=here.project, account=account, scopes=PREVIEW_SCOPES, created_at=now, expires_at=now
    )
