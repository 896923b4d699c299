"""Projects: what they are called, where their people go back to, and their keys."""

from __future__ import annotations

import base64
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from flowra.actions.create_api_key import create_api_key
from flowra.actions.create_project import create_project
from flowra.actions.revoke_api_key import revoke_api_key
from flowra.actions.set_project_logo import set_project_logo
from flowra.actions.update_project import update_project
from flowra.errors import FlowraError, NotFound
from flowra.models import ApiKey, Project
from flowra.pages.forms import tell_problems
from flowra.pages.key_form import KEY_NAMES, KeyForm
from flowra.pages.moments import moment
from flowra.pages.staff import actor_of
from flowra.pages.trail_words import events_of

from .pages import Pages, plain_id
from .project_forms import NAMES, NewProjectForm, ProjectForm, form_of


@admin.register(Project)
class ProjectAdmin(Pages):
    """Each deed is the action that the API and the commands call as well."""

    list_display = ("name", "is_test", "origins", "made")
    list_filter = ()
    search_fields = ("name", "=id", "api_keys__prefix")
    search_help_text = "A name, an id, or how a key begins."
    ordering = ("name", "id")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the logos."""
        found: QuerySet[Project] = super().get_queryset(request)
        return found.defer("logo")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """A whole key that was pasted in is found by its beginning, and is looked up no further."""
        for word in search_term.split()[:10]:
            begins = word[:13] if word.startswith("flw_") else word
            keys = ApiKey.objects.filter(prefix__startswith=begins).values("project_id")
            queryset = queryset.filter(Q(name__icontains=word) | Q(pk=word) | Q(pk__in=keys))
        return queryset, False

    @admin.display(description="people are sent back to")
    def origins(self, project: Project) -> str:
        """The first few origins."""
        first, rest = project.callback_origins[:2], len(project.callback_origins) - 2
        return ", ".join(first) + (f" and {rest} more" if rest > 0 else "")

    @admin.display(description="made", ordering="created_at")
    def made(self, project: Project) -> SafeString:
        """As people say it."""
        return moment(project.created_at)

    def get_urls(self) -> list[URLPattern]:
        """The keys' pages besides Django's own."""
        guard = self.admin_site.admin_view
        return [
            path("<str:object_id>/keys/make/", guard(self.make_key_view), name="flowra_project_make_key"),
            path(
                "<str:object_id>/keys/<str:key_id>/revoke/",
                guard(self.revoke_key_view),
                name="flowra_project_revoke_key",
            ),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A new project."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NewProjectForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            actor = actor_of(request)
            try:
                project = create_project(
                    form.cleaned_data["name"],
                    actor=actor,
                    callback_origins=form.origins(),
                    custom_schemes=form.schemes(),
                    is_test=form.cleaned_data["is_test"],
                    require_confirmation=form.cleaned_data["require_confirmation"],
                    owner_email=form.cleaned_data["owner_email"],
                )
            except FlowraError as error:
                tell_problems(form, error, NAMES)
            else:
                if form.cleaned_data["logo"] is not None:
                    set_project_logo(project, actor, form.cleaned_data["logo"])
                self.log_addition(request, project, "Made.")
                self.message_user(
                    request, f"{project.name} was made. Now make a key for it.", messages.SUCCESS
                )
                return self._to(project)
        return self._page(request, "Add a project", form, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The project, its keys and its trail."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        project = self._project(request, object_id)
        form = form_of(project)
        if request.method == "POST":
            if not self.has_change_permission(request):
                raise PermissionDenied
            form = form_of(project, data=request.POST, files=request.FILES)
            if form.is_valid() and self._change(request, project, form):
                self.message_user(request, "Saved.", messages.SUCCESS)
                return self._to(project)
        return self._page(
            request, project.name, form if self.has_change_permission(request) else None, project
        )

    def _change(self, request: HttpRequest, project: Project, form: ProjectForm) -> bool:
        actor, said = actor_of(request), form.cleaned_data
        try:
            update_project(
                project,
                actor,
                name=said["name"],
                callback_origins=form.origins(),
                custom_schemes=form.schemes(),
                require_confirmation=said["require_confirmation"],
                owner_email=said["owner_email"],
            )
            if said["logo"] is not None or (said.get("remove_logo") and project.logo_type):
                set_project_logo(project, actor, said["logo"])
        except FlowraError as error:
            tell_problems(form, error, NAMES)
            return False
        self.log_change(request, project, f"Changed {', '.join(form.changed_data) or 'nothing'}.")
        return True

    def make_key_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A new key; its text is on the answer to the POST and nowhere else."""
        if not request.user.has_perm("flowra.add_apikey"):
            raise PermissionDenied
        project = self._project(request, object_id)
        form = KeyForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                made = create_api_key(
                    project,
                    actor=actor_of(request),
                    scopes=form.cleaned_data["scopes"],
                    name=form.cleaned_data["name"],
                    expires_in_days=form.cleaned_data["expires_in_days"],
                )
            except FlowraError as error:
                tell_problems(form, error, KEY_NAMES)
            else:
                self.log_change(request, project, f"Made the API key {made.key.prefix}….")
                context = {"project": project, "key": made.key, "text": made.text}
                return self.page(request, "flowra/project/key_made.html", "Copy the key now", context)
        context = {"project": project, "form": form, "deed": "Make the key"}
        status = 400 if form.errors else 200
        return self.page(
            request,
            "flowra/project/key_deed.html",
            f"Make an API key for {project.name}",
            context,
            status=status,
        )

    def revoke_key_view(self, request: HttpRequest, object_id: str, key_id: str) -> HttpResponse:
        """GET says what will happen, POST revokes."""
        if not request.user.has_perm("flowra.change_apikey"):
            raise PermissionDenied
        project = self._project(request, object_id)
        key = ApiKey.objects.filter(project=project, pk=key_id).first()
        if key is None:
            raise NotFound("This project has no such key.")
        if request.method != "POST":
            context = {"project": project, "key": key, "deed": "Revoke the key"}
            return self.page(
                request, "flowra/project/key_deed.html", f"Revoke the key {key.prefix}…?", context
            )
        if revoke_api_key(key, actor_of(request)):
            self.log_change(request, project, f"Revoked the API key {key.prefix}….")
            self.message_user(request, f"The key {key.prefix}… opens nothing any more.", messages.SUCCESS)
        else:
            self.message_user(request, "That key was revoked before.", messages.WARNING)
        return self._to(project)

    def _project(self, request: HttpRequest, id: str) -> Project:
        project: Project | None = self.get_queryset(request).filter(pk=plain_id(id)).first()
        if project is None or not self.has_view_or_change_permission(request):
            raise NotFound("There is no such project.")
        return project

    def _to(self, project: Project) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:flowra_project_change", args=[project.pk]))

    def _page(
        self, request: HttpRequest, title: str, form: ProjectForm | None, project: Project | None
    ) -> TemplateResponse:
        user = request.user
        context: dict[str, Any] = {"form": form, "project": project}
        if project is not None and project.logo_type:
            picture = base64.b64encode(bytes(project.logo or b"")).decode()
            context["logo"] = f"data:{project.logo_type};base64,{picture}"
        if project is not None and user.has_perm("flowra.view_apikey"):
            context |= {
                "keys": [
                    (key, moment(key.last_used_at), moment(key.expires_at)) for key in project.api_keys.all()
                ],
                "may_make_keys": user.has_perm("flowra.add_apikey"),
                "may_revoke_keys": user.has_perm("flowra.change_apikey"),
            }
        if project is not None and user.has_perm("flowra.view_event"):
            context["events"] = events_of("project", project.pk)
        status = 400 if form is not None and form.errors else 200
        return self.page(request, "flowra/project/project.html", title, context, status=status)
