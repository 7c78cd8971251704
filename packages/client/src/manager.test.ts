import { sio5 } from "@bowline/protocol";
import { describe, expect, test } from "vitest";
import {
  body3,
  containing,
  createFakePlatform,
  type FakePlatform,
  first,
  last,
  openPacket,
} from "../test-support/fake-platform.ts";
import { closedUnheard } from "./connect-error.ts";
import { Manager } from "./manager.ts";
import type { ClientOptions, LiveOptions } from "./options.ts";

const URL = "http://h:3000";

interface Parts {
  readonly platform: FakePlatform;
  readonly manager: Manager;
  readonly told: string[];
}

function listen(manager: Manager, told: string[]): void {
  manager.on("open", () => told.push("open"));
  manager.on("close", (reason) => told.push(`close ${reason}`));
  manager.on("error", ({ message }) => told.push(`error ${message}`));
  manager.on("reconnect_attempt", (attempt) => told.push(`reconnect_attempt ${attempt}`));
  manager.on("reconnecting", (attempt) => told.push(`reconnecting ${attempt}`));
  manager.on("reconnect", (attempt) => told.push(`reconnect ${attempt}`));
  manager.on("reconnect_error", ({ message }) => told.push(`reconnect_error ${message}`));
  manager.on("reconnect_failed", () => told.push("reconnect_failed"));
}

/** No jitter, so that delays are what they are. */
function createManager(options: ClientOptions = {}): Parts {
  const platform = createFakePlatform();
  const told: string[] = [];
  const manager = new Manager(platform, URL, { transports: ["websocket"], randomizationFactor: 0, ...options });
  listen(manager, told);
  return { platform, manager, told };
}

function accept({ platform }: Parts): void {
  platform.socket().open();
  platform.socket().message(openPacket());
}

function refuse({ platform }: Parts): void {
  platform.socket().close(1006);
}

function createOpen(options: ClientOptions = {}): Parts {
  const parts = createManager(options);
  accept(parts);
  return parts;
}

describe("opening", () => {
  test("begins at once", () => {
    const parts = createManager();
    expect(parts.manager.readyState).toBe("opening");
    accept(parts);
    expect([parts.manager.readyState, parts.told]).toEqual(["open", ["open"]]);
  });

  test("waits for the program where it is told to", () => {
    const { platform, manager } = createManager({ autoConnect: false });
    expect([platform.sockets, manager.readyState, manager.engine.readyState]).toEqual([[], "closed", "opening"]);
    manager.connect();
    expect(platform.sockets).toHaveLength(1);
  });

  test("happens once at a time", () => {
    const { platform, manager } = createManager();
    manager.open().open();
    expect(platform.sockets).toHaveLength(1);
  });

  test("takes options in place of a URL", () => {
    const platform = createFakePlatform();
    const options = { hostname: "other", port: 99, transports: ["websocket"] };
    const manager = new Manager(platform, options);
    expect(platform.socket().request.url).toContain("ws://other:99/socket.io/");
    expect(manager.opts).toBe(options);
  });

  test("without options has some that can be changed", () => {
    const manager = new Manager(createFakePlatform(), URL);
    manager.opts.query = { a: 1 };
    expect(manager.opts).toEqual({ query: { a: 1 } });
  });

  test("tells the program's callback of the success", () => {
    const parts = createManager({ autoConnect: false });
    const results: unknown[] = [];
    parts.manager.open((error) => results.push(error));
    accept(parts);
    expect(results).toEqual([undefined]);
  });

  test("tells the program's callback of a failure, and leaves the rest to it", () => {
    const parts = createManager({ autoConnect: false });
    const results: (string | undefined)[] = [];
    parts.manager.open((error) => results.push(error?.message));
    refuse(parts);
    parts.platform.clock.advance(60_000);
    expect([results, parts.told]).toEqual([["websocket error"], ["error websocket error"]]);
  });

  test("fails when it takes too long", () => {
    const parts = createManager({ timeout: 300, reconnection: false });
    parts.manager.on("error", (error) => parts.told.push(String(Reflect.get(error, "hint"))));
    parts.platform.clock.advance(300);
    const hint = `Cannot reach "${URL}/socket.io/": no connection within 300 ms; `;
    expect(parts.told).toEqual(["error timeout", containing(hint)]);
    expect(parts.platform.socket().ended).toBe("discard");
  });

  test("fails where it may take no time, however fast the server is", () => {
    const parts = createManager({ timeout: 0, reconnection: false });
    accept(parts);
    parts.platform.clock.advance(1);
    expect([parts.told, parts.manager.readyState]).toEqual([["error timeout"], "closed"]);
  });

  test("may take any time", () => {
    const { platform, manager } = createManager({ timeout: false });
    platform.clock.advance(3_600_000);
    expect(manager.readyState).toBe("opening");
  });

  test("leaves no timer behind", () => {
    const parts = createOpen();
    parts.manager.close();
    expect(parts.platform.clock.pendingTimers).toBe(0);
  });

  test("fails when the program closes the engine meanwhile", () => {
    const { manager, told } = createManager({ reconnection: false });
    manager.engine.close();
    expect([manager.readyState, told]).toEqual(["closed", ["error forced close"]]);
  });

  test("can be called off", () => {
    const parts = createManager();
    parts.manager.close();
    accept(parts);
    expect([parts.told, parts.platform.clock.pendingTimers]).toEqual([["close forced close"], 0]);
  });
});

