"""HTTP, with the form of errors that all services have."""

import json

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from morgan_shared.errors import ServiceError, error_body


class HttpProtocol(HttpToolsProtocol):
    """uvicorn 0.54.0 answers a request that is no HTTP with plain text, before the application gets it."""

    def send_400_response(self, msg: str) -> None:
        """Refuse a request and close its connection."""
        refusal = ServiceError(400, "bad_request", f"the request is no valid HTTP/1.1: {msg}")
        body = json.dumps(error_body(refusal)).encode()
        head = (
            "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
