// Where ours differs from the official packages on purpose, line by line and with the reason.
// Place: comparison -> **the list**
// Rules: an entry states what its users see and why that is better for them; what is a defect is mended, not listed.

import { ALL_MODES } from "./case.ts";
import type { Change, Difference } from "./compare.ts";

const LEGACY_AT_OURS = [
  "our server with client 2.0",
  "our server with client 2.4",
  "our server with client 2.5",
] as const;
const OURS_AT_LEGACY = ["server 2.5 with our client", "server 2.5 with a root middleware with our client"] as const;
const MODERN_AT_OURS = [
  "our server with client 3.1",
  "our server with client 4.0",
  "our server with client 4.8",
] as const;
const OURS_AT_MODERN = [
  "server 3.0 with our client",
  "server 3.1 with our client",
  "server 4.0 with our client",
  "server 4.4 with our client",
  "server 4.8 with our client",
] as const;
const OUR_MSGPACK = ["our msgpack of protocol 4", "our msgpack of protocol 5"] as const;
const OURS_ON_3_AT_MODERN = "server 4.8 with allowEIO3 with our client held to protocol 3";
const OURS_ON_3 = "our server with our client held to protocol 3";

/** What is received of each typed array or view that the case sends: officially, and when we send it. */
type Views = readonly (readonly [theirs: string, ours: string])[];

/** As text, from 2.x. */
const TEXT_VIEWS: Views = [
  ['{"0": 4, "1": 0, "2": 4}', "Buffer(3) 4 0 4"],
  ['{"0": 1, "1": 2}', "Buffer(2) 1 2"],
  ["{}", "Buffer(2) 8 7"],
  ['{"0": 258}', "Buffer(2) 2 1"],
];

/** As MessagePack, from either generation; the last one is the same. */
const MSGPACK_VIEWS: Views = [
  ["ArrayBuffer(3) 4 0 4", "Buffer(3) 4 0 4"],
  ["ArrayBuffer(5) 0 1 2 3 4", "Buffer(2) 1 2"],
  ["ArrayBuffer(3) 9 8 7", "ArrayBuffer(2) 8 7"],
];

/** What changes when one side sends views as we do: what the other side gets, and what it gives back in its acks. */
function viewsOfOurs(sender: "client" | "server", views: Views): readonly Change[] {
  const receiver = sender === "client" ? "server" : "client";
  return [`${receiver}: plain`, `${receiver}: echo`, `${sender}: ack`].flatMap((line) =>
    views.map(([theirs, ours]) => ({ theirs: [`${line}(${theirs})`], ours: [`${line}(${ours})`] })),
  );
}

const SERVED_BY_OURS = [...LEGACY_AT_OURS, ...MODERN_AT_OURS];
const SERVING_OURS = [...OURS_AT_LEGACY, ...OURS_AT_MODERN];

const MSGPACK_VIEWS_REASON =
  "The official MessagePack parsers send the whole buffer behind a typed array or view, and with it bytes that the " +
  "program did not mean to send. Ours sends what the view shows; a Uint8Array travels as binary, as with the text parser.";

const VIEWS_REASON =
  "On Node, 2.x takes only Buffer and ArrayBuffer for binary and writes typed arrays and views as plain objects, " +
  "which loses a DataView altogether. Our side sends each of them as bytes, whatever the revision.";

/** Every deliberate difference. */
export const DIFFERENCES: readonly Difference[] = [
  {
    script: "the server sees query, credentials and headers of the handshake",
    pairings: [...LEGACY_AT_OURS, OURS_ON_3],
    modes: ALL_MODES,
    reason:
      "A program written for 4.x looks for credentials in handshake.auth. Over protocol 3 they come in the query of " +
      "CONNECT, so our server shows that query in both places and serves programs of either generation.",
    changes: [
      {
        theirs: ['server: /admin: headers "abc", "d, e"'],
        ours: [
          'server: /admin: auth {"room": "blue & green", "plus": "1+1=2", "astral": "😀", "token": "s3cret/?&", "user": "Jürgen"}',
          'server: /admin: headers "abc", "d, e"',
        ],
      },
    ],
  },
  {
    script: "the server shuts down while the connection is idle",
    pairings: [...LEGACY_AT_OURS, OURS_ON_3],
    modes: ALL_MODES,
    reason:
      "2.x gives its disconnect listeners no reason at a shutdown; since 4.x there is one, and one server has one answer.",
    changes: [
      {
        theirs: [
          "server: disconnecting undefined, rooms <id>",
          "server: disconnect undefined, connected=false, rooms ",
        ],
        ours: [
          'server: disconnecting "server shutting down", rooms <id>',
          'server: disconnect "server shutting down", connected=false, rooms ',
        ],
      },
    ],
  },
  {
    script: "typed arrays and views go both ways",
    parsers: ["text"],
    pairings: [...LEGACY_AT_OURS],
    modes: ALL_MODES,
    reason: VIEWS_REASON,
    changes: viewsOfOurs("server", TEXT_VIEWS),
  },
  {
    script: "typed arrays and views go both ways",
    parsers: ["text"],
    pairings: [...OURS_AT_LEGACY, OURS_ON_3_AT_MODERN],
    modes: ALL_MODES,
    reason: VIEWS_REASON,
    changes: viewsOfOurs("client", TEXT_VIEWS),
  },
  {
    script: "typed arrays and views go both ways",
    parsers: ["text"],
    pairings: [OURS_ON_3],
    modes: ALL_MODES,
    reason: VIEWS_REASON,
    changes: [...viewsOfOurs("client", TEXT_VIEWS), ...viewsOfOurs("server", TEXT_VIEWS)],
  },
  {
    script: "typed arrays and views go both ways",
    parsers: OUR_MSGPACK,
    pairings: SERVED_BY_OURS,
    modes: ALL_MODES,
    reason: MSGPACK_VIEWS_REASON,
    changes: viewsOfOurs("server", MSGPACK_VIEWS),
  },
  {
    script: "typed arrays and views go both ways",
    parsers: OUR_MSGPACK,
    pairings: SERVING_OURS,
    modes: ALL_MODES,
    reason: MSGPACK_VIEWS_REASON,
    changes: viewsOfOurs("client", MSGPACK_VIEWS),
  },
];
