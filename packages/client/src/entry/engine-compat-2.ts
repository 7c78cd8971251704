// The one value that engine.io-client 3 is: a class that needs no `new`, with everything else as its properties.
// Place: part of the composition roots for programs of 2.x.
// Rules: revision 3 is asked for first, over polling the other one is spoken as well; cookies travel across sites, as they
//        did in 2.x.

import { createEngineParser3, type EngineParser3 } from "@bowline/protocol/parser-api";
import type { EngineOptions } from "../options.ts";
import type { Platform } from "../platform.ts";
import { Transport } from "../program-transport.ts";
import type { TransportClass } from "../transports/transport.ts";
import {
  createSocketClass,
  type EngineSocket,
  type EngineSocketClass,
  type TransportTable,
  withTable,
} from "./engine-client.ts";

/** The class of sockets, and what hangs on it. */
export interface Engine2 extends EngineSocketClass {
  (uri?: string | EngineOptions, options?: EngineOptions): EngineSocket;
  readonly Socket: Engine2;
  readonly Transport: typeof Transport;
  readonly parser: EngineParser3;
  /** What each name in the option `transports` stands for; a change counts for the sockets made after it. */
  readonly transports: TransportTable;
}

/** A class that may be called without `new`; the language has no type for how it comes about. */
function callable(socket: EngineSocketClass): Engine2;
function callable(socket: EngineSocketClass): unknown {
  const construct = (args: unknown[]): unknown => Reflect.construct(socket, args);
  return new Proxy(socket, { apply: (_target, _self, args: unknown[]) => construct(args) });
}

/**
 * Makes the value.
 * @param ahead transports that come before those of the table where they accept the options.
 */
export function createEngine2(
  platform: Platform,
  transports: TransportTable,
  ahead: readonly TransportClass[] = [],
): Engine2 {
  const Socket = callable(
    createSocketClass(withTable(platform, transports, ahead), { revision: 3, withCredentials: true }),
  );
  const parser = createEngineParser3((bytes) => platform.binary(bytes));
  return Object.assign(Socket, { Socket, Transport, parser, transports });
}
