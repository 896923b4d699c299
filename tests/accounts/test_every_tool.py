"""One story for every tool of the catalogue: executed through an account, at a server that speaks as the service does.

What is expected to arrive there is written out here from the services' documentation, and not read from the catalogue.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any
from urllib.parse import urlsplit

import pytest

from accounts.models import ToolExecution
from authconfigs.catalogue.load_tools import all_tools
from tests.accounts.tool_desk import ToolDesk
from tests.provider.shapes.notion_pages import PAGE

TOOLS = {slug: tool for tools in all_tools().values() for slug, tool in tools.items()}
REPOSITORY = {"owner": "acme", "repo": "site"}
SLACK, GITHUB, NOTION = "/slack.com/api", "/api.github.com/repos/acme/site", "/api.notion.com/v1"
MAIL, CALENDAR = "/gmail.googleapis.com/gmail/v1/users/me", "/www.googleapis.com/calendar/v3"
MORNING = {"time_min": "2026-01-30T00:00:00Z", "time_max": "2026-01-31T00:00:00Z"}
BLOCK = {"object": "block", "paragraph": {"rich_text": [{"text": {"content": "Hello"}}]}}


@dataclass
class Story:
    """What is asked for, what arrives there, and a piece of what comes back, by its dotted path."""

    arguments: dict[str, Any]
    method: str
    path: str
    query: dict[str, list[str]] = field(default_factory=dict)
    json: dict[str, Any] = field(default_factory=dict)
    back: tuple[str, Any] = ("", None)


STORIES = {
    "SLACK_SEND_MESSAGE": Story(
        {"channel": "#general", "text": "Hello", "thread_ts": "1.2", "reply_broadcast": True},
        "POST",
        f"{SLACK}/chat.postMessage",
        json={"channel": "#general", "text": "Hello", "thread_ts": "1.2", "reply_broadcast": True},
        back=("message.thread_ts", "1.2"),
    ),
    "SLACK_LIST_CHANNELS": Story(
        {"exclude_archived": True, "limit": 5},
        "GET",
        f"{SLACK}/conversations.list",
        {"exclude_archived": ["true"], "limit": ["5"]},
        back=("channels.0.name", "general"),
    ),
    "SLACK_READ_CHANNEL": Story(
        {"channel": "C0PGENERAL", "oldest": "0"},
        "GET",
        f"{SLACK}/conversations.history",
        {"channel": ["C0PGENERAL"], "oldest": ["0"]},
        back=("messages.0.text", "Good morning"),
    ),
    "SLACK_FIND_USER_BY_EMAIL": Story(
        {"email": "ops@example.com"},
        "GET",
        f"{SLACK}/users.lookupByEmail",
        {"email": ["ops@example.com"]},
        back=("user.name", "ops"),
    ),
    "GITHUB_CREATE_ISSUE": Story(
        {**REPOSITORY, "title": "The door sticks", "labels": ["house"]},
        "POST",
        f"{GITHUB}/issues",
        json={"title": "The door sticks", "labels": ["house"]},
        back=("number", 7),
    ),
    "GITHUB_LIST_ISSUES": Story(
        {**REPOSITORY, "state": "closed", "per_page": 10},
        "GET",
        f"{GITHUB}/issues",
        {"state": ["closed"], "per_page": ["10"]},
        back=("0.state", "closed"),
    ),
    "GITHUB_COMMENT_ON_ISSUE": Story(
        {**REPOSITORY, "issue_number": 7, "body": "Oil it."},
        "POST",
        f"{GITHUB}/issues/7/comments",
        json={"body": "Oil it."},
        back=("id", 1),
    ),
    "GITHUB_GET_FILE": Story(
        {**REPOSITORY, "path": "docs/read me?.md", "ref": "main"},
        "GET",
        f"{GITHUB}/contents/docs/read%20me%3F.md",
        {"ref": ["main"]},
        back=("path", "docs/read me?.md"),
    ),
    "GMAIL_SEND_EMAIL": Story(
        {
            "to": ["ada@example.com", "bo@example.com"],
            "subject": "Grüße",
            "body": "Hällo",
            "html": "<p>Hällo",
        },
        "POST",
        f"{MAIL}/messages/send",
        back=("labelIds.0", "SENT"),
    ),
    "GMAIL_CREATE_DRAFT": Story(
        {"subject": "Later", "body": "…", "thread_id": "t1"},
        "POST",
        f"{MAIL}/drafts",
        back=("message.labelIds.0", "DRAFT"),
    ),
    "GMAIL_SEARCH_EMAILS": Story(
        {"q": "is:unread", "label_ids": ["INBOX", "UNREAD"], "max_results": 5},
        "GET",
        f"{MAIL}/messages",
        {"q": ["is:unread"], "labelIds": ["INBOX", "UNREAD"], "maxResults": ["5"]},
        back=("messages.0.id", "m1"),
    ),
    "GMAIL_READ_EMAIL": Story(
        {"message_id": "m1", "format": "metadata", "metadata_headers": ["Subject"]},
        "GET",
        f"{MAIL}/messages/m1",
        {"format": ["metadata"], "metadataHeaders": ["Subject"]},
        back=("snippet", "Good morning"),
    ),
    "GOOGLE_CALENDAR_LIST_EVENTS": Story(
        {**MORNING, "max_results": 3},
        "GET",
        f"{CALENDAR}/calendars/primary/events",
        {
            "timeMin": [MORNING["time_min"]],
            "timeMax": [MORNING["time_max"]],
            "maxResults": ["3"],
            "singleEvents": ["true"],
            "orderBy": ["startTime"],
        },
        back=("items.0.summary", "Stand-up"),
    ),
    "GOOGLE_CALENDAR_CREATE_EVENT": Story(
        {
            "calendar_id": "team#a@group.calendar.google.com",
            "summary": "Lunch",
            "start": "2026-01-30T12:00:00",
            "end": "2026-01-30T13:00:00",
            "time_zone": "Europe/Berlin",
            "attendees": [{"email": "ada@example.com", "optional": True}],
            "send_updates": "all",
        },
        "POST",
        f"{CALENDAR}/calendars/team%23a%40group.calendar.google.com/events",
        {"sendUpdates": ["all"]},
        {
            "summary": "Lunch",
            "attendees": [{"email": "ada@example.com", "optional": True}],
            "start": {"dateTime": "2026-01-30T12:00:00", "timeZone": "Europe/Berlin"},
            "end": {"dateTime": "2026-01-30T13:00:00", "timeZone": "Europe/Berlin"},
        },
        ("status", "confirmed"),
    ),
    "GOOGLE_CALENDAR_DELETE_EVENT": Story(
        {"event_id": "e1"}, "DELETE", f"{CALENDAR}/calendars/primary/events/e1"
    ),
    "GOOGLE_CALENDAR_FIND_BUSY_TIMES": Story(
        dict(MORNING),
        "POST",
        f"{CALENDAR}/freeBusy",
        json={"timeMin": MORNING["time_min"], "timeMax": MORNING["time_max"], "items": [{"id": "primary"}]},
        back=("calendars.primary.busy.0.start", "2026-01-30T09:00:00Z"),
    ),
    "NOTION_SEARCH": Story(
        {"query": "Plan", "kind": "page"},
        "POST",
        f"{NOTION}/search",
        json={"query": "Plan", "filter": {"property": "object", "value": "page"}},
        back=("results.0.id", PAGE),
    ),
    "NOTION_READ_PAGE": Story({"page_id": PAGE}, "GET", f"{NOTION}/pages/{PAGE}", back=("id", PAGE)),
    "NOTION_CREATE_PAGE": Story(
        {"parent": {"page_id": PAGE}, "properties": {"title": []}, "children": [BLOCK]},
        "POST",
        f"{NOTION}/pages",
        json={"parent": {"page_id": PAGE}, "properties": {"title": []}, "children": [BLOCK]},
        back=("object", "page"),
    ),
    "NOTION_APPEND_BLOCKS": Story(
        {"block_id": PAGE, "children": [BLOCK]},
        "PATCH",
        f"{NOTION}/blocks/{PAGE}/children",
        json={"children": [BLOCK]},
        back=("results.0.object", "block"),
    ),
}
SENT_WHOLE = {"GMAIL_SEND_EMAIL", "GMAIL_CREATE_DRAFT"}


def at(path: str, data: Any) -> Any:
    for part in path.split("."):
        data = data[int(part)] if isinstance(data, list) else data[part]
    return data


def test_every_tool_of_the_catalogue_has_its_story() -> None:
    assert set(STORIES) == set(TOOLS)
    assert len(TOOLS) == 20
    assert {tool.toolkit for tool in TOOLS.values()} == {
        "slack",
        "github",
        "gmail",
        "google-calendar",
        "notion",
    }


@pytest.mark.parametrize("slug", STORIES)
def test_a_tool_does_at_the_service_what_it_says(tools: ToolDesk, slug: str) -> None:
    tool, story = TOOLS[slug], STORIES[slug]
    account = tools.connected(tool.toolkit, *tool.scopes)
    answer = tools.execute(slug, story.arguments)
    told = answer.json()
    assert (answer.status_code, told["successful"], told["error"]) == (200, True, None), told
    [call] = tools.calls()
    assert (call.method, urlsplit(call.request.target).path) == (story.method, story.path)
    assert call.request.query_lists == story.query
    if slug not in SENT_WHOLE:
        assert call.request.json == story.json
    if story.method == "GET":
        assert call.request.body == b""
    if story.back[0]:
        assert at(story.back[0], told["data"]) == story.back[1]
    log = ToolExecution.objects.get()
    assert (log.pk, log.account_id, log.successful, log.tool_slug) == (told["logId"], account.pk, True, slug)


@pytest.mark.parametrize("slug", STORIES)
def test_a_tool_says_which_scope_it_needs(tools: ToolDesk, slug: str) -> None:
    """Without it, the service says no; those of Notion need none."""
    tool = TOOLS[slug]
    tools.connected(tool.toolkit)
    told = tools.execute(slug, STORIES[slug].arguments).json()
    usual = tools.api.get(f"toolkits/byId/{tool.toolkit}").json()["data"]["oauth2"]["defaultScopes"]
    implied = (
        not tool.scopes
        or any(wide in usual for wide in WIDER.get(tool.toolkit, ()))
        or set(tool.scopes) <= set(usual)
    )
    assert told["successful"] is implied, told


# What is asked for as a matter of course, and has all that the toolkit's tools need.
WIDER = {
    "gmail": ["https://www.googleapis.com/auth/gmail.modify"],
    "google-calendar": ["https://www.googleapis.com/auth/calendar"],
}


def test_an_email_arrives_whole(tools: ToolDesk) -> None:
    tools.connected("gmail", *TOOLS["GMAIL_SEND_EMAIL"].scopes)
    arguments = {**STORIES["GMAIL_SEND_EMAIL"].arguments, "bcc": ["c@example.com"], "thread_id": "t1"}
    assert tools.execute("GMAIL_SEND_EMAIL", arguments).json()["data"]["threadId"] == "t1"
    [call] = tools.calls()
    message = message_from_bytes(base64.urlsafe_b64decode(call.request.json["raw"]))
    assert (message["To"], message["Bcc"]) == ("ada@example.com, bo@example.com", "c@example.com")
    parts = {
        part.get_content_type(): bytes(part.get_payload(decode=True))
        for part in message.walk()
        if not part.is_multipart()
    }
    assert parts["text/plain"].decode().strip() == "Hällo"
    assert parts["text/html"].decode().strip() == "<p>Hällo"


@pytest.mark.parametrize("subject", ["a\nBcc: spy@example.com", "a\rb"])
def test_no_header_can_be_smuggled_into_an_email(tools: ToolDesk, subject: str) -> None:
    tools.connected("gmail")
    answer = tools.execute("GMAIL_SEND_EMAIL", {"to": ["a@example.com"], "subject": subject, "body": "x"})
    assert answer.status_code == 400
    assert [each["field"] for each in answer.json()["errors"]] == ["arguments.subject"]
    assert tools.calls() == []
