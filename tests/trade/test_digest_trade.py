"""A claim on trade is read against what is printed of the same goods."""

import pytest

from rareearth.trade import digest_trade


@pytest.mark.parametrize(
    ("said", "numbers", "same", "reading"),
    [
        (4000.3, (4000.3, 4000.3), True, digest_trade.AS_PRINTED),
        (4000.0, (4000.3,), True, digest_trade.AS_PRINTED),  # within rounding
        (27.0, (-7.5,), True, digest_trade.NOT),
        (92.0, (85.0, 98.0), True, digest_trade.BETWEEN),
        (98.0, (85.0, 98.0), True, digest_trade.ONE),
        (30.0, (30.0,), False, digest_trade.OTHER_GOODS),
        (30.0, (), True, digest_trade.NONE),
    ],
)
def test_a_claim_is_read_against_what_is_printed(said, numbers, same, reading):
    fact = digest_trade.Fact(numbers, "", (), same)
    assert digest_trade.reading(said, fact) == reading
