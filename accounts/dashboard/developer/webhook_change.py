"""Making a webhook endpoint, changing it, trying it, its new secret, its switch, its end."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.dashboard.developer.webhook_form import NAMES, WebhookForm, form_of
from accounts.dashboard.developer.webhooks import SINCE
from accounts.dashboard.gate import Here, for_members, show
from accounts.dashboard.wanted_state import wanted_state
from flowra.actions.create_webhook_endpoint import create_webhook_endpoint
from flowra.actions.delete_webhook_endpoint import delete_webhook_endpoint
from flowra.actions.find_webhook import find_webhook_endpoint
from flowra.actions.replay_failed import replay_failed
from flowra.actions.rotate_webhook_secret import rotate_webhook_secret
from flowra.actions.send_test_webhook import send_test_webhook
from flowra.actions.update_webhook_endpoint import update_webhook_endpoint
from flowra.errors import FlowraError, InvalidInput
from flowra.models import Role
from flowra.pages.forms import tell_problems


@for_members(Role.DEVELOPER)
def make_webhook(request: HttpRequest, here: Here) -> HttpResponse:
    """GET asks where and of what; POST makes it and shows its secret."""
    form = WebhookForm(request.POST if request.method == "POST" else None, initial={"everything": True})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = create_webhook_endpoint(
                here.project,
                actor=here.actor,
                url=said["url"],
                events=form.chosen(),
                description=said["description"],
            )
        except FlowraError as error:
            tell_problems(form, error, NAMES)
        else:
            context = {"endpoint": made.endpoint, "secret": made.secret}
            return show(request, here, "developer/webhook_secret.html", "Copy the secret now", context)
    context = {"form": form, "back": here.url("webhooks"), "deed": "Make the endpoint"}
    status = 400 if form.errors else 200
    return show(
        request, here, "developer/webhook_form.html", "Make a webhook endpoint", context, status=status
    )


@for_members(Role.DEVELOPER)
def edit_webhook(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """GET shows what may be changed, POST changes it."""
    endpoint = find_webhook_endpoint(here.project, id)
    form = form_of(endpoint, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            update_webhook_endpoint(
                endpoint,
                here.actor,
                url=said["url"],
                events=form.chosen(),
                description=said["description"],
            )
        except FlowraError as error:
            tell_problems(form, error, NAMES)
        else:
            messages.success(request, "Saved.")
            return HttpResponseRedirect(here.url("webhook", endpoint.pk))
    context = {"form": form, "back": here.url("webhook", endpoint.pk), "deed": "Save", "endpoint": endpoint}
    status = 400 if form.errors else 200
    return show(
        request, here, "developer/webhook_form.html", f"Edit {endpoint.shown_url}", context, status=status
    )


@for_members(Role.DEVELOPER)
def rotate_secret(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """GET says what follows, POST makes the new secret and shows it."""
    endpoint = find_webhook_endpoint(here.project, id)
    if request.method == "POST":
        secret = rotate_webhook_secret(endpoint, here.actor)
        context = {"endpoint": endpoint, "secret": secret, "is_second": True}
        return show(request, here, "developer/webhook_secret.html", "Copy the new secret now", context)
    context = {"endpoint": endpoint}
    return show(request, here, "developer/webhook_rotate.html", "A new secret?", context)


@require_POST
@for_members(Role.DEVELOPER)
def switch_webhook(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """POST `to=on` or `to=off`."""
    endpoint = find_webhook_endpoint(here.project, id)
    to = wanted_state(request)
    update_webhook_endpoint(endpoint, here.actor, is_disabled=to == "off")
    messages.success(
        request,
        "Switched on. It is told of what happens from now on."
        if to == "on"
        else "Switched off. What was waiting has ended, and can be sent again later.",
    )
    return HttpResponseRedirect(here.url("webhook", endpoint.pk))


@require_POST
@for_members(Role.DEVELOPER)
def try_webhook(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """POST sends a test and goes to how that went."""
    endpoint = find_webhook_endpoint(here.project, id)
    delivery = send_test_webhook(endpoint, here.actor)
    if delivery.successful:
        messages.success(request, f"The receiver took the test, and answered {delivery.response_status}.")
    elif delivery.response_status is not None:
        messages.warning(
            request, f"The receiver answered {delivery.response_status}. It must answer 200 to 299."
        )
    else:
        messages.warning(request, "The receiver could not be asked. Below is why.")
    return HttpResponseRedirect(here.url("delivery", delivery.pk))


@require_POST
@for_members(Role.DEVELOPER)
def replay_all(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """POST `since`, a name of SINCE: sends again what was not taken since then."""
    endpoint = find_webhook_endpoint(here.project, id)
    since = SINCE.get(request.POST.get("since", ""))
    if since is None:
        raise InvalidInput.field("since", f"must be one of {', '.join(SINCE)}")
    replayed = replay_failed(endpoint, timezone.now() - since[1], here.actor)
    if not replayed.count:
        messages.success(
            request, f"Nothing was given up in {since[0]}. What still waits is tried again by itself."
        )
    else:
        one = replayed.count == 1
        words = f"{replayed.count} {'delivery is' if one else 'deliveries are'} sent again, the oldest first."
        more = " There are more: press again for the rest." if replayed.are_more else ""
        messages.success(request, f"{words}{more}")
    return HttpResponseRedirect(here.url("webhook", endpoint.pk))


@for_members(Role.DEVELOPER)
def delete_webhook(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """GET says what ends, POST deletes."""
    endpoint = find_webhook_endpoint(here.project, id)
    if request.method == "POST":
        delete_webhook_endpoint(endpoint, here.actor)
        messages.success(request, f"{endpoint.shown_url[:100]} was deleted. Nothing more is sent to it.")
        return HttpResponseRedirect(here.url("webhooks"))
    context = {"endpoint": endpoint}
    return show(request, here, "developer/webhook_delete.html", "Delete the endpoint?", context)
