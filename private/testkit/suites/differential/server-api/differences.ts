// Where our server's API differs from the official ones on purpose, line by line and with the reason.
// Place: comparison -> **the list**
// Rules: as for the differences of the other cases: what is a defect is mended, not listed.

import type { Generation } from "../../../src/peers/peer.ts";
import type { Change } from "../compare.ts";

/** A deliberate difference of the server's API. */
export interface ServerDifference {
  /** The case's name. */
  readonly script: string;
  readonly generation: Generation;
  /** Why we do otherwise. */
  readonly reason: string;
  readonly changes: readonly Change[];
}

const ADVICE = "A text that programs look for is there; what could not be done and what to do instead stand around it.";

function reserved(what: string, event: string = what): Change {
  return {
    theirs: [`server: ${what}: throws "${event}" is a reserved event name`],
    ours: [`server: ${what}: throws Cannot emit "${event}": "${event}" is a reserved event name; choose another`],
  };
}

function noCallback(what: string): Change {
  const text = "Callbacks are not supported when broadcasting";
  return {
    theirs: [`server: ${what}: throws ${text}`],
    ours: [`server: ${what}: throws Cannot emit "news" with an ack: ${text}; use timeout(ms).emit() of 4.x`],
  };
}

function forBoth(difference: Omit<ServerDifference, "generation">): readonly ServerDifference[] {
  return [
    { ...difference, generation: 2 },
    { ...difference, generation: 4 },
  ];
}

