"""What can go wrong in dialogue."""

from __future__ import annotations

from sdr_common.errors import DomainError, ErrorKind
from sdr_dialogue.domain.conversation import Usage


class ConversationNotFound(DomainError):
    """No such conversation."""

    kind = ErrorKind.NOT_FOUND
    reason = "CONVERSATION_NOT_FOUND"

    def __init__(self, account_id: int, conversation_id: int) -> None:
        super().__init__(
            f"account {account_id} has no conversation {conversation_id} here",
            account_id=account_id,
            conversation_id=conversation_id,
        )


class EngineUnavailable(DomainError):
    """A language engine did not answer in time, or not in a usable form."""

    kind = ErrorKind.UNAVAILABLE
    reason = "ENGINE_UNAVAILABLE"

    def __init__(self, engine: str, problem: str, retry_after_s: float = 0.0, usage: Usage | None = None) -> None:
        super().__init__(f"engine {engine}: {problem}", engine=engine, problem=problem)
        self.engine = engine
        self.problem = problem
        self.retry_after_s = retry_after_s
        """Seconds that the provider asked to be left alone; 0: it did not say."""
        self.usage = usage or Usage()
        """What the failed call cost nevertheless."""


class DocumentNotFound(DomainError):
    """No such document."""

    kind = ErrorKind.NOT_FOUND
    reason = "DOCUMENT_NOT_FOUND"

    def __init__(self, account_id: int, document_id: int) -> None:
        super().__init__(
            f"account {account_id} has no document {document_id}", account_id=account_id, document_id=document_id
        )


class DocumentFromSettings(DomainError):
    """The document is a frequent question of the account's own document."""

    kind = ErrorKind.PRECONDITION
    reason = "DOCUMENT_FROM_SETTINGS"

    def __init__(self, document_id: int) -> None:
        super().__init__(
            f"document {document_id} comes from settings.frequent_questions; change it there",
            document_id=document_id,
            field="settings.frequent_questions",
        )


class UnreadableDocument(DomainError):
    """A file or page cannot be taken in."""

    kind = ErrorKind.INVALID
    reason = "UNREADABLE_DOCUMENT"

    def __init__(self, field: str, problem: str, **details: str | int | float | bool) -> None:
        super().__init__(f"{field}: {problem}", field=field, problem=problem, **details)


class KnowledgeFull(DomainError):
    """The account's knowledge has no room for more passages."""

    kind = ErrorKind.EXHAUSTED
    reason = "KNOWLEDGE_FULL"

    def __init__(self, passage_count: int, limit: int) -> None:
        super().__init__(
            f"content: {passage_count} passages in all, at most {limit} are kept; delete documents first",
            field="content",
            value=passage_count,
            limit=limit,
        )


class UnansweredNotFound(DomainError):
    """No such open question."""

    kind = ErrorKind.NOT_FOUND
    reason = "UNANSWERED_NOT_FOUND"

    def __init__(self, account_id: int, unanswered_id: int) -> None:
        super().__init__(
            f"account {account_id} has no open unanswered question {unanswered_id}",
            account_id=account_id,
            unanswered_id=unanswered_id,
        )


class CaseNotFound(DomainError):
    """No such test case."""

    kind = ErrorKind.NOT_FOUND
    reason = "CASE_NOT_FOUND"

    def __init__(self, account_id: int, case_id: int) -> None:
        super().__init__(f"account {account_id} has no test case {case_id}", account_id=account_id, case_id=case_id)


class TooManyCases(DomainError):
    """The account has as many test cases as are kept."""

    kind = ErrorKind.EXHAUSTED
    reason = "TOO_MANY_CASES"

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} test cases are kept at most; delete one first", value=limit, limit=limit)


class SecretsUnavailable(DomainError):
    """A secret was given and cannot be kept."""

    kind = ErrorKind.PRECONDITION
    reason = "SECRETS_UNAVAILABLE"

    def __init__(self, field: str) -> None:
        super().__init__(f"{field}: a secret cannot be kept; give dialogue the variable SDR_SECRET_KEY", field=field)
