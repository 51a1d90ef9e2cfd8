"""The promises under fire, in a minute; `make chaos` does it for longer. And that the judge is no rubber stamp."""

from __future__ import annotations

import pytest

from tests.chaos import report
from tests.chaos.plan import Size
from tests.chaos.roller import Rolling
from tests.chaos.rolling import failed_turns, rolling_size
from tests.chaos.run import run

pytestmark = pytest.mark.e2e

SHORT = Size(
    seed=7,
    messages=70,
    conversations=10,
    at_once=10,
    fault_every_s=(2.0, 4.0),
    human_ratio=0.4,
    model_faults=0.15,
    victims=(("gateway", "kill"), ("routing", "kill"), ("dialogue", "kill"), ("postgres", "kill")),
)


@pytest.mark.timeout(420)
def test_every_promise_is_kept_while_parts_of_the_product_die() -> None:
    result = run(SHORT)
    told = report.table(result)
    assert result.verdict.violations == (), told
    # The run is worth something only if all of this happened.
    counted = result.verdict.counted
    assert min(result.faults.total(), result.webhooks["dropped"], counted["takeovers"], counted["judged"]) > 0, told
    assert counted["deserved"] >= 50, told


SMALL = Size(
    seed=3, messages=120, conversations=24, at_once=24, victims=(), model_faults=0.0, answer_within_s=12, settle_s=15
)
_FREEZES = (("routing", "freeze"), ("routing-worker-1", "freeze"))


def _small(**changes: object) -> Size:
    return Size(**{**vars(SMALL), **changes})


SABOTAGED = [
    ("dedupe", "doubled", _small(webhooks={"webhook_duplicate_ratio": 0.5, "webhook_delay_ratio": 0.5})),
    ("fencing", "doubled", _small(victims=_FREEZES, fault_every_s=(0.2, 0.5), messages=300, conversations=60)),
    ("marker", "doubled", _small(creations={"error_after_save_ratio": 0.3})),
    ("sweep", "lost", _small(webhooks={"webhook_drop_ratio": 0.1})),
    ("live_check", "over a human", _small(human_ratio=0.9, webhooks={"webhook_drop_ratio": 0.4})),
]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("what", "promise", "size"), SABOTAGED, ids=[what for what, _, _ in SABOTAGED])
def test_the_judge_notices_a_product_that_lost(what: str, promise: str, size: Size) -> None:
    result = run(size, sabotage=what)
    assert result.verdict.broken()[promise] > 0, report.table(result)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_judge_counts_answers_that_nobody_kept_from_going_stale() -> None:
    slow_model = _small(model_faults=0.8, messages=250, conversations=50)
    sound, stale = run(slow_model).verdict, run(slow_model, sabotage="staleness").verdict
    assert stale.counted["stale answers"] >= 3 * max(sound.counted["stale answers"], 2), (sound.counted, stale.counted)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_makes_the_lost_fence_visible_is_not_what_breaks_the_promise() -> None:
    size = next(size for what, _, size in SABOTAGED if what == "fencing")
    result = run(size, sabotage="stretched")
    assert result.verdict.violations == (), report.table(result)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("hard", [False, True], ids=["asked to stop", "killed with -9"])
def test_two_replicas_of_everything_are_restarted_one_by_one_under_load_and_no_turn_is_lost(hard: bool) -> None:
    result = run(rolling_size(seed=2, at_once=20, messages=0), roll=Rolling(hard=hard))
    told = report.table(result)
    assert result.verdict.violations == (), told
    assert failed_turns(result) == 0, result.turn_faults
    # Every replica of the five services, and both further workers.
    assert sorted(result.faults.values()) == [1] * 12, told
    assert result.verdict.counted["deserved"] >= 100, told
