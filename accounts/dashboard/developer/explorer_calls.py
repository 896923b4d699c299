"""The API's calls as the explorer offers them: read from the description, each with a form made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from django import forms
from django.urls import resolve
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from flowra.api.description import description, in_html, opened, type_of
from flowra.api.examples import example_body
from flowra.api.inside_call import MOST_SHOWN, Wanted
from flowra.pages.forms import LinesField

GROUPS = {
    "users": "Project",
    "external-users": "Users",
    "toolkits": "Toolkits",
    "tools": "Tools",
    "auth_configs": "Auth configs",
    "connected_accounts": "Connected accounts",
    "portal_sessions": "People's own pages",
    "webhook_endpoints": "Webhook endpoints",
    "webhook_deliveries": "Webhook deliveries",
}
PROXY = "/proxy/{path}"
# RFC 3986, 3.4, and the % of what is encoded already. Brackets and braces are patterns to curl.
_IN_QUERY = "%&=+!$'()*,;:@/?-._~"
# What the pages let nobody but an owner do, and a call can do as well.
_OWNERS_ALONE = {("PATCH", "/api/v1/users/profile")}
_WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")
_BEGINNINGS = {
    "/auth_configs/": "ac_…",
    "/connected_accounts/": "ca_…",
    "/external-users/": "eu_…",
    "/webhook_endpoints/": "we_…",
    "/webhook_deliveries/": "wd_…",
}


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call. `scope` is what a key needs for it, None where any will do."""

    id: str
    method: str
    path: str
    group: str
    words: SafeString
    scope: str | None
    operation: Mapping[str, Any]

    @property
    def shown_path(self) -> SafeString:
        """Below the API's root; a line may end after each of its parts."""
        parts = self.path.removeprefix("/api/v1/").split("/")
        return format_html_join(mark_safe("/<wbr>"), "{}", ((part,) for part in parts))

    @property
    def is_proxy(self) -> bool:
        """Whether the service's own parameters and body are passed on."""
        return self.path.endswith(PROXY)

    @property
    def takes_secrets_out(self) -> bool:
        """Whether it needs one of the two scopes that an owner must tick."""
        return bool(self.scope and self.scope.startswith("credentials:"))

    @property
    def is_owners(self) -> bool:
        """Whether it changes what the dashboard lets owners alone change."""
        return (self.method, self.path) in _OWNERS_ALONE

    @property
    def media_type(self) -> str:
        """Of its body, empty for none."""
        content = self.operation.get("requestBody", {}).get("content", {})
        if self.is_proxy and self.method in _WITH_BODY:
            return "application/json"
        return next(iter(content), "")


@cache
def all_calls() -> Mapping[str, ApiCall]:
    """By id, in the description's order; the proxy once for each method."""
    found = {}
    for path, methods in description()["paths"].items():
        if path.rstrip("/").endswith("/proxy"):
            continue
        for method, operation in methods.items():
            call = ApiCall(
                id=operation["operationId"],
                method=method.upper(),
                path=path,
                group=GROUPS.get(operation["tags"][0], operation["tags"][0]),
                words=in_html(operation.get("description", "")),
                scope=_scope(path, method.upper()),
                operation=operation,
            )
            found[call.id] = call
    return found


def calls_by_group() -> Mapping[str, list[ApiCall]]:
    """All calls, in the order of GROUPS."""
    found: dict[str, list[ApiCall]] = {name: [] for name in GROUPS.values()}
    for call in all_calls().values():
        found.setdefault(call.group, []).append(call)
    return {name: calls for name, calls in found.items() if calls}


def _scope(path: str, method: str) -> str | None:
    view = resolve(path.replace("{", "").replace("}", "")).func
    scopes: Mapping[str, str | None] = getattr(view, "cls").scopes  # noqa: B009 - DRF puts it there
    return scopes.get(method)


