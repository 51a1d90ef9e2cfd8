"""Looks at accounts' rules again and again: finds, tells, and sees what is over."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

import structlog

from sdr_common.postgres import Connection, Pool, connection, transaction
from sdr_common.secret_box import SecretUnreadable
from sdr_reporting.outputs.alert_ports import (
    Alerts,
    Observations,
    Policies,
    SessionProbe,
    StoredPolicy,
    Watched,
)
from sdr_reporting.outputs.domain.alert import Alert, AlertKind, Finding, Known, judge
from sdr_reporting.outputs.domain.alert_words import alert_subject, alert_text
from sdr_reporting.outputs.domain.sending import Kind, Sending, Undelivered
from sdr_reporting.outputs.operations.sender import ChatLine, Letter, Parcel, Ways
from sdr_reporting.outputs.ports import Box, Figures, Mail, Sendings
from sdr_reporting.ports import Accounts

_LOG = structlog.get_logger()


class WatchWork:
    """Finds and tells; replicas share the accounts.

    Args:
        pool: The service's pool.
        policies: Rules and channels.
        alerts: What was found.
        observations: What is known of accounts.
        sendings: How people are told.
        figures: Knows the clinic's zone.
        probe: Looks at WhatsApp sessions.
        box: Opens secrets; None: there are none.
        interval_s: Pause between two looks at one account.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        policies: Policies,
        alerts: Alerts,
        observations: Observations,
        sendings: Sendings,
        figures: Figures,
        probe: SessionProbe,
        box: Box | None,
        interval_s: float,
    ) -> None:
        self._pool = pool
        self._policies = policies
        self._alerts = alerts
        self._observations = observations
        self._sendings = sendings
        self._figures = figures
        self._probe = probe
        self._box = box
        self._interval_s = interval_s

    async def watch_next(self) -> int:
        """Looks at the account that waits longest; gives 1, or 0 where none waits."""
        async with transaction(self._pool) as conn:
            watched = await self._observations.claim(conn, self._interval_s)
            stored = await self._policies.find(conn, watched.account_id) if watched is not None else StoredPolicy()
        if watched is None:
            return 0
        waha_down_since = await self._waha_down_since(watched.account_id, stored)
        known = await self._known(watched, waha_down_since)
        await self._take_in(watched, stored, known)
        return 1

    async def _waha_down_since(self, account_id: int, stored: StoredPolicy) -> datetime | None:
        """Since when the WhatsApp session does not work; asked before any transaction."""
        rules = stored.policy.rules
        works = True
        if rules.waha_url and rules.connection_after is not None:
            works = await self._probe.works(rules.waha_url, rules.waha_session, self._opened(stored.waha_key))
        async with connection(self._pool) as conn:
            return await self._observations.put_waha(conn, account_id, works=works)

    async def _known(self, watched: Watched, waha_down_since: datetime | None) -> Known:
        async with connection(self._pool) as conn:
            troubles = await self._observations.troubles(conn, watched.account_id, watched.now)
            return Known(
                now=watched.now,
                pulse=watched.pulse,
                chatwoot_down_since=watched.chatwoot_down_since,
                waha_down_since=waha_down_since,
                budgets=troubles.budgets,
                settled_count=troubles.settled_count,
                failed_count=troubles.failed_count,
                last_lead_at=await self._observations.last_lead_at(conn, watched.account_id),
                hot_leads=await self._observations.hot_leads(conn, watched.account_id, watched.now),
            )

    async def _take_in(self, watched: Watched, stored: StoredPolicy, known: Known) -> None:
        """Adds what is new, ends what is over, and tells of both, in one transaction."""
        judgement = judge(stored.policy.rules, known)
        zone = await self._figures.zone(watched.account_id)
        quiet_until = stored.policy.quiet.end_after(watched.now, zone) if stored.policy.quiet is not None else None
        async with transaction(self._pool) as conn:
            standing = await self._alerts.standing(conn, watched.account_id)
            found = {(each.kind, each.subject) for each in judgement.findings}
            over = [
                each
                for each in standing
                if (each.kind, each.subject) not in found and each.kind not in judgement.undecided
            ]
            stays = [each for each in standing if each not in over]
            new = [
                alert
                for alert in _new_alerts(watched, judgement.findings, stays)
                if await self._alerts.add(conn, alert)
            ]
            for alert in over:
                await self._alerts.resolve(conn, alert.alert_id, watched.now)
            if quiet_until is None and stored.channels:
                await self._tell(conn, [each for each in (*stays, *new) if not each.told], stored.channels)
            told = [each for each in over if each.told]
            await self._sendings.add(conn, list(_notices(told, stored.channels, watched.now, quiet_until)))
        for alert in new:
            _LOG.warning("alert_fired", account_id=alert.account_id, kind=alert.kind.value, alert_id=alert.alert_id)
        for alert in over:
            _LOG.info("alert_resolved", account_id=alert.account_id, kind=alert.kind.value, alert_id=alert.alert_id)

    async def _tell(self, conn: Connection, alerts: list[Alert], channels: tuple[str, ...]) -> None:
        await self._sendings.add(conn, list(_notices(alerts, channels, None, None)))
        for alert in alerts:
            await self._alerts.mark_told(conn, alert.alert_id)

    def _opened(self, sealed: bytes | None) -> str:
        if sealed is None:
            return ""
        if self._box is None:
            raise SecretUnreadable
        return self._box.open(sealed)


