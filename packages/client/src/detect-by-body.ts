// Finds out the revision over polling: the first body shows it, or its refusal does.
// Place: bytes -> engine dialect (**which one**) -> session; for transports whose first packets come in one body.
// Rules: a body is decoded with the right codec at once, by the transport; a program that insists on a revision is told.
// Source: docs/protocol/engine-4.md and docs/protocol/engine-3.md, "Detecting the revision"

import { blamesRevision } from "./detect-revision.ts";
import { asTransportError, readHandshake } from "./opening.ts";
import type { Attempt, AttemptEvents } from "./transports/transport.ts";

/** Listens to the first body. */
export function detectByBody(attempt: Attempt): AttemptEvents {
  const { pinned } = attempt;
  return {
    received(packet) {
      const { dialect } = attempt.transport;
      if (pinned === undefined || dialect.revision === pinned) {
        attempt.succeed(dialect, readHandshake(packet), []);
      } else {
        attempt.fail(attempt.refused(pinned), false);
      }
    },
    drained() {},
    carrierClosed(_reason, cause) {
      const error = asTransportError(cause, attempt);
      const answer = error.context;
      const isBlamed = answer !== undefined && blamesRevision(answer.status, answer.responseText);
      attempt.fail(isBlamed ? attempt.blamed(error) : error, isBlamed);
    },
  };
}
