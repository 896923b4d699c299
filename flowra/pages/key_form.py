"""What is asked about a new API key, and its scopes in words."""

from __future__ import annotations

from collections.abc import Collection

from django import forms
from django.utils.text import capfirst

from flowra.actions.create_api_key import MAX_DAYS
from flowra.models.api_key import DEFAULT_SCOPES, SCOPES

KEY_NAMES = {"name": "name", "scopes": "scopes", "expiresInDays": "expires_in_days"}


class KeyForm(forms.Form):
    """A new key."""

    name = forms.CharField(
        required=False, max_length=100, help_text="Where it will be used, for whoever finds it."
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=[(scope, f"{scope}: {words}") for scope, words in SCOPES.items()],
        initial=list(DEFAULT_SCOPES),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one."},
    )
    expires_in_days = forms.IntegerField(
        label="Runs out after so many days",
        required=False,
        min_value=1,
        max_value=MAX_DAYS,
        help_text="Empty: it does not run out.",
    )


def scopes_in_words(scopes: Collection[str]) -> list[str]:
    """What a key may do, what takes secrets out first; in three words where it may all that a new key may."""
    raw = [_words(scope) for scope in SCOPES if scope in scopes and scope not in DEFAULT_SCOPES]
    usual = [_words(scope) for scope in DEFAULT_SCOPES if scope in scopes]
    if len(usual) == len(DEFAULT_SCOPES):
        usual = ["Everything else" if raw else "Everything but raw credentials"]
    return [*raw, *usual]


def _words(scope: str) -> str:
    return capfirst(SCOPES[scope])
