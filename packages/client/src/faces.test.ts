// Members of manager and socket that programs and plugins touch, under the names that they know.
import { describe, expect, test } from "vitest";
import { createConnected, createSocket, type Parts, sent } from "../test-support/socket-parts.ts";
import { Manager } from "./manager.ts";

describe("a manager", () => {
  test("has its state under the names of all generations", () => {
    const { manager, platform } = createConnected();
    expect([manager._readyState, manager._reconnecting, manager.skipReconnect]).toEqual(["open", false, false]);
    platform.socket().close(1006);
    expect([manager._readyState, manager._reconnecting]).toEqual(["closed", true]);
    manager._close();
    expect([manager._reconnecting, manager.skipReconnect]).toEqual([false, true]);
  });

  test("shows its sockets by namespace", () => {
    const { manager, socket } = createSocket();
    const other = manager.socket("/a");
    expect(manager.nsps).toEqual({ "/": socket, "/a": other });
  });

  test("shows what reads and writes packets while it is open", () => {
    const { manager, platform } = createSocket();
    expect([manager.decoder, manager.encoder]).toEqual([undefined, undefined]);
    platform.socket().open();
    platform
      .socket()
      .message('0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}');
    expect(manager.encoder?.encode({ type: 2, nsp: "/", data: ["a"] }, () => {})).toEqual(['2["a"]']);
    expect(manager.decoder).toBeDefined();
  });
});

describe("the delays between attempts", () => {
  test("are counted, planned, and counted anew when the program says so", () => {
    const { manager, platform } = createConnected();
    const { backoff } = manager;
    expect([backoff.attempts, backoff.duration()]).toEqual([0, 1000]);
    platform.socket().close(1006);
    expect([backoff.attempts, backoff.duration()]).toEqual([1, 2000]);
    platform.clock.advance(1000);
    platform.socket().close(1006);
    expect(backoff.attempts).toBe(2);
    backoff.reset();
    expect([backoff.attempts, backoff.duration()]).toEqual([0, 1000]);
  });

  test("have nothing to count anew while it is connected", () => {
    const { backoff } = createConnected().manager;
    backoff.reset();
    expect(backoff.attempts).toBe(0);
  });
});

describe("a socket", () => {
  test("shows the acknowledgements that it waits for, and the next id", () => {
    const { socket, told } = createConnected();
    socket.emit("a", (answer: string) => told.push(answer));
    expect([socket.ids, Object.keys(socket.acks)]).toEqual([1, ["0"]]);
    socket.acks[0]?.("by hand");
    expect([told.at(-1), socket.acks]).toEqual(["by hand", {}]);
  });

  test("shows what holds for the next emit", () => {
    const { socket } = createConnected();
    expect(socket.volatile.compress(false).timeout(5).flags).toEqual({ volatile: true, compress: false, timeout: 5 });
    socket.emit("a");
    expect(socket.flags).toEqual({});
  });
});

describe("a plugin", () => {
  function replaceEmit({ socket, told }: Parts): void {
    const { emit } = socket;
    socket.emit = (...given: readonly unknown[]) => {
      told.push(`emit ${given[0]}`);
      Reflect.apply(emit, socket, given);
      return socket;
    };
  }

  test("that replaces emit meets every event that is sent", () => {
    const parts = createConnected();
    replaceEmit(parts);
    parts.socket.emit("a");
    parts.socket.send("b");
    parts.socket.emitWithAck("c").catch(() => {});
    expect(parts.told.slice(1)).toEqual(["emit a", "emit message", "emit c"]);
    expect(sent(parts)).toEqual(['42["a"]', '42["message","b"]', '420["c"]']);
  });

  test("that replaces onevent gets packets, and the means to answer them", () => {
    const parts = createConnected();
    const { socket, platform, told } = parts;
    socket.onevent = ({ data, id }) => {
      told.push(JSON.stringify(data));
      if (id !== undefined) socket.ack(id)("yes");
    };
    platform.socket().message('42["a",1]');
    platform.socket().message('427["b"]');
    expect([told.slice(1), sent(parts)]).toEqual([['["a",1]', '["b"]'], ['437["yes"]']]);
  });

  test("can tell listeners of a socket by the emit of managers, as plugins for wildcards do", () => {
    const { socket, told } = createConnected();
    socket.on("*", (value: string) => told.push(value));
    const { emit } = Manager.prototype;
    Reflect.apply(emit, socket, ["*", "any"]);
    expect(told.at(-1)).toBe("any");
  });
});
