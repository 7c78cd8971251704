// What pages load when they meet a server of 2.x: when, in which order things then happen, and what becomes of a failure.
import { describe, expect, test } from "vitest";
import {
  body3,
  body4,
  containing,
  createFakePlatform,
  type FakePlatform,
  first,
  having,
  last,
  openPacket,
} from "../test-support/fake-platform.ts";
import { ELDER, type Elder } from "./elder.ts";
import { elderLoadedBy } from "./elder-loader.ts";
import { Manager } from "./manager.ts";
import type { ClientOptions } from "./options.ts";

interface Scene {
  readonly platform: FakePlatform;
  readonly manager: Manager;
  readonly told: unknown[];
  /** How often it was asked for. */
  readonly asked: number;
  /** It has come. */
  come(): Promise<void>;
  /** It could not be loaded. */
  fail(): Promise<void>;
}

function open(options: ClientOptions = {}): Scene {
  const loads: { readonly resolve: (elder: Elder) => void; readonly reject: (error: unknown) => void }[] = [];
  const load = (): Promise<Elder> => new Promise((resolve, reject) => loads.push({ resolve, reject }));
  const platform: FakePlatform = Object.assign(createFakePlatform(), { elder: elderLoadedBy(load) });
  const told: unknown[] = [];
  const manager = new Manager(platform, "http://h:3000", { reconnection: false, ...options });
  const socket = manager.socket("/");
  for (const event of ["connect", "connect_error", "a", "b"])
    socket.on(event, (...args: unknown[]) => told.push([event, ...args]));
  return {
    platform,
    manager,
    told,
    get asked() {
      return loads.length;
    },
    async come() {
      last(loads).resolve(ELDER);
      await new Promise(setImmediate);
    },
    async fail() {
      last(loads).reject(new TypeError("no such file"));
      await new Promise(setImmediate);
    },
  };
}

const WEBSOCKET: ClientOptions = { transports: ["websocket"] };

describe("over polling", () => {
  test("a server of the newer protocol needs nothing of it", () => {
    const scene = open();
    first(scene.platform.requests).answer(openPacket());
    last(scene.platform.requests).answer(body4('40{"sid":"x"}'));
    expect([scene.told, scene.asked]).toEqual([[["connect"]], 0]);
  });

  test("a server of 2.x is understood once it has come, in the order of its packets", async () => {
    const scene = open();
    first(scene.platform.requests).answer(body3(openPacket({ maxPayload: undefined }), "40", '42["a"]', '42["b"]'));
    expect([scene.told, scene.platform.requests.length]).toEqual([[], 1]);
    await scene.come();
    expect(scene.told).toEqual([["connect"], ["a"], ["b"]]);
    expect(last(scene.platform.requests).request.url).toContain("EIO=3");
  });

  test("it is loaded once for all connections", async () => {
    const scene = open();
    first(scene.platform.requests).answer(body3(openPacket(), "40"));
    await scene.come();
    scene.manager.close();
    scene.manager.open();
    last(scene.platform.requests).answer(body3(openPacket(), "40"));
    expect([scene.manager.readyState, scene.asked]).toEqual(["open", 1]);
  });

  test("what cannot be loaded is a connection that failed, and is tried again by the next one", async () => {
    const scene = open();
    first(scene.platform.requests).answer(body3(openPacket(), "40"));
    await scene.fail();
    expect(scene.told).toEqual([["connect_error", having({ message: "xhr poll error", code: "NETWORK_ERROR" })]]);
    scene.manager.open();
    last(scene.platform.requests).answer(body3(openPacket(), "40"));
    await scene.come();
    expect([scene.manager.readyState, scene.asked]).toEqual(["open", 2]);
  });

  test("a connection that was closed meanwhile stays closed", async () => {
    const scene = open();
    first(scene.platform.requests).answer(body3(openPacket(), "40"));
    scene.manager.close();
    await scene.come();
    expect([scene.told, scene.manager.readyState, scene.platform.requests.length]).toEqual([[], "closed", 1]);
  });
});

describe("for a program that asks for revision 3 first", () => {
  test("nothing is asked before it has come", async () => {
    const scene = open({ protocol: 3 });
    expect(scene.platform.requests).toEqual([]);
    await scene.come();
    expect(first(scene.platform.requests).request.url).toContain("EIO=3");
  });

  test("what cannot be loaded is told, with the address that was not tried", async () => {
    const scene = open({ protocol: 3, ...WEBSOCKET });
    await scene.fail();
    const error = having({ message: "websocket error", code: "NETWORK_ERROR", url: containing("ws://h:3000") });
    expect(scene.told).toEqual([["connect_error", error]]);
  });

  test("a connection that was closed meanwhile asks nothing, whether it comes or not", async () => {
    const [came, failed] = [open({ protocol: 3 }), open({ protocol: 3 })];
    came.manager.close();
    failed.manager.close();
    await came.come();
    await failed.fail();
    expect([came.platform.requests, failed.platform.requests, failed.told]).toEqual([[], [], []]);
  });
});

describe("over a WebSocket", () => {
  function greet(scene: Scene, fields: Readonly<Record<string, unknown>> = {}): void {
    scene.platform.socket().open();
    scene.platform.socket().message(openPacket({ maxPayload: undefined, ...fields }));
  }

  test("a server that tells its revision needs nothing of it", () => {
    const scene = open(WEBSOCKET);
    greet(scene, { maxPayload: 1000 });
    expect([scene.manager.readyState, scene.asked]).toEqual(["open", 0]);
  });

  test("packets that come while it is loaded are told in order, and nothing is asked where they give a clue", async () => {
    const scene = open(WEBSOCKET);
    greet(scene);
    for (const message of ["40", '42["a"]', '42["b"]']) scene.platform.socket().message(message);
    expect(scene.told).toEqual([]);
    await scene.come();
    scene.platform.clock.advance(100);
    expect([scene.told, scene.platform.socket().sent]).toEqual([[["connect"], ["a"], ["b"]], []]);
  });

  test("a server that gives no clue is probed after that", async () => {
    const scene = open(WEBSOCKET);
    greet(scene);
    scene.platform.clock.advance(100);
    expect(scene.platform.socket().sent).toEqual([]);
    await scene.come();
    scene.platform.clock.advance(20);
    const [probe = ""] = scene.platform.socket().sent;
    const namespace = String(probe).slice(2, -1);
    scene.platform.socket().message(`44${namespace},{"message":"Invalid namespace"}`);
    scene.platform.clock.endTurn();
    expect(last(scene.platform.socket().sent)).toBe("40");
  });

  test("what cannot be loaded is a connection that failed", async () => {
    const scene = open(WEBSOCKET);
    greet(scene);
    await scene.fail();
    expect(scene.told).toEqual([["connect_error", having({ message: "websocket error", code: "NETWORK_ERROR" })]]);
  });
});
