"""The form of an auth config: what its service asks for, secrets never shown again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from authconfigs.actions.checked_auth_config import MAX_DISPLAY_NAME, MAX_PROXY_URL
from authconfigs.actions.checked_credentials import MAX_SECRET, MAX_VALUE, SCOPE_LISTS
from authconfigs.catalogue.toolkit import Field
from authconfigs.models import AuthConfig
from authconfigs.models.auth_config import RawCredentials
from flowra.pages.forms import LinesField, lines_of
from flowra.redaction import last_four, scrub_text

_PREFIX = "credential-"
MAX_SCOPES_TEXT = 20_000
_NO_MANAGER = {"autocomplete": "new-password", "spellcheck": "false"}


class AuthConfigForm(forms.Form):
    """`asked` are the credentials' fields; `stored` the auth config that is changed, None for a new one."""

    display_name = forms.CharField(
        label="Name for people",
        required=False,
        max_length=MAX_DISPLAY_NAME,
        help_text="Like: Acme's Slack app.",
    )

    def __init__(self, asked: Sequence[Field], stored: AuthConfig | None, **sent: Any) -> None:
        self.asked, self.stored = tuple(asked), stored
        super().__init__(**sent, initial=_initial(asked, stored))
        secrets: Mapping[str, str] = (stored.secrets or {}) if stored else {}
        for each in asked:
            self.fields[_PREFIX + each.name] = _form_field(each, secrets.get(each.name))
        self.fields["restrict_to_following_tools"] = LinesField(
            label="Only these tools",
            required=False,
            max_length=MAX_SCOPES_TEXT,
            help_text="One slug a line; empty: all.",
        )
        self.fields["proxy_url"] = forms.CharField(
            label="Proxy URL", required=False, max_length=MAX_PROXY_URL
        )
        self.fields["raw_credentials"] = forms.ChoiceField(
            label="Raw credentials leave the vault", choices=RawCredentials.choices
        )
        if stored is not None:
            self.fields["is_disabled"] = forms.BooleanField(
                label="Switched off",
                required=False,
                help_text="Nothing under it can be used or linked while it is off. Nothing is lost.",
            )

    def credentials(self) -> dict[str, Any]:
        """What was typed and is new: an empty secret of a stored one stays as it is, no scopes are none at all."""
        typed: dict[str, Any] = {}
        for each in self.asked:
            field = _PREFIX + each.name
            if self.stored is not None and field not in self.changed_data:
                continue
            value = self.cleaned_data[field]
            typed[each.name] = value or ([] if each.name in SCOPE_LISTS else None)
        return typed

    def tools(self) -> list[str]:
        """The tools' slugs."""
        return lines_of(self.cleaned_data["restrict_to_following_tools"])

    def names(self, under: str) -> dict[str, str]:
        """Which field of the form each of the wire's names is; `under` as the action was told."""
        wire = {
            "displayName": "display_name",
            "restrictToFollowingTools": "restrict_to_following_tools",
            "proxyConfig.proxyUrl": "proxy_url",
            "rawCredentials": "raw_credentials",
            **{f"credentials.{each.name}": _PREFIX + each.name for each in self.asked},
        }
        return {under + name: field for name, field in wire.items()}


class DeletionForm(forms.Form):
    """Why, and, where there are connections under it, that they are meant as well."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text="Kept on the trail with your name.",
        error_messages={"required": "Say why, so that others can explain it later."},
    )

    def __init__(self, count: int, **sent: Any) -> None:
        super().__init__(**sent)
        if count:
            self.fields["force"] = forms.BooleanField(
                label="Revoke the connection under it as well"
                if count == 1
                else f"Revoke all {count} connections under it as well",
                error_messages={"required": "They would be left without their client."},
            )

    def clean_reason(self) -> str:
        """Without what looks like a key or a token, should one have been pasted."""
        return scrub_text(self.cleaned_data["reason"])


def masked(auth_config: AuthConfig) -> list[tuple[str, str]]:
    """What is stored of the client, every secret by its last four characters."""
    shown = {
        name: ", ".join(value) if isinstance(value, list) else str(value)
        for name, value in auth_config.settings.items()
    }
    shown |= {name: last_four(str(value)) for name, value in (auth_config.secrets or {}).items()}
    return [(name, text) for name, text in shown.items() if text]


def _form_field(each: Field, stored_secret: str | None) -> forms.CharField:
    words = " ".join(text for text in (each.description, each.where) if text)
    if each.secret:
        kept = f"Stored: {last_four(stored_secret)}. Leave it empty to keep it." if stored_secret else ""
        return forms.CharField(
            label=each.display_name,
            required=False,
            max_length=MAX_SECRET,
            widget=forms.PasswordInput(attrs=_NO_MANAGER, render_value=False),
            help_text=" ".join(text for text in (words, kept) if text),
        )
    if each.name in SCOPE_LISTS:
        words = f"{words} One a line."
        return LinesField(
            label=each.display_name, required=False, max_length=MAX_SCOPES_TEXT, help_text=words
        )
    return forms.CharField(
        label=each.display_name,
        required=False,
        max_length=MAX_VALUE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=words,
    )


def _initial(asked: Sequence[Field], stored: AuthConfig | None) -> dict[str, Any]:
    initial: dict[str, Any] = {"raw_credentials": RawCredentials.SCOPE.value}
    for each in asked:
        if not each.secret:
            value = stored.settings.get(each.name) if stored else None
            # What the service parts by commas or blanks, a person reads line by line.
            lists = value if value is not None else (each.default or "")
            if each.name in SCOPE_LISTS:
                parts = lists if isinstance(lists, list) else lists.replace(",", " ").split()
                initial[_PREFIX + each.name] = "\n".join(parts)
            else:
                initial[_PREFIX + each.name] = lists
    if stored is not None:
        initial |= {
            "display_name": stored.display_name,
            "restrict_to_following_tools": "\n".join(stored.restrict_to_following_tools),
            "proxy_url": stored.proxy_url,
            "raw_credentials": stored.raw_credentials,
            "is_disabled": stored.is_disabled,
        }
    return initial
