"""One family of errors, each with its code and status."""

from __future__ import annotations

import pytest

from flowra import errors
from flowra.errors import FieldProblem, FlowraError, InvalidInput


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("InvalidInput", 400, "invalid_input"),
        ("Unauthenticated", 401, "unauthenticated"),
        ("MissingScope", 403, "missing_scope"),
        ("Forbidden", 403, "forbidden"),
        ("NotFound", 404, "not_found"),
        ("Conflict", 409, "conflict"),
        ("Gone", 410, "gone"),
        ("ProviderFailed", 502, "provider_failed"),
        ("Overloaded", 503, "overloaded"),
        ("ProviderTimedOut", 504, "provider_timeout"),
    ],
)
def test_each_error_knows_its_status_and_code(name: str, status: int, code: str) -> None:
    error = getattr(errors, name)("words")
    assert isinstance(error, FlowraError)
    assert (error.status, error.problem_code, error.message) == (status, code, "words")


def test_a_code_may_be_more_exact() -> None:
    assert errors.Conflict("words", code="slug_taken").problem_code == "slug_taken"


def test_a_fields_refusal_names_it_in_words_and_in_the_list() -> None:
    error = InvalidInput.field("callbackUrl", "must be a URL")
    assert error.message == "callbackUrl: must be a URL"
    assert error.errors == (FieldProblem("callbackUrl", "must be a URL"),)


def test_several_fields_are_told_at_once() -> None:
    error = InvalidInput.fields([FieldProblem("a", "is needed"), FieldProblem("b", "is too long")])
    assert error.message == "a: is needed; b: is too long"
    assert [problem.field for problem in error.errors] == ["a", "b"]
