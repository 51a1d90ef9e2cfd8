"""What the emulator did, in numbers."""

from collections import Counter, defaultdict

from sdr_sandbox.chatwoot.json_types import JsonObject


class Counters:
    """Webhook deliveries by route and outcome, requests by route and status."""

    def __init__(self) -> None:
        self.webhooks: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.requests: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self.faults: Counter[str] = Counter()

    def clear(self) -> None:
        """Start again from zero."""
        self.webhooks.clear()
        self.requests.clear()
        self.faults.clear()

    def as_json(self) -> JsonObject:
        """`{webhooks: {total, by_route}, requests: {route: {status: count}}, faults}`.

        `sent` counts successful deliveries, `failed` those given up, `retried` repeated attempts of agent bots.
        """
        outcomes = ("sent", "failed", "dropped", "duplicated", "delayed", "retried")
        total = {name: sum(counter[name] for counter in self.webhooks.values()) for name in outcomes}
        return {
            "webhooks": {
                "total": total,
                "by_route": {route: dict(counter) for route, counter in self.webhooks.items()},
            },
            "requests": {
                route: {str(status): count for status, count in sorted(counter.items())}
                for route, counter in sorted(self.requests.items())
            },
            "faults": dict(self.faults),
        }
