"""Recognition with pocketsphinx and the English model that its wheel brings."""

from collections.abc import Iterator
from queue import SimpleQueue

import numpy as np
from pocketsphinx import Decoder

from morgan_shared.audio import Audio, Samples
from morgan_shared.pool import Cancellation
from morgan_stt.recogniser import SAMPLE_RATE

SHORTEST_PIECE_S, LONGEST_PIECE_S = 10, 15
AUDIBLE = 0.001
"""Peak below which nothing is decoded, since pocketsphinx 5.1.1 recognises words in digital silence."""
WINDOW = SAMPLE_RATE // 50


class PocketsphinxRecogniser:
    """Loaded decoders, one for each thread, since a decoder holds one utterance."""

    def __init__(self, *, decoders: int) -> None:
        self._free: SimpleQueue[Decoder] = SimpleQueue()
        for _ in range(decoders):
            self._free.put(Decoder(samprate=float(SAMPLE_RATE), loglevel="FATAL"))

    def transcribe(self, audio: Audio, cancellation: Cancellation) -> str:
        """Return the recognised text. The audio is decoded in pieces, so that an ended request stops after a piece."""
        decoder = self._free.get()
        try:
            texts = []
            for piece in split_at_pauses(audio.samples):
                cancellation.check()
                texts.append(_decode(decoder, piece))
            return " ".join(text for text in texts if text)
        finally:
            self._free.put(decoder)


def _decode(decoder: Decoder, samples: Samples) -> str:
    if np.abs(samples).max() < AUDIBLE:
        return ""
    integers = (samples * np.float32(32767)).astype("<i2")
    decoder.start_utt()
    # pocketsphinx 5.1.1 normalises a full utterance by itself, but parts by the levels of the last request.
    decoder.process_raw(integers.tobytes(), full_utt=True)
    decoder.end_utt()
    hypothesis = decoder.hyp()
    return "" if hypothesis is None else str(hypothesis.hypstr)


def split_at_pauses(samples: Samples) -> Iterator[Samples]:
    """Yield pieces of 10 to 15 s, each cut at a quiet moment; the last piece may be shorter."""
    start = 0
    while len(samples) - start > LONGEST_PIECE_S * SAMPLE_RATE:
        first = start + SHORTEST_PIECE_S * SAMPLE_RATE
        candidates = samples[first : start + LONGEST_PIECE_S * SAMPLE_RATE].reshape(-1, WINDOW)
        quietest = int(np.argmin(np.square(candidates).sum(axis=1)))
        end = first + quietest * WINDOW + WINDOW // 2
        yield samples[start:end]
        start = end
    yield samples[start:]
