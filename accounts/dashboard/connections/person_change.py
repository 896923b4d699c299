"""What support does for a person: making them inactive and active, and revoking all that they have connected."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from accounts.actions.external_users import toggle_external_user
from accounts.dashboard.connections.found import person_of
from accounts.dashboard.gate import Here, for_members, show
from accounts.dashboard.wanted_state import wanted_state
from accounts.models import ConnectedAccount, ExternalUser
from accounts.pages.revoking import AT_MOST, Preview, ReasonForm, previews_of, revoke_each, selected
from flowra.errors import FlowraError, InvalidInput
from flowra.models import Role


@require_POST
@for_members(Role.SUPPORT)
def toggle(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """POST `to=active` or `to=inactive`; one who is that already is left as they are."""
    found = person_of(here, id)
    to_active = wanted_state(request, "active", "inactive") == "active"
    try:
        if found.is_active != to_active:
            found = toggle_external_user(here.project, found.pk, here.actor)
    except FlowraError as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request,
            f"{found.name} is active: {here.project.name} can act as them."
            if found.is_active
            else f"{found.name} is inactive: {here.project.name} cannot act as them, and nothing of theirs is used.",
        )
    return HttpResponseRedirect(here.url("person", found.pk))


@for_members(Role.SUPPORT)
def revoke_all(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """GET shows what would be revoked and asks why; POST revokes the accounts that were shown, each by itself."""
    found = person_of(here, id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    ids = _ids(here, found)
    if request.method == "POST" and len(ids) <= AT_MOST and form.is_valid():
        shown = request.POST.getlist("account")
        if len(shown) > AT_MOST:
            raise InvalidInput.field("account", f"at most {AT_MOST} accounts are revoked at a time")
        own = ConnectedAccount.objects.filter(
            project_id=here.project.pk, external_user_id=found.pk, pk__in=shown
        )
        results = revoke_each(
            selected(list(own.values_list("pk", flat=True))), here.actor, form.cleaned_data["reason"]
        )
        done = sum(each.kind == "done" for each in results)
        context = {"person": found, "results": results, "done": done, "left": _ids(here, found)}
        return show(request, here, "connections/revoked.html", f"{done} of {len(results)} revoked", context)
    is_too_many = len(ids) > AT_MOST
    previews = [] if is_too_many else previews_of(selected(ids))
    context = {
        "person": found,
        "previews": previews,
        "groups": _by_what_happens(previews),
        "form": form,
        "is_too_many": is_too_many,
        "most": AT_MOST,
    }
    title = f"Revoke all that {found.name} has connected?"
    status = 400 if form.errors else 200
    return show(request, here, "connections/revoke_all.html", title, context, status=status)


def _by_what_happens(previews: Iterable[Preview]) -> dict[str, list[Preview]]:
    """Those that the same happens to, together: it is read once."""
    groups: dict[str, list[Preview]] = {}
    for each in previews:
        groups.setdefault(each.what, []).append(each)
    return groups


def _ids(here: Here, person: ExternalUser) -> list[str]:
    """Those that are there, the oldest first, one more than can be revoked at a time."""
    live = ConnectedAccount.live.filter(project_id=here.project.pk, external_user_id=person.pk)
    return list(live.order_by("created_at", "id").values_list("pk", flat=True)[: AT_MOST + 1])
