"""Which conversations a list, a filter or a count covers."""

from collections.abc import Callable
from functools import partial

from sdr_sandbox.chatwoot.http.call import Call
from sdr_sandbox.chatwoot.json_types import JsonObject, JsonValue
from sdr_sandbox.chatwoot.params import Params
from sdr_sandbox.chatwoot.records import Conversation, User

PAGE = 25
_SORTS: dict[str, tuple[Callable[[Conversation], float], bool]] = {
    "last_activity_at_desc": (lambda row: row.last_activity_at, True),
    "last_activity_at_asc": (lambda row: row.last_activity_at, False),
    "created_at_desc": (lambda row: row.created_at, True),
    "created_at_asc": (lambda row: row.created_at, False),
    "waiting_since_desc": (lambda row: row.waiting_since or 0.0, True),
    "waiting_since_asc": (lambda row: row.waiting_since or 0.0, False),
    "latest": (lambda row: row.last_activity_at, True),
}


def visible(call: Call) -> list[Conversation]:
    """Every conversation that the caller may see."""
    rows = list(call.core.state.conversations.values())
    if isinstance(call.actor, User) and call.actor.role != "administrator":
        inboxes = call.core.state.inboxes
        rows = [row for row in rows if call.actor.id in inboxes[row.inbox_id].member_ids]
    return rows


def narrowed(call: Call, rows: list[Conversation]) -> list[Conversation]:
    """Those that match `status` (default open), `inbox_id`, `team_id`, `labels`, `q`, `source_id`."""
    params = call.params
    status = params.text("status") or "open"
    if status != "all":
        rows = [row for row in rows if row.status == status]
    for name in ("inbox_id", "team_id"):
        number = params.integer(name)
        if number is not None:
            rows = [row for row in rows if getattr(row, name) == number]
    labels = [label.lower() for label in params.texts("labels")]
    if labels:
        rows = [row for row in rows if set(labels) & set(row.labels)]
    text = (params.text("q") or "").lower()
    if text:
        rows = [row for row in rows if _mentions(call, row, text)]
    source_id = params.text("source_id")
    if source_id:
        inboxes = call.core.state.contact_inboxes
        rows = [row for row in rows if inboxes[row.contact_inbox_id].source_id == source_id]
    return rows


def _mentions(call: Call, conversation: Conversation, text: str) -> bool:
    return any(text in (message.content or "").lower() for message in call.core.index.messages(conversation))


def counts(call: Call, rows: list[Conversation]) -> JsonObject:
    """How many of `rows` are the caller's, owned, and free."""
    mine = call.actor.id if isinstance(call.actor, User) else None
    owned = [row for row in rows if row.assignee_id is not None]
    return {
        "mine_count": sum(row.assignee_id == mine for row in owned),
        "assigned_count": len(owned),
        "unassigned_count": len(rows) - len(owned),
        "all_count": len(rows),
    }


def of_assignee_type(call: Call, rows: list[Conversation]) -> list[Conversation]:
    """Those of an `assignee_type`: me, assigned, unassigned or all."""
    kind = call.params.text("assignee_type")
    mine = call.actor.id if isinstance(call.actor, User) else None
    match kind:
        case "me":
            return [row for row in rows if row.assignee_id == mine]
        case "assigned":
            return [row for row in rows if row.assignee_id is not None]
        case "unassigned":
            return [row for row in rows if row.assignee_id is None]
        case _:
            return rows


def page_of(call: Call, rows: list[Conversation]) -> list[Conversation]:
    """One page, sorted; `updated_within` (seconds) gives everything that changed since, unpaged."""
    key, descending = _SORTS.get(call.params.text("sort_by") or "", _SORTS["last_activity_at_desc"])
    ordered = sorted(rows, key=key, reverse=descending)
    within = call.params.integer("updated_within")
    if within is not None:
        since = call.core.clock() - within
        return [row for row in ordered if row.updated_at > since]
    page = max(call.params.integer("page") or 1, 1)
    return ordered[(page - 1) * PAGE : page * PAGE]


def filtered(call: Call, rows: list[Conversation], conditions: list[JsonValue]) -> list[Conversation]:
    """Those that meet a filter's conditions, joined by their `query_operator`, strictly left to right."""
    return [row for row in rows if meets(conditions, partial(_value, row))]


def meets(conditions: list[JsonValue], value_of: Callable[[str], JsonValue]) -> bool:
    """Whether a record meets `[{attribute_key, filter_operator, values, query_operator}]`."""
    result, join = True, "and"
    for condition in conditions:
        if not isinstance(condition, dict):
            continue
        params = Params(condition)
        matched = _holds(params, value_of(params.text("attribute_key") or ""))
        result = (result and matched) if join == "and" else (result or matched)
        join = (params.text("query_operator") or "and").lower()
    return result


def _value(row: Conversation, key: str) -> JsonValue:
    names = {"display_id": "id", "labels": "labels"}
    if key in row.custom_attributes:
        return row.custom_attributes[key]
    return getattr(row, names.get(key, key), None)


def _holds(params: Params, actual: JsonValue) -> bool:
    wanted = [text.lower() for text in params.texts("values")]
    present = [str(item).lower() for item in actual] if isinstance(actual, list) else [str(actual).lower()]
    operator = params.text("filter_operator") or ""
    first = _number(wanted[0] if wanted else None)
    equal = actual is not None and ("all" in wanted or any(item in wanted for item in present))
    contained = actual is not None and any(text in item for text in wanted for item in present)
    filled = actual not in (None, "", [])
    results = {
        "equal_to": equal,
        "not_equal_to": not equal,
        "contains": contained,
        "does_not_contain": not contained,
        "is_present": filled,
        "is_not_present": not filled,
        "is_greater_than": _number(actual) > first,
        "is_less_than": _number(actual) < first,
    }
    return results.get(operator, False)


def _number(value: JsonValue) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")
