"""What no type can say of a toolkit: URLs are URLs, values of templates are asked for, quirks exist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from . import quirks
from .fill import names_in
from .strict import Fault
from .toolkit import Call, Field, Toolkit

SCHEMES = ("OAUTH2", "API_KEY", "BASIC", "BEARER_TOKEN", "NO_AUTH")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
NAME = re.compile(r"[a-z][a-z0-9_]*")
HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")
_LABEL = r"(?:\{[a-z_]+\}|[a-z0-9_-]+)"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\])(?::[0-9]+)?")
# What stands in the steps of setting up.
SETUP_NAMES = ("redirect_uri", "scopes", "app_name", "service")
# A user name is no secret and stands in some services' URLs.
_PUBLIC_KEY_FIELDS = ("username",)


def check_toolkit(toolkit: Toolkit, *, https_only: bool = True) -> None:
    """Raises Fault naming the key of the first thing that cannot work."""
    if not SLUG.fullmatch(toolkit.slug):
        raise Fault("slug", "must be lower-case letters and digits, joined by single hyphens")
    _check_schemes(toolkit)
    for key, each in _fields(toolkit):
        _check_field(key, each)
    asked = {each.name for _, each in _fields(toolkit)}
    public = {each.name for _, each in _fields(toolkit) if not each.secret} | {
        *_PUBLIC_KEY_FIELDS,
        "client_id",
    }
    for key, url in _urls(toolkit):
        _check_url(key, url, public, https_only)
    for key, call in _calls(toolkit):
        _check_call(key, call, toolkit, public, asked, https_only)
    _check_quirks(toolkit)
    _check_headers(toolkit)
    _check_setup(toolkit)


def _check_schemes(toolkit: Toolkit) -> None:
    if not toolkit.auth_schemes:
        raise Fault("auth_schemes", "must name one scheme or more")
    for index, scheme in enumerate(toolkit.auth_schemes):
        if scheme not in SCHEMES:
            raise Fault(f"auth_schemes.{index}", f"must be one of {', '.join(SCHEMES)}")
    if ("OAUTH2" in toolkit.auth_schemes) != (toolkit.oauth2 is not None):
        raise Fault("oauth2", "must be there exactly when auth_schemes has OAUTH2")


def _fields(toolkit: Toolkit) -> Iterator[tuple[str, Field]]:
    for name in ("key_fields", "config_fields", "connection_fields"):
        for index, each in enumerate(getattr(toolkit, name)):
            yield f"{name}.{index}", each


def _check_field(key: str, each: Field) -> None:
    if not NAME.fullmatch(each.name):
        raise Fault(f"{key}.name", "must be lower-case letters, digits and underscores")
    if each.secret != (each.type == "password"):
        raise Fault(f"{key}.secret", "must be true exactly when the type is password")
    if each.pattern is None:
        return
    try:
        pattern = re.compile(each.pattern)
    except re.error as error:
        raise Fault(f"{key}.pattern", f"is no regular expression: {error}") from error
    for name, value in (("example", each.example), ("default", each.default)):
        if value and not pattern.fullmatch(value):
            raise Fault(f"{key}.{name}", "does not match the field's own pattern")


def _urls(toolkit: Toolkit) -> Iterator[tuple[str, str]]:
    yield "base_url", toolkit.base_url
    for name in ("website", "docs_url", "revoke_page"):
        if getattr(toolkit, name):
            yield name, getattr(toolkit, name)
    oauth2 = toolkit.oauth2
    if oauth2 is None:
        return
    for name in ("authorization_url", "token_url", "issuer", "registration_url"):
        value = getattr(oauth2, name)
        if value is not None:
            yield f"oauth2.{name}", value
    if oauth2.refresh.url is not None:
        yield "oauth2.refresh.url", oauth2.refresh.url
    if oauth2.revoke is not None:
        yield "oauth2.revoke.url", oauth2.revoke.url


def _check_url(key: str, url: str, names: Iterable[str], https_only: bool) -> None:
    try:
        parts = urlsplit(url)
        host = parts.netloc
    except ValueError as error:
        raise Fault(key, f"is no URL: {error}") from error
    if parts.scheme not in (("https",) if https_only else ("https", "http")):
        raise Fault(key, "must begin with https://")
    if not _HOST.fullmatch(host.lower()):
        raise Fault(key, "must have a host's name, and no user name or password")
    if parts.fragment or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Fault(key, "must be a plain URL, without a fragment")
    _check_names(key, url, names)


def _check_names(key: str, template: str, names: Iterable[str]) -> None:
    if re.search(r"[{}]", re.sub(r"\{[a-z_][a-z0-9_]*\}", "", template)):
        raise Fault(key, "has a brace that begins or ends no {name}")
    for name in names_in(template):
        if name not in names:
            raise Fault(key, f"needs {{{name}}}, which no field asks for")


def _calls(toolkit: Toolkit) -> Iterator[tuple[str, Call]]:
    if toolkit.identity is not None and toolkit.identity.call is not None:
        yield "identity.call", toolkit.identity.call
    if toolkit.test_call is not None:
        yield "test_call", toolkit.test_call


def _check_call(
    key: str, call: Call, toolkit: Toolkit, public: set[str], asked: set[str], https_only: bool
) -> None:
    # Only the identity is read when a token answer is at hand, whose texts may stand in the URL's path and
    # query.
    told = set(names_in(urlsplit(call.url)._replace(netloc="").geturl())) if key == "identity.call" else set()
    if "://" in call.url:
        _check_url(f"{key}.url", call.url, public | told, https_only)
    elif not call.url.startswith("/"):
        raise Fault(f"{key}.url", "must be a URL, or a path that begins with /")
    else:
        _check_names(f"{key}.url", call.url, public | told)
    if call.method not in ("GET", "POST"):
        raise Fault(f"{key}.method", "must be GET or POST")
    if call.form and call.json is not None:
        raise Fault(f"{key}.form", "cannot be sent together with json")
    for name, template in call.form.items():
        _check_names(f"{key}.form.{name}", template, asked | {"client_id", "client_secret", "access_token"})


def _check_quirks(toolkit: Toolkit) -> None:
    oauth2, identity = toolkit.oauth2, toolkit.identity
    named = [
        ("oauth2.authorize_quirk", oauth2.authorize_quirk if oauth2 else None, quirks.AUTHORIZE),
        (
            "oauth2.token_response_quirk",
            oauth2.token_response_quirk if oauth2 else None,
            quirks.TOKEN_RESPONSE,
        ),
        ("identity.quirk", identity.quirk if identity else None, quirks.IDENTITY),
    ]
    for key, name, known in named:
        if name is not None and name not in known:
            raise Fault(key, "names no function in quirks.py")


def _check_headers(toolkit: Toolkit) -> None:
    for name in toolkit.request_headers:
        if not HEADER_NAME.fullmatch(name):
            raise Fault(f"request_headers.{name}", "must be a header's name")
    place = toolkit.api_key
    if place is not None and place.place == "header" and not HEADER_NAME.fullmatch(place.name):
        raise Fault("api_key.name", "must be a header's name")


def _check_setup(toolkit: Toolkit) -> None:
    """A way of setting up is whole: a console to open, and, where there is a redirect URI, one step that says where it goes."""
    setup = toolkit.setup
    if not setup.steps:
        return
    if not setup.console_name:
        raise Fault("setup.console_name", "is missing")
    try:
        console = urlsplit(setup.console_url)
    except ValueError as error:
        raise Fault("setup.console_url", f"is no URL: {error}") from error
    if console.scheme != "https" or not _HOST.fullmatch(console.netloc.lower()) or "{" in setup.console_url:
        raise Fault("setup.console_url", "must be a page's address that begins with https://")
    pasted = 0
    for index, step in enumerate(setup.steps):
        for name in names_in(step):
            if name not in SETUP_NAMES:
                raise Fault(
                    f"setup.steps.{index}", f"has {{{name}}}; only {', '.join(SETUP_NAMES)} are known"
                )
        pasted += step.count("{redirect_uri}")
    if pasted != (1 if toolkit.oauth2 is not None else 0):
        raise Fault("setup.steps", "must name {redirect_uri} once for OAUTH2, and not at all for keys")
