"""What the pages of the admin have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst

from flowra.errors import InvalidInput

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]
else:
    AnyModelAdmin = admin.ModelAdmin


def plain_id(written: str) -> str:
    """A public id as it is, whether it stands in the address so or as Django's admin escapes it (`ca_5F01…`)."""
    return unquote(written) if "_5F" in written else written


class Pages(AnyModelAdmin):
    """The base of our pages. Only the filters that a list shows are filters, and a value that they do not have is
    refused instead of being left out; nothing is deleted here.
    """

    list_title = ""
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    # Counting each choice of each filter reads the whole table as often.
    show_facets = admin.ShowFacets.NEVER

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what `list_filter` declares: the trail's words would otherwise be searchable by any expression."""
        return lookup in {getattr(each, "parameter_name", None) for each in self.list_filter}

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Raises InvalidInput where Django would show the whole list instead of the one asked for."""
        try:
            shown = super().get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            raise InvalidInput(
                "This address asks for a filter, an order or a page that the list does not have."
            ) from error
        shown.title = self.list_title or capfirst(str(self.opts.verbose_name_plural))
        return shown

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: what is over is revoked or switched off, and stays on the trail."""
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        """Django's own page of a thing; its address may hold the id plainly."""
        escaped = None if object_id is None else quote(plain_id(object_id))
        return super().changeform_view(request, escaped, form_url, extra_context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Django's own history of a thing; its address may hold the id plainly."""
        return super().history_view(request, quote(plain_id(object_id)), extra_context)

    def page(
        self,
        request: HttpRequest,
        template: str,
        title: str,
        context: Mapping[str, Any],
        *,
        status: int = 200,
    ) -> TemplateResponse:
        """A page of our own in the admin's frame; templates are under `admin/`."""
        whole = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **context}
        return TemplateResponse(request, f"admin/{template}", whole, status=status)


class ReadOnlyPages(Pages):
    """Things that are only looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False
