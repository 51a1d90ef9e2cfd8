"""Puts what Chatwoot tells into the mailbox: the one door for webhooks and sweep."""

from __future__ import annotations

from sdr_common.mailbox import NewEntry, Receipt
from sdr_gateway.domain.account import Account
from sdr_gateway.domain.event import Ignored, IgnoredReason, Kept, SignalKind, Typing, Verdict
from sdr_gateway.domain.timeline import IGNORED, REPEATED
from sdr_gateway.ports import EventCounter, IgnoredLedger, Inbox


class Ingest:
    """Takes verdicts in.

    Args:
        inbox: The mailbox's door.
        counter: Counts what came.
        ledger: Notes what is not kept, for operators.
        quiet_s: Longest wait of a snapshot for a turn.
        echo_quiet_s: Longest wait of our own line's echo for a turn.
    """

    def __init__(
        self, inbox: Inbox, counter: EventCounter, ledger: IgnoredLedger, *, quiet_s: float, echo_quiet_s: float
    ) -> None:
        self._inbox = inbox
        self._ledger = ledger
        self._counter = counter
        self._quiet_s = quiet_s
        self._echo_quiet_s = echo_quiet_s

    async def take(
        self, account: Account, verdict: Verdict, traceparent: str = "", *, swept: bool = False
    ) -> Receipt | None:
        """Stores what matters and returns after the commit.

        Args:
            account: Whose.
            verdict: What it is.
            traceparent: Of its arrival.
            swept: A sweep found it; no webhook told it.

        Returns:
            What became of the entry; None when nothing was to be stored.

        Raises:
            MailboxFull: too many wait.
            StoreUnavailable: the database does not answer.
        """
        match verdict:
            case Ignored(reason):
                self._counter.count("ignored", reason.value)
                if verdict.conversation_id and reason in IGNORED:
                    self._ledger.note(account.account_id, verdict.conversation_id, reason.value, verdict.message_id)
                return None
            case Typing(conversation_id):
                await self._inbox.extend(account.account_id, conversation_id, account.idle_s)
                self._counter.count("extended", "typing")
                return None
            case Kept() if _is_forgotten(account, verdict):
                reason = IgnoredReason.FORGOTTEN
                self._counter.count("ignored", reason.value)
                self._ledger.note(account.account_id, verdict.conversation_id, reason.value, verdict.signal.message_id)
                return None
            case Kept():
                receipt = await self._inbox.add(self._entry(account, verdict, traceparent, swept=swept))
                self._counter.count(receipt.value, verdict.signal.kind.value)
                # A sweep looks at everything again; only a webhook that comes twice is news.
                if receipt is Receipt.REPEATED and not swept:
                    self._ledger.note(account.account_id, verdict.conversation_id, REPEATED, verdict.signal.message_id)
                return receipt

    def _entry(self, account: Account, kept: Kept, traceparent: str, *, swept: bool) -> NewEntry:
        echo = kept.signal.kind is SignalKind.BOT_LINE
        quiet_s = 0.0 if kept.immediate else self._echo_quiet_s if echo else self._quiet_s
        return NewEntry(
            account_id=account.account_id,
            key_id=kept.conversation_id,
            event=kept.event,
            ext=kept.ext,
            version=kept.version,
            body={**kept.signal.body(), "swept": True} if swept else kept.signal.body(),
            stirring=kept.stirring,
            idle_s=0.0 if kept.immediate else account.idle_s,
            cap_s=0.0 if kept.immediate else account.cap_s,
            quiet_s=quiet_s,
            traceparent=traceparent,
        )


def _is_forgotten(account: Account, kept: Kept) -> bool:
    """Whether something was written before its lead asked to be forgotten."""
    forgotten_at = account.forgotten.get(kept.signal.contact_id)
    if forgotten_at is None:
        return False
    conversation = kept.signal.conversation
    written_at = kept.signal.at or (conversation.updated_at if conversation is not None else 0.0)
    return written_at <= forgotten_at
