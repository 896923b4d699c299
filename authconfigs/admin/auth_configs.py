"""Auth configs in the admin: seen by support, made and changed by who may, their secrets written and never shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from authconfigs.actions.checked_credentials import fields_asked
from authconfigs.actions.create_auth_config import CUSTOM, MANAGED, checked_scheme, create_auth_config
from authconfigs.actions.delete_auth_config import delete_auth_config
from authconfigs.actions.dependents import count_dependents
from authconfigs.actions.managed_clients import managed_clients
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.actions.update_auth_config import update_auth_config
from authconfigs.catalogue.load import all_toolkits
from authconfigs.models import AuthConfig, ProjectToolkit
from authconfigs.pages.auth_config_form import AuthConfigForm, DeletionForm, masked
from authconfigs.pages.setup_steps import steps_of
from authconfigs.pages.state_words import state_badge
from authconfigs.schemes import scheme_named
from flowra.admin.filters import ProjectFilter
from flowra.admin.pages import Pages, plain_id
from flowra.errors import FlowraError, NotFound
from flowra.models import Project
from flowra.pages.forms import tell_problems
from flowra.pages.moments import moment
from flowra.pages.staff import actor_of
from flowra.pages.trail_words import events_of

from .filters import StateFilter, ToolkitFilter

MOST_PROJECTS = 200


@admin.register(AuthConfig)
class AuthConfigAdmin(Pages):
    """Each deed is the action that the API calls as well; none of them is in a transaction with a name server."""

    list_display = ("__str__", "toolkit_slug", "auth_scheme", "state", "connections", "project", "made")
    list_filter = (StateFilter, ToolkitFilter, ProjectFilter)
    search_fields = ("display_name", "name", "=id", "toolkit_slug")
    search_help_text = "A name, an id or a service."
    ordering = ("-created_at", "-id")

    def get_queryset(self, request: HttpRequest) -> Any:
        """The deleted as well; no project's logo."""
        found: QuerySet[AuthConfig] = super().get_queryset(request)
        return found.select_related("project").defer("project__logo")

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With how many connections each has: one query a page."""
        shown = super().get_changelist_instance(request)
        shown.result_list = list(shown.result_list)
        counts = count_dependents([each.pk for each in shown.result_list])
        for each in shown.result_list:
            each.connection_count = counts[each.pk]
        return shown

    @admin.display(description="connections")
    def connections(self, auth_config: AuthConfig) -> int:
        """Those that are not revoked."""
        count: int = getattr(auth_config, "connection_count", 0)
        return count

    @admin.display(description="state")
    def state(self, auth_config: AuthConfig) -> SafeString:
        """A word, a colour, a shape."""
        return state_badge(auth_config)

    @admin.display(description="made", ordering="created_at")
    def made(self, auth_config: AuthConfig) -> SafeString:
        """As people say it."""
        return moment(auth_config.created_at)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """First which project, service and scheme, in the address; then what those ask for."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        wish = request.GET
        project = Project.objects.defer("logo").filter(pk=wish.get("project", "")).first()
        if project is None or not wish.get("toolkit"):
            return self._choose(request, project)
        toolkit = toolkit_for(project, wish["toolkit"])
        scheme = checked_scheme(toolkit, wish.get("scheme") or None, "authScheme")
        is_managed = wish.get("type") == MANAGED
        form = AuthConfigForm(
            fields_asked(toolkit, scheme, is_managed=is_managed), None, data=request.POST or None
        )
        if request.method == "POST" and form.is_valid():
            try:
                made = create_auth_config(
                    project,
                    toolkit_slug=toolkit.slug,
                    actor=actor_of(request),
                    type=MANAGED if is_managed else CUSTOM,
                    auth_scheme=scheme.name,
                    display_name=form.cleaned_data["display_name"],
                    credentials=form.credentials(),
                    restrict_to_following_tools=form.tools(),
                    proxy_url=form.cleaned_data["proxy_url"],
                    raw_credentials=form.cleaned_data["raw_credentials"],
                    named="",
                )
            except FlowraError as error:
                tell_problems(form, error, form.names(""))
            else:
                self.log_addition(request, made, "Made.")
                self.message_user(request, f"{made} was made.", messages.SUCCESS)
                return self._to(made)
        managed = scheme.name == "OAUTH2" and toolkit.id is None and toolkit.slug in managed_clients()
        context = {
            "form": form,
            "toolkit": toolkit,
            "steps": steps_of(toolkit, project.name),
            "scheme": scheme.name,
            "project": project,
            "others": [each for each in toolkit.auth_schemes if each != scheme.name],
            "may_be_managed": managed,
            "is_managed": is_managed,
        }
        status = 400 if form.errors else 200
        return self.page(
            request,
            "authconfigs/authconfig/make.html",
            f"{toolkit.name} for {project.name}",
            context,
            status=status,
        )

    def _choose(self, request: HttpRequest, project: Project | None) -> HttpResponse:
        own = (
            ProjectToolkit.objects.filter(project=project, is_active=True)
            if project
            else ProjectToolkit.objects.none()
        )
        services = {slug: each.name for slug, each in all_toolkits().items()} | {
            each.slug: each.name for each in own
        }
        context = {
            "projects": Project.objects.only("id", "name").order_by("name")[:MOST_PROJECTS],
            "chosen": project,
            "services": sorted(services.items(), key=lambda each: each[1].lower()),
        }
        return self.page(request, "authconfigs/authconfig/choose.html", "Add an auth config", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What it is, what it holds, and, for who may change it, the form."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        auth_config = self._auth_config(request, object_id)
        form = self._change_form(request, auth_config)
        if request.method == "POST":
            if form is None:
                raise PermissionDenied
            if form.is_valid() and self._change(request, auth_config, form):
                self.message_user(request, "Saved.", messages.SUCCESS)
                return self._to(auth_config)
        context = {
            "auth_config": auth_config,
            "form": form,
            "state": self.state(auth_config),
            "held": masked(auth_config),
            "redirect_uri": auth_config.redirect_uri
            if scheme_named(auth_config.auth_scheme).needs_redirect
            else "",
            "connections": count_dependents([auth_config.pk])[auth_config.pk],
            "made": moment(auth_config.created_at),
            "failing": moment(auth_config.failing_since) if auth_config.failing_since else None,
            "may_delete": auth_config.deleted_at is None and self._may_delete(request),
            "events": events_of("auth_config", auth_config.pk)
            if request.user.has_perm("flowra.view_event")
            else None,
        }
        status = 400 if form is not None and form.errors else 200
        return self.page(
            request, "authconfigs/authconfig/auth_config.html", str(auth_config), context, status=status
        )

    def _change_form(self, request: HttpRequest, auth_config: AuthConfig) -> AuthConfigForm | None:
        """None for who may only look, for a deleted one, and for one whose service is no longer known."""
        if not self.has_change_permission(request) or auth_config.deleted_at is not None:
            return None
        try:
            toolkit = toolkit_for(auth_config.project, auth_config.toolkit_slug)
        except NotFound:
            return None
        asked = fields_asked(
            toolkit, scheme_named(auth_config.auth_scheme), is_managed=auth_config.is_provider_managed
        )
        return AuthConfigForm(asked, auth_config, data=request.POST if request.method == "POST" else None)

    def _change(self, request: HttpRequest, auth_config: AuthConfig, form: AuthConfigForm) -> bool:
        said = form.cleaned_data
        try:
            update_auth_config(
                auth_config,
                actor_of(request),
                display_name=said["display_name"],
                is_disabled=said["is_disabled"],
                credentials=form.credentials(),
                restrict_to_following_tools=form.tools(),
                proxy_url=said["proxy_url"] if said["proxy_url"] != auth_config.proxy_url else None,
                raw_credentials=said["raw_credentials"],
            )
        except FlowraError as error:
            tell_problems(form, error, form.names(""))
            return False
        # The names of the fields alone: the history holds no value.
        self.log_change(request, auth_config, f"Changed {', '.join(form.changed_data) or 'nothing'}.")
        return True

    def get_urls(self) -> list[URLPattern]:
        """The deletion's page besides Django's own."""
        view = self.admin_site.admin_view(self.end_view)
        return [path("<str:object_id>/end/", view, name="authconfigs_authconfig_end"), *super().get_urls()]

    def end_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """GET says what will happen and asks why, POST deletes, with every connection under it when that was said."""
        if not self._may_delete(request):
            raise PermissionDenied
        auth_config = self._auth_config(request, object_id)
        count = count_dependents([auth_config.pk])[auth_config.pk]
        form = DeletionForm(count, data=request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data
            try:
                ended = delete_auth_config(
                    auth_config, actor_of(request), force=bool(said.get("force")), reason=said["reason"]
                )
            except FlowraError as error:
                form.add_error(None, error.message)
            else:
                self.log_change(request, auth_config, "Deleted.")
                self.message_user(request, f"{auth_config} was deleted, and {ended} connections with it.")
                return self._to(auth_config)
        context = {"auth_config": auth_config, "form": form, "count": count}
        status = 400 if form.errors else 200
        return self.page(
            request, "authconfigs/authconfig/end.html", f"Delete {auth_config}?", context, status=status
        )

    def _may_delete(self, request: HttpRequest) -> bool:
        """Django's own deletion is never offered: it would leave the grants at the services."""
        return request.user.has_perm("authconfigs.delete_authconfig") and self.has_view_permission(request)

    def _auth_config(self, request: HttpRequest, id: str) -> AuthConfig:
        found: AuthConfig | None = self.get_queryset(request).filter(pk=plain_id(id)).first()
        if found is None:
            raise NotFound("There is no such auth config.")
        return found

    def _to(self, auth_config: AuthConfig) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:authconfigs_authconfig_change", args=[auth_config.pk]))
