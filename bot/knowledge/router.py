"""Files sent to the bot, and presses on buttons about knowledge: for whom, where, and what they do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, assert_never

from aiogram import Bot, F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.enums import ChatType
from aiogram.types import CallbackQuery, Document, Message

from bot.commands.parsing import Command
from bot.commands.scope import Pressable, accounts_in
from bot.editing.addressing import find_target
from bot.knowledge.asking import candidates
from bot.knowledge.callbacks import PREFIX, KnowledgeCallback, KnowledgePress
from bot.knowledge.listing import confirmation, listing
from bot.knowledge.wording import named, owner, refusal
from bot.markup import filled
from bot.texts import Texts
from bot.updates.chats import is_known
from bot.updates.effects import Change, Effects, React, Toast
from bot.updates.replying import reply
from db.engine import Transaction
from db.models import Account, Manager, Upload
from db.models.manager import Role
from db.repositories import knowledge, uploads
from services.knowledge.reading import FileUnreadable, admit_name
from services.knowledge.uploads import EVERYONE, cancel, choose, harmless, receive
from services.options import Options

COMMAND = "knowledge"
SEEN = "👀"  # one of the few emoji that Telegram lets a bot react with


def knowledge_router() -> Router:
    """Everything that is a file, and every press of a button of ours; the rest is left to other routers."""
    router = Router(name="knowledge")
    router.message.register(
        on_file,
        F.document | F.photo | F.video | F.audio | F.voice | F.video_note | F.animation,
    )
    router.callback_query.register(on_press, F.data.startswith(PREFIX))
    return router


async def on_file(
    message: Message,
    bot: Bot,
    tx: Transaction,
    effects: Effects,
    texts: Texts,
    manager: Manager | None,
    username: str | None,
    options: Options,
) -> None:
    """A file for the bot. Strangers' files are not looked at: other routers turn strangers away."""
    if not await _is_for_us(message, bot, tx, username, options):
        raise SkipHandler
    if message.sender_chat is not None:  # an administrator who writes as the group has no name
        effects.add(reply(message, texts("command.anonymous")))
        return
    if manager is None:
        raise SkipHandler
    if manager.role is Role.MANAGER:
        effects.add(reply(message, texts("knowledge.ask_senior")))
    elif message.document is None or message.animation is not None:
        effects.add(reply(message, texts("knowledge.not_a_document")))
    else:
        await _take(message, message.document, tx, effects, texts, manager, options)


async def _is_for_us(
    message: Message, bot: Bot, tx: Transaction, username: str | None, options: Options
) -> bool:
    """In private every file; in a chat of ours a `/knowledge` one, or a reply to the bot.

    A reply to a card, or to the question for a new text, is about the comment there and not knowledge.
    """
    if message.chat.type != ChatType.PRIVATE and not await is_known(tx, message.chat.id, options):
        return False
    command = None if message.forward_origin else Command.parse(message.caption or "")
    if command is not None and command.name == COMMAND and command.is_for(username):
        return True
    if await find_target(tx, message, bot.id) is not None:
        return False
    return message.chat.type == ChatType.PRIVATE or _answers(message, bot.id)


def _answers(message: Message, bot_id: int) -> bool:
    """Whether it replies to the bot. What opens a topic stands in every message of it as if replied to."""
    replied = message.reply_to_message
    if replied is None or replied.from_user is None or replied.forum_topic_created is not None:
        return False
    return replied.from_user.id == bot_id


async def _take(
    message: Message,
    document: Document,
    tx: Transaction,
    effects: Effects,
    texts: Texts,
    manager: Manager,
    options: Options,
) -> None:
    """Note the file for its reader, or say at once why it cannot be read."""
    name = harmless(document.file_name)
    try:
        admit_name(name, document.file_size or 0)
    except FileUnreadable as error:
        effects.add(reply(message, refusal(texts, name or "?", error.remark)))
        return
    values: dict[str, Any] = {
        "manager_id": manager.id,
        "chat_id": message.chat.id,
        "thread_id": message.message_thread_id if message.is_topic_message else None,
        "message_id": message.message_id,
        "file_id": document.file_id,
        "name": name,
        "size": document.file_size,
    }
    upload = await receive(tx, await candidates(tx, message.chat.id, options), **values)
    if upload is None:
        effects.add(reply(message, texts("knowledge.too_many")))
    else:
        effects.add(React(message.chat.id, message.message_id, SEEN))


