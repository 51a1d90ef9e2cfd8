"""Names for decoded JSON."""

from typing import Any

# Any: decoded JSON has whatever shape its sender chose; every reader checks what it takes out of it.
JsonObject = dict[str, Any]
JsonValue = Any