describe("reconnecting", () => {
  test("tells everything in order", () => {
    const parts = createOpen();
    refuse(parts);
    parts.platform.clock.advance(999);
    expect(parts.told.splice(0)).toEqual(["open", "close transport close"]);
    parts.platform.clock.advance(1);
    expect(parts.told.splice(0)).toEqual(["reconnect_attempt 1", "reconnecting 1"]);
    refuse(parts);
    expect(parts.told.splice(0)).toEqual(["error websocket error", "reconnect_error websocket error"]);
    parts.platform.clock.advance(2000);
    accept(parts);
    expect(parts.told).toEqual(["reconnect_attempt 2", "reconnecting 2", "open", "reconnect 2"]);
  });

  test("begins after the first connection failed, too", () => {
    const parts = createManager();
    refuse(parts);
    expect(parts.manager.reconnecting).toBe(true);
    parts.platform.clock.advance(1000);
    expect(parts.told).toEqual(["error websocket error", "reconnect_attempt 1", "reconnecting 1"]);
  });

  test("gives up when its attempts are used up, before it tells the last error", () => {
    const parts = createManager({ reconnectionAttempts: 1 });
    refuse(parts);
    parts.platform.clock.advance(1000);
    parts.told.length = 0;
    refuse(parts);
    expect(parts.told).toEqual(["error websocket error", "reconnect_failed", "reconnect_error websocket error"]);
    expect(parts.manager.reconnecting).toBe(false);
  });

  test("counts anew after a success", () => {
    const parts = createOpen();
    refuse(parts);
    parts.platform.clock.advance(1000);
    accept(parts);
    refuse(parts);
    parts.platform.clock.advance(1000);
    expect(last(parts.told)).toBe("reconnecting 1");
  });

  test("uses the options of the moment", () => {
    const parts = createManager();
    refuse(parts);
    parts.manager.on("reconnect_attempt", () => {
      parts.manager.opts.query = { token: "new" };
      parts.manager.uri = "http://other:1";
    });
    parts.platform.clock.advance(1000);
    expect(parts.platform.socket().request.url).toContain("ws://other:1/socket.io/?token=new&");
  });

  test("takes options that have become wrong for a failure, and goes on", () => {
    const parts = createOpen();
    refuse(parts);
    parts.manager.uri = "/without-a-page";
    parts.platform.clock.advance(1000);
    expect(last(parts.told)).toContain("reconnect_error Cannot connect");
    parts.manager.uri = URL;
    parts.platform.clock.advance(2000);
    accept(parts);
    expect(last(parts.told)).toBe("reconnect 2");
  });

  test("does not happen where it is switched off", () => {
    const parts = createOpen({ reconnection: false });
    refuse(parts);
    parts.platform.clock.advance(60_000);
    expect(parts.told).toEqual(["open", "close transport close"]);
  });

  test("stops when it is switched off", () => {
    const parts = createManager();
    refuse(parts);
    parts.manager.reconnection(false);
    parts.platform.clock.advance(60_000);
    expect([parts.told, parts.manager.reconnection()]).toEqual([["error websocket error"], false]);
  });

  test("stops when the manager is closed", () => {
    const parts = createManager();
    refuse(parts);
    parts.manager.disconnect();
    parts.platform.clock.advance(60_000);
    expect(parts.told).toEqual(["error websocket error", "close forced close"]);
  });

  test("stops when a listener closes the manager before the attempt", () => {
    const parts = createManager();
    parts.manager.on("reconnect_attempt", () => parts.manager.close());
    refuse(parts);
    parts.platform.clock.advance(60_000);
    expect(parts.platform.sockets).toHaveLength(1);
  });

  test("leaves the connection to a listener that opens it", () => {
    const parts = createManager();
    parts.manager.on("reconnect_attempt", () => parts.manager.open());
    refuse(parts);
    parts.platform.clock.advance(1000);
    expect([parts.platform.sockets.length, parts.manager.reconnecting]).toEqual([2, false]);
  });

  test("leaves the connection to a listener that opens it when it is lost", () => {
    const parts = createOpen();
    parts.manager.once("close", () => parts.manager.open());
    refuse(parts);
    expect([parts.platform.sockets.length, parts.manager.reconnecting]).toEqual([2, false]);
  });

  test("does not follow a close of the program's own", () => {
    const parts = createOpen();
    parts.manager.close();
    parts.manager.close();
    parts.platform.clock.advance(60_000);
    expect([parts.told, parts.platform.sockets.length]).toEqual([["open", "close forced close"], 1]);
  });

  test("follows a close of the engine", () => {
    const parts = createOpen();
    parts.manager.engine.close();
    expect([parts.told, parts.manager.reconnecting]).toEqual([["open", "close forced close"], true]);
  });

  test("remembers the generation of the server", () => {
    const platform = createFakePlatform();
    const manager = new Manager(platform, URL, { randomizationFactor: 0, upgrade: false });
    first(platform.requests).answer(body3(openPacket(), "40"));
    manager.engine.close();
    platform.clock.advance(1000);
    expect(last(platform.requests).request.url).toContain("EIO=3");
  });
});

