"""Request parameters read as Rails reads them: from JSON, forms or the query, with text and numbers exchangeable."""

import msgspec

from sdr_sandbox.chatwoot.json_types import JsonObject, JsonValue


class Params:
    """Typed access to one request's parameters; a value of the wrong kind counts as absent."""

    def __init__(self, data: JsonObject) -> None:
        self.data = data

    def has(self, name: str) -> bool:
        """Whether the parameter was sent, even as null."""
        return name in self.data

    def raw(self, name: str) -> JsonValue:
        """The value as it was sent; None if absent."""
        return self.data.get(name)

    def text(self, name: str) -> str | None:
        """A text; numbers become text."""
        value = self.data.get(name)
        if isinstance(value, str):
            return value
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def integer(self, name: str) -> int | None:
        """A whole number, also from text."""
        value = self.data.get(name)
        if isinstance(value, bool):
            return None
        if isinstance(value, int):
            return value
        if isinstance(value, str) and value.lstrip("-").isdigit():
            return int(value)
        return None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A yes or no, also from text."""
        value = self.data.get(name)
        if isinstance(value, bool):
            return value
        if isinstance(value, str | int):
            return str(value).lower() in {"true", "1", "t", "on", "yes"}
        return default

    def mapping(self, name: str) -> JsonObject:
        """An object, also from JSON text (multipart forms); {} if absent."""
        value = self.data.get(name)
        if isinstance(value, str) and value.lstrip().startswith("{"):
            try:
                value = msgspec.json.decode(value)
            except msgspec.DecodeError:
                return {}
        return dict(value) if isinstance(value, dict) else {}

    def items(self, name: str) -> list[JsonValue]:
        """A list; a lone value becomes a list of one, absence an empty one."""
        value = self.data.get(name)
        if value is None:
            return []
        return list(value) if isinstance(value, list) else [value]

    def texts(self, name: str) -> list[str]:
        """A list of texts, others left out."""
        return [str(value) for value in self.items(name) if isinstance(value, str | int)]

    def integers(self, name: str) -> list[int]:
        """A list of whole numbers, others left out."""
        return [int(text) for text in self.texts(name) if text.lstrip("-").isdigit()]

    def nested(self, name: str) -> "Params":
        """The parameters inside an object."""
        return Params(self.mapping(name))

    def only(self, *names: str) -> JsonObject:
        """The sent ones of `names`."""
        return {name: self.data[name] for name in names if name in self.data}
