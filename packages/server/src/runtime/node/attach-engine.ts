// Connects the engine to a node:http(s) server: requests below the path are ours, all others go where they went before.
// Place: **bytes** -> engine server -> carrier -> session
// Rules: listeners that were there first still get what is not ours; an upgrade that nobody answers is ended in time;
//        detaching puts the server back as it was.
// Source: docs/protocol/engine-4.md, "Query"

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server as NetServer } from "node:net";
import type { Duplex } from "node:stream";
import { requestPath } from "../../engine/options.ts";
import type { AttachOptions, NodeEngine } from "./engine-server.ts";
import { NodeExchange } from "./node-exchange.ts";

/** A server of node:http, https or http2, which tells of requests in the form of the first. */
export type HttpServerLike = Pick<
  NetServer,
  "listening" | "on" | "off" | "listeners" | "removeAllListeners" | "listen" | "close"
>;

type RequestListener = (req: IncomingMessage, res: ServerResponse) => void;

/** Something else that is served below the engine's path: what answers a request for it, or nothing. */
export type SideRequest = (req: IncomingMessage) => ((res: ServerResponse) => void) | undefined;

/** How an engine is attached. */
export interface Attachment {
  /** Win over the engine's. */
  readonly options?: Partial<AttachOptions>;
  /** Asked first, as for the client's files below the same path. */
  readonly side?: SideRequest;
}

/**
 * Has `engine` serve its path on `server`.
 * @returns a function that detaches the engine again.
 */
export function attachEngine(engine: NodeEngine, server: HttpServerLike, attachment: Attachment = {}): () => void {
  const options = { ...engine.options, ...attachment.options };
  const path = requestPath(options);
  const isClosing = () => !server.listening;
  const isOurs = (req: IncomingMessage) => req.url?.startsWith(path) ?? false;

  const others = server
    .listeners("request")
    .filter((listener): listener is RequestListener => listener instanceof Function);
  server.removeAllListeners("request");
  const onRequest: RequestListener = (req, res) => {
    const answer = attachment.side?.(req);
    if (answer !== undefined) engine.withCors(new NodeExchange(req, res, isClosing), () => answer(res));
    else if (isOurs(req)) engine.take(req, res, isClosing);
    else for (const listener of others) Reflect.apply(listener, server, [req, res]);
  };
  server.on("request", onRequest);

  const onUpgrade = (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (isOurs(req)) {
      engine.handleUpgrade(req, socket, head);
      return;
    }
    // Node hands the connection over without any listener, and since we listen for upgrades it does so for other paths
    // too: a reset there would end the process.
    socket.on("error", () => undefined);
    if (options.destroyUpgrade) endForgottenUpgrade(socket, options.destroyUpgradeTimeout);
  };
  server.on("upgrade", onUpgrade);

  const onClose = () => engine.close();
  const onListening = () => engine.reopen();
  server.on("close", onClose);
  server.on("listening", onListening);

  return () => {
    server.off("request", onRequest);
    server.off("upgrade", onUpgrade);
    server.off("close", onClose);
    server.off("listening", onListening);
    for (const listener of others) server.on("request", listener);
  };
}

/** Ends an upgrade request for another path, unless somebody has written to its connection by then. */
function endForgottenUpgrade(socket: Duplex, timeoutMs: number): void {
  const timer = setTimeout(() => {
    const written: unknown = Reflect.get(socket, "bytesWritten");
    if (socket.writable && (typeof written !== "number" || written <= 0)) socket.end(() => socket.destroy());
  }, timeoutMs);
  timer.unref();
}
