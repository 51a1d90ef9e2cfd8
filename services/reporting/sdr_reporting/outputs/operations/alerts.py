"""Alerts as people keep and see them: rules, channels, the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from google.protobuf.message import Message

from sdr_common import audit
from sdr_common.actor import current_actor
from sdr_common.address_guard import AddressGuard
from sdr_common.errors import InvalidField, WriteConflict
from sdr_common.idempotency import Finish, Idempotency, Once
from sdr_common.postgres import Connection, Pool, connection, transaction
from sdr_common.secret_box import SecretUnreadable
from sdr_reporting.outputs.alert_ports import (
    AlertPosition,
    Alerts,
    Notice,
    Observations,
    Policies,
    Policy,
    StoredPolicy,
)
from sdr_reporting.outputs.domain.alert import Alert, Pulse, Waiting, waiting_leads
from sdr_reporting.outputs.domain.alert_words import trial_text
from sdr_reporting.outputs.domain.errors import AlertNotFound, SecretsUnavailable
from sdr_reporting.outputs.domain.sending import Undelivered
from sdr_reporting.outputs.ports import Box, Mail, Mailer, Poster

A = TypeVar("A", bound=Message)


@dataclass(frozen=True, slots=True)
class PolicyCommand:
    """New rules and channels."""

    account_id: int
    policy: Policy
    slack_url: str
    """Empty: none was given."""
    keeps_slack: bool
    waha_key: str
    """Empty: none was given; the one that is kept stays."""
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of alerts."""

    alerts: Sequence[Alert]
    notices: Mapping[str, Sequence[Notice]]
    language: str
    following: AlertPosition | None


