"""What the page at the end of a visit shows, beside its words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from accounts.actions.ending import Ending, callback_url_of
from accounts.connect.ending_words import WITHOUT_A_LINK, Words, words_of
from accounts.models import LinkSession, StatusReason
from accounts.pages.app_logo import logo_of_app
from accounts.pages.link_page import revoke_host_of
from authconfigs.actions.toolkit_for import toolkit_for
from authconfigs.catalogue.toolkit import Toolkit
from authconfigs.models import AuthConfig
from flowra.errors import FlowraError
from flowra.logs import request_id
from flowra.models import Project
from flowra.origins import origin_of
from flowra.pages.names import apart
from flowra.public_ids import is_id, reference_of

_ALL_IS_WELL = frozenset({"done", "confirm"})


def ending_context(ending: Ending, *, keeps_cookies: bool = True) -> dict[str, Any]:
    """The page of an attempt that has just ended. `keeps_cookies`: whether the browser came with the one that it was given."""
    service, app = _names(ending.session)
    words = words_of(ending.page, service, app, ending.session, ending.before_and_now)
    if ending.page == "wrong_browser" and not keeps_cookies:
        same = _("Is it the same browser? Then it keeps no cookies here: allow them for this site first.")
        words = replace(words, paragraphs=(*words.paragraphs, same))
    return {
        **_about(ending.session),
        **_shown(words),
        "is_done": ending.page == "done",
        "identity": ending.account.identity_label if ending.page == "done" else "",
        "provider_words": ending.provider_words or "",
        "reference": "" if ending.page in _ALL_IS_WELL else reference_of(ending.session.account_id),
    }


def refusal_context(code: str, session: LinkSession | None, auth_config_id: str = "") -> dict[str, Any]:
    """The page of a link that cannot be used, by the refusal's code; of an answer to no link, by where it came to."""
    if session is None:
        return {**_without_a_link(code, auth_config_id), "request_id": request_id.get()}
    service, app = _names(session)
    about = _about(session)
    if code == "link_expired" and _leads_back(session):
        # The app is told as if the person had come back in time to hear it.
        about["back_url"] = callback_url_of(session, "failed", error=StatusReason.LINK_EXPIRED.value)
    reference = reference_of(session.account_id)
    return {**about, **_shown(words_of(code, service, app, session)), "reference": reference}


def _without_a_link(code: str, auth_config_id: str) -> dict[str, Any]:
    words = WITHOUT_A_LINK.get(code, WITHOUT_A_LINK["link_unknown"])
    auth_config = (
        AuthConfig.live.select_related("project").filter(pk=auth_config_id).first()
        if is_id("ac", auth_config_id)
        else None
    )
    if auth_config is None:
        return _shown(words)
    project, allowed = auth_config.project, auth_config.project.callback_origins
    if code == "callback_unknown":
        again = _("Go back to %(app)s and press Connect again.") % {"app": apart(project.name)}
        words = replace(words, paragraphs=(*words.paragraphs[:-1], again))
    return {
        **_shown(words),
        "project": project,
        "app_logo": logo_of_app(project),
        "toolkit": _known_toolkit(project, auth_config.toolkit_slug),
        "back_url": f"{allowed[0]}/" if len(allowed) == 1 else "",
    }


def _shown(words: Words) -> dict[str, Any]:
    return {"title": words.title, "paragraphs": words.paragraphs, "mark": words.mark}


def _about(session: LinkSession) -> dict[str, Any]:
    """Whose page it is, and the way back: the app's own origin, which was checked when the link was made."""
    toolkit = _toolkit_of(session)
    return {
        "project": session.project,
        "app_logo": logo_of_app(session.project),
        "toolkit": toolkit,
        "revoke_host": revoke_host_of(toolkit) if toolkit else "",
        "back_url": _way_back(session),
    }


def _toolkit_of(session: LinkSession) -> Toolkit | None:
    """The service; None where it is gone, or was not chosen: until then the account is told under the first of several."""
    if not _is_chosen(session):
        return None
    return _known_toolkit(session.project, session.account.toolkit_slug)


def _known_toolkit(project: Project, slug: str) -> Toolkit | None:
    try:
        return toolkit_for(project, slug)
    except FlowraError:
        return None


def _is_chosen(session: LinkSession) -> bool:
    return not session.auth_config_choices or bool(session.browser_hash)


def _leads_back(session: LinkSession) -> bool:
    """Whether the link's own callback URL is still one that the project allows: a page, or its mobile app."""
    url, project = session.callback_url, session.project
    return bool(url) and (
        origin_of(url) in project.callback_origins or urlsplit(url).scheme in project.custom_schemes
    )


def _way_back(session: LinkSession) -> str:
    """The origin of the link's callback URL, else the project's only one; none that the project no longer allows."""
    allowed = session.project.callback_origins
    origin = origin_of(session.callback_url) if session.callback_url else None
    if not session.callback_url and len(allowed) == 1:
        origin = origin_of(allowed[0])
    return f"{origin}/" if origin in allowed else ""


def _names(session: LinkSession) -> tuple[str | None, str]:
    app = apart(session.project.name)
    if not _is_chosen(session):
        return None, app
    toolkit = _toolkit_of(session)
    return apart(toolkit.name if toolkit else session.account.toolkit_slug), app
