import { AckDisconnectedError, AckTimeoutError } from "@bowline/protocol";
import { describe, expect, test } from "vitest";

import { containing, first, having, last } from "../test-support/fake-platform.ts";
import {
  createConnected,
  createLegacy,
  createSocket,
  openEngine,
  type Parts,
  sent,
} from "../test-support/socket-parts.ts";
import type { ClientOptions } from "./options.ts";

describe("connecting", () => {
  test("asks for the namespace and is connected when the server says yes", () => {
    const parts = createSocket();
    const { socket, platform } = parts;
    expect([socket.connected, socket.disconnected, socket.active, socket.id]).toEqual([false, true, true, undefined]);
    openEngine(parts);
    expect(sent(parts)).toEqual(["40"]);
    platform.socket().message('40{"sid":"id1"}');
    expect([socket.connected, socket.id, parts.told]).toEqual([true, "id1", ["connect id1"]]);
  });

  test("sends the credentials of the moment", () => {
    const parts = createSocket({ auth: { token: "old" } }, "/admin");
    parts.socket.auth = { token: "new" };
    openEngine(parts);
    expect(sent(parts)).toEqual(['40/admin,{"token":"new"}']);
  });

  test("waits for credentials that a function gives", () => {
    const given: ((auth: Record<string, unknown>) => void)[] = [];
    const parts = createSocket({ auth: (give) => given.push(give) });
    openEngine(parts);
    expect(sent(parts)).toEqual([]);
    first(given)({ token: "x" });
    expect(sent(parts)).toEqual(['40{"token":"x"}']);
  });

  test("asks once, though a function gives credentials twice", () => {
    const parts = createSocket({
      auth: (give) => {
        give({ token: "a" });
        give({ token: "b" });
      },
    });
    openEngine(parts);
    expect(sent(parts)).toEqual(['40{"token":"a"}']);
  });

  test("does not send credentials that come for a connection that is gone", () => {
    const given: ((auth: Record<string, unknown>) => void)[] = [];
    const parts = createSocket({ auth: (give) => given.push(give) });
    openEngine(parts);
    parts.platform.socket().close(1006);
    parts.platform.clock.advance(1000);
    openEngine(parts);
    first(given)({ token: "late" });
    expect(sent(parts)).toEqual([]);
  });

  test("asks once, however often it is told to", () => {
    const parts = createSocket();
    openEngine(parts);
    parts.socket.connect().open();
    expect(sent(parts)).toEqual(["40"]);
  });

  test("asks once when a listener of the manager connects it", () => {
    const parts = createSocket();
    parts.manager.on("open", () => parts.socket.connect());
    openEngine(parts);
    expect(sent(parts)).toEqual(["40"]);
  });

  test("over a connection that is open asks at once", () => {
    const parts = createConnected();
    parts.manager.socket("/admin");
    expect(sent(parts)).toEqual(["40/admin,"]);
  });

  test("is not asked for when a listener closes the connection at once", () => {
    const parts = createSocket();
    parts.manager.on("open", () => parts.manager.close());
    openEngine(parts);
    expect(sent(parts)).toEqual([]);
  });

  test("that is done already does nothing", () => {
    const parts = createConnected();
    parts.socket.connect();
    expect([sent(parts), parts.told]).toEqual([[], ["connect id1"]]);
  });

  test("is told once, though the server says yes twice", () => {
    const parts = createConnected();
    parts.platform.socket().message('40{"sid":"id2"}');
    expect([parts.told, parts.socket.id]).toEqual([["connect id1"], "id1"]);
  });

  test("that fails below is told", () => {
    const parts = createSocket();
    parts.platform.socket().close(1006);
    expect([parts.told, parts.socket.active]).toEqual([["connect_error websocket error undefined"], true]);
  });

  test("to a server that was not recognised as one of 2.x is told in the words that programs look for", () => {
    const parts = createSocket({ protocol: 4 });
    openEngine(parts);
    parts.platform.socket().message("40");
    expect(first(parts.told)).toContain("Socket.IO server in v2.x");
  });
});

