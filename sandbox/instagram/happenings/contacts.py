"""What people do in a conversation without writing, and what Meta says about conversations."""

from __future__ import annotations

from typing import Any, Literal

from sandbox.instagram.account import Account
from sandbox.instagram.batching import Event
from sandbox.instagram.control_request import Username
from sandbox.instagram.events import item
from sandbox.instagram.happenings.happening import (
    Happening,
    Identifier,
    Words,
    done,
    messaging,
    new_mid,
    person_of,
)
from sandbox.instagram.model import now


class ButtonPressed(Happening):
    """A postback: an ice breaker or a button; `is_self` when the account pressed its own."""

    kind: Literal["postback"]
    username: Username = "anna_k"
    title: str = "Доставка"
    payload: str = "ICE_DELIVERY"
    is_self: bool = False

    def play(self, account: Account) -> list[Event]:
        mid = new_mid()
        postback = {"mid": mid, "title": self.title, "payload": self.payload}
        if not self.is_self:
            return [done(account, mid, self.username, "messaging_postbacks", postback=postback)]
        told = item(account.config.account_id, account.config, now(), is_self=True, postback=postback)
        return [messaging(account, mid, "messaging_postbacks", told)]


class CameByLink(Happening):
    """A referral: somebody opens a known conversation by a link or an advertisement."""

    kind: Literal["referral"]
    username: Username = "anna_k"
    ref: str = "promo1"
    source: str = "https://ig.me/m/lavanda_home?ref=promo1"
    type: str = "OPEN_THREAD"

    def play(self, account: Account) -> list[Event]:
        referral = {"ref": self.ref, "source": self.source, "type": self.type}
        about = person_of(account, self.username).id
        return [done(account, about, self.username, "messaging_referral", referral=referral)]


class OptedIn(Happening):
    """Somebody allows further messages; on Messenger's pages, for Instagram only named."""

    kind: Literal["optin"]
    username: Username = "anna_k"
    payload: str = "NEWS"

    def play(self, account: Account) -> list[Event]:
        optin = {"type": "notification_messages", "payload": self.payload}
        about = person_of(account, self.username).id
        return [done(account, about, self.username, "messaging_optins", optin=optin)]


class HandedOver(Happening):
    """Another application takes, gives or asks for the conversation."""

    kind: Literal["handover"]
    username: Username = "anna_k"
    action: Literal["pass", "take", "request", "app_roles"] = "pass"
    other_app_id: Identifier = "263902037430900"  # the inbox of Meta Business Suite
    metadata: str = ""

    def play(self, account: Account) -> list[Event]:
        app_id, other = account.config.app_id, self.other_app_id
        holds: dict[str, Any]
        match self.action:
            case "pass":
                thread = {"previous_owner_app_id": other, "new_owner_app_id": app_id}
                holds = {"pass_thread_control": {**thread, "metadata": self.metadata}}
            case "take":
                thread = {"previous_owner_app_id": app_id, "new_owner_app_id": other}
                holds = {"take_thread_control": {**thread, "metadata": self.metadata}}
            case "request":
                thread = {"requested_owner_app_id": other}
                holds = {"request_thread_control": {**thread, "metadata": self.metadata}}
            case "app_roles":
                holds = {"app_roles": {app_id: ["primary_receiver"]}}
        about = person_of(account, self.username).id
        return [done(account, about, self.username, "messaging_handover", **holds)]


class PolicyEnforced(Happening):
    """Meta warns or blocks the account; a notice without a sender."""

    kind: Literal["policy_enforcement"]
    action: Literal["warning", "block", "unblock"] = "warning"
    reason: Words = "The account has been found to be in violation of our policies"

    def play(self, account: Account) -> list[Event]:
        notice = {"action": self.action, "reason": self.reason}
        told = item(account.config.account_id, account.config, now(), policy_enforcement=notice)
        del told["sender"]
        return [messaging(account, "policy_enforcement", "messaging_policy_enforcement", told)]


class AnswerRated(Happening):
    """A person rates an automatic answer."""

    kind: Literal["response_feedback"]
    username: Username = "anna_k"
    message_id: Identifier
    feedback: str = "Good response"

    def play(self, account: Account) -> list[Event]:
        told = {"mid": self.message_id, "feedback": self.feedback}
        return [done(account, self.message_id, self.username, "response_feedback", response_feedback=told)]
