"""What models cost, in Postgres."""

from __future__ import annotations

from datetime import datetime

from sdr_common.postgres import Connection, Queries
from sdr_dialogue.domain.conversation import Usage
from sdr_dialogue.domain.costs import Budget, CostLine, Costs, MonthTold, Spending

QUERIES = Queries.load("sdr_dialogue.store", "costs.sql")


class PostgresCosts:
    """The port `CostBook`; never commits."""

    async def record(self, conn: Connection, spending: Spending, budget: Budget) -> MonthTold:
        """See the port."""
        ref, usage = spending.conversation, spending.usage
        parameters = {
            "account_id": ref.account_id,
            "conversation_id": ref.conversation_id,
            "contact_id": ref.contact_id,
            "turn_id": spending.turn_id,
            "purpose": spending.purpose,
            "engine": spending.engine,
            "prompt_version": spending.prompt_version,
            "input_tokens": usage.input_tokens,
            "cached_tokens": usage.cached_tokens,
            "output_tokens": usage.output_tokens,
            "cost_micro_usd": usage.cost_micro_usd,
            "alert": budget.alert_micro_usd,
            "stop": budget.stop_micro_usd,
        }
        row = await (await conn.execute(QUERIES["record"], parameters)).fetchone()
        if row is None:
            raise AssertionError("an upsert that returns gives one row")
        return MonthTold(row["cost_micro_usd"], row["alert"], row["stop"])

    async def of(self, conn: Connection, account_id: int, since: datetime, until: datetime) -> Costs:
        """See the port."""
        period = {"account_id": account_id, "since": since, "until": until}
        rows = await (await conn.execute(QUERIES["by_engine"], period)).fetchall()
        month = await (await conn.execute(QUERIES["of_month"], {"account_id": account_id})).fetchone()
        leads = await (await conn.execute(QUERIES["of_leads"], period)).fetchone()
        return Costs(
            lines=tuple(
                CostLine(
                    engine=row["engine"],
                    purpose=row["purpose"],
                    prompt_version=row["prompt_version"],
                    call_count=row["call_count"],
                    lead_count=row["lead_count"],
                    usage=Usage(row["input_tokens"], row["output_tokens"], row["cost_micro_usd"], row["cached_tokens"]),
                )
                for row in rows
            ),
            lead_count=leads["lead_count"] if leads else 0,
            cost_micro_usd=leads["cost_micro_usd"] if leads else 0,
            month_micro_usd=month["cost_micro_usd"] if month else 0,
        )
