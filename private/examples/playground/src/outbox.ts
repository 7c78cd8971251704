// What must arrive: each parcel stays here until the server has answered it.
// Place in the flow: `... -> socket -> handlers`, above the connection. Rule: the client itself keeps what is sent while
// offline; what was on its way when the connection broke is unknown to it, so that is sent again under the same id.

import type { Connection } from "./connection.ts";
import { type Answer, readAnswer } from "./wire.ts";

export interface Parcel {
  readonly event: string;
  readonly values: readonly unknown[];
  /** It has to wait for the connection to come back. */
  readonly queued: () => void;
  /** The server has it, or refuses it. */
  readonly answered: (answer: Answer) => void;
}

export interface Outbox {
  post(parcel: Parcel): void;
  readonly waiting: number;
}

export function openOutbox(connection: Connection): Outbox {
  const pending = new Set<Parcel>();

  function send(parcel: Parcel): void {
    connection.ask(parcel.event, parcel.values, (answer) => {
      if (pending.delete(parcel)) parcel.answered(readAnswer(answer));
    });
    if (connection.state.kind !== "connected") parcel.queued();
  }

  connection.watch((event) => {
    if (event.type === "lost") for (const parcel of pending) send(parcel);
  });

  return {
    post(parcel) {
      pending.add(parcel);
      send(parcel);
    },
    get waiting() {
      return pending.size;
    },
  };
}
