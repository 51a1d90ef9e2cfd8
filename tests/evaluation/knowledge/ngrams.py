"""The local embedding that was tried and left out: hashed letter n-grams, no download, no training."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Sequence

from sdr_dialogue.domain.terms import STOP, plain_words

_DIMENSIONS = 512


class NgramEmbedder:
    """The port `Embedder`: three to five letters of each word that says something, hashed and signed."""

    model = "ngrams/512"

    async def embed(self, texts: Sequence[str], within_s: float) -> list[list[float]]:
        return [_vector(text) for text in texts]


def _vector(text: str) -> list[float]:
    counts: Counter[str] = Counter()
    for word in plain_words(text).split():
        if word not in STOP:
            marked = f"<{word}>"
            counts.update(marked[at : at + size] for size in (3, 4, 5) for at in range(len(marked) - size + 1))
    vector = [0.0] * _DIMENSIONS
    for gram, count in counts.items():
        hashed = zlib.crc32(gram.encode())
        vector[hashed % _DIMENSIONS] += (1 if hashed & 0x10000 else -1) * math.sqrt(count)
    length = math.sqrt(sum(number * number for number in vector)) or 1.0
    return [number / length for number in vector]
