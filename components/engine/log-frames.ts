/** Bytes of a frame's header: the stream, three zeros, and the length of what follows. */
const HEADER = 8;
/** Largest number of a stream: standard input, output, error, and errors of the engine. */
const LAST_STREAM = 3;

/**
 * Returns what a container wrote to its outputs, in the order in which the engine stored it. The engine sends it in
 * frames. A container with a terminal has one output, which comes without frames and is returned as it is.
 */
export function withoutFrames(bytes: Buffer): string {
  const parts: Buffer[] = [];
  let rest = bytes;
  while (isFrame(rest)) {
    const end = HEADER + rest.readUInt32BE(4);
    parts.push(rest.subarray(HEADER, end));
    rest = rest.subarray(end);
  }
  return Buffer.concat([...parts, rest]).toString();
}

function isFrame(bytes: Buffer): boolean {
  return bytes.length >= HEADER && (bytes[0] ?? 0) <= LAST_STREAM && bytes.readUIntBE(1, 3) === 0;
}
