// Our client in a process of its own, at the mercy of an evil server.
// Place: evil server -> bytes -> **client** -> what a program hears
// Rules: whatever reaches the process uncaught ends it, with the cause told to the parent; a client is given up after its
//        time and everything it told until then is reported.

import { io } from "@bowline/client";
import { createJsonParser } from "@bowline/protocol/json";
import { createMsgpackParser } from "@bowline/protocol/msgpack";
import type { Hunt, PreyReport, ToldError } from "./prey-process.ts";

const PARSERS = { msgpack: createMsgpackParser(5), json: createJsonParser() };

function die(kind: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.send?.({ is: "died", text: `${kind}: ${text}` }, undefined, {}, () => process.exit(70));
}

process.on("uncaughtException", (error) => die("uncaughtException", error));
process.on("unhandledRejection", (reason) => die("unhandledRejection", reason));

function textIn(error: unknown, key: string): string {
  const value: unknown = typeof error === "object" && error !== null ? Reflect.get(error, key) : undefined;
  return typeof value === "string" ? value : "";
}

function hunt({ id, url, path, transports, lastsMs, attempts, parser }: Hunt): void {
  const errors: ToldError[] = [];
  const disconnects: string[] = [];
  let connects = 0;
  let events = 0;
  let hasGivenUp = false;
  let isOver = false;
  let toldTooLate = 0;
  const tell = (note: () => void) => () => {
    if (isOver) toldTooLate++;
    else note();
  };
  const socket = io(url, {
    path,
    transports,
    forceNew: true,
    timeout: 600,
    reconnectionDelay: 20,
    reconnectionDelayMax: 40,
    reconnectionAttempts: attempts,
    ...(parser === undefined ? {} : { parser: PARSERS[parser] }),
  });
  socket.on(
    "connect",
    tell(() => connects++),
  );
  socket.on("disconnect", (reason) => tell(() => disconnects.push(String(reason)))());
  socket.on("connect_error", (error) => {
    tell(() =>
      errors.push({
        isError: error instanceof Error,
        message: error.message,
        type: textIn(error, "type"),
        hint: textIn(error, "hint"),
      }),
    )();
  });
  socket.onAny(() => {
    events++;
  });
  socket.io.on("reconnect_failed", () => {
    hasGivenUp = true;
  });
  socket.emit("hello", Buffer.from([1, 2, 3]), () => undefined);
  const finish = () => {
    // Also who has a connection and waits for the server's yes is about to connect.
    const isWaiting = socket.io.readyState === "open" && socket.active && !socket.connected;
    const isTrying = socket.io.reconnecting || socket.io.readyState === "opening" || isWaiting;
    const heard = { connects, events, disconnects: [...disconnects], errors: [...errors] };
    const report: PreyReport = { id, ...heard, hasGivenUp, isTrying, isConnected: socket.connected };
    socket.disconnect();
    isOver = true;
    setTimeout(() => process.send?.({ is: "report", report: { ...report, toldTooLate } }), 30);
  };
  setTimeout(finish, lastsMs);
}

function isHunt(message: unknown): message is Hunt {
  return typeof message === "object" && message !== null && "lastsMs" in message;
}

process.on("message", (message: unknown) => {
  if (isHunt(message)) hunt(message);
  else if (message === "close") process.disconnect();
});
process.send?.({ is: "ready" });
