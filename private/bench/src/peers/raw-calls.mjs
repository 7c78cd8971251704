// What clients ask of a bare WebSocket server, which knows no events: words with numbers behind them.
// Place: server process -> peer -> **calls**
// Rules: anything that is no call is echoed.
import { newsOf, once } from "./handlers.mjs";

const CALL = /^(publish|join) ([\d ]+)$/;
const MOST_CALL_BYTES = 40;

/** The message that is sent to many: of the same length as the one of the Socket.IO peers. */
export const newsFrame = once((bytes) => Buffer.from(`42${JSON.stringify(["news", newsOf(bytes)])}`));

/**
 * The call in a message, or nothing.
 * @param {Uint8Array} data
 * @returns {{ name: "publish" | "join", values: readonly number[] } | undefined}
 */
export function readCall(data) {
  if (data.length >= MOST_CALL_BYTES) return undefined;
  const call = CALL.exec(Buffer.from(data).toString("latin1"));
  return call === null ? undefined : { name: call[1], values: call[2].split(" ").map(Number) };
}
