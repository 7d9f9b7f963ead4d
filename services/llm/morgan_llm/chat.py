"""The part of OpenAI's chat completion API that this service reads."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _unicode(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("must not hold half of a surrogate pair, which is no character") from None
    return text


Text = Annotated[str, AfterValidator(_unicode)]


class TextPart(BaseModel):
    """A part of a message; parts other than text are passed on to the endpoint."""

    model_config = ConfigDict(extra="allow")

    type: str
    text: Text = ""


class Message(BaseModel):
    """One message of a conversation."""

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Text | list[TextPart] | None = None

    @property
    def text(self) -> str:
        """The text of the message."""
        if isinstance(self.content, list):
            return " ".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class ChatRequest(BaseModel):
    """A request for a completion; members that are not named here are passed on to the endpoint unchanged."""

    model_config = ConfigDict(extra="allow")

    model: str | None = None
    messages: Annotated[list[Message], Field(min_length=1)]
    stream: bool = False
