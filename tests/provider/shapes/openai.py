"""OpenAI: an API key as the bearer. https://platform.openai.com/docs/api-reference/models/list"""

from __future__ import annotations

from ..message import Reply, Request, as_json
from ..service import Service
from ..shape import Path, Route, Shape

READY_KEY = "sk-proj-practice-0123456789abcdef"
MODELS = ("gpt-5", "gpt-5-mini")


def models(service: Service, request: Request, path: Path) -> Reply:
    """The models of whoever owns the key; a wrong key comes back half masked, in the error's words."""
    key = request.bearer
    if key is None:
        words = "You didn't provide an API key."
        return as_json(
            {"error": {"message": words, "type": "invalid_request_error", "param": None, "code": None}}, 401
        )
    if service.key_owner(key) is None:
        words = f"Incorrect API key provided: {key[:8]}***{key[-4:]}."
        error = {"message": words, "type": "invalid_request_error", "param": None, "code": "invalid_api_key"}
        return as_json({"error": error}, 401)
    listed = [{"id": name, "object": "model", "created": 1686935002, "owned_by": "system"} for name in MODELS]
    return as_json({"object": "list", "data": listed})


OPENAI = Shape(
    slug="openai",
    name="OpenAI",
    ready_keys=(READY_KEY,),
    routes=(Route("GET", "/api.openai.com/v1/models", models),),
)
