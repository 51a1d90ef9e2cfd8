"""Labels, attribute definitions, canned responses and dashboard apps: what an account defines by hand."""

import re
from urllib.parse import urlsplit

from sdr_sandbox.chatwoot.context import Context
from sdr_sandbox.chatwoot.errors import NotFoundError, RecordInvalidError
from sdr_sandbox.chatwoot.params import Params
from sdr_sandbox.chatwoot.records import AttributeDefinition, CannedResponse, Contact, Conversation, DashboardApp, Label

_TITLE = re.compile(r"[\w-]+")
_DISPLAY_TYPES = ("text", "number", "currency", "percent", "link", "date", "list", "checkbox")
_MODELS = ("conversation_attribute", "contact_attribute")
_STANDARD_KEYS = {
    "conversation_attribute": frozenset(
        {"status", "priority", "assignee_id", "inbox_id", "team_id", "display_id", "campaign_id", "labels"}
        | {"browser_language", "country_code", "referer", "created_at", "last_activity_at"}
    ),
    "contact_attribute": frozenset(
        {"name", "email", "phone_number", "identifier", "country_code", "city", "created_at", "last_activity_at"}
        | {"referer", "blocked"}
    ),
}


class Catalog:
    """Hand-made definitions of the account."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._state = context.state

    def get_label(self, label_id: int) -> Label:
        """A label definition by id.

        Raises:
            NotFoundError: there is none.
        """
        found = self._state.labels.get(label_id)
        if found is None:
            raise NotFoundError
        return found

    def create_label(self, params: Params) -> Label:
        """Define a label; its title is stored in lower case.

        Raises:
            RecordInvalidError: a title that is too short, malformed or taken.
        """
        title = self._label_title(params, None)
        label = Label(id=self._state.next_id("label"), title=title)
        self._describe_label(label, params)
        self._state.labels[label.id] = label
        return label

    def update_label(self, label: Label, params: Params) -> Label:
        """Change a label; a new title is carried into the conversations that have the old one.

        Raises:
            RecordInvalidError: a title that is too short, malformed or taken.
        """
        if params.has("title"):
            old, label.title = label.title, self._label_title(params, label.id)
            rows: list[Conversation | Contact] = [*self._state.conversations.values(), *self._state.contacts.values()]
            for row in rows:
                row.labels = [label.title if title == old else title for title in row.labels]
        self._describe_label(label, params)
        return label

    def _describe_label(self, label: Label, params: Params) -> None:
        if params.has("description"):
            label.description = params.text("description")
        if params.text("color"):
            label.color = params.text("color") or label.color
        if params.has("show_on_sidebar"):
            label.show_on_sidebar = params.flag("show_on_sidebar")

    def _label_title(self, params: Params, own_id: int | None) -> str:
        title = (params.text("title") or "").strip().lower()
        if not title:
            raise RecordInvalidError("Title can't be blank", ["title"])
        if len(title) < 2 or not _TITLE.fullmatch(title):
            raise RecordInvalidError("Title is invalid", ["title"])
        if any(label.title == title and label.id != own_id for label in self._state.labels.values()):
            raise RecordInvalidError("Title has already been taken", ["title"])
        return title

    def get_definition(self, definition_id: int) -> AttributeDefinition:
        """An attribute definition by id.

        Raises:
            NotFoundError: there is none.
        """
        found = self._state.attribute_definitions.get(definition_id)
        if found is None:
            raise NotFoundError
        return found

    def create_definition(self, params: Params) -> AttributeDefinition:
        """Define a custom attribute of contacts or conversations.

        Raises:
            RecordInvalidError: a missing name, or a key that is taken or a standard one.
        """
        key = params.text("attribute_key") or ""
        model = _enum(params, "attribute_model", _MODELS)
        if not params.text("attribute_display_name"):
            raise RecordInvalidError("Attribute display name can't be blank", ["attribute_display_name"])
        if not key:
            raise RecordInvalidError("Attribute key can't be blank", ["attribute_key"])
        rows = self._state.attribute_definitions.values()
        if any(row.attribute_key == key and row.attribute_model == model for row in rows):
            raise RecordInvalidError("Attribute key has already been taken", ["attribute_key"])
        if key in _STANDARD_KEYS[model]:
            text = "The provided key is not allowed as it might conflict with default attributes."
            raise RecordInvalidError(f"Attribute key {text}", ["attribute_key"])
        now = self._context.clock()
        row = AttributeDefinition(
            id=self._state.next_id("attribute_definition"),
            attribute_display_name=params.text("attribute_display_name") or "",
            attribute_display_type=_enum(params, "attribute_display_type", _DISPLAY_TYPES),
            attribute_description=params.text("attribute_description"),
            attribute_key=key,
            regex_pattern=params.text("regex_pattern"),
            regex_cue=params.text("regex_cue"),
            attribute_values=params.texts("attribute_values"),
            attribute_model=model,
            created_at=now,
            updated_at=now,
        )
        self._state.attribute_definitions[row.id] = row
        return row

    def update_definition(self, row: AttributeDefinition, params: Params) -> AttributeDefinition:
        """Change how an attribute is shown; key and model stay."""
        if params.text("attribute_display_name"):
            row.attribute_display_name = params.text("attribute_display_name") or ""
        if params.has("attribute_description"):
            row.attribute_description = params.text("attribute_description")
        if params.has("attribute_values"):
            row.attribute_values = params.texts("attribute_values")
        if params.has("attribute_display_type"):
            row.attribute_display_type = _enum(params, "attribute_display_type", _DISPLAY_TYPES)
        row.updated_at = self._context.clock()
        return row

    def create_canned_response(self, params: Params) -> CannedResponse:
        """Prepare an answer.

        Raises:
            RecordInvalidError: a missing text or a short code that is taken.
        """
        code = params.text("short_code") or ""
        if not code or not params.text("content"):
            field = "content" if code else "short_code"
            raise RecordInvalidError(f"{field.replace('_', ' ').capitalize()} can't be blank", [field])
        if any(row.short_code == code for row in self._state.canned_responses.values()):
            raise RecordInvalidError("Short code has already been taken", ["short_code"])
        now = self._context.clock()
        row = CannedResponse(
            id=self._state.next_id("canned_response"),
            short_code=code,
            content=params.text("content") or "",
            created_at=now,
            updated_at=now,
        )
        self._state.canned_responses[row.id] = row
        return row

    def create_dashboard_app(self, params: Params) -> DashboardApp:
        """Add a tab that shows a page above conversations; not unique by title.

        Raises:
            RecordInvalidError: no title, or content that is not a list of http(s) frames.
        """
        content = [item for item in params.items("content") if isinstance(item, dict)]
        if not params.text("title"):
            raise RecordInvalidError("Title can't be blank", ["title"])
        if not content or any(urlsplit(str(item.get("url", ""))).scheme not in ("http", "https") for item in content):
            raise RecordInvalidError("Content Invalid data", ["content"])
        row = DashboardApp(
            id=self._state.next_id("dashboard_app"),
            title=params.text("title") or "",
            content=content,
            created_at=self._context.clock(),
        )
        self._state.dashboard_apps[row.id] = row
        return row


def _enum(params: Params, name: str, values: tuple[str, ...]) -> str:
    number = params.integer(name)
    if number is not None and 0 <= number < len(values):
        return values[number]
    text = params.text(name)
    return text if text in values else values[0]