class AlertPacker:
    """Makes messages about alerts; see `operations.sender.Packer`.

    Args:
        pool: The service's pool.
        policies: Channels, looked up when it is sent.
        alerts: What was found.
        accounts: Clinics.
        ways: The ways out.
        box: Opens secrets; None: there are none.
        panel_url: The panel's address, for links; empty: no links.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        policies: Policies,
        alerts: Alerts,
        accounts: Accounts,
        ways: Ways,
        box: Box | None,
        panel_url: str,
    ) -> None:
        self._pool = pool
        self._policies = policies
        self._alerts = alerts
        self._accounts = accounts
        self._ways = ways
        self._box = box
        self._panel_url = panel_url

    async def pack(self, sending: Sending) -> Parcel:
        """See `operations.sender.Packer`; a channel that was taken away sends nothing."""
        async with connection(self._pool) as conn:
            alert = await self._alerts.find(conn, sending.account_id, sending.owner_id)
            stored = await self._policies.find(conn, sending.account_id)
            account = await self._accounts.find(conn, sending.account_id)
        if alert is None:
            raise Undelivered("alert_gone")
        if sending.channel not in stored.channels:
            raise Undelivered("channel_gone")
        language = stored.policy.language
        clinic_name = "" if account is None else account.clinic.name
        subject = alert_subject(clinic_name, language, resolved=sending.resolved)
        lines = [alert_text(alert, language, resolved=sending.resolved)]
        if self._panel_url:
            page = f"/leads/{alert.subject}" if alert.kind is AlertKind.HOT_LEAD else ""
            lines += ["", f"{self._panel_url}{page}"]
        text = "\n".join(lines)
        if sending.channel == "email":
            mail = Mail(f"<{sending.sending_id}@chatwoot-sdr>", stored.policy.email_to, subject, f"{text}\n")
            return Letter(self._ways.mailer, mail)
        if self._box is None or stored.slack_url is None:
            raise SecretUnreadable
        return ChatLine(self._ways.poster, self._box.open(stored.slack_url), f"{subject}: {text}")


def _new_alerts(watched: Watched, findings: Iterable[Finding], standing: list[Alert]) -> list[Alert]:
    known = {(each.kind, each.subject) for each in standing}
    return [
        Alert(
            alert_id=str(uuid.uuid4()),
            account_id=watched.account_id,
            kind=finding.kind,
            subject=finding.subject,
            detail=finding.detail,
            fired_at=watched.now,
            contact_id=finding.contact_id,
        )
        for finding in findings
        if (finding.kind, finding.subject) not in known
    ]


def _notices(
    alerts: Iterable[Alert], channels: tuple[str, ...], resolved_at: datetime | None, due_at: datetime | None
) -> Iterable[Sending]:
    """A sending per alert and channel: that it began, or, with `resolved_at`, that it is over."""
    for alert in alerts:
        for channel in channels:
            slot_at = resolved_at or alert.fired_at
            name = f"{alert.alert_id}/{channel}/{'over' if resolved_at else 'begun'}"
            yield Sending(
                sending_id=str(uuid.uuid5(uuid.NAMESPACE_OID, name)),
                account_id=alert.account_id,
                kind=Kind.ALERT,
                owner_id=alert.alert_id,
                name=alert.kind.value,
                channel=channel,
                slot_at=slot_at,
                period=None,
                resolved=resolved_at is not None,
                by_hand=False,
                due_at=due_at,
            )
