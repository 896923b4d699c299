"""The apps' users: found, looked at, and made inactive so that nobody acts as them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.actions.external_users import toggle_external_user
from accounts.models import ExternalUser
from flowra.admin.filters import AgeFilter, Choices, ProjectFilter, WordsFilter
from flowra.admin.pages import ReadOnlyPages
from flowra.errors import FlowraError
from flowra.pages.moments import moment
from flowra.pages.staff import actor_of

AT_MOST = 200


class ActiveFilter(WordsFilter):
    """By whether somebody can act as them."""

    title = "active"
    parameter_name = "active"

    def choices_of(self, request: HttpRequest) -> Choices:
        """Either."""
        return [("yes", "active"), ("no", "inactive")]

    def chosen(self, value: str) -> Q:
        """By the switch."""
        return Q(is_active=value == "yes")


class SeenFilter(AgeFilter):
    """By when they were last seen."""

    title = "last seen"
    parameter_name = "seen"
    field = "last_seen_at"
    may_be_never = True


@admin.register(ExternalUser)
class ExternalUserAdmin(ReadOnlyPages):
    """Made by the apps; here only looked at and switched."""

    list_title = "People"
    list_display = ("name", "project", "is_active", "connections", "seen")
    list_filter = (ActiveFilter, ProjectFilter, SeenFilter)
    search_fields = ("name", "=id")
    search_help_text = "The app's name for the person, or the id."
    ordering = ("-created_at", "-id")
    fields = ("name", "id", "project", "is_active", "accounts", "created_at", "last_seen_at")
    readonly_fields = fields
    actions = ("make_inactive", "make_active")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With how many connections each has."""
        found: QuerySet[ExternalUser] = super().get_queryset(request)
        live = Count("connected_accounts", filter=Q(connected_accounts__deleted_at__isnull=True))
        return found.select_related("project").defer("project__logo").annotate(connection_count=live)

    @admin.display(description="connections", ordering="connection_count")
    def connections(self, user: ExternalUser) -> int:
        """Those that are not revoked."""
        count: int = getattr(user, "connection_count", 0)
        return count

    @admin.display(description="last seen", ordering="last_seen_at")
    def seen(self, user: ExternalUser) -> SafeString:
        """As people say it."""
        return moment(user.last_seen_at)

    @admin.display(description="connections")
    def accounts(self, user: ExternalUser) -> SafeString:
        """Where they are listed."""
        url = f"{reverse('admin:accounts_connectedaccount_changelist')}?{urlencode({'person': user.pk})}"
        return format_html("<a href='{}'>{} connected, and the revoked ones</a>", url, self.connections(user))

    def has_switch_permission(self, request: HttpRequest) -> bool:
        """Whether this member of staff may make users active and inactive."""
        return request.user.has_perm("accounts.change_externaluser")

    @admin.action(description="Make inactive: nobody can act as them", permissions=["switch"])
    def make_inactive(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        """Each by itself; those that are inactive are left alone."""
        self._switch(request, queryset, to=False)

    @admin.action(description="Make active", permissions=["switch"])
    def make_active(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        """Each by itself; those that are active are left alone."""
        self._switch(request, queryset, to=True)

    def _switch(self, request: HttpRequest, queryset: QuerySet[Any], *, to: bool) -> None:
        done = 0
        for user in queryset.filter(is_active=not to)[:AT_MOST]:
            try:
                toggle_external_user(user.project, user.pk, actor_of(request))
            except FlowraError as error:
                self.message_user(request, f"{user.name}: {error.message}", messages.ERROR)
            else:
                done += 1
                self.log_change(request, user, "Made active." if to else "Made inactive.")
        words = "active" if to else "inactive"
        self.message_user(request, f"{done} {'user' if done == 1 else 'users'} made {words}.")