describe("a refusal", () => {
  test("is told with its message and data, and the socket does not come back by itself", () => {
    const parts = createSocket();
    const errors: unknown[] = [];
    parts.socket.on("error", (data: unknown) => errors.push(data));
    openEngine(parts);
    parts.platform.socket().message('44{"message":"no","data":{"code":1}}');
    expect([parts.told, errors]).toEqual([['connect_error no {"code":1}'], [{ code: 1 }]]);
    expect([parts.socket.active, parts.manager.readyState]).toEqual([false, "closed"]);
  });

  test("without data is told as its message, as to programs of 2.x", () => {
    const parts = createSocket();
    const errors: unknown[] = [];
    parts.socket.on("error", (data: unknown) => errors.push(data));
    openEngine(parts);
    parts.platform.socket().message('44{"message":"no"}');
    expect([parts.told, errors]).toEqual([["connect_error no undefined"], ["no"]]);
  });

  test.each([
    ["of a namespace that is not there", "Invalid namespace", "NAMESPACE_UNKNOWN"],
    ["of a middleware", "no", "NAMESPACE_REFUSED"],
  ])("%s has a code and a hint beside the server's message", (_rule, message, code) => {
    const parts = createSocket();
    const errors: unknown[] = [];
    parts.socket.on("connect_error", (error) => errors.push(error));
    openEngine(parts);
    parts.platform.socket().message(`44${JSON.stringify({ message })}`);
    expect(errors).toEqual([having({ message, code, hint: containing(`${message}; `) })]);
  });

  test("leaves the other namespaces connected", () => {
    const parts = createConnected();
    const admin = parts.manager.socket("/admin");
    parts.platform.socket().message('44/admin,{"message":"no"}');
    expect([admin.active, parts.socket.connected, parts.manager.readyState]).toEqual([false, true, "open"]);
  });
});

describe("events of the program", () => {
  test("wait for the connection and are sent before connect is told", () => {
    const parts = createSocket();
    parts.socket.emit("a", 1).emit("b");
    parts.socket.once("connect", () => parts.socket.emit("c"));
    openEngine(parts);
    sent(parts);
    parts.platform.socket().message('40{"sid":"id1"}');
    expect(sent(parts)).toEqual(['42["a",1]', '42["b"]', '42["c"]']);
  });

  test("that wait can be dropped by the program", () => {
    const parts = createSocket();
    parts.socket.emit("a");
    expect(parts.socket.sendBuffer).toHaveLength(1);
    parts.socket.sendBuffer = [];
    openEngine(parts);
    sent(parts);
    parts.platform.socket().message('40{"sid":"id1"}');
    expect(sent(parts)).toEqual([]);
  });

  test("carry their bytes behind them", () => {
    const parts = createConnected();
    parts.socket.emit("a", Uint8Array.of(1, 2));
    expect(sent(parts)).toEqual(['451-["a",{"_placeholder":true,"num":0}]', Uint8Array.of(1, 2)]);
  });

  test.each(["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"])(
    "may not be named %s",
    async (name) => {
      const { socket } = createConnected();
      expect(() => socket.emit(name)).toThrow(`"${name}" is a reserved event name`);
      await expect(socket.emitWithAck(name)).rejects.toThrow("reserved");
    },
  );

  test("that have no JSON throw at the program", () => {
    const { socket } = createConnected();
    expect(() => socket.emit("a", 1n)).toThrow(TypeError);
  });

  test("that have no JSON leave nobody waiting for an answer", () => {
    const { socket, platform } = createConnected();
    const answers: unknown[] = [];
    const before = platform.clock.pendingTimers;
    expect(() => socket.timeout(100).emit("a", 1n, () => answers.push("late"))).toThrow(TypeError);
    expect(platform.clock.pendingTimers).toBe(before);
    platform.clock.advance(100);
    expect(answers).toEqual([]);
  });

  test("use up their modifiers although they may not be sent", () => {
    const { socket } = createSocket();
    expect(() => socket.volatile.emit("connect")).toThrow("reserved");
    socket.emit("kept");
    expect(socket.sendBuffer).toHaveLength(1);
  });

  test("named message have a method of their own", () => {
    const parts = createConnected();
    parts.socket.send("a", 1);
    expect(sent(parts)).toEqual(['42["message","a",1]']);
  });

  test("may go without compression", () => {
    const parts = createConnected();
    parts.socket.compress(false).emit("a");
    parts.socket.emit("b");
    sent(parts);
    expect(parts.platform.socket().compressed.slice(-2)).toEqual([false, true]);
  });

  test("that are volatile are dropped while not connected", () => {
    const parts = createSocket();
    parts.socket.volatile.emit("a");
    expect(parts.socket.sendBuffer).toEqual([]);
  });

  test("that are volatile are dropped while the transport is busy", () => {
    const parts = createConnected();
    parts.platform.holdsSends = true;
    parts.socket.emit("a");
    sent(parts);
    parts.socket.volatile.emit("b");
    parts.socket.emit("c");
    parts.platform.socket().release();
    expect(sent(parts)).toEqual(['42["c"]']);
  });

  test("that are volatile leave when they can", () => {
    const parts = createConnected();
    parts.socket.volatile.emit("a");
    expect(sent(parts)).toEqual(['42["a"]']);
  });

  test("wait when the server should have been heard of by now", () => {
    const parts = createConnected();
    parts.platform.clock.suspend(45_001);
    parts.socket.emit("a");
    expect([sent(parts), parts.socket.sendBuffer.length]).toEqual([[], 1]);
  });

  test("that wait because the server is overdue leave over the next connection, even if it is heard of at last", () => {
    const parts = createConnected({ reconnectionDelay: 10 });
    parts.platform.clock.suspend(45_001);
    parts.socket.emit("a");
    parts.platform.socket().message("2");
    parts.socket.emit("b");
    parts.platform.clock.advance(0);
    expect(parts.told).toEqual(["connect id1", "disconnect ping timeout"]);
    parts.platform.clock.advance(10);
    openEngine(parts);
    sent(parts);
    parts.platform.socket().message('40{"sid":"id2"}');
    expect(sent(parts)).toEqual(['42["a"]', '42["b"]']);
  });

  test("are heard by listeners for all of them when they are sent", () => {
    const parts = createSocket();
    const heard: unknown[] = [];
    const listener = (...event: unknown[]) => heard.push(event);
    parts.socket.onAnyOutgoing(listener).prependAnyOutgoing((event) => heard.push(`first ${event}`));
    parts.socket.emit("a", 1);
    expect(heard).toEqual([]);
    openEngine(parts);
    parts.platform.socket().message('40{"sid":"id1"}');
    expect(heard).toEqual(["first a", ["a", 1]]);
    expect(parts.socket.offAnyOutgoing(listener).listenersAnyOutgoing()).toHaveLength(1);
  });
});

