// The metrics that measure codecs: a packet through the Socket.IO codec and the Engine.IO codec, and back.
// Place: metrics -> **codec metrics**
// Rules: the keys are those that the codec process reports; JSON is the floor, what parse and stringify alone cost.

import type { FigureSpec, SoloMetric } from "./metric.ts";

const SCRIPT = "codecs/codec-process.mjs";

const CASES: readonly (readonly [name: string, label: string])[] = [
  ["event", "small event"],
  ["ack", "ack"],
  ["kilobyte", "event of 1 KB"],
  ["binary", "event with 1 attachment of 1 KB"],
  ["payload", "polling body of 4 events"],
];

const MSGPACK_CASES: typeof CASES = CASES.filter(([name]) => name !== "payload");

function figures(metric: string, cases: typeof CASES): readonly FigureSpec[] {
  return cases.flatMap(([name, label]) =>
    ["encode", "decode"].map((way) => ({
      key: `${metric}.${name}.${way}`,
      from: `${name}.${way}`,
      label: `${metric}, ${label}: ${way}`,
      unit: "ns",
    })),
  );
}

/** What the bench measures of codecs, in the order of the table. */
export const CODEC_METRICS: readonly SoloMetric[] = [
  {
    kind: "solo",
    script: SCRIPT,
    name: "codec",
    about: "Socket.IO 5 over Engine.IO 4, from a packet to frames and back",
    peers: ["bowline", "socket.io 4.8", "JSON"],
    figures: figures("codec", CASES),
  },
  {
    kind: "solo",
    script: SCRIPT,
    name: "msgpack",
    about: "Socket.IO 5 in MessagePack, against socket.io-msgpack-parser",
    peers: ["bowline", "socket.io 4.8"],
    figures: figures("msgpack", MSGPACK_CASES),
  },
];
