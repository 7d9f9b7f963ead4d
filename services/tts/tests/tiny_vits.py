"""Writes a VITS model as transformers saves it, for tests: `python tiny_vits.py FOLDER`.

The model takes seconds to make and has less than 1 MB. It makes noise of a lower-case text, some 50 ms a letter.
"""

import json
import string
import sys
from pathlib import Path

import torch
from transformers import VitsConfig, VitsModel, VitsTokenizer

LETTERS = "_" + string.ascii_lowercase + " '-"
"""The first is the blank between letters."""
WIDTH = 8


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = folder / "vocab.json"
    vocabulary.write_text(json.dumps({letter: number for number, letter in enumerate(LETTERS)}))
    tokenizer = VitsTokenizer(str(vocabulary), language="eng", phonemize=False, is_uroman=False, pad_token="_")  # noqa: S106
    config = VitsConfig(
        vocab_size=len(LETTERS),
        hidden_size=WIDTH,
        num_hidden_layers=1,
        num_attention_heads=2,
        ffn_dim=WIDTH,
        flow_size=WIDTH,
        spectrogram_bins=WIDTH,
        # The stochastic predictor draws durations from noise. Without training, they can be very long.
        use_stochastic_duration_prediction=False,
        duration_predictor_filter_channels=WIDTH,
        upsample_initial_channel=32,
        prior_encoder_num_flows=1,
        prior_encoder_num_wavenet_layers=1,
        posterior_encoder_num_wavenet_layers=1,
    )
    torch.manual_seed(4)
    VitsModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    # The file is written for its owner alone, but another user may load the model.
    (folder / "model.safetensors").chmod(0o644)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
