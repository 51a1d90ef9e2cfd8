"""`operations.figures.PeriodLeads` over the leads that reporting keeps."""

from __future__ import annotations

from collections.abc import Sequence

from sdr_common.postgres import Connection
from sdr_reporting.domain.listing import LeadSummary
from sdr_reporting.domain.period import Period
from sdr_reporting.outputs.store.postgres import QUERIES
from sdr_reporting.store import rows


class PostgresPeriodLeads:
    """See `operations.figures.PeriodLeads`."""

    async def of(self, conn: Connection, account_id: int, period: Period, limit: int) -> Sequence[LeadSummary]:
        """See `operations.figures.PeriodLeads`."""
        parameters = {"account_id": account_id, "start": period.start, "until": period.until, "limit": limit}
        found = await (await conn.execute(QUERIES["period_leads"], parameters, prepare=False)).fetchall()
        return [rows.summary(row) for row in found]
