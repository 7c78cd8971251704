// Rules of the move from polling to WebSocket: nothing is lost or overtaken, and a failed candidate harms nobody.
import { createFakePlatform, FakeExchange, FakeUpgrade } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import type { Connection } from "./connection.ts";
import { ENGINE_DEFAULTS } from "./options.ts";
import { EngineServer } from "./server.ts";

/** A polling session with its handshake behind it. */
function openSession(protocol: 3 | 4 = 4) {
  const platform = createFakePlatform();
  const { clock } = platform;
  const engine = new EngineServer({ ...ENGINE_DEFAULTS, pingInterval: 1_000_000 }, platform);
  const heard: unknown[] = [];
  const opened: Connection[] = [];
  engine.on("connection", (connection) => {
    opened.push(connection);
    connection.on("message", (data) => heard.push(data));
    connection.on("upgrading", ({ name }) => heard.push(`upgrading to ${name}`));
    connection.on("upgrade", ({ name }) => heard.push(`upgraded to ${name}`));
    connection.on("close", (reason) => heard.push(`closed ${reason}`));
  });
  engine.handleRequest(new FakeExchange(`/engine.io/?EIO=${protocol}&transport=polling`));
  const [connection] = opened;
  if (connection === undefined) throw new Error("Cannot open the session: the handshake was refused");

  return {
    clock,
    connection,
    heard,
    request(method: "GET" | "POST" = "GET", body = ""): FakeExchange {
      const target = `/engine.io/?EIO=${protocol}&transport=polling&sid=${connection.id}`;
      const exchange = new FakeExchange(target, { method, body, holdsBody: body === "never" });
      engine.handleRequest(exchange);
      clock.endTurn();
      return exchange;
    },
    /** A candidate that has said this much. */
    candidate(...said: readonly (string | Uint8Array)[]) {
      const target = `/engine.io/?EIO=${protocol}&transport=websocket&sid=${connection.id}`;
      const upgrade = new FakeUpgrade(target);
      engine.handleUpgrade(upgrade);
      upgrade.port.receive(...said);
      return upgrade.port;
    },
    send(...messages: readonly string[]): void {
      for (const data of messages) {
        connection.transmit({ frames: [connection.dialect.frame({ type: "message", data }, true)], compress: false });
      }
      clock.endTurn();
    },
  };
}