describe("acknowledgements", () => {
  test("are told with what the server answers, once", () => {
    const parts = createConnected();
    const answers: unknown[] = [];
    parts.socket.emit("a", (...args: unknown[]) => answers.push(args));
    expect(sent(parts)).toEqual(['420["a"]']);
    parts.platform.socket().message("430[1,2]");
    parts.platform.socket().message("430[3]");
    expect(answers).toEqual([[1, 2]]);
  });

  test("that throw at the end of the connection, or a listener that does, keep no other from hearing", () => {
    const parts = createConnected();
    const heard: unknown[] = [];
    const fail = () => {
      throw new TypeError("a handler failed");
    };
    parts.socket.on("disconnect", fail);
    parts.socket.timeout(5000).emit("a", fail);
    parts.socket.timeout(5000).emit("b", (error: unknown) => heard.push(error));
    parts.platform.socket().close(1006);
    expect(heard).toEqual([new AckDisconnectedError()]);
    expect(() => parts.platform.clock.advance(0)).toThrow("a handler failed");
  });

  test("may carry bytes", () => {
    const parts = createConnected();
    const answers: unknown[] = [];
    parts.socket.emit("a", (answer: unknown) => answers.push(answer));
    parts.platform.socket().message('461-0[{"_placeholder":true,"num":0}]');
    parts.platform.socket().message(Uint8Array.of(7));
    expect(answers).toEqual([Uint8Array.of(7)]);
  });

  test("get an error first where a timeout was given", () => {
    const parts = createConnected();
    const answers: unknown[] = [];
    parts.socket.timeout(100).emit("a", (...args: unknown[]) => answers.push(args));
    parts.platform.socket().message("430[1]");
    parts.platform.clock.advance(200);
    expect(answers).toEqual([[null, 1]]);
  });

  test("fail when they are late, and their event is no longer sent", () => {
    const parts = createSocket();
    const answers: unknown[] = [];
    parts.socket.emit("kept");
    parts.socket.timeout(100).emit("a", (...args: unknown[]) => answers.push(args));
    parts.platform.clock.advance(100);
    expect(answers).toEqual([[new AckTimeoutError()]]);
    expect(parts.socket.sendBuffer.map(({ data }) => data)).toEqual([["kept"]]);
  });

  test("may have a timeout for all events", () => {
    const parts = createConnected({ ackTimeout: 50 });
    const answers: unknown[] = [];
    parts.socket.emit("a", (...args: unknown[]) => answers.push(args));
    parts.platform.clock.advance(50);
    expect(answers).toEqual([[new AckTimeoutError()]]);
  });

  test("that take an error hear of the end of the connection, the others do not", () => {
    const parts = createConnected();
    const answers: unknown[] = [];
    parts.socket.emit("a", (...args: unknown[]) => answers.push(args));
    parts.socket.timeout(5000).emit("b", (...args: unknown[]) => answers.push(args));
    parts.platform.socket().close(1006);
    parts.platform.clock.advance(5000);
    expect(answers).toEqual([[new AckDisconnectedError()]]);
  });

  test("of events that were not sent yet are kept", () => {
    const parts = createConnected();
    const answers: unknown[] = [];
    parts.platform.clock.suspend(45_001);
    parts.socket.emit("a", (answer: unknown) => answers.push(answer));
    parts.platform.socket().close(1006);
    parts.platform.clock.advance(1000);
    openEngine(parts);
    parts.platform.socket().message('40{"sid":"id2"}');
    expect(last(sent(parts))).toBe('420["a"]');
    parts.platform.socket().message("430[9]");
    expect(answers).toEqual([9]);
  });

  test("count on after a reconnection", () => {
    const parts = createConnected();
    parts.socket.emit("a", () => {});
    parts.platform.socket().close(1006);
    parts.platform.clock.advance(1000);
    openEngine(parts);
    parts.platform.socket().message('40{"sid":"id2"}');
    sent(parts);
    parts.socket.emit("b", () => {});
    expect(sent(parts)).toEqual(['421["b"]']);
  });

  test("can be awaited", async () => {
    const parts = createConnected();
    const answer = parts.socket.emitWithAck("a", 1);
    expect(sent(parts)).toEqual(['420["a",1]']);
    parts.platform.socket().message('430["yes"]');
    await expect(answer).resolves.toBe("yes");
  });

  test("that are awaited fail with the connection", async () => {
    const parts = createConnected();
    const answer = parts.socket.emitWithAck("a");
    parts.platform.socket().close(1006);
    await expect(answer).rejects.toThrow("socket has been disconnected");
  });

  test("that are awaited fail when they are late", async () => {
    const parts = createConnected();
    const answer = parts.socket.timeout(10).emitWithAck("a");
    parts.platform.clock.advance(10);
    await expect(answer).rejects.toThrow("operation has timed out");
  });
});

