// A second look at packets: what parsers of other generations, and those that programs bring along, let pass.
// Place: session -> socket codec -> connection (**packet check**) -> namespace -> socket
// Rules: our own decoders check all of this but reserved names in revision 4; nothing here believes that a parser of
//        somebody else did. How deep data is nested, and how many arguments there are, is looked up for parsers that the
//        program has handed in alone.
// Source: docs/protocol/socket-5.md, "Decoding"

import { PacketType, RESERVED_EVENTS, type SocketPacket } from "@bowline/protocol";
import { elementsOf, MAX_DEPTH, MAX_ELEMENTS } from "@bowline/protocol/internal";

/** Whether what a parser made has the shape of a packet. */
export function isPacket(made: unknown): made is SocketPacket {
  if (typeof made !== "object" || made === null) return false;
  const { type, nsp, id }: Partial<Record<keyof SocketPacket, unknown>> = made;
  const isId = id === undefined || (typeof id === "number" && Number.isSafeInteger(id) && id >= 0);
  return isType(type) && typeof nsp === "string" && nsp.startsWith("/") && isId;
}

function isType(type: unknown): boolean {
  return typeof type === "number" && type >= PacketType.CONNECT && type <= PacketType.BINARY_ACK && type % 1 === 0;
}

/** Why an event cannot be delivered under its name; undefined where nothing is against it. */
export function nameViolation({ type, data }: SocketPacket): Error | undefined {
  if (type !== PacketType.EVENT && type !== PacketType.BINARY_EVENT) return undefined;
  const name = elementsOf(data)[0];
  if (typeof name !== "string" && typeof name !== "number") return refusal("its event has no name");
  return RESERVED_EVENTS.has(name) ? refusal(`"${name}" is a reserved event name`) : undefined;
}

/** What parsers that the program has handed in let pass; undefined where nothing is against it. */
export function sizeViolation({ data }: SocketPacket): Error | undefined {
  if (elementsOf(data).length > MAX_ELEMENTS) return refusal(`it has more than ${MAX_ELEMENTS} arguments`);
  return isTooDeep(data) ? refusal("it is nested too deep to be sent on") : undefined;
}

/**
 * Whether lists and objects stand inside each other on more levels than every encoder takes, so that a program that sends
 * on what it got would fail. Values that a parser hands out at several places are looked at once.
 */
function isTooDeep(data: unknown): boolean {
  const seen = new Set<unknown>();
  let level: readonly object[] = isContainer(data) ? [data] : [];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    const next: object[] = [];
    for (const container of level) {
      if (seen.has(container)) continue;
      seen.add(container);
      for (const child of Object.values(container)) if (isContainer(child)) next.push(child);
    }
    level = next;
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
}

function refusal(reason: string): SyntaxError {
  return new SyntaxError(`Cannot take the packet: ${reason}`);
}
