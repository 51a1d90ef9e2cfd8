"""Agents, teams and memberships of the account API."""

from sdr_sandbox.chatwoot.errors import UnprocessableError
from sdr_sandbox.chatwoot.http.call import EMPTY, Access, ApiRoute, Call, Reply
from sdr_sandbox.chatwoot.json_types import JsonObject
from sdr_sandbox.chatwoot.params import Params
from sdr_sandbox.chatwoot.records import Inbox, Team

_ACCOUNT = "/api/v1/accounts/{account_id}"
_AGENT = _ACCOUNT + "/agents/{agent_id}"
_TEAM = _ACCOUNT + "/teams/{team_id}"
_TEAM_MEMBERS = _TEAM + "/team_members"
_INBOX_MEMBERS = _ACCOUNT + "/inbox_members"


def _body(call: Call, name: str) -> Params:
    """The parameters, whether flat or wrapped in an object of the model's name."""
    return call.params.nested(name) if isinstance(call.params.raw(name), dict) else call.params


def _agents(call: Call) -> list[JsonObject]:
    return [call.core.rest.agent(user) for user in call.core.state.users.values()]


def _create_agent(call: Call) -> JsonObject:
    params = _body(call, "agent")
    user = call.core.people.add_user(
        params.text("name") or "", params.text("email") or "", params.text("role") or "agent"
    )
    return call.core.rest.agent(call.core.people.update_user(user, params))


def _update_agent(call: Call) -> JsonObject:
    user = call.core.people.get_user(call.number("agent_id"))
    return call.core.rest.agent(call.core.people.update_user(user, _body(call, "agent")))


def _delete_agent(call: Call) -> Reply:
    call.core.people.remove_user(call.core.people.get_user(call.number("agent_id")))
    return EMPTY


def _assignable_agents(call: Call) -> JsonObject:
    numbers = call.params.integers("inbox_ids")
    inboxes = [call.core.context.inbox(number) for number in numbers]
    shared = [
        user
        for user in call.core.state.users.values()
        if user.role == "administrator" or all(user.id in inbox.member_ids for inbox in inboxes)
    ]
    return {"payload": [call.core.rest.agent(user) for user in shared]}


def _team(call: Call) -> Team:
    return call.core.people.get_team(call.number("team_id"))


def _teams(call: Call) -> list[JsonObject]:
    return [call.core.rest.team(team, call.actor) for team in call.core.state.teams.values()]


def _create_team(call: Call) -> JsonObject:
    return call.core.rest.team(call.core.people.create_team(_body(call, "team")), call.actor)


def _show_team(call: Call) -> JsonObject:
    return call.core.rest.team(_team(call), call.actor)


def _update_team(call: Call) -> JsonObject:
    return call.core.rest.team(call.core.people.update_team(_team(call), _body(call, "team")), call.actor)


def _delete_team(call: Call) -> Reply:
    call.core.people.delete_team(_team(call))
    return EMPTY


def _members(call: Call, group: Team | Inbox) -> list[JsonObject]:
    return [call.core.rest.agent(user) for user in call.core.people.users(group.member_ids)]


def _user_ids(call: Call) -> list[int]:
    if not call.params.has("user_ids"):
        raise UnprocessableError.missing("user_ids")
    return [user.id for user in call.core.people.users(call.params.integers("user_ids"))]


def _add(group: Team | Inbox, numbers: list[int]) -> None:
    group.member_ids = list(dict.fromkeys([*group.member_ids, *numbers]))


def _remove(group: Team | Inbox, numbers: list[int]) -> None:
    group.member_ids = [number for number in group.member_ids if number not in numbers]


def _team_members(call: Call) -> list[JsonObject]:
    return _members(call, _team(call))


def _add_team_members(call: Call) -> list[JsonObject]:
    _add(_team(call), _user_ids(call))
    return _members(call, _team(call))


def _replace_team_members(call: Call) -> list[JsonObject]:
    _team(call).member_ids = _user_ids(call)
    return _members(call, _team(call))


def _remove_team_members(call: Call) -> Reply:
    _remove(_team(call), _user_ids(call))
    return EMPTY


def _inbox(call: Call) -> Inbox:
    number = call.number("inbox_id") if "inbox_id" in call.path else call.params.integer("inbox_id")
    return call.core.context.inbox(number)


def _inbox_members(call: Call) -> JsonObject:
    return {"payload": _members(call, _inbox(call))}


def _add_inbox_members(call: Call) -> JsonObject:
    _add(_inbox(call), _user_ids(call))
    return _inbox_members(call)


def _replace_inbox_members(call: Call) -> JsonObject:
    _inbox(call).member_ids = _user_ids(call)
    return _inbox_members(call)


def _remove_inbox_members(call: Call) -> Reply:
    _remove(_inbox(call), _user_ids(call))
    return EMPTY


ROUTES = [
    ApiRoute("GET", _ACCOUNT + "/agents", _agents),
    ApiRoute("POST", _ACCOUNT + "/agents", _create_agent, Access.ADMINISTRATOR),
    ApiRoute("PATCH", _AGENT, _update_agent, Access.ADMINISTRATOR),
    ApiRoute("DELETE", _AGENT, _delete_agent, Access.ADMINISTRATOR),
    ApiRoute("GET", _ACCOUNT + "/assignable_agents", _assignable_agents),
    ApiRoute("GET", _ACCOUNT + "/teams", _teams),
    ApiRoute("POST", _ACCOUNT + "/teams", _create_team, Access.ADMINISTRATOR),
    ApiRoute("GET", _TEAM, _show_team),
    ApiRoute("PATCH", _TEAM, _update_team, Access.ADMINISTRATOR),
    ApiRoute("DELETE", _TEAM, _delete_team, Access.ADMINISTRATOR),
    ApiRoute("GET", _TEAM_MEMBERS, _team_members),
    ApiRoute("POST", _TEAM_MEMBERS, _add_team_members, Access.ADMINISTRATOR),
    ApiRoute("PATCH", _TEAM_MEMBERS, _replace_team_members, Access.ADMINISTRATOR),
    ApiRoute("DELETE", _TEAM_MEMBERS, _remove_team_members, Access.ADMINISTRATOR),
    ApiRoute("GET", _INBOX_MEMBERS + "/{inbox_id}", _inbox_members),
    ApiRoute("POST", _INBOX_MEMBERS, _add_inbox_members, Access.ADMINISTRATOR),
    ApiRoute("PATCH", _INBOX_MEMBERS, _replace_inbox_members, Access.ADMINISTRATOR),
    ApiRoute("DELETE", _INBOX_MEMBERS, _remove_inbox_members, Access.ADMINISTRATOR),
]
