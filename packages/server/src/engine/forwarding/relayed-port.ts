// A WebSocket whose client has come to another node: to the session it looks like any other.
// Place: session -> websocket carrier -> **relayed port** -> relay -> the node that the client has come to
// Rules: a batch is done once there is room for more, which is the back-pressure; nothing is told after `close()`; what a
//        program throws over a message is reported, as at home, and costs it none of those that came along.

import type { Outgoing } from "@bowline/protocol/internal";
import type { WebSocketEvents, WebSocketPort } from "../http-exchange.ts";
import type { StreamEnd } from "./forward-check.ts";
import type { RelayedFrame, RelayMessage } from "./forward-message.ts";
import { Relay, type RelayEvents } from "./relay.ts";

/** What a relayed WebSocket needs of its node. */
export interface RelayedPortHost {
  send(message: RelayMessage, failed?: (error: Error) => void): void;
  /** It has ended, and may be forgotten. */
  ended(): void;
  reportUncaught(error: unknown): void;
}

/** Why a WebSocket has ended, as the platform of the other node has said it. */
function errorOf({ message, code }: StreamEnd): Error | undefined {
  if (message === undefined) return undefined;
  const error = new Error(message);
  return code === undefined ? error : Object.assign(error, { code });
}

/** The session's end of a relayed WebSocket. */
export class RelayedPort implements WebSocketPort, RelayEvents {
  readonly relay: Relay;
  readonly #host: RelayedPortHost;
  #events: WebSocketEvents | undefined;
  #waiting: ((failure?: Error) => void)[] = [];

  constructor(id: number, host: RelayedPortHost) {
    this.#host = host;
    this.relay = new Relay(id, (message, failed) => host.send(message, failed), this);
  }

  listen(events: WebSocketEvents): void {
    this.#events = events;
  }

  send(batch: readonly Outgoing[], done: (failure?: Error) => void): void {
    this.relay.send(batch.flatMap(({ frames, compress }) => frames.map(({ data }) => ({ data, compress }))));
    if (this.relay.isFull) this.#waiting.push(done);
    else done();
  }

  close(): void {
    this.#events = undefined;
    this.relay.close();
    this.#settle(new Error("The WebSocket was closed"));
    this.#host.ended();
  }

  frames(frames: readonly RelayedFrame[]): void {
    for (const { data } of frames) this.#tell(data);
    this.relay.took(frames);
  }

  roomy(): void {
    this.#settle();
  }

  ended(end: StreamEnd): void {
    const events = this.#events;
    this.#events = undefined;
    const error = errorOf(end);
    events?.closed(error);
    this.#settle(error ?? new Error("The WebSocket is gone"));
    this.#host.ended();
  }

  #tell(data: string | Uint8Array): void {
    try {
      this.#events?.message(data);
    } catch (error) {
      this.#host.reportUncaught(error);
    }
  }

  #settle(failure?: Error): void {
    for (const done of this.#waiting.splice(0)) done(failure);
  }
}