class AlertWork:
    """The use cases.

    Args:
        pool: The service's pool.
        idempotency: Guards mutating calls.
        policies: Rules and channels.
        alerts: What was found.
        observations: What is known of accounts.
        box: Seals secrets; None: none can be kept.
        guard: Says whom we may connect to.
        slack_url: What addresses of Slack's incoming webhooks begin with.
        mailer: For tests of the channel.
        poster: For tests of the channel.
    """

    def __init__(
        self,
        pool: Pool,
        idempotency: Idempotency,
        *,
        policies: Policies,
        alerts: Alerts,
        observations: Observations,
        box: Box | None,
        guard: AddressGuard,
        slack_url: str,
        mailer: Mailer,
        poster: Poster,
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._policies = policies
        self._alerts = alerts
        self._observations = observations
        self._box = box
        self._guard = guard
        self._slack_url = slack_url
        self._mailer = mailer
        self._poster = poster

    async def settings(self, account_id: int) -> StoredPolicy:
        """An account's rules and channels."""
        async with connection(self._pool) as conn:
            return await self._policies.find(conn, account_id)

    async def put_settings(self, command: PolicyCommand, once: Once[StoredPolicy, A]) -> A:
        """Replaces rules and channels; a secret that is not given stays.

        Raises:
            InvalidField: an address is none, or is not allowed.
            SecretsUnavailable: a secret cannot be kept.
            WriteConflict: another version is active than the one that was read.
            RequestIdReused: the id came before with another input.
        """
        if command.policy.rules.waha_url:
            await self._guard.check("settings.connection.waha_url", command.policy.rules.waha_url)
        if command.slack_url and not command.slack_url.startswith(self._slack_url):
            raise InvalidField(
                "settings.channels.slack_webhook_url",
                f"must be an incoming webhook of Slack's, which begins with {self._slack_url}",
            )
        slack_url = self._sealed(command.slack_url, "settings.channels.slack_webhook_url")
        waha_key = self._sealed(command.waha_key, "settings.connection.waha_api_key")

        async def work(conn: Connection) -> A:
            await self._policies.lock(conn, command.account_id)
            before = await self._policies.find(conn, command.account_id)
            if command.expected_version not in {None, before.version}:
                raise WriteConflict
            stored = StoredPolicy(
                policy=command.policy,
                slack_url=slack_url or (before.slack_url if command.keeps_slack else None),
                waha_key=waha_key or (before.waha_key if command.policy.rules.waha_url else None),
            )
            stored = replace(stored, version=await self._policies.put(conn, command.account_id, stored))
            await audit.note(
                conn,
                "put_alert_settings",
                command.account_id,
                request_id=_request_id(once.request),
                detail={"version": stored.version, "channels": list(stored.channels)},
            )
            return once.answer(stored)

        return await self._idempotency.once(once.request, once.answer_type, work)

    async def send_test(self, account_id: int, channel: str, once: Once[str, A]) -> A:
        """Sends a test message over a stored channel; the answer has a word for what it met, or an empty one.

        Raises:
            InvalidField: there is no such channel.
            RequestIdReused: the id came before with another input.
        """
        stored = await self.settings(account_id)
        if channel not in stored.channels:
            raise InvalidField("channel", "is not set up; store it first", value=channel)

        async def work(finish: Finish[A]) -> A:
            problem = ""
            try:
                problem = await self._send_test(stored, channel, _request_id(once.request))
            except Undelivered as failure:
                problem = failure.problem
            answer = once.answer(problem)
            async with transaction(self._pool) as conn:
                await audit.note(
                    conn,
                    "send_test_alert",
                    account_id,
                    request_id=_request_id(once.request),
                    detail={"channel": channel, "problem": problem},
                )
                await finish(conn, answer)
            return answer

        return await self._idempotency.leased(once.request, once.answer_type, work)

    async def _send_test(self, stored: StoredPolicy, channel: str, request_id: str) -> str:
        text = trial_text(stored.policy.language)
        if channel == "email":
            to = stored.policy.email_to
            return await self._mailer.send(Mail(f"<{request_id}@chatwoot-sdr>", to, text, text))
        if self._box is None or stored.slack_url is None:
            raise SecretUnreadable
        await self._poster.slack(self._box.open(stored.slack_url), text)
        return ""

    async def list(
        self, account_id: int, after: AlertPosition | None, page_size: int, *, standing_only: bool
    ) -> Listed:
        """A page of alerts, those that stand first, then newest first."""
        async with connection(self._pool) as conn:
            language = (await self._policies.find(conn, account_id)).policy.language
            found = await self._alerts.page(conn, account_id, after, page_size + 1, standing_only=standing_only)
            shown = found[:page_size]
            notices = await self._alerts.notices(conn, [each.alert_id for each in shown])
        following = None
        if len(found) > page_size:
            last = shown[-1]
            following = AlertPosition(last.resolved_at is not None, last.fired_at, last.alert_id)
        return Listed(shown, notices, language, following)

    async def acknowledge(self, account_id: int, alert_id: str, once: Once[tuple[Alert, str], A]) -> A:
        """A person has seen an alert; the first one counts.

        Raises:
            AlertNotFound: there is none.
            RequestIdReused: the id came before with another input.
        """

        async def work(conn: Connection) -> A:
            alert = await self._alerts.acknowledge(conn, account_id, alert_id, current_actor())
            if alert is None:
                raise AlertNotFound(alert_id)
            await audit.note(
                conn,
                "acknowledge_alert",
                account_id,
                subject=f"alert {alert_id}",
                request_id=_request_id(once.request),
            )
            return once.answer((alert, (await self._policies.find(conn, account_id)).policy.language))

        return await self._idempotency.once(once.request, once.answer_type, work)

    async def report_pulse(self, account_id: int, pulse: Pulse, body: bytes) -> Sequence[Waiting]:
        """How an account is, as the gateway sees it; an older one than is known changes nothing.

        Returns:
            Hot leads that are to be given to the next closer.
        """
        async with connection(self._pool) as conn:
            if not await self._observations.put_pulse(conn, account_id, pulse, body):
                return []
            rules = (await self._policies.find(conn, account_id)).policy.rules
            if not rules.reassign or not pulse.works:
                return []
            hot_leads = await self._observations.hot_leads(conn, account_id, pulse.observed_at)
        return waiting_leads(rules, hot_leads, pulse, pulse.observed_at)

    def _sealed(self, secret: str, field: str) -> bytes | None:
        if not secret:
            return None
        if self._box is None:
            raise SecretsUnavailable(field)
        return self._box.seal(secret)


def _request_id(request: Message) -> str:
    found: str = request.request_id  # type: ignore[attr-defined]  # mutating requests have one
    return found
