"""Labels, attribute definitions, canned responses, dashboard apps and ratings of the account API."""

import msgspec

from sdr_sandbox.chatwoot.errors import NotFoundError
from sdr_sandbox.chatwoot.http.call import EMPTY, Access, ApiRoute, Call, Reply
from sdr_sandbox.chatwoot.json_types import JsonObject
from sdr_sandbox.chatwoot.params import Params
from sdr_sandbox.chatwoot.records import (
    AttributeDefinition,
    CannedResponse,
    CsatResponse,
    DashboardApp,
    Label,
)
from sdr_sandbox.chatwoot.timestamps import epoch, iso_ms

_ACCOUNT = "/api/v1/accounts/{account_id}"
_LABEL = _ACCOUNT + "/labels/{label_id}"
_DEFINITION = _ACCOUNT + "/custom_attribute_definitions/{definition_id}"
_CANNED = _ACCOUNT + "/canned_responses/{canned_response_id}"
_APP = _ACCOUNT + "/dashboard_apps/{dashboard_app_id}"


def _body(call: Call, name: str) -> Params:
    return call.params.nested(name) if isinstance(call.params.raw(name), dict) else call.params


def _with_times(row: AttributeDefinition | CannedResponse) -> JsonObject:
    body: JsonObject = msgspec.to_builtins(row)
    return {**body, "created_at": iso_ms(row.created_at), "updated_at": iso_ms(row.updated_at)}


def _label_json(label: Label) -> JsonObject:
    body: JsonObject = msgspec.to_builtins(label)
    return body


def _labels(call: Call) -> JsonObject:
    return {"payload": [_label_json(label) for label in call.core.state.labels.values()]}


def _create_label(call: Call) -> JsonObject:
    return _label_json(call.core.catalog.create_label(_body(call, "label")))


def _show_label(call: Call) -> JsonObject:
    return _label_json(call.core.catalog.get_label(call.number("label_id")))


def _update_label(call: Call) -> JsonObject:
    label = call.core.catalog.get_label(call.number("label_id"))
    return _label_json(call.core.catalog.update_label(label, _body(call, "label")))


def _delete_label(call: Call) -> Reply:
    del call.core.state.labels[call.core.catalog.get_label(call.number("label_id")).id]
    return EMPTY


def _definitions(call: Call) -> list[JsonObject]:
    models = {"0": "conversation_attribute", "1": "contact_attribute"}
    text = call.params.text("attribute_model")
    wanted = models.get(text or "", text)
    rows = call.core.state.attribute_definitions.values()
    return [_with_times(row) for row in rows if not wanted or row.attribute_model == wanted]


def _definition(call: Call) -> AttributeDefinition:
    return call.core.catalog.get_definition(call.number("definition_id"))


def _create_definition(call: Call) -> JsonObject:
    return _with_times(call.core.catalog.create_definition(_body(call, "custom_attribute_definition")))


def _show_definition(call: Call) -> JsonObject:
    return _with_times(_definition(call))


def _update_definition(call: Call) -> JsonObject:
    params = _body(call, "custom_attribute_definition")
    return _with_times(call.core.catalog.update_definition(_definition(call), params))


def _delete_definition(call: Call) -> Reply:
    del call.core.state.attribute_definitions[_definition(call).id]
    return Reply(empty=True, status=204)


def _canned_json(call: Call, row: CannedResponse) -> JsonObject:
    return {**_with_times(row), "account_id": call.core.state.account.id}


def _canned_responses(call: Call) -> list[JsonObject]:
    text = (call.params.text("search") or "").lower()
    rows = call.core.state.canned_responses.values()
    return [_canned_json(call, row) for row in rows if text in row.short_code.lower() or text in row.content.lower()]


def _canned(call: Call) -> CannedResponse:
    found = call.core.state.canned_responses.get(call.number("canned_response_id"))
    if found is None:
        raise NotFoundError
    return found


def _create_canned_response(call: Call) -> JsonObject:
    return _canned_json(call, call.core.catalog.create_canned_response(_body(call, "canned_response")))


def _update_canned_response(call: Call) -> JsonObject:
    row, params = _canned(call), _body(call, "canned_response")
    row.short_code = params.text("short_code") or row.short_code
    row.content = params.text("content") or row.content
    row.updated_at = call.core.clock()
    return _canned_json(call, row)


