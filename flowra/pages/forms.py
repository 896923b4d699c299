"""Forms of the admin: plain fields, and an action's refusal told beside the field that it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.text import capfirst

from flowra.errors import FlowraError

LONG = {"rows": 4, "autocomplete": "off", "spellcheck": "false"}


class LinesField(forms.CharField):
    """A text of several lines, whose ends are the same whichever browser sent it."""

    def __init__(self, **wishes: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs=LONG), **wishes)

    def to_python(self, value: Any) -> str:
        """With plain line ends."""
        return str(super().to_python(value) or "").replace("\r\n", "\n")


def tell_problems(form: forms.Form, error: FlowraError, names: Mapping[str, str]) -> None:
    """Puts each problem beside its field, by the wire's name or the part before its first dot; the others on top."""
    if not error.errors:
        form.add_error(None, error.message)
    for problem in error.errors:
        name = names.get(problem.field) or names.get(problem.field.split(".", 1)[0])
        form.add_error(name if name in form.fields else None, capfirst(problem.message))


def lines_of(text: str) -> list[str]:
    """What was typed, one a line, without the empty ones."""
    return [line.strip() for line in text.splitlines() if line.strip()]
