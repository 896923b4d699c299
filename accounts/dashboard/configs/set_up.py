"""The guided set-up of an auth config: what to press at the service, what to paste where, and what to ask people for."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.dashboard.configs.form import ConfigForm
from accounts.dashboard.configs.toolkit_words import scheme_words
from accounts.dashboard.gate import Here, for_members, show
from authconfigs.actions.create_auth_config import CUSTOM, MANAGED, checked_scheme, create_auth_config
from authconfigs.actions.managed_clients import managed_clients
from authconfigs.actions.reserve_id import redirect_uri_of, reserve_id, reserved_id
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig
from authconfigs.pages.setup_steps import steps_of
from authconfigs.schemes import Scheme
from flowra.errors import FlowraError
from flowra.models import Role
from flowra.pages.forms import tell_problems

_SESSION_KEY = "set_up"
MOST_REMEMBERED = 30


@for_members(Role.DEVELOPER)
def set_up(request: HttpRequest, here: Here, slug: str) -> HttpResponse:
    """GET shows the steps, with the redirect URI that the auth config will have: its id is reserved, signed, in the
    address, so that the page may be left, come back to, and sent to whoever has the service's console. POST makes it.
    """
    toolkit = toolkit_for(here.project, slug)
    scheme = checked_scheme(toolkit, request.GET.get("scheme") or None, "authScheme")
    token = request.GET.get("for", "")
    if not token:
        return _to(request, scheme, _remembered(request, here, toolkit))
    id = reserved_id(token, here.project, toolkit.slug)
    before = AuthConfig.objects.filter(pk=id).first()
    if before is not None:
        return _made_before(request, here, toolkit, scheme, before)
    if request.method == "POST" and "managed" in request.POST:
        return _made_with_the_operators(here, toolkit, id)
    form = ConfigForm(here.project, toolkit, scheme, None, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_auth_config(
                here.project,
                toolkit_slug=toolkit.slug,
                actor=here.actor,
                type=CUSTOM,
                auth_scheme=scheme.name,
                display_name=form.cleaned_data["display_name"],
                credentials=form.credentials(),
                restrict_to_following_tools=form.tools(),
                proxy_url=form.cleaned_data["proxy_url"],
                raw_credentials=form.cleaned_data["raw_credentials"],
                named="",
                reserved_id=id,
            )
        except FlowraError as error:
            # The same button, pressed twice at once.
            before = AuthConfig.objects.filter(pk=id).first()
            if before is not None:
                return _made_before(request, here, toolkit, scheme, before)
            tell_problems(form, error, form.names(""))
        else:
            return _done(here, made)
    context = {
        "toolkit": toolkit,
        "scheme": scheme,
        "form": form,
        "steps": steps_of(toolkit, here.project.name),
        "redirect_uri": redirect_uri_of(id) if scheme.needs_redirect else "",
        "default_scopes": toolkit.oauth2.default_scopes if toolkit.oauth2 else (),
        "others": [(each, scheme_words(each)) for each in toolkit.auth_schemes if each != scheme.name],
        "may_be_managed": _may_be_managed(toolkit) and scheme.name == "OAUTH2",
    }
    status = 400 if form.errors else 200
    return show(request, here, "configs/set_up.html", f"Set up {toolkit.name}", context, status=status)


def _made_with_the_operators(here: Here, toolkit: Toolkit, id: str) -> HttpResponse:
    return _done(
        here,
        create_auth_config(
            here.project,
            toolkit_slug=toolkit.slug,
            actor=here.actor,
            type=MANAGED,
            auth_scheme="OAUTH2",
            named="",
            reserved_id=id,
        ),
    )


def _may_be_managed(toolkit: Toolkit) -> bool:
    return toolkit.id is None and toolkit.slug in managed_clients()


def _done(here: Here, made: AuthConfig) -> HttpResponse:
    return HttpResponseRedirect(f"{here.url('auth_config', made.pk)}?made")


def _made_before(
    request: HttpRequest, here: Here, toolkit: Toolkit, scheme: Scheme, before: AuthConfig
) -> HttpResponse:
    """A button pressed twice makes one; a page that was left open says where it went."""
    if before.deleted_at is not None:
        return _to(request, scheme, _remembered(request, here, toolkit))
    if request.method == "POST":
        messages.info(
            request, f"This one was made already. For a second {toolkit.name} app, begin a new set-up."
        )
    return HttpResponseRedirect(here.url("auth_config", before.pk))


def _to(request: HttpRequest, scheme: Scheme, token: str) -> HttpResponse:
    said = {"for": token, **({"scheme": scheme.name} if request.GET.get("scheme") else {})}
    return HttpResponseRedirect(f"{request.path}?{urlencode(said)}")


def _remembered(request: HttpRequest, here: Here, toolkit: Toolkit) -> str:
    """The one that this browser was shown before and that is not used yet, so that a URI pasted yesterday still fits."""
    kept: dict[str, str] = dict(request.session.get(_SESSION_KEY, {}))
    key = f"{here.project.pk}/{toolkit.slug}"
    token = kept.pop(key, "")
    try:
        used = (
            not token or AuthConfig.objects.filter(pk=reserved_id(token, here.project, toolkit.slug)).exists()
        )
    except FlowraError:
        used = True
    token = reserve_id(here.project, toolkit.slug) if used else token
    request.session[_SESSION_KEY] = {**dict(list(kept.items())[-MOST_REMEMBERED:]), key: token}
    return token