describe("events of the server", () => {
  test("are told with their arguments", () => {
    const { platform, socket } = createConnected();
    const heard: unknown[] = [];
    socket.on("a", (...args: unknown[]) => heard.push(args));
    platform.socket().message('42["a",1,{"b":2}]');
    expect(heard).toEqual([[1, { b: 2 }]]);
  });

  test("can be answered once", () => {
    const parts = createConnected();
    parts.socket.on("a", (reply: (...args: unknown[]) => void) => {
      reply("x", Uint8Array.of(1));
      reply("y");
    });
    parts.platform.socket().message('425["a"]');
    expect(sent(parts)).toEqual(['461-5["x",{"_placeholder":true,"num":0}]', Uint8Array.of(1)]);
  });

  test("cannot be answered over another connection", () => {
    const parts = createConnected();
    const replies: ((answer: unknown) => void)[] = [];
    parts.socket.on("a", (reply: (answer: unknown) => void) => replies.push(reply));
    parts.platform.socket().message('425["a"]');
    parts.platform.socket().close(1006);
    parts.platform.clock.advance(1000);
    openEngine(parts);
    parts.platform.socket().message('40{"sid":"id2"}');
    sent(parts);
    first(replies)("late");
    expect(sent(parts)).toEqual([]);
  });

  test("that come before the server's yes are told right before connect", () => {
    const parts = createSocket();
    parts.socket.on("a", (value: unknown) => parts.told.push(`a ${value} ${parts.socket.connected}`));
    openEngine(parts);
    parts.platform.socket().message('42["a",1]');
    expect([parts.told, parts.socket.receiveBuffer]).toEqual([[], [["a", 1]]]);
    parts.platform.socket().message('40{"sid":"id1"}');
    expect(parts.told).toEqual(["a 1 true", "connect id1"]);
  });

  test("that come early may make the program leave: nothing more is told or sent, and what waits is kept", () => {
    const parts = createSocket();
    parts.socket.on("early", () => parts.socket.disconnect());
    parts.socket.on("later", () => parts.told.push("later"));
    parts.socket.emit("kept");
    openEngine(parts);
    sent(parts);
    for (const packet of ['42["early"]', '42["later"]', '40{"sid":"id1"}']) parts.platform.socket().message(packet);
    expect([parts.told, sent(parts)]).toEqual([["disconnect io client disconnect"], ["41"]]);
    expect(parts.socket.sendBuffer).toHaveLength(1);
  });

  test("that come early are answered behind the events that have waited longer", () => {
    const parts = createSocket();
    parts.socket.on("early", () => parts.socket.emit("second"));
    parts.socket.emit("first");
    openEngine(parts);
    sent(parts);
    for (const packet of ['42["early"]', '40{"sid":"id1"}']) parts.platform.socket().message(packet);
    expect(sent(parts)).toEqual(['42["first"]', '42["second"]']);
  });

  test("are heard by listeners for all of them, first", () => {
    const { platform, socket } = createConnected();
    const heard: unknown[] = [];
    const listener = (...event: unknown[]) => heard.push(event);
    socket.on("a", () => heard.push("a itself"));
    socket.onAny(listener).prependAny((event) => heard.push(`first ${event}`));
    platform.socket().message('42["a",1]');
    expect(heard).toEqual(["first a", ["a", 1], "a itself"]);
    expect(socket.offAny(listener).listenersAny()).toHaveLength(1);
  });

  test("for a namespace that nobody asked for are ignored", () => {
    const { platform, told } = createConnected();
    platform.socket().message('42/other,["a"]');
    platform.socket().message("43/other,0[1]");
    expect(told).toEqual(["connect id1"]);
  });

  test("behind the one at which the socket left are not told", () => {
    const { platform, socket } = createConnected();
    const heard: unknown[] = [];
    socket.on("a", () => {
      heard.push("a");
      socket.disconnect();
    });
    platform.socket().message('42["a"]');
    platform.socket().message('42["a"]');
    expect(heard).toEqual(["a"]);
  });
});

