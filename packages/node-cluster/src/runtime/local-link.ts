// A link within the process of the hub: a primary may have a server, or an emitter, of its own.
// Place: bus -> **link within a process** -> hub
// Rules: nothing is taken in the turn in which it is sent, as with any other link.

import type { Link, LinkEvents } from "../hub/link.ts";

class LocalLink implements Link {
  waitingBytes = 0;
  other: LocalLink | undefined;
  events: LinkEvents | undefined;

  send(batch: Uint8Array): void {
    this.waitingBytes += batch.byteLength;
    setImmediate(() => {
      this.waitingBytes -= batch.byteLength;
      this.other?.events?.received(batch);
      this.events?.drained();
    });
  }

  close(): void {
    const { other } = this;
    this.events = undefined;
    if (other === undefined) return;
    this.other = undefined;
    other.other = undefined;
    setImmediate(() => other.events?.closed());
  }
}

/** Connects a bus and a hub. @param accept lets the bus in. */
export function connectLocally(events: LinkEvents, accept: (link: Link) => LinkEvents): Link {
  const [near, far] = [new LocalLink(), new LocalLink()];
  near.other = far;
  far.other = near;
  near.events = events;
  far.events = accept(far);
  return near;
}
