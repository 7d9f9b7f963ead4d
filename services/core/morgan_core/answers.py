"""The answers of the neighbours, in the parts that core reads."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, Field, ValidationError

from morgan_core.turn import Name
from morgan_shared.errors import ServiceError

Answer = TypeVar("Answer", bound=BaseModel)


class Segment(BaseModel):
    """A stretch of speech, in seconds from the recording's start."""

    start_s: float = Field(description="Begin, in seconds.")
    end_s: float = Field(description="End, in seconds.")


class Segments(BaseModel):
    """vad's answer."""

    segments: list[Segment]


class Transcript(BaseModel):
    """stt's answer."""

    text: str


class ReplyMessage(BaseModel):
    """A message of llm."""

    content: str


class Choice(BaseModel):
    """One of the replies that llm offers."""

    message: ReplyMessage


class Completion(BaseModel):
    """llm's answer."""

    choices: Annotated[list[Choice], Field(min_length=1)]


def parse(answer_type: type[Answer], name: Name, answer: bytes) -> Answer:
    """Read a neighbour's answer.

    Raises:
        ServiceError: 503, with the neighbour's name, if the answer has another form.

    """
    try:
        return answer_type.model_validate_json(answer)
    except ValidationError as error:
        raise ServiceError(503, "neighbour_unavailable", f"{name} gave an answer that cannot be read") from error
