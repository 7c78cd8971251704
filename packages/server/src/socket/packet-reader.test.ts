// Rules of readers that connections share: what one client sends in pieces is no other's affair.
import { createFakePlatform, FakeClient, FakeExchange } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { SocketServer } from "./server.ts";

const FIRST = Uint8Array.of(1);
const SECOND = Uint8Array.of(2);
const TWO_DUE = '52-["e",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]';

/** A server that notes who sends what, and clients in its main namespace. */
function createScene(count: number) {
  class ServerInMemory extends SocketServer {
    readonly door = this.startEngine({});
  }
  const platform = createFakePlatform();
  const io = new ServerInMemory({}, platform);
  const heard: unknown[] = [];
  let joined = 0;
  io.on("connection", (socket) => {
    const name = joined++;
    socket.on("e", (...args: unknown[]) => heard.push([name, ...args]));
  });
  const clients = Array.from({ length: count }, () => new FakeClient(io.door, platform.clock).join());
  return { clients, heard, door: io.door, clock: platform.clock };
}

describe("clients whose packets come in pieces", () => {
  it("are heard each with its own attachments, whatever comes in between", () => {
    const { clients, heard } = createScene(3);
    const [one, two, three] = clients;
    one?.send(TWO_DUE, FIRST);
    two?.send(TWO_DUE);
    three?.send('2["e","whole"]');
    two?.send(SECOND);
    one?.send(SECOND);
    two?.send(FIRST);
    one?.send('2["e","after"]');
    expect(heard).toEqual([
      [2, "whole"],
      [0, FIRST, SECOND],
      [1, SECOND, FIRST],
      [0, "after"],
    ]);
  });

  it("that vanish, or send nonsense, leave nothing behind for others", () => {
    const { clients, heard } = createScene(3);
    const [one, two, three] = clients;
    one?.send(TWO_DUE, FIRST);
    one?.vanish();
    two?.send('51-["e",{"_placeholder":true,"num":0}]', '2["e"]');
    three?.send('2["e","whole"]');
    expect([heard, two?.port.closes, three?.port.closes]).toEqual([[[2, "whole"]], 1, 0]);
  });

  it("who have sent nonsense keep no hold of what others read with, as long as their goodbye waits for a poll", () => {
    const { clients, heard, door, clock } = createScene(1);
    const [other] = clients;
    const target = "/socket.io/?EIO=4&transport=polling";
    const poll = (sid = "", body?: string) => {
      const options = body === undefined ? {} : { method: "POST", body };
      const exchange = new FakeExchange(`${target}${sid}`, options);
      door.handleRequest(exchange);
      clock.endTurn();
      return exchange.outcome;
    };
    const sid = `&sid=${/"sid":"([^"]+)"/.exec(String(poll()))?.[1]}`;
    poll(sid, `40\x1e4${TWO_DUE}\x1e42["e"]`);
    other?.send(TWO_DUE, FIRST);
    poll(sid);
    expect(poll(sid)).toBe("200 6\x1e1");
    other?.send(SECOND);
    expect([heard, other?.port.closes]).toEqual([[[0, FIRST, SECOND]], 0]);
  });
});
