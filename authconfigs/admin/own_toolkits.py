"""The projects' own toolkits, as the API was told of them."""

from __future__ import annotations

from django.contrib import admin

from authconfigs.models import ProjectToolkit
from flowra.admin.filters import ProjectFilter
from flowra.admin.pages import ReadOnlyPages


@admin.register(ProjectToolkit)
class ProjectToolkitAdmin(ReadOnlyPages):
    """Made through the API; here only looked at."""

    list_display = ("name", "slug", "project", "is_active")
    list_filter = (ProjectFilter,)
    list_select_related = ("project",)
    search_fields = ("name", "slug", "=id")
    ordering = ("name", "id")
    fields = ("name", "slug", "id", "project", "is_active", "definition", "created_at", "updated_at")
    readonly_fields = fields
