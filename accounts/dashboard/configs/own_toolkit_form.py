"""The forms of a project's own toolkit: the usual fields, or the whole definition as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from django import forms
from django.utils.text import capfirst

from accounts.dashboard.configs.toolkit_words import scheme_words
from authconfigs.actions.checked_definition import MAX_NAME, MAX_URL, URL_FIELDS
from authconfigs.actions.toolkit_for import MAX_SLUG
from authconfigs.catalogue.coherence import SCHEMES
from authconfigs.models import ProjectToolkit
from flowra.errors import FlowraError, ProviderFailed
from flowra.pages.forms import LinesField, lines_of

MAX_DEFINITION = 50_000
MAX_DESCRIPTION = 1000
# What discovery found out, and asks again for when the issuer changes.
_DISCOVERED = (*URL_FIELDS, "tokenAuthMethod", "pkce", "sendsIss")
_NOT_SHOWN = ("pkce", "sendsIss")
_METHODS = (
    ("", "As the service says"),
    ("client_secret_basic", "In the Authorization header (client_secret_basic)"),
    ("client_secret_post", "In the body (client_secret_post)"),
    ("none", "Without a secret (none)"),
)


def _url(label: str, help_text: str = "", **wishes: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=MAX_URL,
        widget=widget,
        required=wishes.get("required", False),
    )


class OwnToolkitForm(forms.Form):
    """`stored` is the toolkit that is changed, None for a new one; its slug stays."""

    name = forms.CharField(
        max_length=MAX_NAME, help_text="As people know it. They see it on the connect page."
    )
    slug = forms.SlugField(
        max_length=MAX_SLUG, help_text="For the API, like acme-desk. It cannot be changed later."
    )
    description = forms.CharField(max_length=MAX_DESCRIPTION, required=False, help_text="One sentence.")
    baseUrl = _url(
        "Base URL of its API",
        "Like https://api.acme.example/v1. A part that differs by customer stands in braces: https://{subdomain}.acme.example.",
        required=True,
    )
    getCurrentUserEndpoint = _url(
        "A call that says who one is",
        "A path like /me: it tells whose account was connected, and whether a key is good.",
    )
    authSchemes = forms.MultipleChoiceField(
        label="How people connect",
        choices=[(scheme, scheme_words(scheme)) for scheme in SCHEMES],
        widget=forms.CheckboxSelectMultiple,
    )
    issuer = _url("Issuer", "If it has one, Flowra finds the addresses below by itself, when you save.")
    authorizationUrl = _url("Authorization URL", "Where people agree.")
    tokenUrl = _url("Token URL")
    revocationUrl = _url("Revocation URL", "Where a grant is given back.")
    userinfoUrl = _url("User info URL", "Where it is told whose account it is.")
    defaultScopes = LinesField(
        label="Recommended scopes", required=False, max_length=MAX_DESCRIPTION * 5, help_text="One a line."
    )
    tokenAuthMethod = forms.ChoiceField(label="How the secret is sent", choices=_METHODS, required=False)
    keyIn = forms.ChoiceField(
        label="Where the key goes",
        choices=(("header", "In a header"), ("query", "In the address")),
        required=False,
    )
    keyName = forms.CharField(
        label="Under which name", max_length=100, required=False, help_text="Empty: Authorization."
    )
    keyPrefix = forms.CharField(
        label="What stands before it",
        max_length=50,
        required=False,
        strip=False,
        help_text="Like Bearer and a blank.",
    )

    GENERAL = ("name", "slug", "description", "baseUrl", "getCurrentUserEndpoint", "authSchemes")
    SIGN_IN = (
        "issuer",
        "authorizationUrl",
        "tokenUrl",
        "revocationUrl",
        "userinfoUrl",
        "defaultScopes",
        "tokenAuthMethod",
    )
    KEY = ("keyIn", "keyName", "keyPrefix")
    OF_OAUTH2 = SIGN_IN

    def __init__(self, stored: ProjectToolkit | None, **sent: Any) -> None:
        self.stored = stored
        super().__init__(**sent, initial=_initial(stored.definition) if stored else {"keyIn": "header"})
        if stored is not None:
            del self.fields["slug"]

    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The fields in three groups, each with its heading and what it is for."""
        return [
            ("The service", "", [self[name] for name in self.GENERAL if name in self.fields]),
            (
                "If people sign in",
                "An issuer is enough where the service has one; else the two addresses.",
                [self[name] for name in self.SIGN_IN],
            ),
            ("If people paste an API key", "", [self[name] for name in self.KEY]),
        ]

    def changes(self) -> dict[str, Any]:
        """The definition, or what of the stored one changes; None takes a key away."""
        said = self.cleaned_data
        before: Mapping[str, Any] = self.stored.definition if self.stored else {}
        whole: dict[str, Any] = {
            "name": said["name"],
            "baseUrl": said["baseUrl"],
            "description": said["description"] or None,
            "getCurrentUserEndpoint": said["getCurrentUserEndpoint"] or None,
            "authSchemes": said["authSchemes"],
            "oauth2": self._oauth2(before.get("oauth2") or {}) if "OAUTH2" in said["authSchemes"] else None,
            "apiKey": self._api_key() if "API_KEY" in said["authSchemes"] else None,
        }
        if self.stored is None:
            whole["slug"] = said["slug"]
        return {name: value for name, value in whole.items() if value != before.get(name)}

    def _oauth2(self, before: Mapping[str, Any]) -> dict[str, Any]:
        said = {name: self.cleaned_data[name] for name in self.OF_OAUTH2}
        said["defaultScopes"] = lines_of(said["defaultScopes"])
        asked_anew = said["issuer"] != before.get("issuer", "") and bool(before)
        # Addresses that the issuer before told are not the new one's.
        kept = {name: value for name, value in before.items() if not (asked_anew and name in _DISCOVERED)}
        for name, value in said.items():
            if asked_anew and name in _DISCOVERED and value == before.get(name, ""):
                continue
            if value or name in before:
                kept[name] = value
        return {name: value for name, value in kept.items() if value not in ("", None)}

    def _api_key(self) -> dict[str, Any] | None:
        said = self.cleaned_data
        if not said["keyName"]:
            return None
        return {"in": said["keyIn"] or "header", "name": said["keyName"], "prefix": said["keyPrefix"]}

    def tell(self, error: FlowraError) -> None:
        """Puts each problem beside its field, by the wire's name."""
        if not error.errors:
            # Nothing but an issuer is asked while a toolkit is saved.
            self.add_error("issuer" if isinstance(error, ProviderFailed) else None, error.message)
        own = {
            "apiKey.in": "keyIn",
            "apiKey.name": "keyName",
            "apiKey.prefix": "keyPrefix",
            "oauth2": "authSchemes",
        }
        for problem in error.errors:
            field = own.get(problem.field) or problem.field.removeprefix("oauth2.").split(".")[0]
            words = capfirst(problem.message)
            if field in self.fields:
                self.add_error(field, words)
            else:
                self.add_error(None, f"{problem.field}: {words}")


