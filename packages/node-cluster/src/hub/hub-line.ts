// The line of a bus to the hub: it says hello until somebody answers, and begins anew when it is lost.
// Place: bus -> **line** -> link -> hub
// Rules: nothing is kept for later: a request is made while the line is up, and rejected when it is lost; what waits to leave
//        is bounded.
// States: connecting -> up -> down -> up ...; each -> closed. `connecting` until the hub has answered for the first time.

import type { BusStatus } from "@bowline/adapter/cluster";
import { BusError } from "@bowline/adapter/cluster";
import type { Alarm, Cancel, Clock } from "@bowline/protocol/internal";
import { decodeFrames, encodeFrame, type Field, type Frame, Kind, numberAt, textAt, VERSION } from "./frame.ts";
import { type Link, type LinkEvents, Outbox } from "./link.ts";
import { Requests, type Waiting } from "./requests.ts";

/** Makes links to the hub. */
export interface Connector {
  /** What the other side is, for sentences: `the primary of the cluster`. */
  readonly peer: string;
  /** What to do where nobody answers. */
  readonly hint: string;
  connect(events: LinkEvents): Link;
}

/** What a bus needs of its process. */
export interface LineSurroundings {
  readonly clock: Clock;
  readonly warn: (code: string, text: string) => void;
}

/** What a line tells its bus. */
export interface LineEvents {
  status(status: BusStatus): void;
  /** The hub has let it in, and knows nothing of what it had joined. Called before `status`. */
  welcome(): void;
  /** A frame that answers no request. */
  frame(frame: Frame): void;
  /** Messages for it have been dropped. */
  lost(count: number): void;
}

/** How long an answer to a hello may take before the next one. */
const HELLO_MS = 1_000;
/** When nobody has answered for so many hellos, it is told. */
const PATIENT_HELLOS = 5;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;

interface OpenLink {
  link: Link;
  outbox: Outbox;
}

interface OpenLinkWithTimer {
  readonly open: OpenLink;
  readonly stopTimer: Cancel;
}

/** What stands in the place of a link while it is made: it may tell of its end at once. */
const IDLE: Link = { waitingBytes: 0, send: () => undefined, close: () => undefined };
const IDLE_OUTBOX = new Outbox(IDLE);

type LineState =
  | ({ readonly kind: "greeting" } & OpenLinkWithTimer)
  | { readonly kind: "up"; readonly open: OpenLink }
  | { readonly kind: "waiting"; readonly stopTimer: Cancel }
  | { readonly kind: "idle" }
  | { readonly kind: "closed" };

/** A line to the hub. */
export class HubLine implements Alarm {
  readonly #connector: Connector;
  readonly #maxQueuedBytes: number;
  readonly #surroundings: LineSurroundings;
  readonly #events: LineEvents;
  readonly #requests: Requests = new Requests();
  #state: LineState = { kind: "idle" };
  #status: BusStatus = "connecting";
  #maxMessageBytes: number;
  /** Counts hellos, so that an answer which comes late is not taken for that of a later one. */
  #hello = 0;
  #failures = 0;
  #isFlushing = false;

  constructor(
    connector: Connector,
    options: { readonly maxMessageBytes: number; readonly maxQueuedBytes: number },
    surroundings: LineSurroundings,
    events: LineEvents,
  ) {
    this.#connector = connector;
    this.#maxMessageBytes = options.maxMessageBytes;
    this.#maxQueuedBytes = options.maxQueuedBytes;
    this.#surroundings = surroundings;
    this.#events = events;
  }

  get status(): BusStatus {
    return this.#status;
  }

  /** What the hub takes at most; what was asked for until it has said. */
  get maxMessageBytes(): number {
    return this.#maxMessageBytes;
  }

