"""A change of the installation's key, and the statements as Postgres plans them."""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
import pytest
from cryptography.fernet import Fernet

from sdr.reporting.v1 import alerts_pb2
from sdr.reporting.v1 import schedules_pb2 as pb
from sdr_reporting.outputs.store.alerts import QUERIES as ALERT_QUERIES
from sdr_reporting.outputs.store.postgres import QUERIES
from sdr_reporting.outputs.store.secrets import reseal
from sdr_reporting.settings import Settings
from tests.integration.reporting_outputs.conftest import KEY, a_plan, serving
from tests.support.net import eventually
from tests.support.receivers import Web


async def test_after_resealing_the_old_key_may_go(variables: dict[str, str], web: Web) -> None:
    address = f"{web.url}/services/x"
    async with serving(variables) as before:
        await eventually(before.answers)
        made = await before.create(a_plan(target=pb.Target(slack=pb.SlackTarget(webhook_url=address))))
        channels = alerts_pb2.AlertChannels(slack_webhook_url=address)
        await before.put_alert_settings(alerts_pb2.AlertSettings(channels=channels))
    new = Fernet.generate_key().decode()
    both = {"DATABASE_URL": variables["DATABASE_URL"], "SDR_SECRET_KEY": f"{new},{KEY}"}
    assert await reseal(Settings.model_validate(both)) == {"secrets of schedules": 1, "secrets of alerts": 1}
    async with serving(variables | {"SDR_SECRET_KEY": new}) as after:
        await after.send_now(made.schedule_id)
        await after.settled(pb.SENDING_STATE_SENT)
    assert len(web.at("/services/x")) == 1


@pytest.mark.parametrize(
    ("queries", "name"),
    [(each, name) for each in (QUERIES, ALERT_QUERIES) for name in sorted(each)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_query_can_be_planned_on_the_migrated_schema(
    planned: Callable[[str], str], queries: dict[str, str], name: str
) -> None:
    parameters = dict.fromkeys(re.findall(r"%\((\w+)\)s", queries[name]))
    with psycopg.connect(planned("reporting"), options="-c search_path=reporting") as conn:
        assert conn.execute(f"explain {queries[name]}".encode(), parameters).fetchall()