describe("a handler that throws", () => {
  test("at the end of a connection does not keep it from coming back, and is told as uncaught", () => {
    const parts = createOpen();
    const other = parts.manager.socket("/other");
    other.on("disconnect", () => parts.told.push("other"));
    parts.manager.on("close", () => {
      throw new TypeError("a handler failed");
    });
    refuse(parts);
    expect([parts.told, parts.manager.reconnecting]).toEqual([["open", "other", "close transport close"], true]);
    expect(() => parts.platform.clock.advance(0)).toThrow("a handler failed");
  });

  test("as the callback of open does not keep the engine's listeners from hearing", () => {
    const parts = createManager({ autoConnect: false });
    parts.manager.open(() => {
      throw new TypeError("a handler failed");
    });
    parts.manager.engine.on("open", () => parts.told.push("engine"));
    accept(parts);
    expect(parts.told).toEqual(["open", "engine"]);
    expect(() => parts.platform.clock.advance(0)).toThrow("a handler failed");
  });

  test("in one socket does not keep the others from hearing", () => {
    const parts = createOpen();
    parts.manager.socket("/a").on("disconnect", () => {
      throw new TypeError("a handler failed");
    });
    parts.manager.socket("/b").on("disconnect", () => parts.told.push("b"));
    refuse(parts);
    expect(parts.told).toEqual(["open", "b", "close transport close"]);
  });
});

