"""Which steps a process handles, and with what."""

from __future__ import annotations

from collections.abc import Mapping

from app.product import AppRole, Product
from bot.alerts.drawing import AlertDrawer
from bot.cards.drawing import CardDrawer
from bot.knowledge.importing import KnowledgeImport
from bot.outgoing import Outgoing
from bot.updates.handling import UpdateHandler
from bot.updates.performing import Performer
from db.queue import Step
from services.accounts.subscribing import Subscriptions
from services.answer.drafting import Drafter
from services.answer.step import AnswerStep, RegenerateStep
from services.classify.step import Classify
from services.classify.words import Words
from services.deliver.sending import Deliverer
from services.ingest.process import Ingest
from services.llm.models import Models
from services.posts import Posts
from services.privacy.erasing import Erase
from services.privacy.retention import Purge
from services.privacy.tombstones import Tombstones
from services.reconcile.step import Reconcile
from services.tokens.check import FirstAccount, TokenCheck
from services.work.runner import Handler
from services.work.sweep import Sweep


def handlers(product: Product) -> Mapping[Step, Handler]:
    """The steps of this process's roles."""
    found: dict[Step, Handler] = {}
    if AppRole.WORKER in product.roles:
        found |= _worker(product)
    if AppRole.BOT in product.roles:
        found |= _bot(product)
    return found


def token_check(product: Product) -> TokenCheck:
    """Knows the account of the settings, if they hold a token."""
    instagram = product.settings.instagram
    first = FirstAccount(instagram.access_token.get_secret_value()) if instagram.access_token else None
    return TokenCheck(
        product.db, product.instagram, product.vault, product.options, first, app_id=instagram.app_id
    )


def subscriptions(product: Product) -> Subscriptions:
    """Keeps accounts subscribed to their webhooks."""
    return Subscriptions(product.db, product.instagram, product.vault, product.settings.instagram.app_id)


def _worker(product: Product) -> dict[Step, Handler]:
    db, options, vault, instagram = product.db, product.options, product.vault, product.instagram
    superseding = product.superseding
    posts = Posts(db, instagram, vault)
    tombstones = Tombstones(product.pseudonyms)
    words = Words(db, instagram, vault, superseding, tombstones)
    openai = product.settings.openai
    models = Models(classify=openai.classify_model, answer=openai.answer_model)
    drafter = Drafter(db, product.gateway, posts, models, options)
    return {
        Step.INGEST: Ingest(db, superseding, tombstones),
        Step.CLASSIFY: Classify(db, product.gateway, posts, words, superseding, models, options),
        Step.ANSWER: AnswerStep(db, drafter, superseding, options),
        Step.REGENERATE: RegenerateStep(db, drafter, options),
        Step.DELIVER: Deliverer(db, instagram, product.limits, vault, options, superseding),
        Step.SWEEP: Sweep(db, options, product.decisions),
        Step.CHECK_TOKENS: token_check(product),
        Step.RECONCILE: Reconcile(db, instagram, vault, subscriptions(product)),
        Step.ERASE: Erase(db, vault, product.pseudonyms, superseding),
        Step.PURGE: Purge(db, product.pseudonyms, options),
    }


def _bot(product: Product) -> dict[Step, Handler]:
    db, options = product.db, product.options
    outgoing = Outgoing(product.bot, product.limits, options.chat_writes_per_minute)
    return {
        Step.RENDER_CARD: CardDrawer(db, outgoing, options),
        Step.IMPORT_KNOWLEDGE: KnowledgeImport(
            db, product.bot, outgoing, options, product.settings.app.state_dir / "uploads"
        ),
        Step.RENDER_ALERT: AlertDrawer(db, outgoing, options, product.settings.telegram.owner_id),
        Step.TELEGRAM_UPDATE: UpdateHandler(
            db,
            product.bot,
            Performer(db, outgoing, options),
            product.decisions,
            options,
            product.settings.policy.timezone,
        ),
    }
