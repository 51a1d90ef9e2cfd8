"""A webhook sender that costs little itself: signed bodies made beforehand, raw HTTP/1.1 over kept connections."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Timings:
    """What a run of requests took."""

    seconds: float
    latencies_ms: list[float]
    """Sorted."""
    refused: int
    """Answers other than 200."""

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.latencies_ms) / self.seconds

    def percentile(self, share: float) -> float:
        """The latency that `share` (0-1) of the requests stayed under, in milliseconds."""
        return self.latencies_ms[min(len(self.latencies_ms) - 1, int(len(self.latencies_ms) * share))]


def webhook_body(template: dict[str, object], number: int) -> bytes:
    """A `message_created` of its own message, conversation and contact, of the recorded size."""
    body = json.loads(json.dumps(template))
    conversation = 5_000_000 + number
    body["id"] = 500_000_000 + number
    body["conversation"]["id"] = conversation
    body["conversation"]["contact_inbox"]["contact_id"] = conversation
    body["sender"]["id"] = conversation
    body["conversation"]["meta"]["sender"]["id"] = conversation
    for message in body["conversation"]["messages"]:
        message["id"], message["conversation_id"] = body["id"], conversation
    return json.dumps(body, ensure_ascii=False).encode()


def signed_request(url: str, secret: str, body: bytes) -> bytes:
    """The bytes of one signed POST."""
    parts = urlsplit(url)
    stamp = str(int(time.time()))
    signature = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
        f"X-Chatwoot-Timestamp: {stamp}\r\nX-Chatwoot-Signature: sha256={signature}\r\n"
        f"X-Chatwoot-Delivery: bench-{stamp}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def send(url: str, requests: list[bytes], *, connections: int, rate: float | None = None) -> Timings:
    """Sends prepared requests, each once.

    Args:
        url: Where the connections go.
        requests: Whole requests.
        connections: Kept open; one request at a time on each.
        rate: Requests begun per second, on a fixed schedule, so that a slow answer delays no later
            request's clock; None: as fast as the connections allow.
    """
    parts = urlsplit(url)
    waiting = iter(enumerate(requests))
    latencies: list[float] = []
    refused = 0
    begin = time.perf_counter()

    async def connection() -> None:
        nonlocal refused
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            for number, request in waiting:
                due = begin + number / rate if rate else time.perf_counter()
                if due > time.perf_counter():
                    await asyncio.sleep(due - time.perf_counter())
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                if length:
                    await reader.readexactly(length)
                latencies.append((time.perf_counter() - due) * 1000)
                refused += not head.startswith(b"HTTP/1.1 200")
        finally:
            writer.close()

    await asyncio.gather(*(connection() for _ in range(connections)))
    return Timings(time.perf_counter() - begin, sorted(latencies), refused)
