"""The gRPC face of the import: convert in, one use case under its request id, convert out."""

from __future__ import annotations

from typing import Any

import grpc

from sdr.dialogue.v1 import importing_pb2 as pb
from sdr.dialogue.v1 import importing_pb2_grpc
from sdr_common.idempotency import Idempotency
from sdr_common.lead_proto import fact_kind_to_wire, status_to_wire
from sdr_common.postgres import Connection
from sdr_dialogue.operations_import import Imported, Importing, Outcome

_OUTCOMES = {
    Outcome.TAKEN: pb.IMPORT_OUTCOME_TAKEN,
    Outcome.KNOWN: pb.IMPORT_OUTCOME_KNOWN,
    Outcome.EMPTY: pb.IMPORT_OUTCOME_EMPTY,
}


class ImportServicer(importing_pb2_grpc.ImportServiceServicer):
    """Serves `sdr.dialogue.v1.ImportService`; errors are mapped by the server's edge."""

    def __init__(self, importing: Importing, idempotency: Idempotency) -> None:
        self._importing = importing
        self._idempotency = idempotency

    async def ImportLeads(
        self,
        request: pb.ImportLeadsRequest,
        context: grpc.aio.ServicerContext[Any, Any],  # its message types are fixed by each method
    ) -> pb.ImportLeadsResponse:
        """Takes leads over."""

        async def work(conn: Connection) -> pb.ImportLeadsResponse:
            contacts = {contact.contact_id: dict(contact.attributes) for contact in request.contacts}
            found = await self._importing.leads(
                conn, request.account_id, list(contacts.items()), dry_run=request.dry_run
            )
            return pb.ImportLeadsResponse(leads=[_to_wire(one) for one in found])

        return await self._idempotency.once(request, pb.ImportLeadsResponse, work)


def _to_wire(imported: Imported) -> pb.ImportedLead:
    return pb.ImportedLead(
        contact_id=imported.contact_id,
        outcome=_OUTCOMES[imported.outcome],
        facts=[fact_kind_to_wire(kind) for kind in imported.facts],
        status=status_to_wire(imported.status),
        not_understood=imported.not_understood,
    )
