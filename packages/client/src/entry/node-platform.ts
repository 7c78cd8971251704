// What Node offers the client.
// Place: part of the composition root entry/node.ts.
// Rules: nothing happens when this is loaded; what is needed is made when it is needed.

import { randomFillSync } from "node:crypto";
import type { Random } from "@bowline/protocol/internal";
import { elderAtHand } from "../elder.ts";
import { startUpgrade } from "../engine-upgrade.ts";
import { explain } from "../explain.ts";
import type { PageLocation, Platform } from "../platform.ts";
import { isFailureCode, WARNINGS } from "../sentences.ts";
import { createNodeClocks } from "./node-clock.ts";
import { codeOfNodeError } from "./node-error.ts";
import { nodeTrace } from "./node-trace.ts";
import { NodeWebSocket, NodeXHR } from "./node-transports.ts";
import { ignoredOptions, unknownOptions } from "./unknown-options.ts";
import { WebTransport } from "./web-transports.ts";

const random: Random = {
  bytes: (count) => randomFillSync(new Uint8Array(count)),
  fraction: () => Math.random(),
};

/** Where something like a page is emulated, as in jsdom, it counts as one. */
function emulatedPage(): PageLocation | undefined {
  const location: unknown = Reflect.get(globalThis, "location");
  if (typeof location !== "object" || location === null) return undefined;
  const protocol: unknown = Reflect.get(location, "protocol");
  const host: unknown = Reflect.get(location, "host");
  return typeof protocol === "string" && typeof host === "string" ? { protocol, host } : undefined;
}

/** Makes the platform of a Node process. */
export function createNodePlatform(): Platform {
  const warned = new Set<string>();
  const warn: Platform["warn"] = (code, detail) => {
    if (warned.has(code)) return;
    warned.add(code);
    process.emitWarning(WARNINGS[code](String(detail)), { code });
  };
  const clockFor = createNodeClocks();
  return {
    clock: clockFor({}),
    clockFor,
    random,
    trace: nodeTrace,
    page: emulatedPage,
    transports: [NodeXHR, NodeWebSocket, WebTransport],
    upgrade: startUpgrade,
    elder: elderAtHand,
    binaryType: "nodebuffer",
    binary(bytes, type) {
      if (type === "blob") return new Blob([new Uint8Array(bytes)]);
      if (type === "arraybuffer") return new Uint8Array(bytes).buffer;
      return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
    readBlob: (blob) => blob.arrayBuffer(),
    codeOf: codeOfNodeError,
    explain(failure) {
      if (isFailureCode(failure.code)) failure.hint = explain(failure);
    },
    warn,
    checkOptions(options) {
      const point = nodeTrace("options.ignored");
      if (point.active) {
        for (const name of ignoredOptions(options)) point.publish({ name });
      }
      const [unknown] = unknownOptions(options);
      if (unknown !== undefined) warn("BOWLINE_UNKNOWN_OPTION", unknown);
    },
    onLeave: () => () => {},
  };
}
