"""A project's own toolkits: made, changed, switched and deleted. Discovery asks the service, outside every transaction."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect

from accounts.dashboard.configs.own_toolkit_form import DefinitionForm, OwnToolkitForm
from accounts.dashboard.gate import Here, for_members, show
from accounts.dashboard.wanted_state import wanted_state
from authconfigs.actions.create_toolkit import create_toolkit
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.actions.update_toolkit import delete_toolkit, set_toolkit_active, update_toolkit
from authconfigs.models import AuthConfig, ProjectToolkit
from flowra.errors import FlowraError, Forbidden
from flowra.models import Role

AS_JSON = "json"


@for_members(Role.DEVELOPER)
def make_own(request: HttpRequest, here: Here) -> HttpResponse:
    """By fields, or, with `?as=json`, by the definition as the API takes it."""
    form = _form(request, None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_toolkit(here.project, form.changes(), actor=here.actor)
        except FlowraError as error:
            form.tell(error)
        else:
            messages.success(request, f"{made.name} was made. Now set up your app's access to it.")
            return HttpResponseRedirect(here.url("toolkit", made.slug))
    return _show(request, here, form, "Make a toolkit", here.url("toolkits"), "Make it")


@for_members(Role.DEVELOPER)
def edit_own(request: HttpRequest, here: Here, slug: str) -> HttpResponse:
    """The same for one that is there."""
    own = _own(here, slug)
    form = _form(request, own)
    if request.method == "POST" and form.is_valid():
        try:
            changes = form.changes()
            if changes:
                update_toolkit(own, changes, actor=here.actor)
        except FlowraError as error:
            form.tell(error)
        else:
            messages.success(request, "Saved.")
            return HttpResponseRedirect(here.url("toolkit", own.slug))
    return _show(request, here, form, f"Edit {own.name}", here.url("toolkit", own.slug), "Save")


@for_members(Role.DEVELOPER)
def switch_own(request: HttpRequest, here: Here, slug: str) -> HttpResponse:
    """POST `to=on` or `to=off`. A switched-off one takes no new auth configs."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    own = set_toolkit_active(_own(here, slug), wanted_state(request) == "on", actor=here.actor)
    words = (
        "It can be set up again." if own.is_active else "What is set up goes on; nothing new can be set up."
    )
    messages.success(request, f"Switched {'on' if own.is_active else 'off'}. {words}")
    return HttpResponseRedirect(here.url("toolkit", own.slug))


@for_members(Role.DEVELOPER)
def delete_own(request: HttpRequest, here: Here, slug: str) -> HttpResponse:
    """GET says what hinders it or what goes with it, POST deletes it."""
    own = _own(here, slug)
    refused = ""
    if request.method == "POST":
        try:
            delete_toolkit(own, actor=here.actor)
        except FlowraError as error:
            refused = error.message
        else:
            messages.success(request, f"{own.name} was deleted.")
            return HttpResponseRedirect(here.url("toolkits"))
    context = {
        "own": own,
        "used": AuthConfig.live.filter(project=here.project, toolkit_slug=own.slug).count(),
        "used_url": f"{here.url('auth_configs')}?toolkit={own.slug}",
        "refused": refused,
        "back": here.url("toolkit", own.slug),
    }
    status = 409 if refused else 200
    return show(request, here, "configs/delete_toolkit.html", f"Delete {own.name}?", context, status=status)


def _form(request: HttpRequest, own: ProjectToolkit | None) -> OwnToolkitForm | DefinitionForm:
    data = request.POST if request.method == "POST" else None
    if request.GET.get("as") == AS_JSON:
        return DefinitionForm(own, data=data)
    return OwnToolkitForm(own, data=data)


def _show(
    request: HttpRequest,
    here: Here,
    form: OwnToolkitForm | DefinitionForm,
    title: str,
    back: str,
    button: str,
) -> HttpResponse:
    context = {"form": form, "as_json": isinstance(form, DefinitionForm), "back": back, "button": button}
    return show(request, here, "configs/own_toolkit.html", title, context, status=400 if form.errors else 200)


def _own(here: Here, slug: str) -> ProjectToolkit:
    own = ProjectToolkit.objects.filter(project=here.project, slug=slug).first()
    if own is None:
        toolkit_for(here.project, slug)
        raise Forbidden("This toolkit is Flowra's own and cannot be changed; make one of your own.")
    return own
