interface GatewayError {
  readonly status: number;
  /** Reason, for programs. It is the services' own code if the services have the same error. */
  readonly code: string;
  readonly message: string;
  /** A header, in HAProxy's syntax. */
  readonly header?: string;
}

/**
 * Responses of the gateway itself. HAProxy 2.6 has fixed responses to incomplete and invalid requests (400 and 408).
 */
const ERRORS: readonly GatewayError[] = [
  {
    status: 401,
    code: "unauthorized",
    message: "the token has to come in the header Authorization, after Bearer",
    header: `www-authenticate 'Bearer realm="morgan"'`,
  },
  { status: 413, code: "body_too_large", message: "the body is larger than the stack takes" },
  {
    status: 429,
    code: "too_many_requests",
    message: "too many requests came from one address; try again in a moment",
    header: "retry-after 10",
  },
  { status: 502, code: "bad_gateway", message: "the service gave no valid answer" },
  { status: 503, code: "unavailable", message: "no healthy container of the service is there" },
  { status: 504, code: "timeout", message: "the service did not answer in time" },
];

/** Lines of HAProxy's configuration. They give its own responses the form of the services' errors. */
export const ERROR_LINES: readonly string[] = ERRORS.map(({ status, code, message, header }) => {
  const body = JSON.stringify({ error: { code, message } });
  const line = `http-error status ${String(status)} content-type application/json string '${body}'`;
  return header === undefined ? line : `${line} hdr ${header}`;
});