class DefinitionForm(forms.Form):
    """The whole definition, as the API takes it."""

    definition = forms.CharField(
        max_length=MAX_DEFINITION,
        strip=True,
        widget=forms.Textarea(
            attrs={"rows": 24, "autocomplete": "off", "spellcheck": "false", "class": "code"}
        ),
        help_text="JSON, with the keys that POST toolkits takes.",
    )

    def __init__(self, stored: ProjectToolkit | None, **sent: Any) -> None:
        self.stored = stored
        super().__init__(**sent, initial={"definition": _as_json(stored.definition if stored else _EXAMPLE)})

    def clean_definition(self) -> dict[str, Any]:
        """An object; what is no JSON is told with its line."""
        try:
            read = json.loads(self.cleaned_data["definition"], parse_constant=_refuse)
            _refuse_unkeepable(read)
        except json.JSONDecodeError as error:
            raise forms.ValidationError(f"Line {error.lineno} is no JSON: {error.msg}.") from error
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError("This is no JSON that can be kept.") from error
        if not isinstance(read, dict):
            raise forms.ValidationError('It must be an object: {"slug": …}.')
        return read

    def changes(self) -> dict[str, Any]:
        """As the simple form has it."""
        said: dict[str, Any] = self.cleaned_data["definition"]
        before: Mapping[str, Any] = self.stored.definition if self.stored else {}
        whole = {**dict.fromkeys(before), **said}
        oauth2 = whole.get("oauth2")
        kept = before.get("oauth2")
        if isinstance(oauth2, Mapping) and isinstance(kept, Mapping) and oauth2 == _shown(kept):
            whole["oauth2"] = dict(kept)
        return {name: value for name, value in whole.items() if name not in before or value != before[name]}

    def tell(self, error: FlowraError) -> None:
        """Each problem with its key."""
        if not error.errors:
            self.add_error("definition", error.message)
        for problem in error.errors:
            self.add_error("definition", f"{problem.field}: {problem.message}")


_EXAMPLE: dict[str, Any] = {
    "slug": "acme-desk",
    "name": "Acme Desk",
    "description": "Tickets of Acme Desk.",
    "baseUrl": "https://api.acme.example/v1",
    "authSchemes": ["OAUTH2"],
    "oauth2": {
        "issuer": "https://login.acme.example",
        "defaultScopes": ["openid", "email"],
        "identity": {"id": "sub", "email": "email"},
    },
}


def _initial(definition: Mapping[str, Any]) -> dict[str, Any]:
    oauth2 = definition.get("oauth2") or {}
    key = definition.get("apiKey") or {}
    return {
        **{name: definition.get(name) or "" for name in OwnToolkitForm.GENERAL if name != "authSchemes"},
        **{name: oauth2.get(name) or "" for name in OwnToolkitForm.SIGN_IN},
        "authSchemes": definition.get("authSchemes") or [],
        "defaultScopes": "\n".join(oauth2.get("defaultScopes") or ()),
        "keyIn": key.get("in") or "header",
        "keyName": key.get("name") or "",
        "keyPrefix": key.get("prefix") or "",
    }


def _shown(oauth2: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in oauth2.items() if name not in _NOT_SHOWN}


def _as_json(definition: Mapping[str, Any]) -> str:
    oauth2 = definition.get("oauth2")
    shown = {**definition, "oauth2": _shown(oauth2)} if isinstance(oauth2, Mapping) else dict(definition)
    return json.dumps(shown, indent=2, ensure_ascii=False)


def _refuse_unkeepable(read: Any) -> None:
    """Raises ValueError for numbers without end, half characters, and NUL, which no database keeps."""
    written = json.dumps(read, allow_nan=False, ensure_ascii=False)
    written.encode()
    if "\\u0000" in written:
        raise ValueError


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)
