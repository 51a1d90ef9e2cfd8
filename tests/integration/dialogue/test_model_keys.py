"""An account's own keys for models: sealed, tried, used before the installation's, and never read back."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import httpx2
import pytest

from sdr.dialogue.v1 import models_pb2 as pb
from sdr.dialogue.v1.models_pb2_grpc import ModelKeyServiceStub
from sdr_common.address_guard import AddressGuard
from sdr_common.grpc_client import call
from sdr_common.grpc_errors import RemoteError
from sdr_dialogue.choosing import choose_model
from sdr_dialogue.clients.guarded_http import guarded_client
from sdr_dialogue.settings import Settings
from sdr_dialogue.store.model_keys import reseal
from tests.integration.dialogue.conftest import (
    ACCOUNT,
    Dialogue,
    a_message,
    a_request,
    a_settings_request,
    running,
)
from tests.integration.dialogue.emulated_llm import EmulatedLlm, an_output, emulated_llm
from tests.support.net import free_port

BOX_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
NEW_BOX_KEY = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY="
OWN = "sk-own-0123456789abcd"


@pytest.fixture
async def llm() -> AsyncIterator[EmulatedLlm]:
    async with emulated_llm() as server:
        yield server


@pytest.fixture
async def served(database: str) -> AsyncIterator[Dialogue]:
    values = {"SDR_SECRET_KEY": BOX_KEY, "allowed_networks": "127.0.0.0/8", "settings_ttl_s": 0}
    values["model_deadline_s"] = 60  # the first call loads the provider's library: seconds on a busy machine
    model = choose_model(Settings.model_validate({"DATABASE_URL": database}))
    async with running(database, model, **values) as service:
        await service.put_settings(a_settings_request())
        yield service


async def put(served: Dialogue, **fields: str) -> pb.ModelKey:
    request = pb.PutModelKeyRequest(
        request_id=str(uuid.uuid4()), account_id=ACCOUNT, **{"provider": "openai", "api_key": OWN, **fields}
    )
    return (await call(ModelKeyServiceStub(served.channel).PutModelKey, request, timeout_s=20)).key


async def tried(served: Dialogue, **fields: str) -> pb.TryModelKeyResponse:
    request = pb.TryModelKeyRequest(account_id=ACCOUNT, **{"provider": "openai", **fields})
    return await call(ModelKeyServiceStub(served.channel).TryModelKey, request, timeout_s=20)


async def refused(served: Dialogue, **fields: str) -> str:
    with pytest.raises(RemoteError) as caught:
        await put(served, **fields)
    return caught.value.message


async def test_a_key_is_sealed_and_told_by_its_last_four_alone(served: Dialogue) -> None:
    key = await put(served, model="gpt-5-nano")
    assert (key.is_set, key.last_four, key.model, key.installed) == (True, "abcd", "gpt-5-nano", False)
    answer = await call(
        ModelKeyServiceStub(served.channel).ListModelKeys, pb.ListModelKeysRequest(account_id=ACCOUNT), timeout_s=20
    )
    assert [(each.provider, each.is_set) for each in answer.keys] == [
        ("openai", True),
        ("anthropic", False),
        ("google", False),
    ]
    assert OWN not in str(answer)
    (row,) = await served.fetch("select api_key from model_key")
    assert OWN.encode() not in bytes(row["api_key"])
    kept = await served.fetch("select detail::text from audit where action = 'put_model_key'")
    assert [OWN in each["detail"] for each in kept] == [False]
    assert OWN not in str(await served.fetch("select answer from idempotency where answer is not null"))


async def test_the_accounts_key_answers_its_leads_and_others_are_answered_as_before(
    served: Dialogue, llm: EmulatedLlm
) -> None:
    await llm.set_key(OWN)
    await put(served, base_url=f"{llm.url}/v1", model="gpt-5-nano")
    await llm.script({"kind": "answer", "content": an_output()})
    answer = await served.respond(a_request(1, a_message(11, "Oi, sou a Ana, quanto custa o botox?")))
    assert answer.engine == "openai:gpt-5-nano"
    assert [request["model"] for request in await llm.requests()] == ["gpt-5-nano"]
    request = pb.DeleteModelKeyRequest(request_id=str(uuid.uuid4()), account_id=ACCOUNT, provider="openai")
    gone = await call(ModelKeyServiceStub(served.channel).DeleteModelKey, request, timeout_s=20)
    assert gone.key.is_set is False
    answer = await served.respond(a_request(2, a_message(12, "Para esta semana")))
    assert answer.engine == "scripted"


async def test_a_key_that_is_refused_leaves_the_lead_to_the_next_engine(served: Dialogue, llm: EmulatedLlm) -> None:
    await llm.set_key("sk-another-0123456789")
    await put(served, base_url=f"{llm.url}/v1")
    answer = await served.respond(a_request(1, a_message(11, "Oi, sou a Ana")))
    assert answer.engine == "scripted"


async def test_a_trial_says_what_to_mend(served: Dialogue, llm: EmulatedLlm) -> None:
    await llm.set_key(OWN)
    base_url = f"{llm.url}/v1"
    assert (await tried(served)).outcome == pb.KEY_TRIAL_NO_KEY
    works = await tried(served, api_key=OWN, base_url=base_url)
    assert (works.outcome, works.model, works.status) == (pb.KEY_TRIAL_WORKS, "gpt-5-mini", 200)
    assert (await tried(served, api_key="sk-wrong", base_url=base_url)).outcome == pb.KEY_TRIAL_KEY_REFUSED
    nowhere = f"http://127.0.0.1:{free_port()}/v1"
    assert (await tried(served, api_key=OWN, base_url=nowhere)).outcome == pb.KEY_TRIAL_UNREACHABLE
    inside = await tried(served, api_key=OWN, base_url="http://169.254.169.254/v1")
    assert inside.outcome == pb.KEY_TRIAL_ADDRESS_FORBIDDEN


async def test_a_kept_key_is_never_sent_to_another_address_than_it_was_given_for(
    served: Dialogue, llm: EmulatedLlm
) -> None:
    await put(served, base_url="http://127.0.0.1:1/v1")
    assert (await put(served, api_key="", base_url="http://127.0.0.1:1/v1", model="m")).last_four == "abcd"
    await llm.set_key(OWN)
    assert (await tried(served, base_url=f"{llm.url}/v1")).outcome == pb.KEY_TRIAL_KEY_REFUSED
    assert (await put(served, api_key="", base_url=f"{llm.url}/v1")).last_four == ""


async def test_what_nobody_could_use_is_refused(served: Dialogue) -> None:
    assert "api_key: is needed" in await refused(served, api_key="")
    assert "only openai may be elsewhere" in await refused(served, provider="google", base_url="http://127.0.0.1/v1")
    assert "no public address" in await refused(served, base_url="http://10.0.0.7/v1")


async def test_without_a_key_to_seal_with_no_key_is_kept(database: str) -> None:
    async with running(database, choose_model(Settings.model_validate({"DATABASE_URL": database}))) as service:
        await service.put_settings(a_settings_request())
        assert "give dialogue the variable SDR_SECRET_KEY" in await refused(service)


async def test_keys_are_sealed_anew_with_the_newest_key(served: Dialogue) -> None:
    await put(served)
    (before,) = await served.fetch("select api_key from model_key")
    both = Settings.model_validate({"DATABASE_URL": served.url, "SDR_SECRET_KEY": f"{NEW_BOX_KEY},{BOX_KEY}"})
    assert await reseal(both) == {"keys of models": 1}
    (after,) = await served.fetch("select api_key from model_key")
    assert bytes(after["api_key"]) != bytes(before["api_key"])


async def test_a_guarded_client_connects_to_no_address_of_ours_whatever_a_name_says(llm: EmulatedLlm) -> None:
    port = llm.url.rsplit(":", 1)[1]
    client = guarded_client(AddressGuard())
    try:
        for host in ("127.0.0.1", "localhost"):
            with pytest.raises(httpx2.ConnectError, match="not allowed"):
                await client.get(f"http://{host}:{port}/v1/models")
    finally:
        await client.aclose()
