"""HTTP requests to the configured language model."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from morgan_llm.settings import LlmSettings
from morgan_shared.errors import ServiceError
from morgan_shared.guard import REQUEST_ID_HEADER, current_request_id
from morgan_shared.settings import reveal

CLIENTS_FAULT = (400, 404, 413, 422, 429)
"""Statuses that are about the client's request, and are passed on to the client. Other errors become 503."""


class RefusedError(ServiceError):
    """The endpoint has answered with an error.

    Args:
        answered: the status of the endpoint's answer.
        text: the beginning of that answer.
        hint: a cause or a remedy; empty if none is known.

    """

    def __init__(self, answered: int, text: str, hint: str = "") -> None:
        if answered in CLIENTS_FAULT:
            super().__init__(answered, "endpoint_refused", f"the language model refused: {text}{hint}")
        else:
            super().__init__(503, "endpoint_failed", f"the language model answered with {answered}{hint}")
        self.answered = answered
        self.text = text

    @property
    def may_be_about_model(self) -> bool:
        """True if the cause may be the name of the model, or a request without a name."""
        return self.answered in (400, 404, 422) and "model" in self.text.lower()

    def with_hint(self, hint: str) -> "RefusedError":
        """Return the same refusal with a cause or a remedy."""
        return RefusedError(self.answered, self.text, f" ({hint})")


class Upstream:
    """An OpenAI-compatible API; its session is open while `running` is entered."""

    def __init__(self, base_url: str, settings: LlmSettings) -> None:
        self.base_url = base_url
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open the session; close it at the end."""
        key = reveal(self._settings.llm_api_key)
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        timeout = aiohttp.ClientTimeout(
            total=None, connect=self._settings.llm_connect_timeout_s, sock_read=self._settings.llm_idle_timeout_s
        )
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as self._session:
            yield

    @asynccontextmanager
    async def open(
        self, method: str, path: str, body: dict[str, object] | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send a request, and return the answer, whose content is still to be read.

        Raises:
            RefusedError: if the answer is an error.
            ServiceError: 503 if there is no answer.

        """
        if self._session is None:
            raise RuntimeError("the endpoint is used before it runs")
        headers = {REQUEST_ID_HEADER: current_request_id() or "none"}
        try:
            async with self._session.request(method, self.base_url + path, json=body, headers=headers) as response:
                if response.status >= 400:
                    raise await self._refusal(response)
                yield response
        except aiohttp.ServerTimeoutError:
            message = f"the language model at {self.base_url} did not answer in time"
            raise ServiceError(503, "endpoint_timeout", message) from None
        except aiohttp.ClientError as error:
            message = f"the language model at {self.base_url} cannot be reached: {error}"
            raise ServiceError(503, "endpoint_unavailable", message) from error

    async def _refusal(self, response: aiohttp.ClientResponse) -> RefusedError:
        refusal = RefusedError(response.status, (await response.text(errors="replace"))[:500])
        if response.status in (401, 403):
            key = "has no key" if self._settings.llm_api_key is None else "has a key that the server does not accept"
            return refusal.with_hint(f"MORGAN_LLM_API_KEY_FILE {key}")
        if response.status == 404 and not refusal.may_be_about_model:
            return refusal.with_hint(f"check the base URL {self.base_url}, which ends in /v1 for most servers")
        return refusal