describe("settings", () => {
  test("are read and set by functions of the same name", () => {
    const { manager } = createManager({ autoConnect: false, randomizationFactor: 0.2 });
    expect([
      manager.reconnection(),
      manager.reconnectionAttempts(),
      manager.reconnectionDelay(),
      manager.reconnectionDelayMax(),
      manager.randomizationFactor(),
      manager.timeout(),
    ]).toEqual([true, Number.POSITIVE_INFINITY, 1000, 5000, 0.2, 20_000]);
    manager.reconnection(true).reconnectionAttempts(3).reconnectionDelay(1).reconnectionDelayMax(2);
    manager.randomizationFactor(0).timeout(false);
    expect([
      manager.reconnectionAttempts(),
      manager.reconnectionDelay(),
      manager.reconnectionDelayMax(),
      manager.randomizationFactor(),
      manager.timeout(),
    ]).toEqual([3, 1, 2, 0, false]);
  });

  test("of 0 for attempts and delays mean the default", () => {
    const zeros = { autoConnect: false, reconnectionAttempts: 0, reconnectionDelay: 0, reconnectionDelayMax: 0 };
    const { manager } = createManager(zeros);
    expect([manager.reconnectionAttempts(), manager.reconnectionDelay(), manager.reconnectionDelayMax()]).toEqual([
      Number.POSITIVE_INFINITY,
      1000,
      5000,
    ]);
  });
});

describe("packets", () => {
  test("are told as they come", () => {
    const { platform, manager } = createOpen();
    const packets: unknown[] = [];
    manager.on("packet", (packet) => packets.push(packet));
    platform.socket().message('42["hi"]');
    expect(packets).toEqual([{ type: 2, nsp: "/", data: ["hi"] }]);
  });

  test("that cannot be decoded end the connection, which is opened again", () => {
    const parts = createOpen();
    parts.platform.socket().message('42["hi');
    expect(parts.told).toEqual(["open", "close parse error"]);
    expect([parts.platform.socket().ended, parts.manager.reconnecting]).toEqual(["close", true]);
  });

  test("behind one whose handler throws are not lost, and the error is told as uncaught", () => {
    const { platform, manager } = createOpen();
    const names: unknown[] = [];
    manager.on("packet", ({ data }) => {
      names.push(data);
      if (names.length === 1) throw new TypeError("a handler failed");
    });
    platform.socket().message('42["a"]');
    platform.socket().message('42["b"]');
    expect(names).toEqual([["a"], ["b"]]);
    expect(() => platform.clock.advance(0)).toThrow("a handler failed");
  });

  test("of more attachments than maxAttachments end the connection", () => {
    const { platform, told } = createOpen({ maxAttachments: 1 });
    platform.socket().message('452-["a",{"_placeholder":true,"num":0}]');
    expect(last(told)).toBe("close parse error");
  });

  test("go through the program's own parser", () => {
    class Encoder {
      encode(packet: object, callback?: (frames: string[]) => void): string[] {
        const frames = [`mine${JSON.stringify(packet)}`];
        callback?.(frames);
        return frames;
      }
    }
    class Decoder {
      #listener: ((packet: { type: 2; nsp: string; data: unknown[] }) => void) | undefined;
      add(frame: unknown): void {
        this.#listener?.({ type: 2, nsp: "/", data: [frame] });
      }
      on(_event: "decoded", listener: (packet: { type: 2; nsp: string; data: unknown[] }) => void): void {
        this.#listener = listener;
      }
      destroy(): void {}
    }
    const parts = createManager({ parser: { protocol: 5, Encoder, Decoder } });
    const packets: unknown[] = [];
    parts.manager.on("packet", ({ data }) => packets.push(data));
    parts.manager.socket("/a");
    accept(parts);
    parts.platform.socket().message("4x");
    parts.platform.clock.endTurn();
    expect(packets).toEqual([["x"]]);
    expect(String(first(parts.platform.socket().sent))).toContain('4mine{"type":0,"nsp":"/a"');
  });
});

