"""Figures over Postgres; statements are planned anew each time, with their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final, LiteralString

from psycopg.rows import DictRow

from sdr_common.lead import JudgementVerdict, Temperature
from sdr_common.postgres import Connection, Queries
from sdr_reporting.domain.counted_days import gaps
from sdr_reporting.domain.event import LeadKey
from sdr_reporting.domain.listing import LeadSummary, Placed
from sdr_reporting.domain.overview import Overview
from sdr_reporting.domain.period import Period
from sdr_reporting.domain.report import (
    ROWS_AT_MOST,
    Bounds,
    By,
    Came,
    Detail,
    Figures,
    Happened,
    Judged,
    Part,
    Row,
    Satisfaction,
    Times,
)
from sdr_reporting.store import rows
from sdr_reporting.store.lists import with_costs
from sdr_reporting.store.postgres import QUERIES

_PARTS: Final = Queries.load("sdr_reporting.store", "report.sql")
IN_GAPS: Final = {name: _PARTS[name] for name in ("came_in_gaps", "judged_in_gaps", "happened_in_gaps")}
"""What is counted where no counted days are; by this days are counted, too."""


def with_parts(queries: Queries) -> Queries:
    """Statements with those of `IN_GAPS` put where they are named in braces."""
    composed = Queries()
    for name, statement in queries.items():
        whole: LiteralString = statement
        for part, text in IN_GAPS.items():
            whole = whole.replace(f"{{{part}}}", text)
        composed[name] = whole
    return composed


REPORTS: Final = with_parts(_PARTS)
"""Every statement of reports."""
_ALL: Final = ""
"""The dimension by which leads are not told apart."""
DIMENSIONS: Final[tuple[str, ...]] = (_ALL, *By, "day", "asked")
"""All that leads are told apart by."""
_TEMPERATURES: Final = ("quente", "morno", "frio", "muito_frio", "")
_HOURS: Final = tuple(map(str, range(24)))


class PostgresReports:
    """`Reports` over the tables that events add up to."""

    async def overview(self, conn: Connection, account_id: int, period: Period) -> Overview:
        """See `Reports.overview`."""
        parameters = {"account_id": account_id, "start": period.start, "until": period.until}
        return rows.overview(await _one(conn, QUERIES["overview"], parameters))

    async def newest(self, conn: Connection, account_id: int) -> int:
        """See `Reports.newest`."""
        row = await (await conn.execute(QUERIES["newest_seq"], {"account_id": account_id})).fetchone()
        return 0 if row is None else int(row["seq"])

    async def previous(self, conn: Connection, account_id: int, bounds: Bounds) -> Figures:
        """See `Reports.previous`."""
        parameters = await self._parameters(conn, account_id, bounds, bounds.previous)
        found = await _all(conn, REPORTS["came"], parameters | {"dimensions": [_ALL]})
        came = _came(found[0]) if found else Came()
        judged = await _all(conn, REPORTS["judged"], parameters)
        happened = await _all(conn, REPORTS["happened"], parameters)
        return await _figures(conn, parameters, came, judged, happened)

    async def current(self, conn: Connection, account_id: int, bounds: Bounds) -> tuple[Figures, Detail]:
        """See `Reports.current`."""
        parameters = await self._parameters(conn, account_id, bounds, bounds.period)
        by: dict[str, list[tuple[str, Came]]] = {dimension: [] for dimension in DIMENSIONS}
        for row in await _all(conn, REPORTS["came"], parameters | {"dimensions": list(DIMENSIONS)}):
            by[row["dimension"]].append((row["value"], _came(row)))
        came = by[_ALL][0][1] if by[_ALL] else Came()
        judged = await _all(conn, REPORTS["judged"], parameters)
        happened = await _all(conn, REPORTS["happened"], parameters)
        figures = await _figures(conn, parameters, came, judged, happened)
        return figures, Detail(
            rows={each: _rows(each, by[each]) for each in By},
            abandoned_at=sorted(((fact, each.new) for fact, each in by["asked"]), key=lambda it: (-it[1], it[0])),
            parts=_parts({date.fromisoformat(day): each.new for day, each in by["day"]}, judged, happened),
        )

    async def counted_days(
        self, conn: Connection, account_id: int, zone: str, period: Period
    ) -> Sequence[tuple[datetime, datetime]]:
        """See `Reports.counted_days`."""
        parameters = {"account_id": account_id, "zone": zone, "start": period.start, "until": period.until}
        return [(row["starts_at"], row["until"]) for row in await _all(conn, REPORTS["counted_days"], parameters)]

    async def _parameters(self, conn: Connection, account_id: int, bounds: Bounds, period: Period) -> dict[str, object]:
        start = period.start
        if start is None:
            raise AssertionError("both periods of a report have a beginning")
        counted = await self.counted_days(conn, account_id, bounds.zone, period)
        between = gaps(start, period.until, counted)
        return {
            "account_id": account_id,
            "start": start,
            "until": period.until,
            "zone": bounds.zone,
            "step": bounds.step,
            "starts": [one for one, _ in between],
            "untils": [other for _, other in between],
        }

    async def lead(self, conn: Connection, key: LeadKey) -> LeadSummary | None:
        """See `Reports.lead`."""
        parameters = {"account_id": key.account_id, "contact_id": key.contact_id}
        row = await (await conn.execute(QUERIES["find_lead"], parameters)).fetchone()
        if row is None:
            return None
        placed = await with_costs(conn, key.account_id, [Placed(None, rows.summary(row))])
        return placed[0].summary

    async def told(self, conn: Connection, key: LeadKey) -> Sequence[bytes]:
        """See `Reports.told`."""
        parameters = {"account_id": key.account_id, "contact_id": key.contact_id}
        return [bytes(row["body"]) for row in await _all(conn, QUERIES["events_of_lead"], parameters)]


async def _figures(
    conn: Connection,
    parameters: Mapping[str, object],
    came: Came,
    judged: Sequence[DictRow],
    happened: Sequence[DictRow],
) -> Figures:
    voices = await _one(conn, REPORTS["voices"], parameters)
    return Figures(
        came=came,
        first_answer=_times(await _one(conn, REPORTS["first_answer"], parameters)),
        judged=_judged(judged),
        qualification=_times(await _one(conn, REPORTS["qualification"], parameters)),
        happened=_sum(happened),
        escalated=voices["escalated"],
        satisfaction=Satisfaction({int(rating): count for rating, count in voices["ratings"].items()}),
        agreement={JudgementVerdict(verdict): count for verdict, count in voices["verdicts"].items()},
    )


async def _one(conn: Connection, statement: LiteralString, parameters: Mapping[str, object]) -> DictRow:
    found = await _all(conn, statement, parameters)
    if not found:
        raise AssertionError("sums always make a row")
    return found[0]


async def _all(conn: Connection, statement: LiteralString, parameters: Mapping[str, object]) -> list[DictRow]:
    return await (await conn.execute(statement, parameters, prepare=False)).fetchall()


def _came(row: DictRow) -> Came:
    return Came(
        new=row["new"],
        answered=row["answered"],
        judged=row["judged"],
        completed=row["completed"],
        hot=row["hot"],
        warm=row["warm"],
        abandoned=row["abandoned"],
        in_progress=row["in_progress"],
        won=row["won"],
        lost=row["lost"],
        score_sum=row["score_sum"],
    )


def _times(row: DictRow) -> Times:
    if not row["count"]:
        return Times()
    p50, p90, p95 = map(rows.micros, row["percentiles"])
    return Times(row["count"], rows.micros(row["average"]), p50, p90, p95)


def _judged(found: Iterable[DictRow]) -> Judged:
    counts: dict[Temperature, int] = {}
    score_sum = 0
    for row in found:
        temperature = Temperature(row["temperature"])
        counts[temperature] = counts.get(temperature, 0) + row["lead_count"]
        score_sum += row["score_sum"]
    return Judged(counts, score_sum)


def _sum(found: Sequence[DictRow]) -> Happened:
    return Happened(
        sold=sum(row["sold"] for row in found),
        missed=sum(row["missed"] for row in found),
        cost_micro_usd=sum(row["cost_micro_usd"] for row in found),
    )


def _rows(by: By, found: Iterable[Row]) -> Sequence[Row]:
    known = dict(found)
    match by:
        case By.HOUR:
            return [(hour, known.get(hour, Came())) for hour in _HOURS]
        case By.TEMPERATURE:
            return [(word, known.get(word, Came())) for word in _TEMPERATURES]
        case _:
            return sorted(known.items(), key=lambda item: (-item[1].new, item[0]))[:ROWS_AT_MOST]


def _parts(came: Mapping[date, int], judged: Sequence[DictRow], happened: Sequence[DictRow]) -> Mapping[date, Part]:
    days = {*came, *(row["part"] for row in judged), *(row["part"] for row in happened)}
    return {
        day: Part(
            came=came.get(day, 0),
            judged=_judged(row for row in judged if row["part"] == day),
            happened=_sum([row for row in happened if row["part"] == day]),
        )
        for day in days
    }
