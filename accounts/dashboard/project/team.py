"""Who is on the project's team, with which role; inviting, changing and removing is the owners'."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from accounts.dashboard.gate import Here, for_members, refuse_too_small, show
from flowra.actions.change_role import change_role
from flowra.actions.find_member import find_invitation, find_member
from flowra.actions.invite_member import MAX_EMAIL, invite_member, open_invitations
from flowra.actions.remove_member import remove_member
from flowra.actions.withdraw_invitation import withdraw_invitation
from flowra.errors import FlowraError, InvalidInput
from flowra.models import Invitation, Membership, Project, Role
from flowra.notices.tell_invited import mail_is_set_up
from flowra.pages.forms import tell_problems
from flowra.pages.moments import moment
from flowra.pages.role_words import ROLE_WORDS

MOST_SHOWN = 500


class InvitationForm(forms.Form):
    """Whom, as what."""

    email = forms.CharField(
        label="E-mail",
        max_length=MAX_EMAIL,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="They sign in with it.",
    )
    role = forms.ChoiceField(choices=Role.choices, initial=Role.SUPPORT)


@dataclass(frozen=True, slots=True)
class Member:
    """One member as the list tells them."""

    user: User
    role: Role
    words: str
    joined: SafeString
    is_you: bool
    is_last_owner: bool


@dataclass(frozen=True, slots=True)
class Invited:
    """One invitation that can still be taken up."""

    invitation: Invitation
    role: str
    made: SafeString
    ends: SafeString


@for_members()
def team(request: HttpRequest, here: Here) -> HttpResponse:
    """Everybody, owners first; to owners the invitations that are open as well."""
    members = _members(here)
    open_ones = open_invitations(here.project).order_by("-created_at") if here.may_own else []
    context = {
        "members": members,
        "invited": [
            Invited(each, each.get_role_display(), moment(each.created_at), moment(each.expires_at))
            for each in open_ones
        ],
        "roles": [(each, each.label, ROLE_WORDS[each]) for each in Role],
        "is_superuser": here.user.is_superuser and not any(each.is_you for each in members),
    }
    return show(request, here, "project/team.html", "Team", context)


@for_members(Role.OWNER)
def invite(request: HttpRequest, here: Here) -> HttpResponse:
    """GET asks whom; POST invites them and shows the link, this once."""
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = invite_member(here.project, actor=here.actor, email=said["email"], role=Role(said["role"]))
        except FlowraError as error:
            tell_problems(form, error, {"email": "email"})
        else:
            context = {
                "invitation": made.invitation,
                "role": Role(made.invitation.role).label,
                "url": made.url,
                "ends": moment(made.invitation.expires_at),
                "is_mailed": mail_is_set_up(),
            }
            return show(request, here, "project/invited.html", "Invited", context)
    context = {"form": form, "roles": [(each.label, ROLE_WORDS[each]) for each in Role]}
    status = 400 if form.errors else 200
    return show(request, here, "project/invite.html", "Invite somebody", context, status=status)


@require_POST
@for_members(Role.OWNER)
def withdraw(request: HttpRequest, here: Here, id: str) -> HttpResponse:
    """POST ends an invitation."""
    invitation = find_invitation(here.project, id)
    withdraw_invitation(invitation, here.actor)
    messages.success(request, f"The invitation of {invitation.email} is withdrawn: its link opens nothing.")
    return HttpResponseRedirect(here.url("team"))


@require_POST
@for_members(Role.OWNER)
def change_member(request: HttpRequest, here: Here, user_id: int) -> HttpResponse:
    """POST `role`."""
    member = find_member(here.project, user_id)
    wanted = request.POST.get("role", "")
    if wanted not in Role.values:
        raise InvalidInput.field("role", f"must be one of {', '.join(Role.values)}")
    if change_role(member, Role(wanted), here.actor):
        messages.success(request, f"{member.user.get_username()} is {Role(wanted).label} now.")
    return HttpResponseRedirect(here.url("team"))


@for_members()
def remove(request: HttpRequest, here: Here, user_id: int) -> HttpResponse:
    """GET says what follows, POST removes: an owner anybody, everybody else themselves."""
    is_you = user_id == here.user.pk
    if not is_you:
        refuse_too_small(here, Role.OWNER)
    member = find_member(here.project, user_id)
    name = member.user.get_username()
    if request.method == "POST":
        remove_member(member, here.actor)
        if is_you and not here.user.is_superuser:
            messages.success(request, f"You have left the team of {here.project.name}.")
            return HttpResponseRedirect("/dashboard/?all")
        messages.success(request, f"{name} is no longer on the team.")
        return HttpResponseRedirect(here.url("team"))
    context = {
        "member": member,
        "role": Role(member.role).label,
        "joined": moment(member.created_at),
        "is_you": is_you,
    }
    title = f"Leave {here.project.name}?" if is_you else f"Remove {name}?"
    return show(request, here, "project/remove.html", title, context)


def _members(here: Here) -> list[Member]:
    found = _memberships(here.project)
    found.sort(key=lambda each: (-list(Role).index(Role(each.role)), each.user.get_username().lower()))
    owners = [each for each in found if each.role == Role.OWNER and each.user.is_active]
    return [
        Member(
            user=each.user,
            role=Role(each.role),
            words=ROLE_WORDS[Role(each.role)],
            joined=moment(each.created_at),
            is_you=each.user_id == here.user.pk,
            is_last_owner=len(owners) == 1 and owners[0].pk == each.pk,
        )
        for each in found
    ]


def _memberships(project: Project) -> list[Membership]:
    return list(Membership.objects.select_related("user").filter(project_id=project.pk)[:MOST_SHOWN])
