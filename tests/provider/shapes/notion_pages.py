"""Pages and blocks at Notion. https://developers.notion.com/reference"""

from __future__ import annotations

from typing import Any

from ..message import Reply, Request, as_json
from ..service import Refused, Service
from ..shape import Path, Route
from .notion import needs_version

PAGE = "59833787-2cf9-4fdf-8782-e53db20768a5"


def search(service: Service, request: Request, path: Path) -> Reply:
    """https://developers.notion.com/reference/post-search: a filter has both its parts, or is not there."""
    _admit(service, request)
    filtered = request.json.get("filter")
    if filtered is not None and set(filtered) != {"property", "value"}:
        return _no(400, "validation_error", "body failed validation: body.filter.value should be defined.")
    return as_json({"object": "list", "results": [_page({})], "next_cursor": None, "has_more": False})


def read_page(service: Service, request: Request, path: Path) -> Reply:
    """https://developers.notion.com/reference/retrieve-a-page"""
    _admit(service, request)
    if path["id"] != PAGE:
        return _no(404, "object_not_found", f"Could not find page with ID: {path['id']}.")
    return as_json(_page({}))


def create_page(service: Service, request: Request, path: Path) -> Reply:
    """https://developers.notion.com/reference/post-page"""
    _admit(service, request)
    if "parent" not in request.json or "properties" not in request.json:
        return _no(400, "validation_error", "body failed validation.")
    return as_json(_page(request.json["properties"]))


def append_blocks(service: Service, request: Request, path: Path) -> Reply:
    """https://developers.notion.com/reference/patch-block-children"""
    _admit(service, request)
    return as_json({"object": "list", "results": request.json.get("children", [])})


def _admit(service: Service, request: Request) -> None:
    service.admit(request)
    missing = needs_version(request, {})
    if missing:
        raise Refused(_no(400, "missing_version", missing))


def _page(properties: dict[str, Any]) -> dict[str, Any]:
    return {"object": "page", "id": PAGE, "properties": properties, "url": f"https://www.notion.so/{PAGE}"}


def _no(status: int, code: str, words: str) -> Reply:
    return as_json({"object": "error", "status": status, "code": code, "message": words}, status)


ROUTES = (
    Route("POST", "/api.notion.com/v1/search", search),
    Route("POST", "/api.notion.com/v1/pages", create_page),
    Route("GET", "/api.notion.com/v1/pages/{id}", read_page),
    Route("PATCH", "/api.notion.com/v1/blocks/{id}/children", append_blocks),
)
