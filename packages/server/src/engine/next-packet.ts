// Takes packets out of a decoder one by one, with its refusals as values.
// Place: bytes -> engine dialect -> **carriers** -> session
// Rules: only the decoder's own errors are refusals; what the program throws while it hears a packet stays an exception.

import type { Packet } from "@bowline/protocol";

/** The next packet, a refusal, or undefined at the end; a handler that throws is never taken for a malformed body. */
export function nextPacket(packets: Iterator<Packet>): Packet | SyntaxError | undefined {
  try {
    const result = packets.next();
    return result.done === true ? undefined : result.value;
  } catch (error) {
    if (error instanceof SyntaxError) return error;
    throw error;
  }
}
