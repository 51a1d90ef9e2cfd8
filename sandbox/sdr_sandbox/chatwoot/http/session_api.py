"""Sign-in, profile, version and the account itself."""

from sdr_sandbox.chatwoot.http.call import Access, ApiRoute, Call, Reply
from sdr_sandbox.chatwoot.json_types import JsonObject
from sdr_sandbox.chatwoot.records import User
from sdr_sandbox.chatwoot.timestamps import iso_ms

VERSION = "4.15.1"


def _user(call: Call, user: User) -> JsonObject:
    account = call.core.state.account
    return {
        "access_token": user.access_token,
        "account_id": account.id,
        "available_name": user.available_name,
        "avatar_url": "",
        "confirmed": True,
        "display_name": None,
        "message_signature": None,
        "email": user.email,
        "hmac_identifier": "",
        "id": user.id,
        "inviter_id": None,
        "name": user.name,
        "provider": "email",
        "pubsub_token": user.pubsub_token,
        "custom_attributes": {},
        "role": user.role,
        "ui_settings": {},
        "uid": user.email,
        "type": None,
        "accounts": [
            {
                "id": account.id,
                "name": account.name,
                "status": "active",
                "active_at": iso_ms(call.core.clock()),
                "role": user.role,
                "permissions": [user.role],
                "availability": user.availability,
                "availability_status": user.availability,
                "auto_offline": user.auto_offline,
                "custom_role_id": None,
                "custom_role": None,
            }
        ],
    }


def _sign_in(call: Call) -> Reply:
    user = call.core.people.sign_in(call.params.text("email") or "", call.params.text("password") or "")
    if user is None:
        refusal = {"success": False, "errors": ["Invalid login credentials. Please try again."]}
        return Reply(refusal, 401)
    return Reply({"data": _user(call, user)}, headers=call.server.open_session(user))


def _profile(call: Call) -> JsonObject:
    return _user(call, call.user)


def _update_profile(call: Call) -> JsonObject:
    call.core.people.update_user(call.user, call.params.nested("profile"))
    return _user(call, call.user)


def _version(call: Call) -> JsonObject:
    moment = (iso_ms(call.core.clock()) or "").replace("T", " ")[:19]
    return {"version": VERSION, "timestamp": moment, "queue_services": "ok", "data_services": "ok"}


def _health(_call: Call) -> JsonObject:
    return {"status": "woot"}


def _account(call: Call) -> JsonObject:
    account = call.core.state.account
    return {
        "id": account.id,
        "name": account.name,
        "locale": account.locale,
        "domain": None,
        "support_email": "",
        "status": "active",
        "created_at": iso_ms(account.created_at),
        "cache_keys": {},
        "features": {},
        "settings": account.settings,
        "custom_attributes": {},
        "latest_chatwoot_version": VERSION,
        "subscribed_features": [],
    }


def _update_account(call: Call) -> JsonObject:
    account = call.core.state.account
    account.name = call.params.text("name") or account.name
    account.locale = call.params.text("locale") or account.locale
    settings = call.params.mapping("settings")
    settings |= call.params.only("keep_pending_on_bot_failure", "auto_resolve_after", "auto_resolve_message")
    account.settings = {**account.settings, **settings}
    return _account(call)


ROUTES = [
    ApiRoute("POST", "/auth/sign_in", _sign_in, Access.OPEN),
    ApiRoute("GET", "/api/v1/profile", _profile),
    ApiRoute("PUT", "/api/v1/profile", _update_profile),
    ApiRoute("GET", "/api", _version, Access.OPEN),
    ApiRoute("GET", "/health", _health, Access.OPEN),
    ApiRoute("GET", "/api/v1/accounts/{account_id}", _account),
    ApiRoute("PATCH", "/api/v1/accounts/{account_id}", _update_account, Access.ADMINISTRATOR),
]
