"""The calculation of docs/costs.md, by the price tables that production uses."""

from __future__ import annotations

from sdr_dialogue.domain.models import Provider

BRL_PER_USD = 5.5
TURNS = 8


def _lead_brl(provider: Provider, cheap: str, strong: str, *, kept: int, thought: tuple[int, int]) -> float:
    """Reais of a qualified lead: eight turns, all but the first with `kept` tokens cached, and one judgement."""
    # Here, because the providers' libraries take a second of every process that only collects.
    from pydantic_ai.usage import RunUsage  # noqa: PLC0415

    from sdr_dialogue.clients.agents import cost_micro_usd  # noqa: PLC0415

    first = RunUsage(input_tokens=3_400, output_tokens=220 + thought[0])
    later = RunUsage(input_tokens=3_400, cache_read_tokens=kept, output_tokens=220 + thought[0])
    judged = RunUsage(input_tokens=2_400, output_tokens=450 + thought[1])
    micro = (
        cost_micro_usd(first, cheap, provider)
        + (TURNS - 1) * cost_micro_usd(later, cheap, provider)
        + cost_micro_usd(judged, strong, provider)
    )
    return round(micro / 1_000_000 * BRL_PER_USD, 3)


def test_a_lead_costs_less_than_twenty_centavos_with_the_default_models() -> None:
    assert _lead_brl(Provider.OPENAI, "gpt-5-mini", "gpt-5", kept=2_100, thought=(300, 600)) == 0.139


def test_what_the_providers_behind_it_cost() -> None:
    assert _lead_brl(Provider.ANTHROPIC, "claude-haiku-4-5", "claude-sonnet-4-6", kept=0, thought=(0, 0)) == 0.275
    assert _lead_brl(Provider.GOOGLE, "gemini-2.5-flash", "gemini-2.5-pro", kept=0, thought=(0, 600)) == 0.143
