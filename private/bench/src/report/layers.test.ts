import { expect, test } from "vitest";
import { type CpuProfile, layerOf, readRegions, renderLayers, sharesOf } from "./layers.ts";

test.each([
  ["writeBuffer", "", "write system calls"],
  ["toString", "", "native code, reads"],
  ["(program)", "", "native code, reads"],
  ["(garbage collector)", "", "garbage collection"],
  ["onStreamRead", "node:internal/stream_base_commons", "net, streams, HTTP"],
  ["Writable.write", "node:internal/streams/writable", "net, streams, HTTP"],
  ["emit", "node:events", "events"],
  ["processTimers", "node:internal/timers", "timers and ticks"],
  ["send", "file:///x/node_modules/ws/lib/sender.js", "WebSocket frames"],
  ["write", "server/src/runtime/node/frame-writer.ts", "WebSocket frames"],
  ["decodePacket", "protocol/src/engine/packet-codec.ts", "codec"],
  ["flush", "protocol/src/engine/session.ts", "engine"],
  ["onData", "client/src/transports/channel.ts", "engine"],
  ["emit", "server/src/socket/socket.ts", "sockets"],
  ["encode", "file:///x/node_modules/socket.io-parser/build/esm/index.js", "codec"],
  ["sendPacket", "file:///x/node_modules/engine.io/build/socket.js", "engine"],
  ["emit", "file:///x/node_modules/socket.io-v4/dist/socket.js", "sockets"],
  ["echo", "file:///x/private/bench/src/peers/handlers.mjs", "handlers"],
  ["hash", "node:crypto", "other"],
])("%s in %j belongs to %s", (functionName, place, layer) => {
  expect(layerOf(functionName, place)).toBe(layer);
});

test("idling belongs to no layer", () => {
  expect(layerOf("(idle)", "")).toBeUndefined();
});

const URL_OF_BUNDLE = "file:///x/packages/server/dist/index.mjs";
const node = (id: number, functionName: string, url = "", lineNumber = 0) => ({
  id,
  callFrame: { functionName, url, lineNumber },
});
const PROFILE: CpuProfile = {
  nodes: [
    node(1, "(idle)"),
    node(2, "start", "node:crypto"),
    node(3, "emit", URL_OF_BUNDLE, 5),
    node(4, "flush", URL_OF_BUNDLE, 2),
  ],
  samples: [2, 1, 3, 3, 4],
  timeDeltas: [5000, 1000, 1000, 2000, 1000],
};
const BUNDLE = "import a;\n//#region src/engine/connection.ts\n\n//#endregion\n//#region src/socket/socket.ts\n";

test("shares are of the busy time at the end, by the source files in a bundle", () => {
  const regions = readRegions(BUNDLE);
  expect([...sharesOf(PROFILE, 5, () => regions)]).toEqual([
    ["engine", 0.25],
    ["sockets", 0.75],
  ]);
});

test("a table has a line for each layer and a column for each profile", () => {
  const lines = renderLayers([{ name: "echo", shares: new Map([["engine", 0.25]]) }]).split("\n");
  expect(lines.find((line) => line.includes("engine"))).toBe("| engine                 | 25.0 % |");
});
