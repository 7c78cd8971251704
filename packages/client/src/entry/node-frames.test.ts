// Rules of reading a WebSocket's frames by ourselves: what is told, what is left to ws, and when all of it is.
import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { encodeCloseFrame, encodeControlFrame, PING, PONG, writeFrameHeader } from "@bowline/protocol/internal";
import { describe, expect, test } from "vitest";
import { readFrames } from "./node-frames.ts";

/** A connection that ws reads, and what comes of it. */
function createParts({ extensions = "", readers = 1, maxPayload }: Parts = {}) {
  const connection = new PassThrough();
  const told: unknown[] = [];
  const forwarded: Buffer[] = [];
  const closed: unknown[] = [];
  const socket = Object.assign(new EventEmitter(), { extensions, close: (code?: number) => closed.push(code) });
  for (let reader = 0; reader < readers; reader++) connection.on("data", (chunk: Buffer) => forwarded.push(chunk));
  const isTaken = readFrames(socket, connection, maxPayload, {
    message: (data) => told.push(data),
    failed: ({ error, code }) => told.push([code, error]),
  });
  return { connection, socket, told, forwarded, closed, isTaken };
}

interface Parts {
  readonly extensions?: string;
  readonly readers?: number;
  readonly maxPayload?: number;
}

/** A message in one frame, as servers send it. */
function frame(data: string | Buffer): Buffer {
  const payload = Buffer.from(data);
  const header = Buffer.alloc(10);
  return Buffer.concat([
    header.subarray(0, writeFrameHeader(header, 0, typeof data === "string", payload.length)),
    payload,
  ]);
}

/** Writes a chunk, and waits until it was read. */
async function write({ connection }: ReturnType<typeof createParts>, chunk: Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => {
    connection.write(chunk, () => setImmediate(resolve));
  });
}

describe("reading frames", () => {
  test("tells messages in order, texts as texts and bytes as Buffers", async () => {
    const parts = createParts();
    await write(parts, Buffer.concat([frame("4é"), frame(Buffer.from([1, 2])), frame("x".repeat(70_000))]));
    expect(parts.told).toEqual(["4é", Buffer.from([1, 2]), "x".repeat(70_000)]);
    expect(parts.forwarded).toEqual([]);
  });

  test("puts a message together that comes byte by byte", async () => {
    const parts = createParts();
    for (const byte of frame("hello")) await write(parts, Buffer.from([byte]));
    expect(parts.told).toEqual(["hello"]);
  });

  test.each([
    ["pings", encodeControlFrame(PING, Buffer.from("p"))],
    ["pongs", encodeControlFrame(PONG, Buffer.from("p"))],
    ["the goodbye", encodeCloseFrame(1001, "bye")],
  ])("leaves %s to ws", async (_name, control) => {
    const parts = createParts();
    await write(parts, Buffer.concat([frame("a"), control]));
    expect([parts.told, parts.forwarded]).toEqual([["a"], [Buffer.from(control)]]);
  });

  test("takes a text that is no UTF-8 for a failure, and closes with its code", async () => {
    const parts = createParts();
    const bad = frame("aa");
    bad[3] = 0xff;
    await write(parts, Buffer.concat([bad, frame("later")]));
    expect(parts.told).toEqual([["NETWORK_ERROR", expect.objectContaining({ code: "WS_ERR_INVALID_UTF8" })]]);
    expect(parts.closed).toEqual([1007]);
  });

  test("lets the replacement character of a text pass", async () => {
    const parts = createParts();
    await write(parts, frame("\ufffd"));
    expect(parts.told).toEqual(["\ufffd"]);
  });

  test("takes a message beyond the limit for an answer that is too large", async () => {
    const parts = createParts({ maxPayload: 3 });
    await write(parts, Buffer.concat([frame("abc"), frame("abcd")]));
    expect(parts.told).toEqual(["abc", ["ANSWER_TOO_LARGE", expect.any(RangeError)]]);
    expect(parts.closed).toEqual([1009]);
  });

  test("knows no limit where a program wants none", async () => {
    const parts = createParts({ maxPayload: 0 });
    await write(parts, frame("abc"));
    expect(parts.told).toEqual(["abc"]);
  });

  test("gives messages to those as well who listen to the WebSocket itself", async () => {
    const parts = createParts();
    parts.socket.on("message", (data, isBinary) => parts.told.push([data, isBinary]));
    await write(parts, Buffer.concat([frame("a"), frame(Buffer.from([1]))]));
    expect(parts.told).toEqual(["a", [Buffer.from("a"), false], Buffer.from([1]), [Buffer.from([1]), true]]);
  });

  test.each([
    ["an extension was agreed", { extensions: "permessage-deflate" }],
    ["ws does not read in the way that is known", { readers: 0 }],
    ["somebody else reads as well", { readers: 2 }],
  ])("is left to ws where %s", (_name, given) => {
    expect(createParts(given).isTaken).toBe(false);
  });
});
