"""The gRPC server's part of the composition root."""

from __future__ import annotations

from dataclasses import dataclass

import grpc

from sdr.audit.v1.audit_pb2_grpc import add_AuditServiceServicer_to_server
from sdr.gateway.v1 import (
    gateway_pb2,
    gateway_pb2_grpc,
    operations_pb2,
    operations_pb2_grpc,
    settings_pb2,
    settings_pb2_grpc,
)
from sdr.privacy.v1.privacy_pb2_grpc import add_PrivacyServiceServicer_to_server
from sdr_common.grpc_server import GrpcServer, start_server
from sdr_common.lead_data import NAMES
from sdr_common.source_gate import SourceGate
from sdr_gateway.servicer import AccountServicer, ConversationServicer, LeadServicer, OperationsServicer
from sdr_gateway.servicer_audit import MergedAuditServicer
from sdr_gateway.servicer_settings import AccountSettingsServicer
from sdr_gateway.settings import GatewaySettings

_CONTRACTS = (gateway_pb2.DESCRIPTOR, operations_pb2.DESCRIPTOR, settings_pb2.DESCRIPTOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Servicers:
    """What the gateway serves."""

    accounts: AccountServicer
    conversations: ConversationServicer
    leads: LeadServicer
    operations: OperationsServicer
    settings: AccountSettingsServicer
    audit: MergedAuditServicer


async def serve_grpc(schema: str, settings: GatewaySettings, servicers: Servicers, gate: SourceGate) -> GrpcServer:
    """Starts the server.

    Args:
        schema: The gateway's name.
        settings: The gateway's.
        servicers: What it serves.
        gate: Limits what one address may ask.

    Raises:
        SystemExit: the port is taken.
    """

    def register(server: grpc.aio.Server) -> None:
        gateway_pb2_grpc.add_AccountServiceServicer_to_server(servicers.accounts, server)
        gateway_pb2_grpc.add_ConversationServiceServicer_to_server(servicers.conversations, server)
        add_PrivacyServiceServicer_to_server(servicers.leads, server)
        operations_pb2_grpc.add_OperationsServiceServicer_to_server(servicers.operations, server)
        settings_pb2_grpc.add_AccountSettingsServiceServicer_to_server(servicers.settings, server)
        add_AuditServiceServicer_to_server(servicers.audit, server)

    return await start_server(
        schema,
        register,
        [service.full_name for file in _CONTRACTS for service in file.services_by_name.values()] + NAMES,
        host=settings.grpc_host,
        port=settings.grpc_port,
        gate=gate,
        transport=settings.transport,
    )
