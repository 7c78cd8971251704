// The client's WebSocket at a node that has not its session: hands on what comes in, and what the session sends.
// Place: the client's WebSocket -> **entrance relay** -> relay -> the node that has the session
// Rules: what comes in during one turn is handed on at once; a client that sends faster than the other node takes is not
//        read, or, where the runtime cannot stop reading, cut off beyond a limit; what the session has sent before its end
//        still leaves.

import { type Alarm, type Clock, EncodedFrame, type Outgoing } from "@bowline/protocol/internal";
import type { WebSocketEvents, WebSocketPort } from "../http-exchange.ts";
import type { StreamEnd } from "./forward-check.ts";
import type { RelayedFrame, RelayMessage } from "./forward-message.ts";
import { Relay, type RelayEvents } from "./relay.ts";

/** What it needs of its node. */
export interface EntranceRelayHost {
  readonly clock: Clock;
  /** Most bytes that may wait for the other node. */
  readonly maxBufferedBytes: number;
  send(message: RelayMessage, failed?: (error: Error) => void): void;
  /** It has ended, and may be forgotten. */
  ended(): void;
}

function outgoing({ data, compress }: RelayedFrame): Outgoing {
  return { frames: [new EncodedFrame(data)], compress };
}

/** The code of an error, where the platform has given it one. */
function endOf(error: Error | undefined): StreamEnd {
  if (error === undefined) return {};
  const code: unknown = Reflect.get(error, "code");
  return { message: error.message, ...(typeof code === "string" && { code }) };
}

/** The client's end of a relayed WebSocket. */
export class EntranceRelay implements WebSocketEvents, RelayEvents, Alarm {
  readonly relay: Relay;
  readonly #host: EntranceRelayHost;
  #port: WebSocketPort | undefined;
  /** What came from the client in this turn. */
  #arrived: RelayedFrame[] = [];
  /** What the session has sent, until the WebSocket takes it. */
  #due: RelayedFrame[] = [];
  #isWriting = false;
  #isPaused = false;

  constructor(id: number, host: EntranceRelayHost) {
    this.#host = host;
    this.relay = new Relay(id, (message, failed) => host.send(message, failed), this);
  }

  /** The handshake is complete. */
  opened(port: WebSocketPort): void {
    this.#port = port;
    port.listen(this);
    this.#write();
  }

  message(data: string | Uint8Array): void {
    if (this.#arrived.length === 0) this.#host.clock.turnEnd(this);
    this.#arrived.push({ data, compress: false });
  }

  closed(error?: Error): void {
    this.ring();
    this.#port = undefined;
    this.relay.close(endOf(error));
    this.#host.ended();
  }

  /** The turn ends: what has come goes on. */
  ring(): void {
    const arrived = this.#arrived;
    if (arrived.length === 0) return;
    this.#arrived = [];
    this.relay.send(arrived);
    if (!this.relay.isFull) return;
    if (this.#port?.pause !== undefined) {
      this.#isPaused = true;
      this.#port.pause();
    } else if (this.relay.untaken > this.#host.maxBufferedBytes) {
      this.shut({ message: "The client sends more than the node that has its session takes" });
    }
  }

  frames(frames: readonly RelayedFrame[]): void {
    this.#due.push(...frames);
    this.#write();
  }

  roomy(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#port?.resume?.();
  }

  ended(): void {
    const port = this.#port;
    this.#port = undefined;
    if (port !== undefined) {
      if (this.#due.length > 0) port.send(this.#due.map(outgoing), () => undefined);
      // One that is not read would never hear of its end.
      if (this.#isPaused) port.resume?.();
      port.close();
    }
    this.#due = [];
    this.#host.ended();
  }

  /** Ends both sides. */
  shut(end: StreamEnd = {}): void {
    this.relay.close(end);
    this.ended();
  }

  #write(): void {
    const port = this.#port;
    if (port === undefined || this.#isWriting || this.#due.length === 0) return;
    const due = this.#due;
    this.#due = [];
    this.#isWriting = true;
    port.send(due.map(outgoing), (failure) => {
      this.#isWriting = false;
      if (this.#port !== port) return;
      if (failure !== undefined) {
        this.shut(endOf(failure));
        return;
      }
      this.relay.took(due);
      this.#write();
    });
  }
}