describe("disconnecting", () => {
  test("by the program says goodbye and closes the connection that nobody else uses", () => {
    const parts = createConnected();
    parts.socket.disconnect();
    parts.platform.clock.endTurn();
    expect([sent(parts), parts.platform.socket().ended]).toEqual([["41"], "close"]);
    expect([parts.told, parts.socket.id]).toEqual([["connect id1", "disconnect io client disconnect"], undefined]);
    parts.platform.clock.advance(60_000);
    expect(parts.platform.sockets).toHaveLength(1);
  });

  test("leaves the connection to those who still use it", () => {
    const parts = createConnected();
    const admin = parts.manager.socket("/admin");
    parts.platform.socket().message('40/admin,{"sid":"id2"}');
    parts.socket.close();
    sent(parts);
    expect([admin.connected, parts.platform.socket().ended]).toEqual([true, undefined]);
    parts.socket.connect();
    expect(sent(parts)).toEqual(["40"]);
  });

  test("can be followed by connecting in one breath", () => {
    const parts = createConnected();
    parts.socket.disconnect().connect();
    openEngine(parts);
    parts.platform.socket().message('40{"sid":"id2"}');
    expect(parts.told).toEqual(["connect id1", "disconnect io client disconnect", "connect id2"]);
  });

  test("before it was connected is not told", () => {
    const parts = createSocket();
    parts.socket.disconnect();
    parts.socket.disconnect();
    expect([parts.told, parts.platform.socket().ended]).toEqual([[], "discard"]);
  });

  test("by the server is final", () => {
    const parts = createConnected();
    parts.platform.socket().message("41");
    parts.platform.clock.advance(60_000);
    expect([parts.told, parts.socket.active]).toEqual([["connect id1", "disconnect io server disconnect"], false]);
    expect(parts.platform.sockets).toHaveLength(1);
  });

  test("by a lost connection is told with its reason, and the socket comes back", () => {
    const parts = createConnected();
    const details: unknown[] = [];
    parts.socket.on("disconnect", (_reason, detail) => details.push(detail));
    parts.platform.socket().close(1006, "gone");
    expect(parts.told).toEqual(["connect id1", "disconnect transport close"]);
    const context = { code: 1006, reason: "gone" };
    expect(details).toEqual([having({ description: "websocket connection closed", context, code: "CONNECTION_LOST" })]);
    parts.platform.clock.advance(1000);
    openEngine(parts);
    expect(sent(parts)).toEqual(["40"]);
  });

  test("is told to those who still wait for the server's yes", () => {
    const parts = createSocket();
    openEngine(parts);
    parts.platform.socket().close(1006);
    expect(parts.told).toEqual(["disconnect transport close"]);
  });
});

