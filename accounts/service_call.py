"""A call to a service that a toolkit's data describes, signed as the account's scheme signs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authconfigs.catalogue.fill import fill, fill_text
from authconfigs.catalogue.toolkit import Call, Field, Toolkit
from authconfigs.models import AuthConfig
from authconfigs.schemes import scheme_named
from flowra import outbound
from flowra.errors import ProviderFailed

MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """Status and body text of an answer; `ok_field`: what must be true in it besides a good status."""

    status: int
    text: str
    ok_field: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether the service did what it was asked for."""
        if not 200 <= self.status < 300:
            return False
        if self.ok_field is None:
            return True
        try:
            return self.object().get(self.ok_field) is True
        except ProviderFailed:
            return False

    def object(self) -> dict[str, Any]:
        """The JSON object of a good answer; raises ProviderFailed for a bad status or anything else."""
        if not 200 <= self.status < 300:
            raise ProviderFailed(f"The service answered with status {self.status}.", code="provider_status")
        try:
            parsed = json.loads(self.text)
        except (ValueError, RecursionError) as error:
            raise ProviderFailed(
                "The service answered with no JSON.", code="provider_answer_unusable"
            ) from error
        if isinstance(parsed, list):
            parsed = {"items": parsed}
        if not isinstance(parsed, dict):
            raise ProviderFailed("The service answered with no object.", code="provider_answer_unusable")
        return parsed


def call_service(
    toolkit: Toolkit,
    call: Call,
    *,
    auth_scheme: str,
    secrets: Mapping[str, str],
    values: Mapping[str, str],
    through: str = "",
) -> ServiceAnswer:
    """Sends it; `secrets` and `values` together are what the scheme signs with and what fills a form, `values` alone
    fill the URL. `through` is the auth config's forward proxy.

    Raises outbound's refusals and failures, and InvalidInput where a template lacks its value.
    """
    signature = scheme_named(auth_scheme).signed_headers(toolkit, {**values, **secrets})
    url = fill(call.url, values)
    answer = outbound.send(
        call.method,
        url if "://" in url else fill(toolkit.base_url, values).rstrip("/") + "/" + url.lstrip("/"),
        headers={"Accept": "application/json", **toolkit.request_headers, **signature.headers},
        params=signature.params or None,
        json=dict(call.json) if call.json is not None else None,
        form={name: fill_text(text, {**values, **secrets}) for name, text in call.form.items()} or None,
        max_bytes=MAX_BYTES,
        through=through,
    )
    return ServiceAnswer(answer.status, answer.text, call.ok_field)


def template_values(
    auth_config: AuthConfig, toolkit: Toolkit, connection_data: Mapping[str, Any]
) -> dict[str, str]:
    """What fills a toolkit's templates for one connection: fields' defaults, then the auth config's, then its own."""
    return values_from(auth_config.settings, toolkit, connection_data)


def values_from(
    settings: Mapping[str, Any], toolkit: Toolkit, connection_data: Mapping[str, Any]
) -> dict[str, str]:
    """The same, from the auth config's settings."""
    fields = (*toolkit.config_fields, *toolkit.connection_fields)
    return {name: default for name, default in map(_default_of, fields) if default} | {
        name: str(value)
        for source in (settings, connection_data)
        for name, value in source.items()
        if isinstance(value, str | int) and not isinstance(value, bool)
    }


def _default_of(field: Field) -> tuple[str, str | None]:
    return field.name, field.default
