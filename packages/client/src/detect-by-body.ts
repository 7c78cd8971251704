// Finds out the revision over polling: the first body shows it, or its refusal does.
// Place: bytes -> engine dialect (**which one**) -> session; for transports whose first packets come in one body.
// Rules: a body is decoded with the right codec at once, by the transport; a program that insists on a revision is told.
// Source: docs/protocol/engine-4.md and docs/protocol/engine-3.md, "Detecting the revision"

import { DEAF } from "@bowline/protocol/internal";
import { TransportError } from "./connect-error.ts";
import { blamesRevision } from "./detect-revision.ts";
import { readHandshake } from "./opening.ts";
import type { Attempt, TransportEvents } from "./transports/transport.ts";

/** Listens to the first body. */
export function detectByBody(attempt: Attempt): TransportEvents {
  return {
    ...DEAF,
    received: (packet) => attempt.succeed(attempt.transport.dialect, readHandshake(packet), []),
    carrierClosed(_reason, cause) {
      const answer = cause instanceof TransportError ? cause.context : undefined;
      attempt.fail(cause, answer !== undefined && blamesRevision(answer.status, answer.responseText));
    },
  };
}
