"""Speech from a VITS model on torch, from weights in a local folder."""

import asyncio

import torch
from transformers import AutoConfig, AutoTokenizer, VitsModel

from morgan_shared.cuda import require_device
from morgan_shared.engine import EngineUnavailableError, Report
from morgan_shared.errors import ServiceError
from morgan_shared.pool import WorkerPool
from morgan_shared.provide_weights import damaged_weights, provide_weights
from morgan_shared.wav_writer import write_wav
from morgan_shared.weights import ModelFiles
from morgan_tts.settings import TtsSettings
from morgan_tts.speaker import nothing_to_say

FILES = ModelFiles(
    kind="a VITS model",
    required=("config.json", "model.safetensors", "tokenizer_config.json", "vocab.json"),
    optional=("added_tokens.json", "special_tokens_map.json"),
)


class VitsSpeaker:
    """A loaded VITS model; its weights are one voice.

    Args:
        settings: name the device and the weights.
        report: takes the progress of a download.

    """

    def __init__(self, settings: TtsSettings, report: Report) -> None:
        if settings.engine_device == "cuda":
            require_device(found=torch.cuda.is_available())
        provide_weights(settings, FILES, report)
        self._device = torch.device(settings.engine_device)
        try:
            self._load(settings)
        except EngineUnavailableError:
            raise
        except Exception as error:
            # Each library has types of its own for damaged files; tokenizers 0.23.3 raises a bare Exception.
            raise EngineUnavailableError(damaged_weights(settings, FILES, error)) from error
        self._timeout_s = settings.synthesis_timeout_s
        self._max_speech_s = settings.max_speech_s
        # The speed is set as an attribute of the model, so the model speaks one text at a time.
        self._pool = WorkerPool(workers=1, queue=settings.queue)

    def _load(self, settings: TtsSettings) -> None:
        folder = settings.model_dir
        # transformers 5.23.0 would load another kind of model too, with random numbers for the weights that it lacks.
        kind = AutoConfig.from_pretrained(folder, local_files_only=True).model_type
        if kind != "vits":
            raise EngineUnavailableError(f"{folder} holds a model of the type {kind}, not a VITS model")
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        if self._tokenizer.phonemize or self._tokenizer.is_uroman:
            # Such models need the packages phonemizer or uroman, which the image leaves out.
            raise EngineUnavailableError(f"the VITS model in {folder} does not take plain letters")
        model = VitsModel.from_pretrained(folder, local_files_only=True, use_safetensors=True, dtype=torch.float32)
        self._model = model.to(self._device).eval()

    async def speak(self, text: str, voice: str | None, speed: float) -> bytes:
        """Return a WAV file of the text; the model has one voice."""
        if voice is not None:
            raise ServiceError(422, "unknown_voice", "voice: the model has one voice; leave it out", field="voice")
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._pool.run(lambda _cancellation: self._synthesise(text, speed))
        except TimeoutError:
            raise ServiceError(504, "synthesis_timeout", f"not spoken within {self._timeout_s:g} s") from None

    def _synthesise(self, text: str, speed: float) -> bytes:
        inputs = self._tokenizer(text, return_tensors="pt").to(self._device)
        if inputs["input_ids"].shape[-1] == 0:
            raise nothing_to_say()
        self._model.speaking_rate = speed
        with torch.inference_mode():
            waveform = self._model(**inputs).waveform[0]
        rate = self._model.config.sampling_rate
        waveform = waveform[: round(self._max_speech_s * rate)]
        pcm = (waveform.clamp(-1, 1) * 32767).to(torch.int16).cpu().numpy().tobytes()
        return write_wav(pcm, rate)
