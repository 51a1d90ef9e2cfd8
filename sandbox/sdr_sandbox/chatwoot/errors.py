"""The refusals of the API, each with the status and body shape that Chatwoot gives it."""

from sdr_sandbox.chatwoot.json_types import JsonObject


class ApiError(Exception):
    """A request that is answered with an error status; `body` is the JSON body, `text` a plain text one."""

    status = 500

    def __init__(self, body: JsonObject | None = None, *, text: str | None = None) -> None:
        super().__init__(text if text is not None else str(body))
        self.body = body
        self.text = text


class NotFoundError(ApiError):
    """404 of a record that does not exist, or not for this caller."""

    status = 404

    def __init__(self) -> None:
        super().__init__({"error": "Resource could not be found"})


class UnauthorizedError(ApiError):
    """401: a bad token and a lack of permission alike (Chatwoot has no 403 for the latter)."""

    status = 401

    def __init__(self, message: str = "You are not authorized to do this action") -> None:
        super().__init__({"error": message})


class SignInRequiredError(ApiError):
    """401 of a request without any token: `errors` is a list here."""

    status = 401

    def __init__(self, message: str = "You need to sign in or sign up before continuing.") -> None:
        super().__init__({"errors": [message]})


class ForbiddenError(ApiError):
    """403, used only where the channel is of the wrong kind."""

    status = 403

    def __init__(self, message: str) -> None:
        super().__init__({"error": message})


class RecordInvalidError(ApiError):
    """422 of a model validation: `{message, attributes}`."""

    status = 422

    def __init__(self, message: str, attributes: list[str]) -> None:
        super().__init__({"message": message, "attributes": attributes})


class UnprocessableError(ApiError):
    """422 of a message creation or of a missing parameter: `{error}`."""

    status = 422

    def __init__(self, message: str) -> None:
        super().__init__({"error": message})

    @classmethod
    def missing(cls, name: str) -> "UnprocessableError":
        """The refusal of a request that lacks a required parameter."""
        return cls(f"param is missing or the value is empty: {name}")


class InternalServerError(ApiError):
    """500, as Rails answers an unhandled exception, for example an unknown status name."""

    status = 500

    def __init__(self) -> None:
        super().__init__({"status": 500, "error": "Internal Server Error"})


class TooManyRequestsError(ApiError):
    """429 of the rate limiter: plain text, no Retry-After header."""

    status = 429

    def __init__(self) -> None:
        super().__init__(text="Retry later\n")