describe("a candidate", () => {
  it("gets its probe answered, and nothing else", () => {
    const { candidate, send } = openSession();
    const port = candidate("2probe");
    send("a");
    expect([port.messages, port.closes]).toEqual([["3probe"], 0]);
  });

  it("is announced, and the session says that it is upgrading", () => {
    const { candidate, heard, connection } = openSession();
    candidate();
    expect([heard, connection.upgrading, connection.upgraded]).toEqual([["upgrading to websocket"], true, false]);
  });

  it("gets a second probe answered as well", () => {
    const { candidate } = openSession();
    expect(candidate("2probe", "2probe").messages).toEqual(["3probe", "3probe"]);
  });

  it.each(["4a", "5", "2", "2other", "3probe", "1", "x", Uint8Array.of(1)])(
    "that begins with %s is closed",
    (first) => {
      const { candidate, heard, connection } = openSession();
      const port = candidate(first);
      expect([port.closes, port.messages, connection.upgrading]).toEqual([1, [], false]);
      expect([heard, connection.readyState, connection.transport.name]).toEqual([
        ["upgrading to websocket"],
        "open",
        "polling",
      ]);
    },
  );

  it.each(["4a", "2", "1", "9"])("that says %s behind its probe is closed", (second) => {
    const { candidate, connection, request, send } = openSession();
    const port = candidate("2probe", second, "5");
    send("a");
    expect([port.closes, connection.upgraded, request().outcome]).toEqual([1, false, "200 4a"]);
  });

  it("that says nothing for the upgrade timeout is closed, and the session goes on", () => {
    const { candidate, clock, connection, request, send } = openSession();
    const port = candidate();
    clock.advance(9999);
    expect(port.closes).toBe(0);
    clock.advance(1);
    send("a");
    expect([port.closes, connection.upgrading, request().outcome]).toEqual([1, false, "200 4a"]);
  });

  it("that never switches is closed after the upgrade timeout, and polls wait again", () => {
    const { candidate, clock, request } = openSession();
    const port = candidate("2probe");
    clock.advance(10_000);
    const poll = request();
    clock.advance(1000);
    expect([port.closes, poll.outcome]).toEqual([1, undefined]);
  });

  it("that vanishes leaves room for another", () => {
    const { candidate, connection } = openSession();
    candidate("2probe").vanish(new Error("reset"));
    expect(connection.upgrading).toBe(false);
    candidate("2probe", "5");
    expect(connection.upgraded).toBe(true);
  });

  it("that has vanished is not heard any more", () => {
    const { candidate, connection } = openSession();
    const port = candidate();
    port.vanish();
    port.receive("2probe", "5");
    expect([port.messages, connection.upgrading, connection.upgraded]).toEqual([[], false, false]);
  });

  it("is turned away where there is one already, which goes on", () => {
    const { candidate, connection, heard } = openSession();
    const first = candidate("2probe");
    const second = candidate("2probe", "5");
    expect([second.closes, second.messages, heard]).toEqual([1, [], ["upgrading to websocket"]]);
    first.receive("5");
    expect([connection.upgraded, first.closes]).toEqual([true, 0]);
  });

  it("is turned away after the upgrade", () => {
    const { candidate, connection } = openSession();
    const first = candidate("2probe", "5");
    const second = candidate("2probe", "5");
    expect([second.closes, first.closes, connection.readyState]).toEqual([1, 0, "open"]);
  });

  it("is turned away while the session says goodbye", () => {
    const { candidate, connection } = openSession();
    connection.close();
    expect(candidate("2probe").closes).toBe(1);
  });

  it.each([
    ["by the server", (connection: Connection) => connection.close(true)],
    ["by a goodbye", (connection: Connection) => connection.close()],
  ])("is closed when the session is ended %s, and every timer with it", (_, end) => {
    const { candidate, connection, request, clock } = openSession();
    const port = candidate("2probe");
    request();
    end(connection);
    request();
    expect([port.closes, connection.upgrading]).toEqual([1, false]);
    port.receive("5");
    expect([connection.upgraded, port.messages, clock.pendingTimers]).toEqual([false, ["3probe"], 0]);
  });

  it("is closed when the client's poll breaks", () => {
    const { candidate, request, heard } = openSession();
    const poll = request();
    const port = candidate();
    poll.abort();
    expect([port.closes, heard]).toEqual([1, ["upgrading to websocket", "closed transport error"]]);
  });
});

describe("a connection that began on polling", () => {
  it("tells where it stands before, during and after an upgrade, a failed one and a good one", () => {
    const { candidate, connection } = openSession();
    const stand = () => {
      const { transport, upgrading, upgraded, readyState } = connection;
      return [transport.name, upgrading ? "upgrading" : "", upgraded ? "upgraded" : "", readyState].join(" ");
    };
    const seen = [stand()];
    const failing = candidate("2probe");
    seen.push(stand());
    failing.vanish();
    seen.push(stand());
    const port = candidate("2probe");
    seen.push(stand());
    port.receive("5");
    seen.push(stand());
    port.vanish();
    expect([...seen, stand()]).toEqual([
      "polling   open",
      "polling upgrading  open",
      "polling   open",
      "polling upgrading  open",
      "websocket  upgraded open",
      "websocket  upgraded closed",
    ]);
  });

  it("is closed on polling, and not upgrading, when it ends during an upgrade", () => {
    const { candidate, connection } = openSession();
    candidate("2probe");
    connection.close(true);
    const { transport, upgrading, upgraded, readyState } = connection;
    expect([transport.name, upgrading, upgraded, readyState]).toEqual(["polling", false, false, "closed"]);
  });
});

describe("polls during an upgrade", () => {
  it.each([
    [4, "200 6"],
    [3, "200 1:6"],
  ] as const)("of revision %i are released at once when the probe comes", (protocol, filler) => {
    const { candidate, request } = openSession(protocol);
    const poll = request();
    const port = candidate();
    expect(poll.outcome).toBe(undefined);
    port.receive("2probe");
    expect(poll.outcome).toBe(filler);
  });

  it("are released every 100 milliseconds after the probe", () => {
    const { candidate, request, clock } = openSession();
    candidate("2probe");
    const poll = request();
    clock.advance(99);
    expect(poll.outcome).toBe(undefined);
    clock.advance(1);
    expect(poll.outcome).toBe("200 6");
    const next = request();
    clock.advance(100);
    expect(next.outcome).toBe("200 6");
  });

  it("still carry messages both ways", async () => {
    const { candidate, request, send, heard } = openSession();
    candidate("2probe");
    send("a");
    const posted = request("POST", "4b");
    await posted.done;
    expect([request().outcome, heard]).toEqual(["200 4a", ["upgrading to websocket", "b"]]);
  });
});