describe("a server that does not show what it speaks", () => {
  class CallingBack {
    encode(_packet: object, callback: (frames: string[]) => void): void {
      callback(["mine"]);
    }
  }
  class Returning {
    encode(_packet: object): string[] {
      return ["mine"];
    }
  }
  class Decoder {
    add(): void {}
    on(): void {}
    destroy(): void {}
  }

  test.each([
    ["calls back", CallingBack, 3],
    ["returns its frames", Returning, 4],
  ] as const)("is one of the generation of the parser, which does not tell either but %s", (_, Encoder, protocol) => {
    const parts = createManager({ parser: { protocol: Number.NaN, Encoder, Decoder } });
    parts.platform.socket().open();
    parts.platform.socket().message(openPacket({ maxPayload: undefined }));
    expect([parts.platform.socket().request.url, parts.manager.engine.protocol]).toEqual([
      containing(`EIO=${protocol}`),
      protocol,
    ]);
  });
});

describe("a server with another parser is suspected", () => {
  function lose(act: (parts: Parts) => void): unknown {
    const parts = createOpen({ reconnection: false });
    let details: unknown;
    parts.manager.on("close", (_reason, given) => {
      details = given;
    });
    act(parts);
    return details;
  }

  test("when it closes without having sent a packet", () => {
    const details = lose(({ platform }) => platform.socket().close(1005));
    expect(details).toMatchObject({ hint: containing('see the option "parser"') });
  });

  test("when the first thing it sends is no packet", () => {
    const details = lose(({ platform }) => platform.socket().message("4no packet"));
    expect(details).toMatchObject({ code: "PARSER_MISMATCH", hint: containing('see the option "parser"') });
  });

  test.each([
    ["closes", ({ platform }: Parts) => platform.socket().close(1005)],
    ["sends nonsense", ({ platform }: Parts) => platform.socket().message("4no packet")],
  ])("no more when it %s after a packet that was understood", (_, act) => {
    const details = lose((parts) => {
      parts.platform.socket().message('40{"sid":"s"}');
      act(parts);
    });
    expect(JSON.stringify([details, String(details)])).not.toContain("parser");
  });

  test("not when the network was lost", () => {
    const details = { description: "network connection lost", code: "OFFLINE" } as const;
    expect(closedUnheard(details)).toBe(details);
  });

  test("nor when there is an error to tell", () => {
    const error = new Error("broken");
    expect(closedUnheard(error)).toBe(error);
  });
});

describe("heartbeats", () => {
  test("of the server are told", () => {
    const { platform, manager, told } = createOpen();
    manager.on("ping", () => told.push("ping"));
    platform.socket().message("2");
    expect(told).toEqual(["open", "ping"]);
  });

  test("of ours for servers of 2.x are told with their latency", () => {
    const { platform, manager, told } = createManager({ protocol: 3 });
    manager.on("ping", () => told.push("ping"));
    manager.on("pong", (latencyMs) => told.push(`pong ${latencyMs}`));
    platform.socket().open();
    platform.socket().message(openPacket());
    platform.clock.advance(25_004);
    platform.socket().message("3");
    expect(told).toEqual(["open", "ping", "pong 4"]);
  });
});

describe("credentials in the URL", () => {
  test.each<[string, LiveOptions]>([
    ["are sent on demand", { authInQuery: true, auth: { token: "x y" } }],
    ["may come from a function", { authInQuery: true, auth: (give) => give({ token: "x y" }) }],
  ])("%s", (_rule, options) => {
    const { platform } = createManager({ ...options, query: { a: 1 } });
    expect(platform.socket().request.url).toContain("?a=1&token=x%20y&EIO=4");
  });

  test("are absent when there are none", () => {
    const { platform } = createManager({ authInQuery: true });
    expect(platform.socket().request.url).toContain("/?EIO=4");
  });
});

