"""Which models answer: the installation's, and each account's own before them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from sdr_common.address_guard import AddressGuard
from sdr_common.lead import FactKind
from sdr_common.lossy_redis import LossyRedis
from sdr_common.postgres import Pool, connection
from sdr_common.secret_box import SecretBox
from sdr_dialogue.clients.account_models import AccountChain, AccountModels
from sdr_dialogue.clients.breaker import CircuitBreaker
from sdr_dialogue.clients.chain import Deadlines, Link, ModelChain
from sdr_dialogue.clients.key_trial import HttpKeyTrier
from sdr_dialogue.clients.latency import DelayedModel
from sdr_dialogue.clients.llm import ModelChoice, ProviderModel
from sdr_dialogue.clients.prompt import VERSION, Prompts
from sdr_dialogue.clients.reply_cache import CachedReplies
from sdr_dialogue.domain.conversation import TurnContext
from sdr_dialogue.domain.model_keys import KeyChoice
from sdr_dialogue.domain.models import BASE_URLS, Provider
from sdr_dialogue.engine.scripted import ScriptedEngine
from sdr_dialogue.engine.speech import speech_for
from sdr_dialogue.engine.wording import question_for
from sdr_dialogue.ports import LanguageModel, ModelKeys
from sdr_dialogue.servicer_models import Installed
from sdr_dialogue.settings import Settings


def choose_links(settings: Settings) -> list[Link]:
    """The installation's models, the preferred one first: those that there are keys for."""
    return [_link(settings, _choice(settings, provider)) for provider in settings.providers()]


def choose_model(settings: Settings, links: Sequence[Link] | None = None) -> LanguageModel:
    """What answers in production for accounts without keys: the installation's models, and always the scripted engine.

    Args:
        settings: The service's.
        links: What `choose_links` gave; None: asked for here.
    """
    links = choose_links(settings) if links is None else links
    scripted = _scripted(settings)
    return _cached(settings, ModelChain(links, scripted, _deadlines(settings))) if links else scripted


def with_account_keys(
    settings: Settings, pool: Pool, guard: AddressGuard, *, model: LanguageModel, links: Sequence[Link], keys: ModelKeys
) -> AccountModels:
    """The model that looks first whether an account has keys.

    Args:
        settings: The service's.
        pool: The service's pool.
        guard: Says whom we may connect to at an address of an account's.
        model: Answers for accounts without keys.
        links: The installation's, which stand behind an account's own.
        keys: Keeps accounts' keys.
    """
    box = secret_box(settings)

    async def keys_of(account_id: int) -> tuple[KeyChoice, ...]:
        if box is None:
            return ()
        async with connection(pool) as conn:
            kept = await keys.find(conn, account_id)
        return tuple(
            KeyChoice(
                provider,
                "" if found.sealed is None else box.open(found.sealed),
                found.base_url,
                found.model,
                found.analysis_model,
            )
            for provider in settings.order()
            if (found := kept.get(provider)) is not None
        )

    def make(choices: Sequence[KeyChoice]) -> AccountChain:
        own = [_link(settings, own_choice(settings, choice, guard)) for choice in choices]
        return AccountChain(own, links, _scripted(settings), _deadlines(settings))

    return AccountModels(model, keys_of, make, settings.settings_ttl_s)


def secret_box(settings: Settings) -> SecretBox | None:
    """What seals accounts' keys; None: this installation has no key for it."""
    keys = settings.secret_key.get_secret_value()
    return SecretBox(keys) if keys.strip(", ") else None


def key_trier(settings: Settings, guard: AddressGuard) -> HttpKeyTrier:
    """What tries accounts' keys."""
    choices = [_choice(settings, provider) for provider in Provider]
    return HttpKeyTrier(guard, BASE_URLS, {choice.provider: choice.model for choice in choices})


def installed(settings: Settings) -> dict[Provider, Installed]:
    """What the installation has of each provider."""
    there = settings.providers()
    choices = [_choice(settings, provider) for provider in Provider]
    return {
        choice.provider: Installed(choice.provider in there, choice.model, choice.analysis_model) for choice in choices
    }


def _scripted(settings: Settings) -> LanguageModel:
    scripted = ScriptedEngine()
    return DelayedModel(scripted, settings.fake_latency_ms / 1000) if settings.fake_latency_ms else scripted


def _deadlines(settings: Settings) -> Deadlines:
    return Deadlines(settings.model_deadline_s, settings.analysis_deadline_s, settings.lead_deadline_s)


def _link(settings: Settings, choice: ModelChoice) -> Link:
    prompts = Prompts(VERSION, settings.prompt_budget_tokens)
    breaker = CircuitBreaker(settings.breaker_failures, settings.breaker_pause_s, time.monotonic)
    return Link(ProviderModel(choice, ask=_question, prompts=prompts), breaker)


def own_choice(settings: Settings, own: KeyChoice, guard: AddressGuard) -> ModelChoice:
    """The installation's choice with what the account wants otherwise.

    Without an address of its own an account's key goes to the provider itself, never to a server that the operator uses
    in the provider's place.
    """
    choice = _choice(settings, own.provider)
    return replace(
        choice,
        api_key=own.api_key or "none",
        base_url=own.base_url,
        model=own.model or choice.model,
        analysis_model=own.analysis_model or own.model or choice.analysis_model,
        guard=guard if own.base_url else None,
    )


def _cached(settings: Settings, chain: ModelChain) -> ModelChain | CachedReplies:
    if not settings.reply_cache_s:
        return chain
    version = Prompts(VERSION).version
    return CachedReplies(
        chain, ask=_question, redis=LossyRedis(settings.redis_url), keep_s=settings.reply_cache_s, version=version
    )


def _choice(settings: Settings, provider: Provider) -> ModelChoice:
    keys = {
        # Servers on one's own machine ask for none, but the client sends one.
        Provider.OPENAI: (settings.openai_api_key, settings.openai_base_url, settings.model, settings.analysis_model),
        Provider.ANTHROPIC: (
            settings.anthropic_api_key,
            settings.anthropic_base_url,
            settings.anthropic_model,
            settings.anthropic_analysis_model,
        ),
        Provider.GOOGLE: (
            settings.google_api_key,
            settings.google_base_url,
            settings.google_model,
            settings.google_analysis_model,
        ),
    }
    key, base_url, model, analysis_model = keys[provider]
    return ModelChoice(
        provider=provider,
        api_key=key.get_secret_value() or "none",
        base_url=base_url,
        model=model,
        analysis_model=analysis_model,
        deadline_s=settings.model_deadline_s,
        analysis_deadline_s=settings.analysis_deadline_s,
        reasoning_effort=settings.reasoning_effort,
    )


def _question(kind: FactKind, context: TurnContext, language: str) -> str:
    return question_for(kind, context, speech_for(context, language))
