/** A response of the gateway itself. */
interface GatewayError {
  readonly status: number;
  /** Reason, for programs. It is the services' own code if the services have the same error. */
  readonly code: string;
  readonly message: string;
  /** A header, in HAProxy's syntax. */
  readonly header?: string;
}

/**
 * Responses of HAProxy itself, by status, and those of `deny` with that status. HAProxy 2.6 has fixed responses to a
 * request that is not HTTP (400), and to one whose headers do not arrive in time (408): those are not in this list.
 */
const ERRORS: readonly GatewayError[] = [
  { status: 400, code: "bad_request", message: "the request is not one of HTTP/1.1 with a path that begins with /" },
  {
    status: 401,
    code: "unauthorized",
    message: "the token has to come in the header Authorization, after Bearer",
    header: `www-authenticate 'Bearer realm="morgan"'`,
  },
  { status: 403, code: "forbidden", message: "the request is not allowed" },
  {
    status: 405,
    code: "method_not_allowed",
    message: "no service has this method",
    header: `allow 'GET, HEAD, POST'`,
  },
  { status: 408, code: "timeout", message: "the body did not arrive within 30 s" },
  { status: 413, code: "body_too_large", message: "the body is larger than the stack takes" },
  {
    status: 429,
    code: "too_many_requests",
    message: "too many requests came from one address; try again in a moment",
    header: "retry-after 10",
  },
  { status: 500, code: "internal_error", message: "the gateway failed" },
  { status: 502, code: "bad_gateway", message: "the service gave no valid answer" },
  {
    status: 503,
    code: "unavailable",
    message: "no healthy container of the service could take the request; try again in a moment",
    header: "retry-after 1",
  },
  { status: 504, code: "timeout", message: "the service did not answer in time" },
];

/** Lines of HAProxy's configuration. They give its own responses the form of the services' errors. */
export const ERROR_LINES: readonly string[] = ERRORS.map((error) => `http-error ${response(error)}`);

/** Errors that HAProxy does not make itself, or that differ from the response of the same status. */
const REFUSALS = {
  uriTooLong: { status: 414, code: "uri_too_long", message: "path and query have at most 8192 bytes" },
  headersTooLarge: { status: 431, code: "headers_too_large", message: "the headers have at most 32768 bytes" },
  busy: {
    status: 503,
    code: "busy",
    message: "too many requests are waiting; try again in a moment",
    header: "retry-after 1",
  },
} as const satisfies Record<string, GatewayError>;

/** Returns a rule of HAProxy that refuses a request. `condition` is an expression of HAProxy. */
export function refuse(reason: keyof typeof REFUSALS, condition: string): string {
  return `http-request return ${response(REFUSALS[reason])} if { ${condition} }`;
}

function response({ status, code, message, header }: GatewayError): string {
  const body = JSON.stringify({ error: { code, message } });
  const text = `status ${String(status)} content-type application/json string '${body}'`;
  return header === undefined ? text : `${text} hdr ${header}`;
}
