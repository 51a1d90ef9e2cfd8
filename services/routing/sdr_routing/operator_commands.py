"""`dead-letters list | show | retry | retry-all`: what was given up, why, and taking it up again."""

from __future__ import annotations

import argparse
import os
import uuid
from collections.abc import Sequence

import grpc

from sdr.routing.v1 import routing_pb2 as pb
from sdr.routing.v1.routing_pb2_grpc import RoutingServiceStub
from sdr_common.client_commands import run_client, say
from sdr_common.grpc_client import call

_TIMEOUT_S = 60.0
_KINDS = {
    "attributes": "atributos do contato",
    "labels": "etiquetas",
    "team": "time",
    "closer": "closer",
    "note": "nota",
    "message": "mensagem ao lead",
    "status": "status da conversa",
}
"""What operators read for each kind of write."""
_STATES = {
    pb.DELIVERY_STATE_PENDING: "esperando",
    pb.DELIVERY_STATE_DONE: "feito",
    pb.DELIVERY_STATE_DROPPED: "deixado de lado",
    pb.DELIVERY_STATE_DEAD: "falhou",
}


def run_dead_letters(arguments: Sequence[str]) -> int:
    """Runs one of the commands.

    Returns:
        Exit status: 0 done, 1 refused (the input must change), 2 wrong use, 3 the service does not answer.
    """
    parser = argparse.ArgumentParser(prog="sdr_routing dead-letters", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    listing = _action(actions, "list", "print what was given up, newest first, a sentence each", _list)
    _filter(listing)
    listing.add_argument("--limit", type=int, default=50, help="at most so many, 1-200")
    show = _action(actions, "show", "print one delivery with every write", _show)
    show.add_argument("delivery", help="UUID of the delivery")
    retry = _action(actions, "retry", "take one delivery up again where it stopped", _retry)
    retry.add_argument("delivery", help="UUID of the delivery")
    every = _action(actions, "retry-all", "take up again what was given up, the oldest first", _retry_all)
    _filter(every)
    every.add_argument("--limit", type=int, default=100, help="at most so many, 1-500")
    found = parser.parse_args(arguments)
    return run_client("routing", found.run, found)


def sentence(delivery: pb.Delivery) -> str:
    """One sentence about a delivery that was given up: what is missing and why."""
    dead = [write for write in delivery.writes if write.state == pb.DELIVERY_STATE_DEAD]
    missing = ", ".join(_KINDS[write.kind] for write in dead) or "nada"
    reasons = "; ".join(dict.fromkeys(write.detail for write in dead if write.detail))
    where = f"conversa {delivery.conversation.conversation_id}, turno {delivery.turn_id}"
    return f"{where}: não saiu {missing}" + (f", porque {reasons}." if reasons else ".")


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, what: str, run: object
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=what)
    parser.add_argument(
        "--target",
        default=os.environ.get("SDR_ROUTING_TARGET", "127.0.0.1:50054"),
        help="host:port of routing (SDR_ROUTING_TARGET)",
    )
    parser.add_argument("--account", type=int, required=True, help="our account id")
    parser.set_defaults(run=run)
    return parser


def _filter(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--conversation", type=int, default=0, help="only this conversation's")
    parser.add_argument("--kind", choices=sorted(_KINDS), default="", help="only where such a write failed")


async def _list(arguments: argparse.Namespace, channel: grpc.aio.Channel) -> int:
    request = pb.ListDeadLettersRequest(
        account_id=arguments.account,
        page_size=arguments.limit,
        conversation_id=arguments.conversation,
        kind=arguments.kind,
    )
    answer = await call(RoutingServiceStub(channel).ListDeadLetters, request, timeout_s=_TIMEOUT_S)
    for delivery in answer.deliveries:
        say(f"{delivery.settled_at.ToJsonString()}  {delivery.delivery_id}  {sentence(delivery)}")
    if not answer.deliveries:
        say("Nada falhou.")
    elif answer.next_page_token:
        say("Há mais; aumente --limit ou filtre.")
    return 0


async def _show(arguments: argparse.Namespace, channel: grpc.aio.Channel) -> int:
    request = pb.GetDeliveryRequest(account_id=arguments.account, delivery_id=arguments.delivery)
    delivery = (await call(RoutingServiceStub(channel).GetDelivery, request, timeout_s=_TIMEOUT_S)).delivery
    say(f"{delivery.delivery_id}  {_STATES[delivery.state]}  tentativas com falha: {delivery.attempts}")
    if delivery.state == pb.DELIVERY_STATE_DEAD:
        say(sentence(delivery))
    for write in delivery.writes:
        made = f", mensagem {write.message_id} do Chatwoot" if write.message_id else ""
        why = f": {write.detail}" if write.detail else ""
        say(f"  {write.position}. {_KINDS[write.kind]}: {_STATES[write.state]}{made}{why}")
    return 0


async def _retry(arguments: argparse.Namespace, channel: grpc.aio.Channel) -> int:
    request = pb.RetryDeliveryRequest(
        request_id=str(uuid.uuid4()), account_id=arguments.account, delivery_id=arguments.delivery
    )
    await call(RoutingServiceStub(channel).RetryDelivery, request, timeout_s=_TIMEOUT_S)
    say("A entrega espera de novo; o que já foi feito não se repete.")
    return 0


async def _retry_all(arguments: argparse.Namespace, channel: grpc.aio.Channel) -> int:
    request = pb.RetryDeadLettersRequest(
        request_id=str(uuid.uuid4()),
        account_id=arguments.account,
        conversation_id=arguments.conversation,
        kind=arguments.kind,
        limit=arguments.limit,
    )
    answer = await call(RoutingServiceStub(channel).RetryDeadLetters, request, timeout_s=_TIMEOUT_S)
    more = "; há mais, repita o comando" if answer.more else ""
    say(f"Entregas que esperam de novo: {len(answer.delivery_ids)}{more}.")
    return 0