describe("the switch", () => {
  it("makes WebSocket the transport and tells so", () => {
    const { candidate, connection, heard } = openSession();
    candidate("2probe", "5");
    expect([connection.transport.name, connection.upgraded, connection.upgrading]).toEqual(["websocket", true, false]);
    expect(heard).toEqual(["upgrading to websocket", "upgraded to websocket"]);
  });

  it("keeps the order: polling first, then what waited, then the rest", () => {
    const { candidate, request, send } = openSession();
    send("a");
    const port = candidate("2probe");
    const poll = request();
    send("b", "c");
    port.receive("5");
    send("d");
    expect([poll.outcome, port.messages]).toEqual(["200 4a", ["3probe", "4b", "4c", "4d"]]);
  });

  it("lets messages in on the new transport, in order behind those of the old one", async () => {
    const { candidate, request, heard } = openSession();
    await request("POST", "4a\u001e4b").done;
    candidate("2probe", "5", "4c", "4d");
    expect(heard).toEqual(["a", "b", "upgrading to websocket", "upgraded to websocket", "c", "d"]);
  });

  it.each([
    [4, "200 1"],
    [3, "200 1:1"],
  ] as const)(
    "answers a poll of revision %i that waits against the rules with a close packet, and the session lives",
    (protocol, close) => {
      const { candidate, request, connection } = openSession(protocol);
      const port = candidate("2probe");
      const poll = request();
      port.receive("5");
      expect([poll.outcome, connection.readyState]).toEqual([close, "open"]);
    },
  );

  it("cuts a POST under way, and nothing of it is heard", async () => {
    const { candidate, request, heard, connection } = openSession();
    const slow = request("POST", "never");
    candidate("2probe", "5");
    slow.arrive();
    await slow.done;
    expect([slow.outcome, connection.readyState]).toEqual(["destroyed", "open"]);
    expect(heard).toEqual(["upgrading to websocket", "upgraded to websocket"]);
  });

  it("makes later polls bad requests, and the session lives", () => {
    const { candidate, request, connection } = openSession();
    candidate("2probe", "5");
    expect([request().outcome, request("POST", "4a").outcome]).toEqual([
      '400 {"code":3,"message":"Bad request"}',
      '400 {"code":3,"message":"Bad request"}',
    ]);
    expect(connection.readyState).toBe("open");
  });

  it("stops the timers of the upgrade", () => {
    const { candidate, clock } = openSession();
    const before = clock.pendingTimers;
    candidate("2probe", "5");
    expect(clock.pendingTimers).toBe(before);
  });

  it("carries the end: a vanished WebSocket ends the session", () => {
    const { candidate, heard } = openSession();
    candidate("2probe", "5").vanish();
    expect(heard.at(-1)).toBe("closed transport close");
  });

  it.each([3, 4] as const)("keeps the heartbeat: a silent client of revision %i is noticed after it", (protocol) => {
    const { candidate, clock, heard } = openSession(protocol);
    candidate("2probe", "5");
    clock.advance(1_019_999);
    expect(heard).not.toContain("closed ping timeout");
    clock.advance(1);
    expect(heard.at(-1)).toBe("closed ping timeout");
  });

  it("of a session that says goodbye hands over what waits and closes the WebSocket", () => {
    const { candidate, connection, send, heard, clock } = openSession();
    const port = candidate("2probe");
    send("a");
    connection.close();
    port.receive("5");
    clock.endTurn();
    expect([port.messages, port.closes]).toEqual([["3probe", "4a"], 1]);
    expect(heard).toContain("closed forced close");
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("a connection on WebSocket", () => {
  it("has no use for polls that reach it", () => {
    const { candidate, connection } = openSession();
    candidate("2probe", "5");
    const stray = new FakeExchange("/");
    connection.handlePoll(stray);
    expect(stray.outcome).toBe("400");
  });
});