class CallForm(forms.Form):
    """A call's parameters and body. Fields of the path are `path-…`, of the query `query-…`, of the headers `header-…`."""

    def __init__(self, call: ApiCall, data: Any = None, *, may_take_secrets: bool = False) -> None:
        super().__init__(data)
        self._call = call
        for each in sorted(call.operation.get("parameters", ()), key=lambda each: _ORDER[each["in"]]):
            self.fields[f"{each['in']}-{each['name']}"] = _field(call, each)
        if call.is_proxy:
            self.fields["query"] = forms.CharField(
                required=False, max_length=2_000, help_text="As it stands after the question mark."
            )
        if call.media_type:
            self.fields["body"] = LinesField(
                required=False,
                max_length=MOST_SHOWN,
                strip=False,
                initial="" if call.is_proxy else example_body(call.operation),
                help_text="JSON." if call.media_type == "application/json" else "One JSON object a line.",
            )
            self.fields["body"].widget.attrs |= {"rows": 12, "class": "code"}
        if call.takes_secrets_out and may_take_secrets:
            self.fields["secrets"] = forms.BooleanField(
                label="Take secrets out of the vault, and show them here",
                required=False,
                help_text="They stand on this page until you leave it, and the trail says that you read them.",
            )

    def wanted(self) -> Wanted:
        """The call to make; only for a form that is valid."""
        said = self.cleaned_data
        path = self._call.path
        for name, value in said.items():
            if name.startswith("path-"):
                path = path.replace(f"{{{name.removeprefix('path-')}}}", value)
        query = {
            name.removeprefix("query-"): value
            for name, value in said.items()
            if name.startswith("query-") and value
        }
        headers = {
            name.removeprefix("header-"): value
            for name, value in said.items()
            if name.startswith("header-") and value
        }
        return Wanted(
            method=self._call.method,
            path=path,
            query=quote(said.get("query", ""), safe=_IN_QUERY) or urlencode(query),
            headers=headers,
            body=said["body"].encode() if said.get("body", "").strip() else None,
            content_type=self._call.media_type,
        )

    def clean(self) -> dict[str, Any]:
        """A part of the path is one part: a slash in it would lead elsewhere."""
        said = super().clean() or {}
        for name, value in list(said.items()):
            if name.startswith("path-") and name != "path-path" and ("/" in value or value in (".", "..")):
                self.add_error(name, "This is one part of the path: it can have no slash.")
            if name.startswith("header-") and not value.isprintable():
                self.add_error(name, "This must be one line.")
        if not all(each.isascii() and each.isprintable() for each in said.get("query", "")):
            self.add_error("query", "Write it as it stands in an address, with % for what is special.")
        return said


_ORDER = {"path": 0, "query": 1, "header": 2, "cookie": 3}


def _field(call: ApiCall, parameter: Mapping[str, Any]) -> forms.Field:
    shape = opened(parameter["schema"])
    name = parameter["name"]
    words = parameter.get("description", "").replace("`", "")
    is_needed = parameter["in"] == "path"
    values = shape.get("enum") or (["true", "false"] if shape.get("type") == "boolean" else None)
    if values:
        choices = [("", "Not said"), *((str(each), str(each)) for each in values if each is not None)]
        return forms.ChoiceField(label=name, required=is_needed, choices=choices, help_text=words)
    placeholder = ""
    if name == "id":
        placeholder = next((begins for part, begins in _BEGINNINGS.items() if part in call.path), "")
    hint = "Several, separated by commas." if type_of(parameter["schema"]).startswith("list") else ""
    return forms.CharField(
        label=name,
        required=is_needed,
        max_length=2_000,
        help_text=" ".join(filter(None, (words, hint))),
        widget=forms.TextInput(
            attrs={"placeholder": placeholder, "autocomplete": "off", "spellcheck": "false"}
        ),
    )


def url_of(wanted: Wanted) -> str:
    """The path and query as they stand in an address."""
    path = quote(wanted.path, safe="/@:!$&'()*+,;=~-._")
    return f"{path}?{wanted.query}" if wanted.query else path
