"""Writes a Whisper model in CTranslate2's format for tests: `python tiny_whisper.py FOLDER`.

The model takes a second to make, has 100 KB, and recognises `TEXT` in any audio. Encoder and attention are random, but
too faint to matter. The decoder returns a fixed token at each position.
"""

import sys
from pathlib import Path

import numpy as np
from ctranslate2.specs import WhisperSpec
from ctranslate2.specs.attention_spec import MultiHeadAttentionSpec
from ctranslate2.specs.common_spec import Conv1DSpec, LayerNormSpec, LinearSpec
from ctranslate2.specs.transformer_spec import FeedForwardSpec
from numpy.typing import NDArray
from tokenizers import AddedToken, Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel

TEXT = "hello"
"""Without a space: a space is a token here, the first of " -", and faster-whisper 1.2.1 suppresses that token."""
WIDTH, HEADS, MELS, FRAMES, POSITIONS = 16, 2, 80, 1500, 448
"""faster-whisper 1.2.1 expects the last three values of an English model."""
LETTERS = 256
"""Number of letters. The first special token, which ends a text, follows the letters."""
SPECIAL = ["endoftext", "startoftranscript", "translate", "transcribe", "startoflm", "startofprev", "nospeech"]
SPECIAL += ["notimestamps", *(f"{step * 0.02:.2f}" for step in range(1501))]

random = np.random.default_rng(4)


def faint(*shape: int) -> NDArray[np.float32]:
    return random.normal(scale=0.01, size=shape).astype(np.float32)


def fill_norm(spec: LayerNormSpec) -> None:
    spec.gamma, spec.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)


def fill_linear(spec: LinearSpec, outputs: int, inputs: int) -> None:
    spec.weight, spec.bias = faint(outputs, inputs), np.zeros(outputs, np.float32)


def fill_convolution(spec: Conv1DSpec, inputs: int) -> None:
    spec.weight, spec.bias = faint(WIDTH, inputs, 3), np.zeros(WIDTH, np.float32)


def fill_attention(spec: MultiHeadAttentionSpec, *outputs: int) -> None:
    fill_norm(spec.layer_norm)
    for linear, size in zip(spec.linear, outputs, strict=True):
        fill_linear(linear, size, WIDTH)


def fill_feed_forward(spec: FeedForwardSpec) -> None:
    fill_norm(spec.layer_norm)
    fill_linear(spec.linear_0, WIDTH, WIDTH)
    fill_linear(spec.linear_1, WIDTH, WIDTH)


def make_tokenizer() -> Tokenizer:
    letters = sorted(ByteLevel.alphabet())
    tokenizer = Tokenizer(BPE(vocab={letter: number for number, letter in enumerate(letters)}, merges=[]))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer.decoder = ByteLevelDecoder()
    tokenizer.add_special_tokens([AddedToken(f"<|{name}|>", special=True) for name in SPECIAL])
    return tokenizer


def make_model(tokenizer: Tokenizer) -> WhisperSpec:
    size = tokenizer.get_vocab_size()
    spec = WhisperSpec(1, HEADS, 1, HEADS)
    fill_convolution(spec.encoder.conv1, MELS)
    fill_convolution(spec.encoder.conv2, WIDTH)
    spec.encoder.position_encodings.encodings = faint(FRAMES, WIDTH)
    fill_attention(spec.encoder.layer[0].self_attention, 3 * WIDTH, WIDTH)
    fill_feed_forward(spec.encoder.layer[0].ffn)
    fill_attention(spec.decoder.layer[0].self_attention, 3 * WIDTH, WIDTH)
    fill_attention(spec.decoder.layer[0].attention, WIDTH, 2 * WIDTH, WIDTH)
    fill_feed_forward(spec.decoder.layer[0].ffn)
    fill_norm(spec.encoder.layer_norm)
    fill_norm(spec.decoder.layer_norm)
    spec.decoder.embeddings.weight = faint(size, WIDTH)
    fill_linear(spec.decoder.projection, size, WIDTH)
    fix_output(
        spec, [tokenizer.token_to_id("<|0.00|>"), *tokenizer.encode(TEXT).ids, tokenizer.token_to_id("<|1.00|>")]
    )
    vocabulary = tokenizer.get_vocab()
    spec.register_vocabulary(sorted(vocabulary, key=vocabulary.__getitem__))
    spec.config.suppress_ids, spec.config.suppress_ids_begin, spec.config.lang_ids = [], [], []
    spec.config.alignment_heads = [[0, 0]]
    return spec


def fix_output(spec: WhisperSpec, tokens: list[int]) -> None:
    """Give each token's position a direction that leads to the token. Later positions lead to the end of the text."""
    directions = np.eye(WIDTH, dtype=np.float32) * 10
    ends = np.minimum(np.arange(POSITIONS), len(tokens))
    spec.decoder.position_encodings.encodings = directions[ends]
    for position, token in enumerate([*tokens, LETTERS]):
        spec.decoder.projection.weight[token] += directions[position]


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = make_tokenizer()
    model = make_model(tokenizer)
    model.validate()
    model.save(str(folder))
    tokenizer.save(str(folder / "tokenizer.json"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