/** All of them. */
export const SERVER_DIFFERENCES: readonly ServerDifference[] = [
  ...forBoth({
    script: "listens later on a port, with options of its own, and its other name is listen",
    reason: "The path that a server tells is the one that it answers at.",
    changes: [{ theirs: ["server: path: /socket.io"], ours: ["server: path: /own"] }],
  }),
  {
    script: "ends: sockets are told, HTTP stops, the callback is called",
    generation: 2,
    reason: "Who listens for the end of a socket learns why it came, and who ends a server when it is over, as in 4.x.",
    changes: [
      {
        theirs: [
          "server: one disconnecting(undefined)",
          "server: one disconnect(undefined)",
          "server: two disconnecting(undefined)",
          "server: two disconnect(undefined)",
          "server: gives a promise: false",
        ],
        ours: [
          'server: one disconnecting("server shutting down")',
          'server: one disconnect("server shutting down")',
          'server: two disconnecting("server shutting down")',
          'server: two disconnect("server shutting down")',
          "server: gives a promise: true",
        ],
      },
    ],
  },
  {
    script: "reads and sets the origins that may connect",
    generation: 2,
    reason:
      "Port 80 is not allowed because 8080 is, and an origin in a list may be written as browsers write it, without the port of its scheme.",
    changes: [
      {
        theirs: [
          "server: port: 200, 200, 200",
          'server: list: 403 {"code":4,"message":"Forbidden"}, 200, 403 {"code":4,"message":"Forbidden"}',
        ],
        ours: [
          'server: port: 200, 403 {"code":4,"message":"Forbidden"}, 200',
          'server: list: 200, 200, 403 {"code":4,"message":"Forbidden"}',
        ],
      },
    ],
  },
  {
    script: "keeps rooms and flags at the namespace until the next emit",
    generation: 2,
    reason: "What has no effect is not kept.",
    changes: [
      {
        theirs: ['server: flags: {"json": true, "local": true, "compress": false, "binary": false}'],
        ours: ['server: flags: {"local": true, "compress": false, "binary": false}'],
      },
    ],
  },
  {
    script: "takes what breaks the rules as it did",
    generation: 2,
    reason: "What cannot be read ends a connection, as in 4.x: nobody knows what the rest of it would mean.",
    changes: [{ theirs: ["server: 44: 431[]"], ours: ['server: disconnect: "forced close"', "server: 44: closed"] }],
  },
  {
    script: "refuses a callback where no time is given",
    generation: 2,
    reason: ADVICE,
    changes: [noCallback("io"), noCallback("socket to others"), noCallback("room")],
  },
  {
    script: "tells other servers, of which there are none, and refuses reserved names",
    generation: 4,
    reason: ADVICE,
    changes: [reserved("connect"), reserved("connection"), reserved("new_namespace")],
  },
  {
    script: "does not emit its own events to clients",
    generation: 4,
    reason: ADVICE,
    changes: [reserved("connect")],
  },
  {
    script: "refuses what a pattern cannot do",
    generation: 4,
    reason: ADVICE,
    changes: [
      {
        theirs: ["server: fetchSockets() is not supported on parent namespaces"],
        ours: [
          "server: Cannot list the sockets of a namespace that stands for many: fetchSockets() is not supported on parent namespaces; ask each of its children, or the namespaces by name",
        ],
      },
    ],
  },
  {
    script: "refuses to emit reserved names",
    generation: 4,
    reason: ADVICE,
    changes: [
      ...["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"].map((event) =>
        reserved(event),
      ),
      reserved("of an operator", "disconnect"),
    ],
  },
  {
    script: "knows its handshake",
    generation: 2,
    reason: "A client of 4.x that a program of 2.x serves may say who it is; the field is empty for others.",
    changes: [
      {
        theirs: ["server: fields: address,headers,issued,query,secure,time,url,xdomain"],
        ours: ["server: fields: address,auth,headers,issued,query,secure,time,url,xdomain"],
      },
    ],
  },
  ...forBoth({
    script: "lets plugins put themselves in the place of onevent and emit",
    reason: "A listener hears an event when it is taken, not a turn later, so that nothing comes between two events.",
    changes: [
      {
        theirs: ['server: *(["news", "changed by the plugin"])', 'server: news("changed by the plugin")'],
        ours: ['server: news("changed by the plugin")', 'server: *(["news", "changed by the plugin"])'],
      },
    ],
  }),
  {
    script: "asks allowRequest about handshakes alone, and answers with its text",
    generation: 4,
    reason: "A number is one of the engine's own codes, as in 2.x, and not a text.",
    changes: [
      {
        theirs: ['server: 403 {"code":4,"message":3}'],
        ours: ['server: 400 {"code":3,"message":"Bad request"}'],
      },
    ],
  },
  ...forBoth({
    script: "offers the transports that it is told to, and no upgrade where that is not wanted",
    reason: "A refused WebSocket is told by a text, whatever it is refused for.",
    changes: [
      {
        theirs: ['server: WebSocket: 400 {"code":0,"message":"Transport unknown"}'],
        ours: ["server: WebSocket: 400 Transport unknown"],
      },
    ],
  }),
  {
    script: "closes a session that polls twice at once",
    generation: 2,
    reason: "A request that nobody should have made is the mistake of who made it, as in 4.x.",
    changes: [{ theirs: ["server: second: 500"], ours: ["server: second: 400"] }],
  },
  {
    script: "refuses clients of 2.x in their own words",
    generation: 4,
    reason: "Clients of 2.x are told by a text that there is no such namespace, as their own servers do.",
    changes: [
      {
        theirs: ['server: unknown: {"message": "Invalid namespace"}'],
        ours: ['server: unknown: "Invalid namespace"'],
      },
    ],
  },
  {
    script: "takes a text, or an object, in the place of the error of a refusal",
    generation: 2,
    reason: "The text that a program refuses with reaches the client.",
    changes: [{ theirs: ['server: "a text": undefined'], ours: ['server: "a text": "a text"'] }],
  },
  {
    script: "takes a text, or an object, in the place of the error of a refusal",
    generation: 4,
    reason: "The text that a program refuses with reaches the client.",
    changes: [{ theirs: ['server: "a text": , undefined'], ours: ['server: "a text": a text, undefined'] }],
  },
  {
    script: "gives clients of 2.x nothing of recovery",
    generation: 4,
    reason: "Clients that cannot come back by an offset get none, which their listeners would take for an argument.",
    changes: [{ theirs: ["client: news with 2 arguments"], ours: ["client: news with 1 arguments"] }],
  },
  {
    script: "ends all waiting answers when a socket ends",
    generation: 4,
    reason: "Who waits for an answer learns at once that none will come, as on the client.",
    changes: [
      {
        theirs: ["server: promise: operation has timed out", 'server: callback: Error("operation has timed out")'],
        ours: [
          "server: promise: socket has been disconnected",
          'server: callback: Error("socket has been disconnected")',
        ],
      },
    ],
  },
  {
    script: "refuses an answer of many without a time limit",
    generation: 4,
    reason:
      "Without a time limit the callback would be told at once that time is up; the program learns what is missing.",
    changes: [
      {
        theirs: ["server: emit: true", 'server: called Error("operation has timed out"), []'],
        ours: [
          "server: emit: throws Cannot broadcast with an ack: there is no time limit; call timeout(ms) before emit",
        ],
      },
    ],
  },
  ...forBoth({
    script: "wraps answers for a script tag",
    reason: "Browsers that are told not to guess run no script of the type text/plain.",
    changes: [
      {
        theirs: ["server: content-type=text/plain; charset=UTF-8"],
        ours: ["server: content-type=text/javascript; charset=UTF-8"],
      },
    ],
  }),
  {
    script: "serves the client and its map, with a tag that spares the second download",
    generation: 2,
    reason: "Files say how they are written, may be kept for as long as their map, and weak tags count too, as in 4.x.",
    changes: [
      {
        theirs: [
          "server: js: 200 application/javascript tag true cache public, max-age=0 body",
          "server: map: 200 application/json tag true cache undefined body",
        ],
        ours: [
          "server: js: 200 application/javascript; charset=utf-8 tag true cache public, max-age=0 body",
          "server: map: 200 application/json; charset=utf-8 tag true cache public, max-age=0 body",
        ],
      },
      { theirs: ["server: weak: 200"], ours: ["server: weak: 304"] },
    ],
  },
];
