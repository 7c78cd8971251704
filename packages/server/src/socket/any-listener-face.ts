// What a socket offers to those who hear every event, whatever its name: `onAny` and its family, both ways.
// Place: session -> socket codec -> connection -> namespace -> socket (**listeners of every event**) -> the user's event handlers
// Rules: events that the library emits itself are none of those.
// Source: docs/protocol/socket-5.md, "Events and acks"

import type { AnyListener, AnyListeners, DefaultEventsMap, EventsMap } from "@bowline/protocol/internal";
import { SocketEmitter } from "./emitter.ts";

/** An emitter with listeners of every event that comes in or goes out. */
export abstract class AnyListenerFace<
  Listen extends EventsMap = DefaultEventsMap,
  Own extends EventsMap = Record<never, never>,
> extends SocketEmitter<Listen, Own> {
  /** Made when they are first asked for. @internal */
  protected abstract get incomingListeners(): AnyListeners;
  /** Made when they are first asked for. @internal */
  protected abstract get outgoingListeners(): AnyListeners;

  /** Hears every incoming event. */
  onAny(listener: AnyListener): this {
    this.incomingListeners.append(listener);
    return this;
  }

  /** Hears every incoming event, before the others that do. */
  prependAny(listener: AnyListener): this {
    this.incomingListeners.prepend(listener);
    return this;
  }

  /** Removes one listener of every event, or all. */
  offAny(listener?: AnyListener): this {
    this.incomingListeners.remove(listener);
    return this;
  }

  listenersAny(): AnyListener[] {
    return this.incomingListeners.list();
  }

  /** Hears every outgoing event. */
  onAnyOutgoing(listener: AnyListener): this {
    this.outgoingListeners.append(listener);
    return this;
  }

  /** Hears every outgoing event, before the others that do. */
  prependAnyOutgoing(listener: AnyListener): this {
    this.outgoingListeners.prepend(listener);
    return this;
  }

  /** Removes one listener of every outgoing event, or all. */
  offAnyOutgoing(listener?: AnyListener): this {
    this.outgoingListeners.remove(listener);
    return this;
  }

  listenersAnyOutgoing(): AnyListener[] {
    return this.outgoingListeners.list();
  }
}