def _delete_canned_response(call: Call) -> Reply:
    del call.core.state.canned_responses[_canned(call).id]
    return EMPTY


def _app_json(row: DashboardApp) -> JsonObject:
    return {"id": row.id, "title": row.title, "content": row.content, "created_at": iso_ms(row.created_at)}


def _app(call: Call) -> DashboardApp:
    found = call.core.state.dashboard_apps.get(call.number("dashboard_app_id"))
    if found is None:
        raise NotFoundError
    return found


def _apps(call: Call) -> list[JsonObject]:
    return [_app_json(row) for row in call.core.state.dashboard_apps.values()]


def _create_app(call: Call) -> JsonObject:
    return _app_json(call.core.catalog.create_dashboard_app(_body(call, "dashboard_app")))


def _show_app(call: Call) -> JsonObject:
    return _app_json(_app(call))


def _update_app(call: Call) -> JsonObject:
    row, params = _app(call), _body(call, "dashboard_app")
    row.title = params.text("title") or row.title
    if params.items("content"):
        row.content = [item for item in params.items("content") if isinstance(item, dict)]
    return _app_json(row)


def _delete_app(call: Call) -> Reply:
    del call.core.state.dashboard_apps[_app(call).id]
    return Reply(empty=True, status=204)


def _rating_json(call: Call, row: CsatResponse) -> JsonObject:
    core = call.core
    contact = core.state.contacts.get(row.contact_id)
    agent = core.state.users.get(row.assigned_agent_id or 0)
    return {
        "id": row.id,
        "rating": row.rating,
        "feedback_message": row.feedback_message,
        "account_id": core.state.account.id,
        "message_id": row.message_id,
        "conversation_id": row.conversation_id,
        "contact": core.rest.contact(contact) if contact else None,
        "assigned_agent": core.rest.agent(agent) if agent else None,
        "created_at": epoch(row.created_at),
    }


def _ratings(call: Call) -> list[JsonObject]:
    page = max(call.params.integer("page") or 1, 1)
    rows = list(reversed(call.core.state.csat_responses.values()))[(page - 1) * 25 : page * 25]
    return [_rating_json(call, row) for row in rows]


def _rating_metrics(call: Call) -> JsonObject:
    rows = call.core.state.csat_responses.values()
    asked = sum(message.content_type == "input_csat" for message in call.core.state.messages.values())
    per_rating = {str(stars): sum(row.rating == stars for row in rows) for stars in range(1, 6)}
    return {"total_count": len(rows), "ratings_count": per_rating, "total_sent_messages_count": asked}


_ADMIN = Access.ADMINISTRATOR
ROUTES = [
    ApiRoute("GET", _ACCOUNT + "/labels", _labels),
    ApiRoute("POST", _ACCOUNT + "/labels", _create_label, _ADMIN),
    ApiRoute("GET", _LABEL, _show_label),
    ApiRoute("PATCH", _LABEL, _update_label, _ADMIN),
    ApiRoute("DELETE", _LABEL, _delete_label, _ADMIN),
    ApiRoute("GET", _ACCOUNT + "/custom_attribute_definitions", _definitions),
    ApiRoute("POST", _ACCOUNT + "/custom_attribute_definitions", _create_definition, _ADMIN),
    ApiRoute("GET", _DEFINITION, _show_definition),
    ApiRoute("PATCH", _DEFINITION, _update_definition, _ADMIN),
    ApiRoute("DELETE", _DEFINITION, _delete_definition, _ADMIN),
    ApiRoute("GET", _ACCOUNT + "/canned_responses", _canned_responses),
    ApiRoute("POST", _ACCOUNT + "/canned_responses", _create_canned_response),
    ApiRoute("PATCH", _CANNED, _update_canned_response),
    ApiRoute("DELETE", _CANNED, _delete_canned_response),
    ApiRoute("GET", _ACCOUNT + "/dashboard_apps", _apps),
    ApiRoute("POST", _ACCOUNT + "/dashboard_apps", _create_app),
    ApiRoute("GET", _APP, _show_app),
    ApiRoute("PATCH", _APP, _update_app),
    ApiRoute("DELETE", _APP, _delete_app),
    ApiRoute("GET", _ACCOUNT + "/csat_survey_responses", _ratings),
    ApiRoute("GET", _ACCOUNT + "/csat_survey_responses/metrics", _rating_metrics),
]