describe("a server of 2.x", () => {
  test("is not asked for the main namespace, whose id is the session's", () => {
    const parts = createLegacy();
    parts.platform.socket().message("40");
    expect([sent(parts), parts.told]).toEqual([[], ["connect session1"]]);
  });

  test.each([
    ["that it has in common with the connection", undefined, "/admin?a=2,"],
    ["of its own", { a: 3 }, "/admin?a=3,"],
  ])("is asked again for another namespace with the parameters %s", (_rule, own, namespace) => {
    const parts = createLegacy({ query: { a: 1 } }, "/admin");
    sent(parts);
    parts.socket.query = own ?? parts.socket.query;
    parts.manager.opts.query = { a: 2 };
    parts.platform.socket().close(1006);
    parts.platform.clock.advance(1000);
    openEngine(parts, { maxPayload: undefined });
    expect(sent(parts)).toEqual([`40${namespace}`]);
  });

  test("is asked for another namespace with query and credentials in its name", () => {
    const parts = createLegacy({ query: { a: 1 }, auth: { token: "x" } }, "/admin");
    expect(sent(parts)).toEqual(["40/admin?a=1&token=x,"]);
    parts.platform.socket().message("40/admin,");
    expect(parts.told).toEqual(["connect /admin#session1"]);
  });

  test("gets no credentials for the main namespace, which is told", () => {
    const { platform } = createLegacy({ auth: { token: "x" } });
    expect(platform.warnings).toEqual(["BOWLINE_AUTH_NOT_SENT"]);
  });

  test("gets them in the URL on demand", () => {
    const { platform } = createLegacy({ auth: { token: "x" }, authInQuery: true });
    expect([platform.warnings, platform.socket().request.url.includes("token=x")]).toEqual([[], true]);
  });

  test("whose yes came before the socket was there connects it", () => {
    const parts = createLegacy({}, "/admin");
    parts.platform.socket().message("40");
    const main = parts.manager.socket("/");
    expect(main.connected).toBe(false);
    parts.platform.clock.advance(0);
    expect([main.id, sent(parts)]).toEqual(["session1", ["40/admin,"]]);
  });

  test("is asked for the main namespace after that was left, and need not answer", () => {
    const parts = createLegacy();
    parts.manager.socket("/admin");
    parts.platform.socket().message("40");
    parts.socket.disconnect();
    sent(parts);
    parts.socket.connect();
    parts.platform.clock.advance(0);
    expect([sent(parts), parts.socket.connected]).toEqual([["40"], true]);
  });

  test("whose yes comes for a connection that is gone meanwhile connects nobody", () => {
    const parts = createLegacy({}, "/admin");
    parts.platform.socket().message("40");
    const main = parts.manager.socket("/");
    parts.platform.socket().close(1006);
    parts.platform.clock.advance(0);
    expect(main.connected).toBe(false);
  });

  test("that refuses the main namespace refuses all that wait", () => {
    const parts = createLegacy();
    const admin = parts.manager.socket("/admin");
    admin.on("connect_error", ({ message }) => parts.told.push(`admin ${message}`));
    parts.platform.socket().message('44"no"');
    expect(parts.told).toEqual(["connect_error no undefined", "admin no"]);
    expect(parts.manager.readyState).toBe("closed");
  });

  test("that refuses an event tells a connected socket without ending it", () => {
    const parts = createLegacy();
    parts.manager.socket("/admin").on("error", () => expect.unreachable());
    parts.socket.on("error", (text: unknown) => parts.told.push(`error ${text}`));
    parts.platform.socket().message("40");
    parts.platform.socket().message("40/admin");
    parts.platform.socket().message('44"no"');
    expect([parts.told, parts.socket.connected]).toEqual([["connect session1", "error no"], true]);
  });

  test("gets events with bytes marked as such", () => {
    const parts = createLegacy();
    parts.platform.socket().message("40");
    parts.socket.emit("a", Uint8Array.of(5));
    expect(sent(parts)).toEqual(['451-["a",{"_placeholder":true,"num":0}]', Uint8Array.of(4, 5)]);
  });

  test("answers heartbeats of ours, which its programs hear here", () => {
    const parts = createLegacy();
    parts.socket.on("ping", () => parts.told.push("ping"));
    parts.socket.on("pong", (latencyMs: unknown) => parts.told.push(`pong ${latencyMs}`));
    parts.platform.clock.advance(25_000);
    parts.platform.socket().message("3");
    expect(parts.told).toEqual(["ping", "pong 0"]);
  });
});

