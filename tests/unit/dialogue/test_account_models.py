"""Which model answers whom, and when an account's own is closed; what a provider's answer to a trial means."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from sdr_common.address_guard import AddressGuard
from sdr_dialogue.choosing import own_choice
from sdr_dialogue.clients.account_models import AccountModels
from sdr_dialogue.domain.conversation import AnalysisContext, AnalysisDraft, TurnContext, TurnDraft
from sdr_dialogue.domain.model_keys import KeyChoice, Trial, last_four, outcome_of
from sdr_dialogue.domain.models import Provider
from sdr_dialogue.settings import Settings
from tests.unit.dialogue.builders import a_turn

OWN = (KeyChoice(Provider.OPENAI, "sk-own"),)
OTHER = (KeyChoice(Provider.OPENAI, "sk-other"),)


class Named:
    """A model that says its name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.closed = False
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def respond(self, context: TurnContext) -> TurnDraft:
        await self.goes_on.wait()
        return TurnDraft(reply="oi", engine=self.name)

    async def analyze(self, context: AnalysisContext) -> AnalysisDraft:
        raise NotImplementedError

    async def close(self) -> None:
        self.closed = True


class Keys:
    """Accounts' keys that a test changes."""

    def __init__(self) -> None:
        self.kept: dict[int, tuple[KeyChoice, ...]] = {}
        self.reads = 0
        self.broken = False
        self.made: list[Named] = []

    async def __call__(self, account_id: int) -> tuple[KeyChoice, ...]:
        self.reads += 1
        if self.broken:
            raise ConnectionError
        return self.kept.get(account_id, ())

    def make(self, choices: Sequence[KeyChoice]) -> Named:
        self.made.append(Named(choices[0].api_key))
        return self.made[-1]


@pytest.fixture
def keys() -> Keys:
    return Keys()


async def engine_of(models: AccountModels, account_id: int, *, allowed: bool = True) -> str:
    context = replace(a_turn("oi"), account_id=account_id, models_allowed=allowed)
    return (await models.respond(context)).engine


async def test_an_account_with_a_key_is_answered_by_its_own_model_and_no_other_is(keys: Keys) -> None:
    keys.kept[7] = OWN
    models = AccountModels(Named("house"), keys, keys.make, ttl_s=60)
    assert [await engine_of(models, account) for account in (7, 8, 0, 7)] == ["sk-own", "house", "house", "sk-own"]
    assert (len(keys.made), keys.reads) == (1, 2)


async def test_an_account_over_its_budget_asks_no_model_of_its_own(keys: Keys) -> None:
    keys.kept[7] = OWN
    models = AccountModels(Named("house"), keys, keys.make, ttl_s=60)
    assert await engine_of(models, 7, allowed=False) == "house"
    assert keys.made == []


async def test_another_key_is_used_at_once_after_it_was_stored(keys: Keys) -> None:
    keys.kept[7] = OWN
    models = AccountModels(Named("house"), keys, keys.make, ttl_s=60)
    await engine_of(models, 7)
    keys.kept[7] = OTHER
    assert await engine_of(models, 7) == "sk-own"
    models.forget(7)
    assert await engine_of(models, 7) == "sk-other"
    assert [model.closed for model in keys.made] == [True, False]


async def test_a_model_that_is_replaced_finishes_its_answer_before_it_is_closed(keys: Keys) -> None:
    keys.kept[7] = OWN
    models = AccountModels(Named("house"), keys, keys.make, ttl_s=0)
    await engine_of(models, 7)
    keys.made[0].goes_on.clear()
    under_way = asyncio.create_task(engine_of(models, 7))
    await asyncio.sleep(0)
    keys.kept[7] = OTHER
    assert await engine_of(models, 7) == "sk-other"
    assert keys.made[0].closed is False
    keys.made[0].goes_on.set()
    assert await under_way == "sk-own"
    assert keys.made[0].closed is True


async def test_keys_that_cannot_be_read_leave_the_lead_to_what_was_known(keys: Keys) -> None:
    keys.kept[7] = OWN
    models = AccountModels(Named("house"), keys, keys.make, ttl_s=0)
    await engine_of(models, 7)
    keys.broken = True
    assert [await engine_of(models, account) for account in (7, 8)] == ["sk-own", "house"]


async def test_a_key_that_is_gone_closes_its_model(keys: Keys) -> None:
    keys.kept[7] = OWN
    models = AccountModels(Named("house"), keys, keys.make, ttl_s=0)
    await engine_of(models, 7)
    keys.kept.clear()
    assert await engine_of(models, 7) == "house"
    assert keys.made[0].closed is True


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, "{}", Trial.WORKS),
        (401, '{"error": {"code": "invalid_api_key"}}', Trial.KEY_REFUSED),
        (400, '{"error": {"message": "API key not valid. Please pass a valid API key."}}', Trial.KEY_REFUSED),
        (403, '{"error": {"status": "PERMISSION_DENIED"}}', Trial.KEY_REFUSED),
        (429, '{"error": {"code": "insufficient_quota"}}', Trial.NO_CREDIT),
        (400, '{"error": {"message": "Your credit balance is too low"}}', Trial.NO_CREDIT),
        (429, '{"error": {"code": "rate_limit_exceeded"}}', Trial.TOO_MANY),
        (404, '{"error": {"code": "model_not_found"}}', Trial.NO_SUCH_MODEL),
        (404, '{"error": {"message": "models/gemini-9 is not found"}}', Trial.NO_SUCH_MODEL),
        (404, "<html>nothing here</html>", Trial.OTHER_API),
        (302, "", Trial.OTHER_API),
        (529, '{"error": {"type": "overloaded_error"}}', Trial.PROVIDER_FAULT),
    ],
)
def test_a_providers_answer_says_what_to_mend(status: int, body: str, expected: Trial) -> None:
    assert outcome_of(status, body) == expected


def test_a_short_key_is_told_by_nothing() -> None:
    assert (last_four("sk-0123456789"), last_four("short-key")) == ("6789", "")


def test_an_accounts_key_goes_to_its_provider_never_to_the_servers_that_the_operator_uses() -> None:
    values = {
        "DATABASE_URL": "postgresql://x/x",
        "OPENAI_API_KEY": "house",
        "OPENAI_BASE_URL": "http://ollama:11434/v1",
    }
    installation, guard = Settings.model_validate(values), AddressGuard()
    own = own_choice(installation, KeyChoice(Provider.OPENAI, "sk-own", model="gpt-5-nano"), guard)
    assert (own.api_key, own.base_url, own.guard) == ("sk-own", "", None)
    assert (own.model, own.analysis_model) == ("gpt-5-nano", "gpt-5-nano")
    elsewhere = own_choice(installation, KeyChoice(Provider.OPENAI, "", "https://llm.clinica.test/v1"), guard)
    assert (elsewhere.api_key, elsewhere.base_url, elsewhere.guard) == ("none", "https://llm.clinica.test/v1", guard)
    assert (elsewhere.model, elsewhere.analysis_model) == ("gpt-5-mini", "gpt-5")
