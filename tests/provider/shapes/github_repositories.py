"""One repository at GitHub, acme/site: its issues, comments and files. https://docs.github.com/en/rest"""

from __future__ import annotations

import base64

from ..message import Reply, Request, as_json
from ..service import Refused, Service
from ..shape import Path, Route
from .github import DOCS

REPOSITORY = ("acme", "site")
ADDRESS = "https://github.com/acme/site"


def create_issue(service: Service, request: Request, path: Path) -> Reply:
    """https://docs.github.com/en/rest/issues/issues#create-an-issue"""
    _admit(service, request, path)
    title = request.json.get("title")
    if not isinstance(title, str) or not title:
        missing = {"resource": "Issue", "field": "title", "code": "missing_field"}
        return as_json({"message": "Validation Failed", "errors": [missing], "documentation_url": DOCS}, 422)
    labels = [{"name": name} for name in request.json.get("labels", [])]
    told = {"number": 7, "title": title, "body": request.json.get("body"), "state": "open", "labels": labels}
    return as_json({**told, "html_url": f"{ADDRESS}/issues/7"}, 201)


def list_issues(service: Service, request: Request, path: Path) -> Reply:
    """https://docs.github.com/en/rest/issues/issues#list-repository-issues: a list, no object."""
    _admit(service, request, path)
    return as_json([{"number": 7, "title": "The door sticks", "state": request.query.get("state", "open")}])


def comment(service: Service, request: Request, path: Path) -> Reply:
    """https://docs.github.com/en/rest/issues/comments#create-an-issue-comment"""
    _admit(service, request, path)
    if path["number"] != "7":
        return as_json({"message": "Not Found", "documentation_url": DOCS, "status": "404"}, 404)
    return as_json(
        {"id": 1, "body": request.json["body"], "html_url": f"{ADDRESS}/issues/7#issuecomment-1"}, 201
    )


def content(service: Service, request: Request, path: Path) -> Reply:
    """https://docs.github.com/en/rest/repos/contents#get-repository-content"""
    _admit(service, request, path)
    text = base64.b64encode(b"# The site\n").decode()
    name = f"{path['folder']}/{path['file']}"
    return as_json({"type": "file", "path": name, "encoding": "base64", "content": text, "sha": "0" * 40})


def _admit(service: Service, request: Request, path: Path) -> None:
    """Without the right to see it, a repository is not there."""
    token = service.admit(request)
    if (path["owner"], path["repo"]) != REPOSITORY or "repo" not in token.scopes:
        raise Refused(as_json({"message": "Not Found", "documentation_url": DOCS, "status": "404"}, 404))


_ROOT = "/api.github.com/repos/{owner}/{repo*}"
ROUTES = (
    Route("POST", f"{_ROOT}/issues", create_issue),
    Route("GET", f"{_ROOT}/issues", list_issues),
    Route("POST", f"{_ROOT}/issues/{{number}}/comments", comment),
    Route("GET", f"{_ROOT}/contents/{{folder}}/{{file*}}", content),
)