describe("events of the manager", () => {
  test("about reconnecting are told here as well, but not to listeners for all events", () => {
    const parts = createConnected();
    parts.socket.onAny(() => expect.unreachable());
    parts.manager.on("reconnect_attempt", () => parts.told.push("manager"));
    parts.socket.on("reconnect_attempt", (attempt: unknown) => parts.told.push(`socket ${attempt}`));
    parts.socket.on("reconnect", () => parts.told.push("reconnect"));
    parts.platform.socket().close(1006);
    parts.platform.clock.advance(1000);
    openEngine(parts);
    expect(parts.told.slice(2)).toEqual(["manager", "socket 1", "reconnect"]);
  });

  test("about heartbeats are not told here with servers of 4.x, whose programs use the names", () => {
    const parts = createConnected();
    parts.socket.on("ping", () => expect.unreachable());
    parts.platform.socket().message("2");
    expect(parts.socket.connected).toBe(true);
  });
});

describe("listeners", () => {
  test("can be added and removed under every name the field knows", () => {
    const { platform, socket } = createConnected();
    const heard: string[] = [];
    const listener = (): void => {
      heard.push("a");
    };
    socket.addEventListener("a", listener);
    platform.socket().message('42["a"]');
    socket.removeListener("a", listener);
    socket.on("a", listener).removeEventListener("a");
    socket.on("a", listener).removeAllListeners("a");
    socket.on("a", listener).removeAllListeners();
    socket.on("a", listener).removeListener();
    socket.on("a", listener).removeEventListener();
    platform.socket().message('42["a"]');
    expect(heard).toEqual(["a"]);
  });

  test("of a program may all be removed without harm to the connection", () => {
    const parts = createSocket();
    parts.socket.off();
    parts.manager.off();
    parts.manager.engine.off();
    openEngine(parts);
    parts.platform.socket().message('40{"sid":"id1"}');
    expect(parts.socket.connected).toBe(true);
  });
});