  /** Connects; called once. */
  open(): void {
    const open: OpenLink = { link: IDLE, outbox: IDLE_OUTBOX };
    const isCurrent = (): boolean => "open" in this.#state && this.#state.open === open;
    open.link = this.#connector.connect({
      received: (batch) => {
        if (isCurrent()) this.#received(batch);
      },
      drained: () => {
        if (isCurrent()) open.outbox.flush();
      },
      closed: () => {
        if (isCurrent()) this.#lost();
      },
    });
    open.outbox = new Outbox(open.link);
    this.#greet(open, 1);
  }

  /**
   * Asks the hub.
   * @returns its answer; undefined where there is none but that it is done.
   */
  request(kind: Kind, ...fields: readonly Field[]): Promise<Frame | undefined> {
    return new Promise((resolve, reject) => this.ask({ resolve, reject }, kind, ...fields));
  }

  /** As `request`, for whoever has to hear the answer before the frames behind it. */
  ask(waiting: Waiting, kind: Kind, ...fields: readonly Field[]): void {
    const state = this.#state;
    if (state.kind !== "up") {
      waiting.reject(this.#away());
      return;
    }
    const { outbox } = state.open;
    if (outbox.waitingBytes > this.#maxQueuedBytes) {
      const queued = `${outbox.waitingBytes} bytes wait for ${this.#connector.peer} already`;
      waiting.reject(new BusError("BOWLINE_BUS_FULL", `Cannot send to the other servers: ${queued}`));
      return;
    }
    this.#requests.push(waiting);
    outbox.push(encodeFrame(kind, ...fields));
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    this.#surroundings.clock.turnEnd(this);
  }

  /** What was written in this turn leaves. */
  ring(): void {
    this.#isFlushing = false;
    if (this.#state.kind === "up") this.#state.open.outbox.flush();
  }

  close(): void {
    const state = this.#state;
    if (state.kind === "closed") return;
    if (state.kind === "up") state.open.outbox.flush();
    this.#state = { kind: "closed" };
    if ("stopTimer" in state) state.stopTimer();
    if ("open" in state) state.open.link.close();
    this.#tell("closed");
    this.#requests.rejectAll(this.#away());
  }

  #greet(open: OpenLink, count: number): void {
    this.#hello += 1;
    const stopTimer = this.#surroundings.clock.after(HELLO_MS, () => {
      const { peer, hint } = this.#connector;
      if (count === PATIENT_HELLOS) {
        this.#surroundings.warn("BOWLINE_BUS_AWAY", `Cannot reach the other servers: ${peer} does not answer. ${hint}`);
      }
      this.#greet(open, count + 1);
    });
    this.#state = { kind: "greeting", open, stopTimer };
    open.outbox.push(encodeFrame(Kind.HELLO, VERSION, this.#hello));
    open.outbox.flush();
  }

  #received(batch: Uint8Array): void {
    try {
      for (const frame of decodeFrames(batch)) this.#take(frame);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#surroundings.warn("BOWLINE_HUB", `Cannot go on with ${this.#connector.peer}: ${reason}`);
      if (!("open" in this.#state)) return;
      this.#state.open.link.close();
      this.#lost();
    }
  }

  #take(frame: Frame): void {
    const state = this.#state;
    if (state.kind === "greeting") {
      if (frame.kind === Kind.WELCOME && numberAt(frame, 1) === this.#hello) this.#welcome(state, frame);
      return;
    }
    if (state.kind !== "up") return;
    switch (frame.kind) {
      case Kind.DONE:
        this.#requests.done(numberAt(frame, 0));
        return;
      case Kind.ANSWER:
        this.#requests.answer(frame);
        return;
      case Kind.REFUSED: {
        const text = `Cannot have that done by ${this.#connector.peer}: ${textAt(frame, 0)}`;
        this.#requests.refuse(new BusError("BOWLINE_BUS_REFUSED", text));
        return;
      }
      case Kind.LOST:
        this.#events.lost(numberAt(frame, 0));
        return;
      case Kind.RESET:
        this.#down();
        this.#greet(state.open, 1);
        return;
      default:
        this.#events.frame(frame);
    }
  }

  #welcome({ open, stopTimer }: OpenLinkWithTimer, frame: Frame): void {
    stopTimer();
    this.#state = { kind: "up", open };
    this.#failures = 0;
    this.#maxMessageBytes = Math.min(this.#maxMessageBytes, numberAt(frame, 2));
    this.#events.welcome();
    this.#tell("up");
  }

  /** The link is over. */
  #lost(): void {
    if ("stopTimer" in this.#state) this.#state.stopTimer();
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LONGEST_RETRY_MS);
    this.#failures += 1;
    const stopTimer = this.#surroundings.clock.after(delayMs, () => this.open());
    this.#state = { kind: "waiting", stopTimer };
    this.#down();
  }

  #down(): void {
    if (this.#status === "up") this.#tell("down");
    this.#requests.rejectAll(this.#away());
  }

  #tell(status: BusStatus): void {
    this.#status = status;
    this.#events.status(status);
  }

  #away(): BusError {
    return this.#status === "closed"
      ? new BusError("BOWLINE_BUS_CLOSED", "Cannot send to the other servers: the bus is closed")
      : new BusError("BOWLINE_BUS_AWAY", `Cannot send to the other servers: ${this.#connector.peer} is away`);
  }
}
