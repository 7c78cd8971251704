// What becomes of the errors of the program's handlers: thrown where the platform reports uncaught ones, or told as an event.
// Place: the user's event handlers -> **handler errors** -> the user's listener for `handler_error`
// Rules: as upstream where a program says nothing; but an error that somebody was refused by never ends the process, since
//        any stranger could bring it about, and no stranger learns its text; an error is told once, and never swallowed.
// Source: docs/errors.md, "Handlers of a server that fail"

import type { AnyListener, TracePoint } from "@bowline/protocol/internal";
import type { SocketPlatform } from "./runtime.ts";
import { textOf } from "./thrown.ts";

/** What happens when a handler throws, or the promise that it returned is rejected. */
export type HandlerErrorPolicy = "throw" | "report";

/** What a listener for `handler_error` gets. */
export interface HandlerErrorReport<S = unknown> {
  /** What was thrown. */
  readonly error: unknown;
  /**
   * What failed: a listener of an event or of `connection`, an acknowledgement's callback, a middleware of a namespace or
   * of a socket, a function handed to `io.of()`, or an adapter that was told of a socket that comes or goes.
   */
  readonly handler:
    | "event"
    | "connection"
    | "acknowledgement"
    | "middleware"
    | "event middleware"
    | "matcher"
    | "adapter";
  /** The namespace's name. */
  readonly namespace: string;
  /** The socket that it concerns, where there is one. */
  readonly socket?: S;
  /** The event's name, where there is one. */
  readonly event?: string;
}

/** What is known of a handler before it fails. */
export type HandlerAbout = Omit<HandlerErrorReport, "error">;

/** What is known of a handler of a socket. */
export function aboutSocket(
  handler: HandlerErrorReport["handler"],
  socket: { readonly nsp: { readonly name: string } },
  event?: string,
): HandlerAbout {
  const about: HandlerAbout = { handler, namespace: socket.nsp.name, socket };
  return event === undefined ? about : { ...about, event };
}

/** Brings errors of handlers to where the program wants them. */
export class HandlerErrors {
  /** Whether errors become an event: those of each listener by itself, and rejected promises as well. */
  readonly isReporting: boolean;
  readonly #platform: Pick<SocketPlatform, "reportUncaught" | "warn">;
  readonly #point: TracePoint;
  readonly #tell: (report: HandlerErrorReport) => boolean;

  /**
   * @param tell calls the listeners for `handler_error`; gives whether there are any.
   * @throws TypeError when there is no such policy.
   */
  constructor(
    policy: HandlerErrorPolicy,
    platform: Pick<SocketPlatform, "reportUncaught" | "warn" | "trace">,
    tell: (report: HandlerErrorReport) => boolean,
  ) {
    if (policy !== "throw" && policy !== "report") {
      throw new TypeError(`Cannot use option handlerErrors "${String(policy)}": choose from "throw" and "report"`);
    }
    this.isReporting = policy === "report";
    this.#platform = platform;
    this.#point = platform.trace("handler.failed");
    this.#tell = tell;
  }

  /** A handler has failed, and nobody waits for anything because of it. */
  failed(report: HandlerErrorReport): void {
    if (this.isReporting) this.contained(report);
    else {
      this.#trace(report);
      this.#platform.reportUncaught(report.error);
    }
  }

  /** What failed was to judge somebody, who has been refused by that: whatever the policy is, this goes no further. */
  contained(report: HandlerErrorReport): void {
    this.#trace(report);
    try {
      if (!this.#tell(report)) this.#platform.warn("BOWLINE_HANDLER_FAILED", describe(report));
    } catch (error) {
      this.#platform.reportUncaught(error);
    }
  }

  /** Runs code of the program: what it throws is told, and goes no further. */
  run(action: () => unknown, about: () => HandlerAbout): void {
    try {
      const result = action();
      // Where nobody asked for reports, a rejected promise is the platform's affair, as it is with any emitter of Node.
      if (this.isReporting && result instanceof Promise) {
        result.catch((error: unknown) => this.failed({ ...about(), error }));
      }
    } catch (error) {
      this.failed({ ...about(), error });
    }
  }

  /** Has an adapter do something: what it fails with, now or later, is told, and sockets come and go as ever. */
  runAdapter(namespace: string, action: () => unknown): void {
    const failed = (error: unknown): void => this.contained({ error, handler: "adapter", namespace });
    try {
      const result = action();
      if (result instanceof Promise) result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** Calls listeners of every event; without reports, what one throws keeps those behind it from being called. */
  callAll(listeners: readonly AnyListener[], event: string, args: readonly unknown[], about: () => HandlerAbout): void {
    for (const listener of listeners) {
      if (this.isReporting) this.run(() => listener(event, ...args), about);
      else listener(event, ...args);
    }
  }

  #trace({ socket: _, ...report }: HandlerErrorReport): void {
    if (this.#point.active) this.#point.publish({ code: "BOWLINE_HANDLER_FAILED", ...report });
  }
}

function describe({ error, handler, namespace, event }: HandlerErrorReport): string {
  const which = event === undefined ? "" : ` "${event}"`;
  const text = error instanceof Error ? (error.stack ?? error.message) : textOf(error);
  return `The ${handler} handler${which} of namespace "${namespace}" failed; listen for "handler_error" to be told: ${text}`;
}
