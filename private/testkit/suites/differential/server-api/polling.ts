// Requests over polling, in the revision of the program's generation.
// Place: cases -> **polling** -> wire

import { isObject } from "../../../src/peers/raw-surface.ts";
import { messageOf, type Stage } from "./stage.ts";
import { type Answer, type Ask, ask } from "./wire.ts";

/** The path of a handshake over polling, in the revision of the program's generation. */
export function pathOf({ generation }: Stage, query = "", path = "/socket.io/"): string {
  return `${path}?EIO=${generation === 2 ? 3 : 4}&transport=polling${query}`;
}

/** Opens a session over polling. */
export function handshake(stage: Stage, port: number, asked: Ask = {}, query = ""): Promise<Answer> {
  return ask(port, pathOf(stage, query), asked);
}

/** Sends a packet over polling. */
export function writeAt(stage: Stage, port: number, sid: unknown): Promise<Answer> {
  const body = stage.generation === 2 ? "2:40" : "40";
  const headers = { "content-type": "text/plain;charset=UTF-8" };
  return handshake(stage, port, { method: "POST", body, headers }, `&sid=${String(sid)}`);
}

/** The data of an open packet, whatever it is framed by. */
export function opened({ body }: Answer): Record<string, unknown> {
  const json = /0(\{[^}]*\})/.exec(body)?.[1];
  const parsed: unknown = json === undefined ? {} : JSON.parse(json);
  return isObject(parsed) ? parsed : {};
}

/** What a handshake over polling is answered, if anybody listens. */
export async function answersAt({ pause }: Stage, port: number, path = "/socket.io/"): Promise<string> {
  await pause(20);
  try {
    const { status } = await ask(port, `${path}?EIO=4&transport=polling`);
    return `${status}`;
  } catch (error) {
    return messageOf(error).includes("ECONNREFUSED") ? "nobody listens" : "no answer";
  }
}

/** An answer as a line. */
export function line({ status, body }: Answer): string {
  return `${status} ${body}`;
}

/** The headers of these names. */
export function pick({ headers }: Answer, names: readonly string[]): string {
  return names.map((name) => `${name}=${String(headers[name])}`).join("; ");
}
