from __future__ import annotations

import uuid

import pytest

from sdr.reporting.v1 import reporting_pb2 as pb
from sdr_common.grpc_errors import RemoteError
from tests.integration.reporting.conftest import Reporting


async def test_a_zone_is_stored_and_an_equal_one_keeps_its_version(reporting: Reporting) -> None:
    assert await reporting.put_settings("America/Manaus") == pb.PutSettingsResponse(version=1, changed=True)
    assert await reporting.put_settings("America/Manaus") == pb.PutSettingsResponse(version=1, changed=False)
    assert await reporting.put_settings("America/Recife") == pb.PutSettingsResponse(version=2, changed=True)


async def test_a_new_zone_bounds_the_next_report(reporting: Reporting) -> None:
    await reporting.put_settings("America/Manaus")
    assert getattr(await reporting.overview("today"), "from").ToDatetime().hour == 4
    await reporting.put_settings("UTC")
    assert getattr(await reporting.overview("today"), "from").ToDatetime().hour == 0


async def test_a_repeat_gets_the_stored_answer_and_another_input_is_refused(reporting: Reporting) -> None:
    request_id = str(uuid.uuid4())
    first = await reporting.put_settings("America/Manaus", request_id=request_id)
    assert await reporting.put_settings("America/Manaus", request_id=request_id) == first
    with pytest.raises(RemoteError) as caught:
        await reporting.put_settings("UTC", request_id=request_id)
    assert caught.value.reason == "REQUEST_ID_REUSED"


async def test_a_dry_run_stores_nothing(reporting: Reporting) -> None:
    assert await reporting.put_settings("UTC", dry_run=True) == pb.PutSettingsResponse(version=0, changed=True)
    await reporting.put_settings("America/Manaus")
    assert await reporting.put_settings("UTC", dry_run=True) == pb.PutSettingsResponse(version=1, changed=True)
    same = await reporting.put_settings("America/Manaus", dry_run=True)
    assert same == pb.PutSettingsResponse(version=1, changed=False)


@pytest.mark.parametrize("dry_run", [False, True])
async def test_what_is_no_zone_is_refused_by_name(reporting: Reporting, dry_run: bool) -> None:
    with pytest.raises(RemoteError) as caught:
        await reporting.put_settings("Brasília", dry_run=dry_run)
    assert caught.value.reason == "INVALID_SETTINGS"
    assert (caught.value.details["field"], caught.value.details["value"]) == ("clinic.time_zone", "Brasília")
