// Where our client's API differs from the official ones on purpose, line by line and with the reason.
// Place: comparison -> **the list**
// Rules: as for the differences of the other cases: what is a defect is mended, not listed.

import type { Generation } from "../../../src/peers/peer.ts";
import type { Change } from "../compare.ts";

/** A deliberate difference of the client's API. */
export interface ApiDifference {
  /** The case's name. */
  readonly script: string;
  readonly generation: Generation;
  /** Why we do otherwise. */
  readonly reason: string;
  readonly changes: readonly Change[];
}

/** All of them. */
export const API_DIFFERENCES: readonly ApiDifference[] = [
  {
    script: "connects, leaves, and comes back when it is told to",
    generation: 4,
    reason: "A connection that has ended does not end again when an idle socket is told to leave.",
    changes: [
      {
        theirs: [
          'manager: close("forced close")',
          'disconnect("io client disconnect")',
          'manager: close("forced close")',
          "disconnect gives itself: true, true",
        ],
        ours: [
          'manager: close("forced close")',
          'disconnect("io client disconnect")',
          "disconnect gives itself: true, true",
        ],
      },
    ],
  },
  {
    script: "connects, leaves, and comes back when it is told to",
    generation: 2,
    reason:
      "The connection ends when the last socket leaves, as in 4.x. In 2.x it ended some time later, so that a program that came back at once lost the new one.",
    changes: [
      {
        theirs: ['disconnect("io client disconnect")', "disconnect gives itself: true, true"],
        ours: [
          'manager: close("forced close")',
          'disconnect("io client disconnect")',
          "disconnect gives itself: true, true",
        ],
      },
      {
        theirs: [
          'manager: close("forced close")',
          'disconnect("forced close")',
          "manager: reconnect_attempt(1)",
          "reconnect_attempt(1)",
          "manager: reconnecting(1)",
          "reconnecting(1)",
          "manager: open()",
          "manager: reconnect(1)",
          "reconnect(1)",
          "connect()",
          'disconnect("io client disconnect")',
          "connecting()",
          'manager: close("forced close")',
          'disconnect("forced close")',
          "manager: reconnect_attempt(1)",
          "reconnect_attempt(1)",
          "manager: reconnecting(1)",
          "reconnecting(1)",
          "manager: open()",
          "manager: reconnect(1)",
          "reconnect(1)",
          "connect()",
        ],
        ours: [
          "manager: open()",
          "connect()",
          'manager: close("forced close")',
          'disconnect("io client disconnect")',
          "connecting()",
          "manager: open()",
          "connect()",
        ],
      },
    ],
  },
  {
    script: "leaves before the server has said yes",
    generation: 2,
    reason: "The connection ends when the last socket leaves, as in 4.x.",
    changes: [
      {
        theirs: [
          'disconnect("io client disconnect")',
          "connected=false disconnected=true id=undefined",
          'manager: close("forced close")',
        ],
        ours: [
          'manager: close("forced close")',
          'disconnect("io client disconnect")',
          "connected=false disconnected=true id=undefined",
        ],
      },
    ],
  },
  {
    script: "shares a connection between namespaces, and ends it with the last of them",
    generation: 2,
    reason: "The connection ends when the last socket leaves, as in 4.x.",
    changes: [
      {
        theirs: ['disconnect("io client disconnect")', 'manager: close("forced close")', "engine closed"],
        ours: ['manager: close("forced close")', 'disconnect("io client disconnect")', "engine closed"],
      },
    ],
  },
  {
    script: "stops trying when the program leaves meanwhile",
    generation: 2,
    reason: "Who listens for the end of a manager hears of it also when it was trying to connect, as in 4.x.",
    changes: [
      {
        theirs: ["connected=false disconnected=true id=undefined"],
        ours: ['manager: close("forced close")', "connected=false disconnected=true id=undefined"],
      },
    ],
  },
  {
    script: "sends what is volatile when it can, and drops it otherwise",
    generation: 4,
    reason: "What is volatile is not kept for another connection, whatever state the lost one is in.",
    changes: [{ theirs: ["waiting: 1", "server: order lost"], ours: ["waiting: 0"] }],
  },
  {
    script: "tells listeners of all events that are sent, when they are sent",
    generation: 4,
    reason:
      "A volatile event is dropped when the transport is busy, not because another one was sent in the same turn.",
    changes: [
      {
        theirs: ['second out("echo", 1) connected=true'],
        ours: ['second out("echo", 1) connected=true', 'first out("echo", 2)', 'second out("echo", 2) connected=true'],
      },
    ],
  },
];
