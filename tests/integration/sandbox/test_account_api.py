"""The account API as a client meets it: status flow, replace and merge, refusals, lists."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.sandbox.servers import ACCOUNT, TOKEN, Running, running_chatwoot

REFUSED_TO_BOTS = [
    ("GET", "/conversations/{id}/messages"),
    ("GET", "/conversations"),
    ("POST", "/conversations/{id}/update_last_seen"),
    ("GET", "/contacts/1"),
    ("PATCH", "/contacts/1"),
    ("GET", "/teams"),
    ("GET", "/labels"),
    ("GET", "/inboxes"),
    ("POST", "/webhooks"),
    ("DELETE", "/conversations/{id}/messages/1"),
]


async def status_of(chatwoot: Running, conversation: int) -> str:
    shown = await chatwoot.ask("GET", f"/conversations/{conversation}")
    return str(shown["status"])


async def toggle(chatwoot: Running, conversation: int, status: str | None, token: str = TOKEN) -> dict[str, Any]:
    body = {"status": status} if status else {}
    answer = await chatwoot.ask("POST", f"/conversations/{conversation}/toggle_status", body, token=token)
    payload: dict[str, Any] = answer["payload"]
    return payload


async def test_a_bot_hands_its_pending_conversation_off_once(chatwoot: Running) -> None:
    bot = await chatwoot.new_bot()
    _, conversation = await chatwoot.new_lead()
    assert await status_of(chatwoot, conversation) == "pending"
    first = await toggle(chatwoot, conversation, "open", bot["access_token"])
    second = await toggle(chatwoot, conversation, "open", bot["access_token"])
    assert (first["success"], first["current_status"]) == (None, "open")
    assert (second["success"], second["current_status"]) == (True, "open")
    counters = (await chatwoot.client.get("/sandbox/counters")).json()
    assert counters["bot_handoffs_count"] == 1


async def test_an_open_conversation_does_not_return_to_the_bot_by_itself(chatwoot: Running) -> None:
    await chatwoot.new_bot()
    lead = await chatwoot.new_lead()
    await toggle(chatwoot, lead[1], "open")
    await chatwoot.lead_says(lead, "ainda está aí?")
    assert await status_of(chatwoot, lead[1]) == "open"


@pytest.mark.parametrize(("with_bot", "expected"), [(True, "pending"), (False, "open")])
async def test_a_message_on_a_resolved_conversation_reopens_it(
    chatwoot: Running, with_bot: bool, expected: str
) -> None:
    if with_bot:
        await chatwoot.new_bot()
    lead = await chatwoot.new_lead()
    await toggle(chatwoot, lead[1], "resolved")
    await chatwoot.lead_says(lead, "voltei")
    assert await status_of(chatwoot, lead[1]) == expected


async def test_a_human_reply_on_a_pending_conversation_leaves_it_pending(chatwoot: Running) -> None:
    await chatwoot.new_bot()
    _, conversation = await chatwoot.new_lead()
    await chatwoot.ask("POST", f"/conversations/{conversation}/messages", {"content": "Oi, aqui é a Camila"})
    shown = await chatwoot.ask("GET", f"/conversations/{conversation}")
    assert shown["status"] == "pending"
    assert shown["first_reply_created_at"] > 0
    assert shown["waiting_since"] == 0


async def test_opening_assigns_an_online_member_of_the_team(chatwoot: Running) -> None:
    bot = await chatwoot.new_bot()
    agents = await chatwoot.ask("GET", "/agents")
    camila, rafael, juliana = (agent["id"] for agent in agents[1:])
    team = await chatwoot.ask("POST", "/teams", {"name": "Comercial"})
    await chatwoot.ask("POST", f"/teams/{team['id']}/team_members", {"user_ids": [camila, rafael]})
    await chatwoot.ask("PATCH", f"/agents/{camila}", {"availability": "offline"})
    await chatwoot.ask("PATCH", f"/agents/{rafael}", {"availability": "busy"})
    _, conversation = await chatwoot.new_lead()
    await chatwoot.ask("POST", f"/conversations/{conversation}/assignments", {"team_id": team["id"]})
    await chatwoot.ask("PATCH", f"/agents/{rafael}", {"availability": "online"})
    await toggle(chatwoot, conversation, "open", bot["access_token"])
    meta = (await chatwoot.ask("GET", f"/conversations/{conversation}"))["meta"]
    assert meta["team"]["name"] == "comercial"
    assert meta["assignee"]["id"] == rafael
    assert juliana != rafael


async def test_opening_without_a_team_goes_round_the_online_members(chatwoot: Running) -> None:
    owners = []
    for _ in range(4):
        _, conversation = await chatwoot.new_lead()
        shown = await chatwoot.ask("GET", f"/conversations/{conversation}")
        owners.append(shown["meta"]["assignee"]["name"])
    assert owners == ["Camila Ribeiro", "Rafael Nunes", "Juliana Prado", "Camila Ribeiro"]


async def test_an_agent_who_opens_a_conversation_owns_it(chatwoot: Running) -> None:
    await chatwoot.new_bot()
    credentials = {"email": "rafael@clinica.test", "password": "sandbox123!"}
    signed_in = (await chatwoot.client.post("/auth/sign_in", json=credentials)).json()["data"]
    _, conversation = await chatwoot.new_lead()
    await toggle(chatwoot, conversation, "open", signed_in["access_token"])
    shown = await chatwoot.ask("GET", f"/conversations/{conversation}")
    assert shown["meta"]["assignee"]["email"] == "rafael@clinica.test"


async def test_assignee_wins_over_team_and_an_unknown_id_unassigns_silently(chatwoot: Running) -> None:
    team = await chatwoot.ask("POST", "/teams", {"name": "comercial"})
    _, conversation = await chatwoot.new_lead()
    path = f"/conversations/{conversation}/assignments"
    both = await chatwoot.ask("POST", path, {"assignee_id": 2, "team_id": team["id"]})
    assert both["id"] == 2
    assert "team" not in (await chatwoot.ask("GET", f"/conversations/{conversation}"))["meta"]
    assert await chatwoot.ask("POST", path, {"assignee_id": 999}) is None
    assert "assignee" not in (await chatwoot.ask("GET", f"/conversations/{conversation}"))["meta"]
    assert await chatwoot.ask("POST", path, {"team_id": 999}) is None


async def test_a_human_assignee_takes_the_conversation_from_the_bot(chatwoot: Running) -> None:
    bot = await chatwoot.new_bot()
    _, conversation = await chatwoot.new_lead()
    path = f"/conversations/{conversation}/assignments"
    await chatwoot.ask("POST", path, {"assignee_id": bot["id"], "assignee_type": "AgentBot"})
    assert (await chatwoot.ask("GET", f"/conversations/{conversation}"))["meta"]["assignee_type"] == "AgentBot"
    await chatwoot.ask("POST", path, {"assignee_id": 2})
    meta = (await chatwoot.ask("GET", f"/conversations/{conversation}"))["meta"]
    assert (meta["assignee_type"], meta["assignee"]["id"]) == ("User", 2)


async def test_labels_and_conversation_attributes_are_replaced(chatwoot: Running) -> None:
    _, conversation = await chatwoot.new_lead()
    path = f"/conversations/{conversation}"
    await chatwoot.ask("POST", f"{path}/labels", {"labels": ["a", "b"]})
    assert await chatwoot.ask("POST", f"{path}/labels", {"labels": ["C"]}) == {"payload": ["c"]}
    await chatwoot.ask("POST", f"{path}/custom_attributes", {"custom_attributes": {"x": 1}})
    replaced = await chatwoot.ask("POST", f"{path}/custom_attributes", {"custom_attributes": {"y": 2}})
    assert replaced == {"custom_attributes": {"y": 2}}


async def test_contact_attributes_are_merged_and_destroyed_by_key(chatwoot: Running) -> None:
    await chatwoot.new_lead()
    await chatwoot.ask("PATCH", "/contacts/1", {"custom_attributes": {"waha_whatsapp_chat_id": "5511@c.us"}})
    merged = await chatwoot.ask("PATCH", "/contacts/1", {"custom_attributes": {"sdr_ia_score": 90}})
    assert merged["payload"]["custom_attributes"] == {"waha_whatsapp_chat_id": "5511@c.us", "sdr_ia_score": 90}
    keys = {"custom_attributes": ["sdr_ia_score"]}
    left = await chatwoot.ask("POST", "/contacts/1/destroy_custom_attributes", keys)
    assert left["payload"]["custom_attributes"] == {"waha_whatsapp_chat_id": "5511@c.us"}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("x" * 1501, "Custom attributes k length should be < 1500"),
        (10_000_000_000, "Custom attributes k value maximun limit should be < 9999999999"),
    ],
)
async def test_an_attribute_over_its_limit_is_refused(chatwoot: Running, value: object, message: str) -> None:
    _, conversation = await chatwoot.new_lead()
    body = {"custom_attributes": {"k": value}}
    for path in (f"/conversations/{conversation}/custom_attributes", "/contacts/1"):
        method = "POST" if "conversations" in path else "PATCH"
        response = await chatwoot.client.request(method, ACCOUNT + path, json=body)
        assert response.status_code == 422
        assert response.json() == {"message": message, "attributes": ["custom_attributes"]}


@pytest.mark.parametrize(("method", "path"), REFUSED_TO_BOTS)
async def test_a_bot_token_is_refused_outside_its_endpoints(chatwoot: Running, method: str, path: str) -> None:
    bot = await chatwoot.new_bot()
    _, conversation = await chatwoot.new_lead()
    headers = {"api_access_token": bot["access_token"]}
    response = await chatwoot.client.request(method, ACCOUNT + path.format(id=conversation), headers=headers, json={})
    assert response.status_code == 401
    assert response.json() == {"error": "Access to this endpoint is not authorized for bots"}


async def test_tokens_and_permissions_are_refused_as_chatwoot_does(chatwoot: Running) -> None:
    path = f"{ACCOUNT}/webhooks"
    wrong = await chatwoot.client.get(path, headers={"api_access_token": "errado"})
    assert (wrong.status_code, wrong.json()) == (401, {"error": "Invalid Access Token"})
    missing = await chatwoot.client.get(path, headers={"api_access_token": ""})
    assert missing.status_code == 401
    assert missing.json() == {"errors": ["You need to sign in or sign up before continuing."]}
    agent = chatwoot.core.state.users[2].access_token
    forbidden = await chatwoot.client.get(path, headers={"api_access_token": agent})
    assert (forbidden.status_code, forbidden.json()) == (401, {"error": "You are not authorized to do this action"})
    unknown = await chatwoot.client.get(f"{ACCOUNT}/conversations/999")
    assert (unknown.status_code, unknown.json()) == (404, {"error": "Resource could not be found"})
    enum = await chatwoot.new_lead()
    broken = await chatwoot.client.post(f"{ACCOUNT}/conversations/{enum[1]}/toggle_status", json={"status": "aberta"})
    assert broken.status_code == 500


async def test_a_session_from_sign_in_is_as_good_as_a_token(chatwoot: Running) -> None:
    credentials = {"email": "admin@clinica.test", "password": "sandbox123!"}
    signed_in = await chatwoot.client.post("/auth/sign_in", json=credentials)
    assert signed_in.json()["data"]["access_token"] == TOKEN
    session = {name: signed_in.headers[name] for name in ("access-token", "client", "uid")}
    profile = await chatwoot.client.get("/api/v1/profile", headers={**session, "api_access_token": ""})
    assert profile.json()["email"] == "admin@clinica.test"
    dashed = {"api-access-token": TOKEN, "api_access_token": ""}
    assert (await chatwoot.client.get("/api/v1/profile", headers=dashed)).status_code == 200
    refused = await chatwoot.client.post("/auth/sign_in", json={**credentials, "password": "errada"})
    assert refused.status_code == 401


async def test_outgoing_text_is_rendered_as_liquid_and_incoming_is_not(chatwoot: Running) -> None:
    _, conversation = await chatwoot.new_lead("mariana souza")
    path = f"/conversations/{conversation}/messages"
    text = "Oi {{contact.name}}!{% if x %} {{ nada }}`{{contact.name}}`"
    outgoing = await chatwoot.ask("POST", path, {"content": text, "echo_id": "e1"})
    assert outgoing["content"] == "Oi Mariana Souza! `{{contact.name}}`"
    assert outgoing["echo_id"] == "e1"
    incoming = await chatwoot.ask("POST", path, {"content": text, "message_type": "incoming"})
    assert incoming["content"] == text
    listed = await chatwoot.ask("GET", path)
    assert all("echo_id" not in message for message in listed["payload"])


async def test_retry_wipes_the_clients_key_and_delete_keeps_the_row(chatwoot: Running) -> None:
    _, conversation = await chatwoot.new_lead()
    path = f"/conversations/{conversation}/messages"
    sent = await chatwoot.ask("POST", path, {"content": "Oi", "content_attributes": {"sdr_key": "k"}})
    failed = await chatwoot.ask("PATCH", f"{path}/{sent['id']}", {"status": "failed", "external_error": "fora do ar"})
    assert failed["content_attributes"] == {"sdr_key": "k", "external_error": "fora do ar"}
    retried = await chatwoot.ask("POST", f"{path}/{sent['id']}/retry")
    assert (retried["status"], retried["content_attributes"]) == ("sent", {})
    deleted = await chatwoot.ask("DELETE", f"{path}/{sent['id']}")
    assert deleted["content"] == "Esta mensagem foi excluída"
    assert deleted["content_attributes"] == {"deleted": True}


async def test_status_of_a_message_changes_on_api_inboxes_only_and_not_backwards(chatwoot: Running) -> None:
    _, conversation = await chatwoot.new_lead()
    path = f"/conversations/{conversation}/messages"
    sent = await chatwoot.ask("POST", path, {"content": "Oi"})
    await chatwoot.ask("PATCH", f"{path}/{sent['id']}", {"status": "read"})
    kept = await chatwoot.ask("PATCH", f"{path}/{sent['id']}", {"status": "delivered"})
    assert kept["status"] == "read"
    chatwoot.core.state.inboxes[1].channel_type = "Channel::Whatsapp"
    refused = await chatwoot.client.patch(f"{ACCOUNT}{path}/{sent['id']}", json={"status": "read"})
    assert refused.status_code == 403
    incoming = {"content": "oi", "message_type": "incoming"}
    unprocessable = await chatwoot.client.post(f"{ACCOUNT}{path}", json=incoming)
    assert unprocessable.status_code == 422
    assert unprocessable.json() == {"error": "Incoming messages are only allowed in Api inboxes"}


async def test_messages_are_listed_in_pages_by_id(chatwoot: Running) -> None:
    lead = await chatwoot.new_lead()
    ids = [await chatwoot.lead_says(lead, f"mensagem {number}") for number in range(130)]
    path = f"/conversations/{lead[1]}/messages"

    async def listed(query: str) -> list[int]:
        return [row["id"] for row in (await chatwoot.ask("GET", f"{path}?{query}"))["payload"]]

    assert await listed("") == ids[-20:]
    assert await listed(f"before={ids[50]}") == ids[30:50]
    assert await listed(f"after={ids[9]}") == ids[10:110]
    assert await listed(f"after={ids[5]}&before={ids[126]}") == ids[5:126]


async def test_a_conversation_takes_only_so_many_messages_a_minute() -> None:
    async with running_chatwoot(messages_per_minute=5) as chatwoot:
        lead = await chatwoot.new_lead()
        numbered = f"/contacts/{lead[0]}/conversations/{lead[1]}/messages"
        answers = []
        for number in range(6):
            url = f"/public/api/v1/inboxes/inbox-do-teste{numbered}"
            answers.append(await chatwoot.client.post(url, json={"content": str(number)}))
        assert answers[-1].status_code == 422
        assert answers[-1].json() == {"error": "Validation failed: Too many messages"}


async def test_too_many_requests_get_a_plain_text_429() -> None:
    async with running_chatwoot(rate_limit_per_minute=3) as chatwoot:
        answers = [await chatwoot.client.get("/api") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[-1].text == "Retry later\n"
        assert answers[-1].headers["content-type"].startswith("text/plain")
        assert "retry-after" not in answers[-1].headers


async def test_unique_keys_are_refused_with_their_field(chatwoot: Running) -> None:
    phone = {"name": "Ana", "phone_number": "+5511987654321"}
    await chatwoot.ask("POST", "/contacts", phone)
    taken = await chatwoot.client.post(f"{ACCOUNT}/contacts", json=phone)
    assert taken.status_code == 422
    assert taken.json() == {"message": "Phone number has already been taken", "attributes": ["phone_number"]}
    local = await chatwoot.client.post(f"{ACCOUNT}/contacts", json={"phone_number": "11987654321"})
    assert local.json() == {"message": "Phone number should be in e164 format", "attributes": ["phone_number"]}
    label = {"title": "Temperatura-Quente", "color": "#FF0000"}
    created = await chatwoot.ask("POST", "/labels", label)
    assert created["title"] == "temperatura-quente"
    twice = await chatwoot.client.post(f"{ACCOUNT}/labels", json=label)
    assert twice.json() == {"message": "Title has already been taken", "attributes": ["title"]}
    definition = {"attribute_display_name": "Score", "attribute_key": "sdr_ia_score", "attribute_model": 1}
    await chatwoot.ask("POST", "/custom_attribute_definitions", {**definition, "attribute_display_type": 1})
    again = await chatwoot.client.post(f"{ACCOUNT}/custom_attribute_definitions", json=definition)
    assert again.status_code == 422
    other_model = await chatwoot.ask("POST", "/custom_attribute_definitions", {**definition, "attribute_model": 0})
    assert other_model["attribute_model"] == "conversation_attribute"
    listed = await chatwoot.ask("GET", "/custom_attribute_definitions?attribute_model=1")
    assert [row["attribute_display_type"] for row in listed] == ["number"]


async def test_contacts_are_found_by_text_and_by_exact_conditions(chatwoot: Running) -> None:
    await chatwoot.ask("POST", "/contacts", {"name": "Ana Lima", "phone_number": "+5511987654321"})
    await chatwoot.ask("POST", "/contacts", {"name": "Bia Lima", "email": "Bia@Example.com"})
    await chatwoot.ask("POST", "/contacts", {"name": "Sem chave Lima"})
    found = await chatwoot.ask("GET", "/contacts/search?q=lima")
    assert {row["name"] for row in found["payload"]} == {"Ana Lima", "Bia Lima"}
    condition = {"attribute_key": "phone_number", "filter_operator": "equal_to", "values": ["5511987654321"]}
    exact = await chatwoot.ask("POST", "/contacts/filter", {"payload": [condition]})
    assert [row["name"] for row in exact["payload"]] == ["Ana Lima"]


async def test_merging_moves_everything_and_removes_the_other(chatwoot: Running) -> None:
    first, second = await chatwoot.new_lead("Ana"), await chatwoot.new_lead("Ana B")
    await chatwoot.lead_says(second, "oi")
    await chatwoot.ask("PATCH", "/contacts/2", {"custom_attributes": {"x": 1}, "phone_number": "+5511987654321"})
    merged = await chatwoot.ask("POST", "/actions/contact_merge", {"base_contact_id": 1, "mergee_contact_id": 2})
    assert (merged["name"], merged["phone_number"], merged["custom_attributes"]) == ("Ana", "+5511987654321", {"x": 1})
    assert (await chatwoot.client.get(f"{ACCOUNT}/contacts/2")).status_code == 404
    rows = (await chatwoot.ask("GET", "/contacts/1/conversations"))["payload"]
    assert {row["id"] for row in rows} == {first[1], second[1]}


async def test_conversations_are_listed_by_status_and_recent_change(chatwoot: Running) -> None:
    for _ in range(30):
        await chatwoot.new_lead()
    await toggle(chatwoot, 1, "resolved")
    page = (await chatwoot.ask("GET", "/conversations"))["data"]
    assert (len(page["payload"]), page["meta"]["all_count"]) == (25, 29)
    second = (await chatwoot.ask("GET", "/conversations?status=all&page=2"))["data"]
    assert len(second["payload"]) == 5
    recent = (await chatwoot.ask("GET", "/conversations?status=all&updated_within=60"))["data"]
    assert len(recent["payload"]) == 30
    chatwoot.core.state.conversations[7].updated_at -= 120
    recent = (await chatwoot.ask("GET", "/conversations?status=all&updated_within=60"))["data"]
    assert 7 not in {row["id"] for row in recent["payload"]}
    resolved = [{"attribute_key": "status", "filter_operator": "equal_to", "values": ["resolved"]}]
    filtered = await chatwoot.ask("POST", "/conversations/filter", {"payload": resolved})
    assert [row["id"] for row in filtered["payload"]] == [1]


async def test_a_single_conversation_inbox_reuses_the_last_one(chatwoot: Running) -> None:
    source_id, conversation = await chatwoot.new_lead()
    again = await chatwoot.public("POST", f"/contacts/{source_id}/conversations", {})
    assert again["id"] != conversation
    await chatwoot.ask("PATCH", "/inboxes/1", {"lock_to_single_conversation": True})
    locked = await chatwoot.public("POST", f"/contacts/{source_id}/conversations", {})
    assert locked["id"] == again["id"]


async def test_an_attachment_is_kept_and_served_through_a_redirect(chatwoot: Running) -> None:
    _, conversation = await chatwoot.new_lead()
    files = {"attachments[]": ("voz.ogg", b"OggS....", "audio/ogg")}
    form = {"content": "", "message_type": "incoming", "content_attributes": '{"a": 1}'}
    url = f"{ACCOUNT}/conversations/{conversation}/messages"
    answer = (await chatwoot.client.post(url, data=form, files=files)).json()
    [attachment] = answer["attachments"]
    assert (attachment["file_type"], attachment["extension"], attachment["file_size"]) == ("audio", "ogg", 8)
    assert answer["content_attributes"] == {"a": 1}
    redirect = await chatwoot.client.get(attachment["data_url"])
    assert redirect.status_code == 302
    served = await chatwoot.client.get(attachment["data_url"], follow_redirects=True)
    assert served.content == b"OggS...."


async def test_a_rating_is_asked_once_after_resolving_and_can_be_given(chatwoot: Running) -> None:
    await chatwoot.ask("PATCH", "/inboxes/1", {"csat_survey_enabled": True})
    _, conversation = await chatwoot.new_lead()
    for status in ("resolved", "open", "resolved"):
        await toggle(chatwoot, conversation, status)
    listed = (await chatwoot.ask("GET", f"/conversations/{conversation}/messages"))["payload"]
    assert [row["content_type"] for row in listed].count("input_csat") == 1
    uuid = (await chatwoot.ask("GET", f"/conversations/{conversation}"))["uuid"]
    answer = {"rating": 5, "feedback_message": "ótimo"}
    body = {"message": {"submitted_values": {"csat_survey_response": answer}}}
    given = await chatwoot.client.patch(f"/public/api/v1/csat_survey/{uuid}", json=body)
    assert given.json()["csat_survey_response"] == answer
    assert [row["rating"] for row in await chatwoot.ask("GET", "/csat_survey_responses")] == [5]
