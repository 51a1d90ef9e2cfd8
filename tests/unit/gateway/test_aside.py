from __future__ import annotations

import pytest

from sdr_common.lead import LeadOutcome
from sdr_gateway.domain.aside import SaleLabels, outcome_by_labels

LABELS = SaleLabels("venda-ganha", "venda-perdida")


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (set(), {"venda-ganha"}, LeadOutcome.WON),
        (set(), {"Venda-Perdida", "vip"}, LeadOutcome.LOST),
        (set(), {"venda-ganha", "venda-perdida"}, LeadOutcome.WON),
        ({"venda-ganha"}, {"venda-ganha", "venda-perdida"}, LeadOutcome.LOST),
        ({"venda-ganha", "venda-perdida"}, {"venda-perdida"}, LeadOutcome.LOST),
        ({"venda-ganha"}, {"vip"}, LeadOutcome.OPEN),
        ({"venda-ganha"}, {"venda-ganha", "vip"}, None),
        ({"vip"}, set(), None),
    ],
)
def test_the_label_that_was_put_on_last_has_the_word(
    before: set[str], after: set[str], outcome: LeadOutcome | None
) -> None:
    assert outcome_by_labels(before, after, LABELS) == outcome


def test_labels_have_the_names_of_the_account() -> None:
    assert outcome_by_labels(set(), {"fechou"}, SaleLabels("fechou", "desistiu")) is LeadOutcome.WON
