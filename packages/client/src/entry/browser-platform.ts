// What browsers and workers offer the client.
// Place: part of the composition roots entry/browser.ts and entry/global.ts.
// Rules: nothing happens when this is loaded; globals are looked up when they are used; a turn ends at once, since a
//        browser gathers what is written by itself.

import { alarmsOver, type Cancel, type Clock, SILENT } from "@bowline/protocol/internal";
import { elderLoadedBy } from "../elder-loader.ts";
import type { Platform } from "../platform.ts";
import { listenToPage } from "./page-events.ts";

function createClock(
  now: () => number,
  set: (action: () => void, ms: number) => ReturnType<typeof setTimeout>,
  clear: (timer: ReturnType<typeof setTimeout>) => void,
): Clock {
  const after = (ms: number, action: () => void): Cancel => {
    const timer = set(action, ms);
    return () => clear(timer);
  };
  return { now, after, coarse: after, coarseAlarm: alarmsOver(after), turnEnd: (alarm) => alarm.ring() };
}

/**
 * Makes the platform of a page or a worker.
 * @param parts the transports, and how a session moves between them; a bundle holds what is handed in here alone.
 */
export function createBrowserPlatform(
  parts: Pick<Platform, "transports" | "upgrade"> & Partial<Pick<Platform, "elder">>,
): Platform {
  const warned = new Set<string>();
  // As they are now, whatever takes their place later.
  const native = createClock(
    performance.now.bind(performance),
    globalThis.setTimeout.bind(globalThis),
    globalThis.clearTimeout.bind(globalThis),
  );
  return {
    elder: elderLoadedBy(async () => (await import("../elder.ts")).ELDER),
    ...parts,
    clock: createClock(
      () => performance.now(),
      (action, ms) => setTimeout(action, ms),
      (timer) => clearTimeout(timer),
    ),
    clockFor({ useNativeTimers }) {
      return useNativeTimers === true ? native : this.clock;
    },
    random: {
      bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
      fraction: () => Math.random(),
    },
    trace: SILENT,
    page: () => globalThis.location,
    binaryType: "arraybuffer",
    // Bytes that are part of something larger, as those of old servers behind their type byte, are copied out.
    binary({ buffer, byteOffset, byteLength }, type) {
      if (type === "blob") return new Blob([new Uint8Array(buffer, byteOffset, byteLength).slice()]);
      return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
    },
    readBlob: (blob) => blob.arrayBuffer(),
    // Browsers tell pages no more about a failed request; their consoles do.
    codeOf: () => "NETWORK_OR_CORS",
    // The sentences are in docs/errors.md; a page need not load them.
    warn(code, detail = "") {
      if (warned.has(code)) return;
      warned.add(code);
      console.warn(code, detail);
    },
    onLeave: listenToPage,
  };
}
