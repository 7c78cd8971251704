// Rules of a door that completes WebSocket handshakes by itself, towards the code that it opens to.
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { Duplex } from "node:stream";
import { createFakeClock } from "@bowline/testkit";
import { expect, it } from "vitest";
import type { WebSocketEvents, WebSocketPort } from "../../engine/http-exchange.ts";
import { createFramingDoor } from "./framing-door.ts";

const MASKED_A = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x61]);

it("a peer is heard and answered although the program failed while it was let in", async () => {
  const clock = createFakeClock();
  const written: string[] = [];
  const heard: unknown[] = [];
  const events: WebSocketEvents = { message: (data) => heard.push(data), closed: () => heard.push("closed") };
  const socket = new Duplex({
    read: () => undefined,
    write: (chunk, _, done) => done(void written.push(String(chunk))),
  });
  const headers = {
    upgrade: "websocket",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
  };
  const req = Object.assign(new IncomingMessage(new Socket()), { method: "GET", headers });
  const opened = (port: WebSocketPort): never => {
    port.listen(events);
    throw new Error("a program's mistake");
  };
  const open = () => createFramingDoor(1000, clock).open(req, socket, MASKED_A, [], opened);
  expect(open).toThrow("a program's mistake");
  clock.endTurn();
  socket.push(null);
  await new Promise((resolve) => socket.once("end", resolve));
  clock.endTurn();
  expect([written[0]?.slice(0, 12), heard]).toEqual(["HTTP/1.1 101", ["a", "closed"]]);
});
