// The event emitter that decoders are where programs handle them themselves, as they do with upstream's parsers.
// Place: below the socket parsers beside the default ones, and those for programs.
// Rules: the methods have all the names under which such programs call them.

import { Emitter } from "../shared/emitter.ts";
import type { DefaultEventsMap } from "../shared/events-map.ts";

/** An event emitter with the method names of browsers and of Node. */
export class DecoderEvents extends Emitter {
  /** As `on`. */
  addEventListener(event: string, listener: DefaultEventsMap[string]): this {
    return this.on(event, listener);
  }

  /** As `off`. */
  removeListener(...target: readonly [] | readonly [event: string, listener?: DefaultEventsMap[string]]): this {
    // The number of arguments decides what `off` does, so they are passed on as they are.
    Reflect.apply(this.off, this, target);
    return this;
  }

  /** As `off`. */
  removeEventListener(...target: readonly [] | readonly [event: string, listener?: DefaultEventsMap[string]]): this {
    return this.removeListener(...target);
  }

  /** As `off`. */
  removeAllListeners(...target: readonly [] | readonly [event: string]): this {
    return this.removeListener(...target);
  }

  /** As `emit`. */
  emitReserved(event: string, ...args: unknown[]): this {
    return this.emit(event, ...args);
  }
}
