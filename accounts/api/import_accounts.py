"""`POST connected_accounts/import`: many accounts at once, a line each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django.http.response import HttpResponseBase

from accounts.api.create_account import CreateConnectedAccount, imported_from
from accounts.api.shapes import ImportedLine
from flowra.api.body import read_values
from flowra.api.ndjson import NDJSON_TYPE, JSONLinesParser, Line, NDJSONParser, lines_of, ndjson_answer
from flowra.api.problems import problem_response
from flowra.api.rendering import strict_json
from flowra.api.schema import endpoint
from flowra.api.views import ApiRequest, ApiView
from flowra.errors import InvalidInput
from flowra.logs import request_id


class ImportAccounts(ApiView):
    """Each line is a transaction of its own: all of it is stored or nothing, and a broken one does not stop the others."""

    scopes: ClassVar = {"POST": "accounts:write"}
    bodies: ClassVar = {"POST": CreateConnectedAccount}
    parser_classes = (NDJSONParser, JSONLinesParser)

    @endpoint(answers=ImportedLine, fails=(413, 415), media_type=NDJSON_TYPE)
    def post(self, request: ApiRequest) -> HttpResponseBase:
        """A result a line, in order, made while the body is read. The service is asked about a line's account only with
        `validateCredentials`. What was brought in before is answered again with `duplicate`: send a file that was
        interrupted once more, as it is.
        """
        return ndjson_answer(_results(request, lines_of(request.data), request_id.get()))


def _results(request: ApiRequest, lines: Iterable[Line], call_id: str) -> Iterator[dict[str, Any]]:
    """The answer is made after the view has returned: what is logged meanwhile is to have the call's id all the same."""
    for line in lines:
        token = request_id.set(call_id)
        try:
            result = {"line": line.number, **_result(request, line)}
        finally:
            request_id.reset(token)
        yield result


def _result(request: ApiRequest, line: Line) -> dict[str, Any]:
    try:
        if line.refusal is not None:
            raise line.refusal
        values = read_values(_object_in(line.raw), CreateConnectedAccount)
        imported = imported_from(request, values, in_bulk=True)
    except Exception as error:
        told = json.loads(problem_response(error).content)
        return {name: told[name] for name in ("success", "code", "message", "errors")}
    result = {"success": True, "id": imported.account.pk, "status": imported.account.status}
    return {**result, "duplicate": True} if imported.is_duplicate else result


def _object_in(raw: bytes) -> dict[str, Any]:
    try:
        return strict_json(raw)
    except InvalidInput as error:
        if error.errors:
            raise
        raise InvalidInput(
            "The line is not one JSON object, in UTF-8 and not too deep.", code=error.problem_code
        ) from error
