"""An account's settings for its panel: all services' parts as one document, changed field by field."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import protovalidate
from google.protobuf.field_mask_pb2 import FieldMask
from protovalidate import Violation

from sdr.gateway.v1 import gateway_pb2 as gateway
from sdr.gateway.v1 import settings_pb2 as pb
from sdr_common import audit
from sdr_common.account_settings import AccountSettingsStore
from sdr_common.errors import AccountNotFound, ErrorKind, InvalidField, InvalidFields, InvalidSettings, WriteConflict
from sdr_common.grpc_errors import RemoteError
from sdr_common.idempotency import Finish, Idempotency
from sdr_common.live_events import LiveEvent, LiveEvents
from sdr_common.postgres import Pool, connection, transaction
from sdr_gateway.domain.errors import SettingsChanged
from sdr_gateway.operations.checks import check_document
from sdr_gateway.operations.parts import PARTS, Put, Services, answered, failure_of, put_part, read_parts

_VALIDATOR = protovalidate.Validator()
_LOCK = "select pg_try_advisory_lock(hashtextextended('panel_settings', %(account_id)s)) as locked"
_UNLOCK = "select pg_advisory_unlock(hashtextextended('panel_settings', %(account_id)s))"
_STATE = ("gateway", "dialogue", "scoring", "routing")
"""Whose versions name a state of the settings, in the order of the ETag."""


class PanelSettings:
    """Reads and changes the settings in force.

    Args:
        pool: The gateway's pool.
        idempotency: Guards changes.
        services: Who keeps the other parts.
        settings: The gateway's own part.
        live: Tells open panels of a change.
        on_change: Told the id of an account that changed.
    """

    def __init__(
        self,
        pool: Pool,
        idempotency: Idempotency,
        *,
        services: Services,
        settings: AccountSettingsStore[gateway.GatewaySettings],
        live: LiveEvents,
        on_change: Callable[[int], None],
    ) -> None:
        self._pool = pool
        self._idempotency = idempotency
        self._services = services
        self._settings = settings
        self._live = live
        self._on_change = on_change

    async def get(self, account_id: int) -> pb.GetAccountSettingsResponse:
        """The settings in force.

        Raises:
            AccountNotFound: there are none.
            ServiceAway: a service does not answer.
        """
        async with connection(self._pool) as conn:
            own = await self._settings.find(conn, account_id)
        if own is None:
            raise AccountNotFound(account_id)
        whole = await read_parts(self._services, account_id, own)
        etag = ".".join(str(whole.versions[part]) for part in _STATE)
        return pb.GetAccountSettingsResponse(document=whole.document, etag=etag)

    async def update(self, request: pb.UpdateAccountSettingsRequest) -> pb.UpdateAccountSettingsResponse:
        """Changes the fields of the mask.

        Raises:
            SettingsChanged: they are not what was read any more.
            InvalidFields: what would come of it breaks rules; all of them are named.
            WriteConflict: somebody else is changing them this moment.
            ServiceAway: a service does not answer; what it keeps is as it was.
        """

        async def work(finish: Finish[pb.UpdateAccountSettingsResponse]) -> pb.UpdateAccountSettingsResponse:
            async with self._alone(request.account_id):
                return await self._change(request, finish)

        answer = await self._idempotency.leased(request, pb.UpdateAccountSettingsResponse, work)
        if not request.dry_run:
            self._on_change(request.account_id)
            await self._live.publish([LiveEvent(request.account_id, "settings_changed", {"etag": answer.etag})])
        return answer

    async def _change(
        self, request: pb.UpdateAccountSettingsRequest, finish: Finish[pb.UpdateAccountSettingsResponse]
    ) -> pb.UpdateAccountSettingsResponse:
        known = await self.get(request.account_id)
        if known.etag != request.etag:
            raise SettingsChanged
        document = _merged(known.document, request)
        faults = _own_faults(document)
        for part in self._changed(known.document, document):
            faults += await self._faults(part, request, document)
        if faults:
            raise InvalidFields(list(dict.fromkeys(faults)))
        versions = dict(zip(_STATE, known.etag.split("."), strict=True))
        if not request.dry_run:
            for part in self._changed(known.document, document):
                put = await answered(part, self._put(part, request, document, dry_run=False))
                versions[part] = str(put.version)
        async with transaction(self._pool) as conn:
            if not request.dry_run:
                own, _ = await self._settings.put(conn, request.account_id, document.clinic, document.gateway)
                versions["gateway"] = str(own)
                await audit.note(
                    conn,
                    "update_settings",
                    request.account_id,
                    request_id=request.request_id,
                    detail={"fields": sorted(request.update_mask.paths)},
                )
            etag = ".".join(versions[part] for part in _STATE)
            answer = pb.UpdateAccountSettingsResponse(document=document, etag=etag)
            await finish(conn, answer)
        return answer

    def _changed(self, before: gateway.AccountDocument, after: gateway.AccountDocument) -> list[str]:
        """The services whose part would be another; all of them keep the clinic."""
        if before.clinic != after.clinic:
            return list(self._services.with_parts)
        return [part for part in PARTS if getattr(before, part) != getattr(after, part)]

    async def _faults(
        self, part: str, request: pb.UpdateAccountSettingsRequest, document: gateway.AccountDocument
    ) -> list[tuple[str, str]]:
        """What a service would refuse of its part, by place in the document."""
        try:
            await self._put(part, request, document, dry_run=True)
        except RemoteError as error:
            if error.kind is not ErrorKind.INVALID:
                raise failure_of(part, error) from error
            found = [(each.field, each.problem) for each in error.violations] or [("", error.message)]
            return [(_place(part, field), problem) for field, problem in found]
        return []

    async def _put(
        self, part: str, request: pb.UpdateAccountSettingsRequest, document: gateway.AccountDocument, *, dry_run: bool
    ) -> Put:
        return await put_part(
            self._services,
            part,
            document,
            account_id=request.account_id,
            request_id=request.request_id,
            dry_run=dry_run,
        )

    @asynccontextmanager
    async def _alone(self, account_id: int) -> AsyncIterator[None]:
        """One change of an account at a time, in all processes; a lock of the session, outside any transaction."""
        async with connection(self._pool) as conn:
            row = await (await conn.execute(_LOCK, {"account_id": account_id})).fetchone()
            if row is None or not row["locked"]:
                raise WriteConflict
            try:
                yield
            finally:
                await conn.execute(_UNLOCK, {"account_id": account_id})


def _merged(known: gateway.AccountDocument, request: pb.UpdateAccountSettingsRequest) -> gateway.AccountDocument:
    document = gateway.AccountDocument()
    document.CopyFrom(known)
    mask = FieldMask(paths=request.update_mask.paths)
    if not mask.IsValidForDescriptor(gateway.AccountDocument.DESCRIPTOR):
        raise InvalidField("update_mask", "names a field that the document does not have")
    mask.MergeMessage(request.document, document, replace_message_field=True, replace_repeated_field=True)
    return document


def _own_faults(document: gateway.AccountDocument) -> list[tuple[str, str]]:
    faults = [(_path(each), each.proto.message) for each in _VALIDATOR.collect_violations(document)]
    if not faults:
        try:
            check_document(document)
        except InvalidSettings as error:
            faults.append((error.details["field"], error.details["problem"]))
    return faults


def _path(violation: Violation) -> str:
    path = violation.proto.field
    return ".".join(
        element.field_name + ("" if element.subscript is None else f"[{element.subscript.value}]")
        for element in (path.elements if path is not None else ())
    )


def _place(part: str, field: str) -> str:
    if field == "clinic" or field.startswith("clinic."):
        return field
    inner = field.removeprefix("settings").removeprefix(".")
    return f"{part}.{inner}" if inner else part