async def on_press(
    query: CallbackQuery,
    tx: Transaction,
    effects: Effects,
    texts: Texts,
    manager: Manager | None,
    options: Options,
) -> None:
    """The data may be forged or old: what it names is looked up, with the chat and the person's role."""
    callback = KnowledgeCallback.parse(query.data or "")
    if manager is None:
        effects.add(Toast(texts("toast.stranger_anywhere"), alert=True))
        return
    message = query.message
    if callback is None or message is None:
        effects.add(Toast(texts("knowledge.toast.outdated")))
        return
    if message.chat.type != ChatType.PRIVATE and not await is_known(tx, message.chat.id, options):
        effects.add(Toast(texts("knowledge.toast.outdated")))
        return
    if callback.press is not KnowledgePress.PAGE and manager.role is Role.MANAGER:
        effects.add(Toast(texts("knowledge.toast.seniors_only"), alert=True))
        return
    pressed = _Pressed(tx, effects, texts, manager, options, callback, message.chat.id, message.message_id)
    match callback.press:
        case KnowledgePress.CHOOSE:
            await pressed.choose()
        case KnowledgePress.CANCEL:
            await pressed.cancel()
        case KnowledgePress.PAGE:
            await pressed.show(callback.number)
        case KnowledgePress.REMOVE:
            await pressed.ask_to_remove()
        case KnowledgePress.REMOVE_YES:
            await pressed.remove()
        case _:
            assert_never(callback.press)


@dataclass(frozen=True, slots=True)
class _Pressed:
    """A press of somebody who may, in a chat of ours, on a message of the bot."""

    tx: Transaction
    effects: Effects
    texts: Texts
    manager: Manager
    options: Options
    callback: KnowledgeCallback
    chat_id: int
    message_id: int

    async def choose(self) -> None:
        upload = await self._upload()
        if upload is None:
            return
        account: Account | None = None
        if self.callback.number != EVERYONE:
            among = await candidates(self.tx, self.chat_id, self.options)
            account = next((one for one in among if one.id == self.callback.number), None)
            if account is None:
                self._toast("knowledge.toast.outdated")
                return
        chosen = await choose(
            self.tx, upload, None if account is None else account.id, question_id=self.message_id
        )
        if chosen is None:
            self._settled(upload)
            return
        self._toast("knowledge.toast.reading")
        whose = owner(self.texts, account)
        html = filled(self.texts, "knowledge.chosen", name=named(upload.name), account=whose)
        self._change(Pressable(html.as_html(), ()))

    async def cancel(self) -> None:
        upload = await self._upload()
        if upload is None:
            return
        if await cancel(self.tx, upload, question_id=self.message_id) is None:
            self._settled(upload)
            return
        self._toast("knowledge.toast.cancelled")
        html = filled(self.texts, "knowledge.cancelled", name=named(upload.name)).as_html()
        self._change(Pressable(html, ()))

    async def show(self, page: int) -> None:
        here = await accounts_in(self.tx, self.chat_id, self.options)
        now = datetime.now(UTC)
        self._change(await listing(self.tx, self.texts, self.manager, here, max(page, 1), now))

    async def ask_to_remove(self) -> None:
        document = await knowledge.shown(self.tx.session, self.callback.nonce)
        if document is None or not await self._is_here(document.account_id):
            await self._outdated()
            return
        self._change(confirmation(self.texts, document, self.callback.number))

    async def remove(self) -> None:
        document = await knowledge.shown(self.tx.session, self.callback.nonce)
        if document is None or not await self._is_here(document.account_id):
            await self._outdated()
            return
        if await knowledge.remove_shown(self.tx.session, self.callback.nonce, self.manager.id) is None:
            await self._outdated()
            return
        self._toast("knowledge.toast.removed")
        await self.show(self.callback.number)

    async def _upload(self) -> Upload | None:
        """The file that the question is about, if this is its question.

        A question without a message was put by a process that died before it could note so: it is this one.
        """
        upload = await uploads.find(self.tx.session, self.callback.nonce)
        if (
            upload is None
            or upload.chat_id != self.chat_id
            or upload.question_id not in {None, self.message_id}
        ):
            self._toast("knowledge.toast.outdated")
            return None
        return upload

    async def _is_here(self, account_id: int | None) -> bool:
        here = await accounts_in(self.tx, self.chat_id, self.options)
        return account_id is None or account_id in {account.id for account in here}

    async def _outdated(self) -> None:
        self._toast("knowledge.toast.outdated")
        await self.show(self.callback.number)

    def _settled(self, upload: Upload) -> None:
        """Said already; the buttons stood there because an edit got lost, or a colleague was faster."""
        self._toast("knowledge.toast.settled")
        html = filled(self.texts, "knowledge.settled", name=named(upload.name)).as_html()
        self._change(Pressable(html, ()))

    def _toast(self, key: str) -> None:
        self.effects.add(Toast(self.texts(key)))

    def _change(self, shown: Pressable) -> None:
        self.effects.add(Change(self.chat_id, self.message_id, shown.html, shown.buttons))
