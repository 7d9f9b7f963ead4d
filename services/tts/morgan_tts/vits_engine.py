"""Speech from a VITS model on torch, from weights in a local folder."""

import asyncio

import torch
from transformers import AutoTokenizer, VitsModel

from morgan_shared.engine import EngineUnavailableError
from morgan_shared.errors import ServiceError
from morgan_shared.pool import WorkerPool
from morgan_shared.wav_header import write_wav
from morgan_tts.settings import TtsSettings
from morgan_tts.speaker import nothing_to_say

WEIGHTS = ("config.json", "model.safetensors", "tokenizer_config.json", "vocab.json")


class VitsSpeaker:
    """A VITS model, loaded; its weights are one voice."""

    def __init__(self, settings: TtsSettings) -> None:
        missing = [name for name in WEIGHTS if not (settings.model_dir / name).is_file()]
        if missing:
            raise EngineUnavailableError(f"{settings.model_dir / missing[0]} is missing: it needs a VITS model")
        if settings.device == "cuda" and not torch.cuda.is_available():
            raise EngineUnavailableError("no CUDA device can be used: check the container's GPU and the host's driver")
        self._device = torch.device(settings.device)
        self._tokenizer = AutoTokenizer.from_pretrained(settings.model_dir, local_files_only=True)
        if self._tokenizer.phonemize or self._tokenizer.is_uroman:
            # Such models need the packages phonemizer or uroman, which the image leaves out.
            raise EngineUnavailableError(f"the VITS model in {settings.model_dir} does not take plain letters")
        model = VitsModel.from_pretrained(settings.model_dir, local_files_only=True, use_safetensors=True)
        self._model = model.to(self._device).eval()
        self._timeout_s = settings.synthesis_timeout_s
        # The speed is an attribute of the model, so one text at a time may use it.
        self._pool = WorkerPool(workers=1, queue=settings.queue)

    async def speak(self, text: str, voice: str | None, speed: float) -> bytes:
        """Return a WAV file of the text; the model has no other voice than its own."""
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
        pcm = (waveform.clamp(-1, 1) * 32767).to(torch.int16).cpu().numpy().tobytes()
        return write_wav(pcm, self._model.config.sampling_rate)
