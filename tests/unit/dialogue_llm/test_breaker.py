from __future__ import annotations

from dataclasses import dataclass

from sdr_dialogue.clients.breaker import CircuitBreaker


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_opens_after_failures_in_a_row_and_lets_one_try_after_the_pause() -> None:
    clock = Clock()
    breaker = CircuitBreaker(2, 30, clock)
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    clock.now = 30
    assert breaker.allows()
    assert not breaker.allows()
    breaker.succeeded()
    assert breaker.allows()
    assert breaker.allows()


def test_a_success_in_between_begins_the_count_anew() -> None:
    breaker = CircuitBreaker(2, 30, Clock())
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.allows()


def test_each_failed_try_doubles_the_pause_up_to_ten_times() -> None:
    clock = Clock()
    breaker = CircuitBreaker(1, 30, clock)
    pauses = []
    for _ in range(6):
        assert breaker.allows()
        breaker.failed()
        begin = clock.now
        while not breaker.allows():
            clock.now += 1
        breaker.released()
        pauses.append(clock.now - begin)
    assert pauses == [30, 60, 120, 240, 300, 300]


def test_a_hint_to_wait_is_kept_from_the_first_failure() -> None:
    clock = Clock()
    breaker = CircuitBreaker(5, 30, clock)
    breaker.failed(retry_after_s=7)
    assert not breaker.allows()
    clock.now = 7
    assert breaker.allows()
    assert breaker.allows()


def test_a_try_without_verdict_lets_the_next_one_try() -> None:
    clock = Clock()
    breaker = CircuitBreaker(1, 30, clock)
    breaker.failed()
    clock.now = 31
    assert breaker.allows()
    breaker.released()
    assert breaker.allows()
