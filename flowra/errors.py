"""One family of errors: each knows its code, its HTTP status and what the caller can do next.

Any layer raises them; `flowra.api.problems` turns them into the contract's JSON, the pages into words for people.
A message never holds a secret, and never a provider's words (those go into `provider_error`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field or query parameter of the input, by its name on the wire."""

    field: str
    message: str


class FlowraError(Exception):
    """Base of the family. `code` is for machines, `message` for people, `status` an HTTP status code."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        errors: Iterable[FieldProblem] = (),
        provider_error: str | None = None,
        retry_after: int | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.problem_code = code or self.code
        self.errors = tuple(errors)
        self.provider_error = provider_error
        self.retry_after = retry_after
        self.extra = dict(extra or {})


class InvalidInput(FlowraError):
    """400: the request cannot be understood or is refused as it is; `errors` names each field."""

    code = "invalid_input"
    status = 400

    @classmethod
    def field(cls, name: str, message: str) -> InvalidInput:
        """One field's refusal; the message serves as the whole error's too."""
        return cls(f"{name}: {message}", errors=[FieldProblem(name, message)])

    @classmethod
    def fields(cls, problems: Iterable[FieldProblem]) -> InvalidInput:
        """Several fields' refusals; `problems` must not be empty."""
        found = tuple(problems)
        return cls("; ".join(f"{each.field}: {each.message}" for each in found), errors=found)


class Unauthenticated(FlowraError):
    """401: no key, or one that is unknown, expired or revoked."""

    code = "unauthenticated"
    status = 401


class MissingScope(FlowraError):
    """403: the key is good and lacks the scope that the message names."""

    code = "missing_scope"
    status = 403


class Forbidden(FlowraError):
    """403: the caller may not do this, whatever the scope (an inactive user, a switched-off project)."""

    code = "forbidden"
    status = 403


class NotFound(FlowraError):
    """404: there is no such thing for this caller; another project's thing is no different."""

    code = "not_found"
    status = 404


class Conflict(FlowraError):
    """409: the state does not allow it; the message says what would."""

    code = "conflict"
    status = 409


class Gone(FlowraError):
    """410: it was good once, and is used or has run out."""

    code = "gone"
    status = 410


class Overloaded(FlowraError):
    """503: try again after `retry_after` seconds."""

    code = "overloaded"
    status = 503


class ProviderFailed(FlowraError):
    """502: the provider answered with a failure, with nonsense, or not at all."""

    code = "provider_failed"
    status = 502


class ProviderTimedOut(ProviderFailed):
    """504: the provider did not answer in time; trying again may help."""

    code = "provider_timeout"
    status = 504
