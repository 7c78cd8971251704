// The classes of transports by their names, as programs look for them in the engine's value.
// Place: beside the engine's public list
// Rules: there is one class of transports; these are its views, one for each name.

import type { TransportName } from "@bowline/protocol/internal";
import { Transport } from "../../engine/transport.ts";

/** What programs ask with `instanceof`. */
export interface TransportClass {
  new (...args: ConstructorParameters<typeof Transport>): Transport;
  readonly prototype: Transport;
  /** The names of the transports that a client can move to from there. */
  readonly upgradesTo: readonly TransportName[];
}

function classOf(name: TransportName, upgradesTo: readonly TransportName[]): TransportClass {
  const view = class extends Transport {
    static readonly upgradesTo: readonly TransportName[] = upgradesTo;

    static override [Symbol.hasInstance](value: unknown): boolean {
      return value instanceof Transport && value.name === name;
    }
  };
  return view;
}

/** The transports that the engine has. */
export const transports: Readonly<Record<TransportName, TransportClass>> = {
  polling: classOf("polling", ["websocket", "webtransport"]),
  websocket: classOf("websocket", []),
  webtransport: classOf("webtransport", []),
};
