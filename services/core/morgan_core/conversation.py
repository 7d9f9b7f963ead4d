"""Takes the turns of a conversation."""

import base64
import json
import uuid
from datetime import UTC, datetime

from pydantic import BaseModel, Field

from morgan_core import answers
from morgan_core.answers import Segment
from morgan_core.turn import History, Neighbours, Page, SessionStore, Turn
from morgan_shared.app import Recording
from morgan_shared.errors import ServiceError

INSTRUCTIONS = "You are Morgan, a voice assistant. Answer in a few plain sentences that can be read out."
MAX_SPOKEN = 5000
"""Longest part of a reply that is spoken, in characters; tts takes no more."""
MAX_REPLY = 32_000
"""Longest reply in characters. The rest of a longer reply is left out, so that a turn has a largest size."""


class TextReply(BaseModel):
    """The assistant's reply in a written turn."""

    session_id: str = Field(description="The session, for the next turn.")
    reply: str = Field(description=f"The reply, at most {MAX_REPLY} characters.")


class VoiceReply(TextReply):
    """The assistant's reply in a spoken turn."""

    transcript: str = Field(description="The recognised text.")
    audio: str = Field(description=f"The first {MAX_SPOKEN} characters of the reply as a WAV file, in base64.")
    segments: list[Segment] = Field(description="The stretches of speech in the recording.")


class Conversation:
    """Takes turns, each with the recent turns of its session."""

    def __init__(self, neighbours: Neighbours, sessions: SessionStore, history: History) -> None:
        self._neighbours = neighbours
        self._sessions = sessions
        self._history = history

    async def text_turn(self, session_id: str | None, text: str) -> TextReply:
        """Reply to a text; without a session's id a new session begins."""
        session_id = session_id or uuid.uuid4().hex
        reply = await self._reply(session_id, text)
        await self._keep(session_id, text, reply)
        return TextReply(session_id=session_id, reply=reply)

    async def voice_turn(self, session_id: str | None, recording: Recording) -> VoiceReply:
        """Reply to the speech in a recording.

        Raises:
            ServiceError: 422 if the recording holds no speech, or if no words are recognised.

        """
        session_id = session_id or uuid.uuid4().hex
        found = await self._neighbours.post("vad", "/v1/segments", recording.content, recording.media_type)
        segments = answers.parse(answers.Segments, "vad", found).segments
        if not segments:
            raise ServiceError(422, "no_speech", "nobody speaks in the recording")
        heard = await self._neighbours.post("stt", "/v1/transcribe", recording.content, recording.media_type)
        transcript = answers.parse(answers.Transcript, "stt", heard).text.strip()
        if not transcript:
            raise ServiceError(422, "no_speech", "no words were recognised in the recording")
        reply = await self._reply(session_id, transcript)
        audio = await self._neighbours.post("tts", "/v1/speech", _json(text=reply[:MAX_SPOKEN]), "application/json")
        # The last step, so that a client can repeat a turn that failed before.
        await self._keep(session_id, transcript, reply)
        return VoiceReply(
            session_id=session_id,
            transcript=transcript,
            reply=reply,
            audio=base64.b64encode(audio).decode(),
            segments=segments,
        )

    async def history(self, session_id: str, limit: int, before: uuid.UUID | None) -> Page:
        """Return the newest turns of a session, or the newest of those before a turn."""
        return await self._history.page(session_id, limit, before)

    async def _reply(self, session_id: str, text: str) -> str:
        messages = [{"role": "system", "content": INSTRUCTIONS}]
        for turn in await self._sessions.recent(session_id):
            messages.append({"role": "user", "content": turn.text})
            messages.append({"role": "assistant", "content": turn.reply})
        messages.append({"role": "user", "content": text})
        answer = await self._neighbours.post(
            "llm", "/v1/chat/completions", _json(messages=messages), "application/json"
        )
        message = answers.parse(answers.Completion, "llm", answer).choices[0].message
        reply = message.content.replace("\0", "").strip()[:MAX_REPLY]
        if not reply:
            raise ServiceError(503, "neighbour_unavailable", "llm gave an empty reply")
        return reply

    async def _keep(self, session_id: str, text: str, reply: str) -> None:
        turn = Turn(id=uuid.uuid4(), text=text, reply=reply, at=datetime.now(UTC))
        # The history first: a turn that is missing in the history must not be in the session.
        await self._history.append(session_id, turn)
        await self._sessions.append(session_id, turn)


def _json(**members: object) -> bytes:
    return json.dumps(members).encode()
