"""The dashboard's form of an auth config: scopes and tools as boxes with words, all else as the shared form has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.text import capfirst

from authconfigs.actions.checked_credentials import CLIENT, fields_asked
from authconfigs.actions.tools_for import tools_for
from authconfigs.catalogue.tool import Tool
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig
from authconfigs.pages.auth_config_form import MAX_SCOPES_TEXT, AuthConfigForm
from authconfigs.pages.setup_steps import client_words
from authconfigs.schemes import Scheme
from flowra.models import Project
from flowra.pages.forms import LinesField, lines_of

SCOPES, OTHER_SCOPES, TOOLS = "credential-scopes", "other_scopes", "restrict_to_following_tools"
MORE = ("credential-user_scopes", "proxy_url", "raw_credentials")


@dataclass(frozen=True, slots=True)
class Box:
    """One thing to tick. `name` is the wire's, `words` what it means, `marks` what to know of it."""

    id: str
    name: str
    words: str
    is_ticked: bool
    marks: tuple[str, ...] = ()


class ConfigForm(AuthConfigForm):
    """Of one toolkit and one scheme. `stored` is the auth config that is changed, None for a new one."""

    def __init__(
        self,
        project: Project,
        toolkit: Toolkit,
        scheme: Scheme,
        stored: AuthConfig | None,
        *,
        is_managed: bool = False,
        **sent: Any,
    ) -> None:
        super().__init__(fields_asked(toolkit, scheme, is_managed=is_managed), stored, **sent)
        self.toolkit = toolkit
        self.tools_there = [
            tool for tool in tools_for(project, toolkit_slugs=[toolkit.slug]) if tool.toolkit == toolkit.slug
        ]
        self.fields.pop("is_disabled", None)
        self.fields["display_name"].label = "Name"
        self.fields[
            "display_name"
        ].help_text = f"What your team calls it, like: {project.name}'s {toolkit.name} app."
        self.fields["proxy_url"].help_text = "Calls to the service go through it. Empty: straight."
        self.fields["raw_credentials"].label = "Raw tokens and keys may leave Flowra"
        for name, words in zip(CLIENT, client_words(toolkit), strict=True):
            if f"credential-{name}" in self.fields:
                self.fields[f"credential-{name}"].label = words
        self._mark_what_is_needed(stored)
        if SCOPES in self.fields:
            self._part_scopes()
        self._offer_tools(stored)

    def _mark_what_is_needed(self, stored: AuthConfig | None) -> None:
        """A secret that is stored may stay empty; what has a default as well."""
        kept = (stored.secrets or {}) if stored else {}
        for each in self.asked:
            field = self.fields[f"credential-{each.name}"]
            field.required = each.required and each.default is None and each.name not in kept
            field.error_messages["required"] = f"Is needed: {self.toolkit.name} shows it."

    def _part_scopes(self) -> None:
        """The known ones as boxes, the others as lines."""
        asked = str(self.initial.get(SCOPES, "")).split()
        known = self.toolkit.scopes
        self.fields[SCOPES] = forms.MultipleChoiceField(
            label="What people are asked for", required=False, choices=[(name, name) for name in known]
        )
        self.fields[OTHER_SCOPES] = LinesField(
            label="Other scopes" if known else "Scopes",
            required=False,
            max_length=MAX_SCOPES_TEXT,
            help_text=f"As {self.toolkit.name} names them, one a line.",
        )
        self.initial[SCOPES] = [name for name in asked if name in known]
        self.initial[OTHER_SCOPES] = "\n".join(name for name in asked if name not in known)

    def _offer_tools(self, stored: AuthConfig | None) -> None:
        chosen: Sequence[str] = stored.restrict_to_following_tools if stored else ()
        names = dict.fromkeys([*(tool.slug for tool in self.tools_there), *chosen])
        self.fields[TOOLS] = forms.MultipleChoiceField(
            label="Only these tools", required=False, choices=[(name, name) for name in names]
        )
        self.initial[TOOLS] = list(chosen)

    def credentials(self) -> dict[str, Any]:
        """As the shared form has it, the two kinds of scopes in one list."""
        typed = super().credentials()
        touched = self.stored is None or {SCOPES, OTHER_SCOPES} & set(self.changed_data)
        if SCOPES in self.fields and touched:
            said = self.cleaned_data
            typed["scopes"] = [*said[SCOPES], *lines_of(said[OTHER_SCOPES])]
        return typed

    def tools(self) -> list[str]:
        """The slugs of those that are ticked; none: all are allowed."""
        return list(self.cleaned_data[TOOLS])

    @property
    def client_fields(self) -> list[BoundField]:
        """What the service's console has shown, and what else it needs."""
        return [
            self[f"credential-{each.name}"]
            for each in self.asked
            if each.name not in ("scopes", "user_scopes")
        ]

    @property
    def scope_boxes(self) -> list[Box]:
        """The scopes that have words, those that are recommended first."""
        if SCOPES not in self.fields:
            return []
        ticked = set(self[SCOPES].value() or ())
        oauth2 = self.toolkit.oauth2
        recommended = oauth2.default_scopes if oauth2 else ()
        names = sorted(self.toolkit.scopes, key=lambda name: name not in recommended)
        return [
            Box(
                f"scope-{number}",
                name,
                capfirst(text.text),
                name in ticked,
                (
                    *(("Recommended",) if name in recommended else ()),
                    *(("Sensitive",) if text.sensitive else ()),
                ),
            )
            for number, name in enumerate(names)
            if (text := self.toolkit.scopes[name])
        ]

    @property
    def scope_errors(self) -> list[str]:
        """What is wrong with the ticked or the typed ones together."""
        return [str(text) for text in self[SCOPES].errors] if SCOPES in self.fields else []

    @property
    def other_scopes(self) -> BoundField | None:
        """The free field beside the boxes."""
        return self[OTHER_SCOPES] if OTHER_SCOPES in self.fields else None

    @property
    def tool_boxes(self) -> list[Box]:
        """The toolkit's tools, and those that are allowed though they are gone."""
        ticked = set(self[TOOLS].value() or ())
        there: dict[str, Tool] = {tool.slug: tool for tool in self.tools_there}
        names = [name for name, _ in self.fields[TOOLS].choices]  # type: ignore[attr-defined]
        return [
            Box(
                f"tool-{number}",
                name,
                there[name].name if name in there else "No longer there",
                name in ticked,
            )
            for number, name in enumerate(names)
        ]

    @property
    def more_fields(self) -> list[BoundField]:
        """What few need."""
        return [self[name] for name in MORE if name in self.fields]

    @property
    def more_is_wrong(self) -> bool:
        """Whether what few need has to be looked at."""
        return any(self[name].errors for name in (*MORE, TOOLS) if name in self.fields)