describe("sockets", () => {
  test("are made once for a namespace, whose slash may be missing", () => {
    const { manager } = createManager();
    const socket = manager.socket("admin");
    expect([manager.socket("/admin") === socket, socket.nsp, "/admin" in manager.nsps]).toEqual([true, "/admin", true]);
    expect("/other" in manager.nsps).toBe(false);
  });

  test("that left come back when they are asked for again", () => {
    const { manager } = createManager();
    const socket = manager.socket("/");
    socket.disconnect();
    expect(manager.socket("/")).toBe(socket);
    expect(socket.active).toBe(true);
  });

  test("wait for the program where it is told to", () => {
    const { manager } = createManager({ autoConnect: false });
    expect(manager.socket("/").active).toBe(false);
  });
});

describe("a program of 2.x", () => {
  function createProgram2(options: ClientOptions = {}): Parts {
    const parts = createManager({ compat: 2, ...options });
    const { manager, told } = parts;
    const socket = manager.socket("/");
    manager.off();
    for (const event of ["connect_error", "connect_timeout", "reconnect_error"] as const) {
      manager.on(event, (value: unknown) => told.push(`manager: ${event} ${value}`));
      socket.on(event, (value: unknown) => told.push(`socket: ${event} ${value}`));
    }
    return parts;
  }

  test("is connected to servers of its own generation first", () => {
    expect(createProgram2().platform.socket().request.url).toContain("EIO=3");
  });

  test.each(["auto", 4] as const)("is connected to others first where it says %s", (protocol) => {
    expect(createProgram2({ protocol }).platform.socket().request.url).toContain("EIO=4");
  });

  test.each([
    [undefined, true],
    [false, false],
  ])("sends cookies to other sites unless it says otherwise: %s", (withCredentials, sends) => {
    const { platform } = createProgram2({
      transports: ["polling"],
      ...(withCredentials !== undefined && { withCredentials }),
    });
    expect(first(platform.requests).request.options.withCredentials).toBe(sends);
  });

  test("hears of a timeout by a string, on the manager and on its sockets, and of its length behind it", () => {
    const { platform, told } = createProgram2({ timeout: 100, reconnection: false });
    platform.clock.advance(100);
    expect(told).toEqual([
      "manager: connect_error timeout",
      "socket: connect_error timeout",
      "manager: connect_timeout 100",
      "socket: connect_timeout 100",
    ]);
  });

  test("hears the string of a failed reconnection, too", () => {
    const parts = createProgram2({ timeout: 100, reconnectionAttempts: 1 });
    refuse(parts);
    parts.platform.clock.advance(1100);
    expect(parts.told.slice(-4)).toEqual([
      "manager: reconnect_error timeout",
      "socket: reconnect_error timeout",
      "manager: connect_timeout 100",
      "socket: connect_timeout 100",
    ]);
  });

  test("gets one error from open(), with the reason in it", () => {
    const parts = createManager({ compat: 2, autoConnect: false });
    const errors: unknown[] = [];
    parts.manager.open((error) => errors.push(error));
    refuse(parts);
    expect(errors).toMatchObject([{ message: "Connection error", data: { message: "websocket error" } }]);
  });

  test("hears of a success of open() as ever", () => {
    const parts = createManager({ compat: 2, autoConnect: false, protocol: 4 });
    const errors: unknown[] = [];
    parts.manager.open((error) => errors.push(error));
    accept(parts);
    expect(errors).toEqual([undefined]);
  });
});

test("a socket of 4.x hears of the manager's timeout, if it listens", () => {
  const { platform, manager, told } = createManager({ timeout: 100, reconnection: false });
  manager.socket("/").on("connect_timeout", (ms: number) => told.push(`connect_timeout ${ms}`));
  platform.clock.advance(100);
  expect(told).toEqual(["error timeout", "connect_timeout 100"]);
});

test.each([
  [4, 3],
  [5, 4],
] as const)("a parser for revision %d of Socket.IO asks for revision %d of Engine.IO", (protocol, revision) => {
  const { platform } = createManager({ parser: { ...sio5.parser, protocol } });
  expect(platform.socket().request.url).toContain(`EIO=${revision}`);
});