describe("a session that comes back", () => {
  function createRecoverable(options: ClientOptions = {}): Parts {
    const parts = createSocket(options);
    parts.socket.on("x", (...args: unknown[]) => parts.told.push(`x ${args.join()}`));
    openEngine(parts);
    parts.platform.socket().message('40{"sid":"id1","pid":"p1"}');
    parts.platform.socket().message('42["x",1,"o1"]');
    sent(parts);
    return parts;
  }

  function loseAndReopen(parts: Parts): void {
    parts.platform.socket().close(1006);
    parts.platform.clock.advance(1000);
    openEngine(parts);
  }

  test("is asked for with the credentials, which come first where the names are the same", () => {
    const parts = createRecoverable({ auth: { token: "t", offset: "mine" } });
    loseAndReopen(parts);
    expect(sent(parts)).toEqual(['40{"pid":"p1","offset":"mine","token":"t"}']);
  });

  test("brings what was missed, in order, before what waits is sent and connect is told", () => {
    const parts = createRecoverable();
    loseAndReopen(parts);
    parts.socket.emit("late");
    expect(sent(parts)).toEqual(['40{"pid":"p1","offset":"o1"}']);
    parts.socket.on("connect", () => parts.told.push(`recovered ${parts.socket.recovered} ${sent(parts).join()}`));
    parts.platform.socket().message('42["x",2,"o2"]');
    parts.platform.socket().message('42["x",3,"o3"]');
    expect(parts.told).toEqual(["connect id1", "x 1,o1", "disconnect transport close"]);
    parts.platform.socket().message('40{"sid":"id1","pid":"p1"}');
    expect(parts.told.slice(3)).toEqual(["x 2,o2", "x 3,o3", "connect id1", 'recovered true 42["late"]']);
  });

  test("does not bring twice what had come when the connection was lost again", () => {
    const parts = createRecoverable();
    loseAndReopen(parts);
    parts.platform.socket().message('42["x",2,"o2"]');
    loseAndReopen(parts);
    expect(sent(parts)).toEqual(['40{"pid":"p1","offset":"o2"}']);
    parts.platform.socket().message('40{"sid":"id1","pid":"p1"}');
    expect(parts.told.filter((line) => line.startsWith("x"))).toEqual(["x 1,o1", "x 2,o2"]);
  });

  test("that the server has forgotten is not silently replaced", () => {
    const parts = createRecoverable();
    loseAndReopen(parts);
    parts.platform.socket().message('40{"sid":"id2","pid":"p2"}');
    expect([parts.socket.recovered, parts.socket.id]).toEqual([false, "id2"]);
    loseAndReopen(parts);
    expect(last(sent(parts))).toBe('40{"pid":"p2"}');
  });

  test("is not asked of a server of 2.x that took the place of the other", () => {
    const parts = createRecoverable();
    parts.manager.opts.protocol = 3;
    loseAndReopen(parts);
    expect(sent(parts)).toEqual([]);
  });
});

describe("a program of 2.x", () => {
  function createProgram2(options: ClientOptions = {}): Parts {
    const parts = createLegacy({ compat: 2, ...options });
    parts.socket.on("error", (value) => parts.told.push(`error ${JSON.stringify(value)}`));
    return parts;
  }

  test("tells reserved names to its own listeners, with all arguments", () => {
    const parts = createProgram2();
    parts.platform.socket().message("40");
    parts.socket.emit("error", { mine: true }, () => {});
    parts.socket.emit("disconnect", "mine");
    expect([sent(parts), parts.told]).toEqual([[], ["connect session1", 'error {"mine":true}', "disconnect mine"]]);
  });

  test("hears of a refusal by error alone, and asks again over the next connection", () => {
    const parts = createProgram2();
    parts.platform.socket().message('44{"code":1}');
    expect([parts.told, parts.socket.active]).toEqual([['error {"code":1}'], true]);
    parts.platform.socket().close(1006);
    parts.platform.clock.advance(1000);
    openEngine(parts, { maxPayload: undefined });
    parts.platform.socket().message("40");
    expect(last(parts.told)).toBe("connect session1");
  });

  test("asks again over the same connection when it is told to", () => {
    const parts = createLegacy({ compat: 2 }, "/admin");
    sent(parts);
    parts.platform.socket().message('44/admin,"no"');
    expect(sent(parts)).toEqual([]);
    parts.socket.open();
    expect(sent(parts)).toEqual(["40/admin,"]);
  });

  test("hears of a bad packet by error, before the end", () => {
    const parts = createProgram2();
    const messages: string[] = [];
    parts.socket.on("error", (error: Error) => messages.push(error.message));
    parts.platform.socket().message("40");
    parts.platform.socket().message("9");
    expect([messages, last(parts.told)]).toEqual([["server error"], "disconnect transport error"]);
  });

  test("hears that a socket connects", () => {
    const parts = createSocket({ compat: 2, autoConnect: false });
    parts.socket.on("connecting", () => parts.told.push("connecting"));
    parts.socket.open();
    expect(parts.told).toEqual(["connecting"]);
  });
});
