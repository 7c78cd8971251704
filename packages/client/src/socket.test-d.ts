import { expectTypeOf, test } from "vitest";
import type { TransportError } from "./connect-error.ts";
import type { Io, ManagerClass } from "./entry/create-client.ts";
import type { FailureCode } from "./failure-code.ts";
import type { Manager } from "./manager.ts";
import type { Socket } from "./socket.ts";

interface FromServer {
  news: (text: string, at: number) => void;
  ask: (question: string, answer: (value: number) => void) => void;
}

interface FromClient {
  hello: (name: string) => void;
  leave: () => void;
  ready: (done: () => void) => void;
  ask: (done: (text: string, at: number) => void) => void;
  add: (a: number, b: number, sum: (value: number) => void) => void;
}

declare const socket: Socket<FromServer, FromClient>;
declare const anything: Socket;
declare const ownDropped: Socket<{ dropped: (count: number) => void }>;
declare const io: Io;
declare const ManagerOfEntry: ManagerClass;

test("events of the server have the arguments of the program's map", () => {
  socket.on("news", (text, at) => {
    expectTypeOf(text).toEqualTypeOf<string>();
    expectTypeOf(at).toEqualTypeOf<number>();
  });
  socket.once("ask", (_question, answer) => expectTypeOf(answer).toEqualTypeOf<(value: number) => void>());
  // @ts-expect-error an event that the map does not know
  socket.on("nwes", () => {});
});

test("events of the socket itself are known beside them", () => {
  socket.on("connect", () => {});
  socket.on("disconnect", (reason) => expectTypeOf(reason).toEqualTypeOf<string>());
  socket.on("connect_error", (error) => expectTypeOf(error.message).toEqualTypeOf<string>());
});

test("events of the program have the arguments of its map", () => {
  socket.emit("hello", "Ada");
  socket.emit("add", 1, 2, (value) => expectTypeOf(value).toEqualTypeOf<number>());
  // @ts-expect-error an argument of another type
  socket.emit("hello", 1);
});

test("an acknowledgement with a timeout takes an error first", () => {
  socket.timeout(100).emit("add", 1, 2, (error, value) => {
    expectTypeOf(error).toEqualTypeOf<Error | null>();
    expectTypeOf(value).toEqualTypeOf<number>();
  });
});

test("an awaited acknowledgement is what the server answers", () => {
  expectTypeOf(socket.emitWithAck("add", 1, 2)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(socket.timeout(100).emitWithAck("add", 1, 2)).toEqualTypeOf<Promise<number>>();
  // @ts-expect-error an argument is missing
  void socket.emitWithAck("add", 1);
});

test("an event without arguments takes none", () => {
  socket.emit("leave");
  // @ts-expect-error an argument too many
  socket.emit("leave", 1);
});

test("an acknowledgement without an answer is awaited for nothing", () => {
  socket.emit("ready", () => {});
  expectTypeOf(socket.emitWithAck("ready")).toEqualTypeOf<Promise<undefined>>();
  socket.timeout(100).emit("ready", (error) => expectTypeOf(error).toEqualTypeOf<Error | null>());
});

test("of several answers the first is awaited", () => {
  expectTypeOf(socket.emitWithAck("ask")).toEqualTypeOf<Promise<string>>();
  socket.timeout(100).emit("ask", (_error, text, at) => expectTypeOf([text, at]).toEqualTypeOf<(string | number)[]>());
});

test("an event that is not acknowledged cannot be awaited", () => {
  // @ts-expect-error it has arguments alone
  void socket.emitWithAck("hello", "Ada");
  // @ts-expect-error it has nothing
  void socket.emitWithAck("leave");
  // @ts-expect-error nor can it after timeout()
  void socket.timeout(100).emitWithAck("hello", "Ada");
});

test("the error of an acknowledgement may be declared as an Error, as programs do", () => {
  socket.timeout(100).emit("add", 1, 2, (_error: Error, value: number) => value);
  // @ts-expect-error the answer may not be declared as something else
  socket.timeout(100).emit("add", 1, 2, (_error: Error, value: string) => value);
});

test("modifiers keep the map", () => {
  socket.volatile.compress(false).emit("hello", "Ada");
  // @ts-expect-error an argument of another type
  socket.volatile.emit("hello", 1);
});

test("a dropped event is told with what it was", () => {
  socket.on("dropped", ({ event, buffer }) => {
    expectTypeOf(event).toEqualTypeOf<string>();
    expectTypeOf(buffer).toEqualTypeOf<"send" | "receive">();
  });
});

test("an event of the program's own map may be called dropped", () => {
  ownDropped.on("dropped", (count) => expectTypeOf(count).toEqualTypeOf<number>());
});

test("listeners of all events are known by name and arguments", () => {
  socket.onAny((event) => expectTypeOf(event).toEqualTypeOf<string>());
  socket.prependAnyOutgoing((event, ...args) => {
    expectTypeOf(event).toEqualTypeOf<string>();
    expectTypeOf(args).toBeArray();
    expectTypeOf(args).items.toBeAny();
  });
});

test("without a map everything goes", () => {
  anything.on("whatever", (a, b) => expectTypeOf([a, b]).toBeArray());
  anything.emit("whatever", 1, "x", () => {});
  expectTypeOf(anything.emitWithAck("whatever", 1)).resolves.toBeAny();
});

test("io takes a URL, options, both, or neither", () => {
  expectTypeOf(io("http://h")).toEqualTypeOf<Socket>();
  expectTypeOf(io<FromServer, FromClient>("http://h", { auth: { token: "x" } })).toEqualTypeOf<typeof socket>();
  io({ transports: ["websocket"], protocol: 3 });
  io();
  // @ts-expect-error an option that does not exist
  io("http://h", { reconnections: true });
});

test("the manager of a socket is known", () => {
  expectTypeOf(socket.io).toEqualTypeOf<Manager>();
  expectTypeOf(socket.io.socket("/admin")).toEqualTypeOf<Socket>();
  expectTypeOf(socket.io.engine.transport.name).toEqualTypeOf<"polling" | "websocket" | "webtransport">();
  socket.io.opts.query = { token: "new" };
  socket.io.on("reconnect_attempt", (attempt) => expectTypeOf(attempt).toEqualTypeOf<number>());
  socket.io.reconnectionDelay(100).timeout(false);
});

test("the class of managers is one that programs extend", () => {
  class OwnManager extends ManagerOfEntry {
    readonly purpose = "news";
  }
  expectTypeOf(new OwnManager("http://h", { autoConnect: false }).socket("/admin")).toEqualTypeOf<Socket>();
  expectTypeOf(io.Manager).toEqualTypeOf(ManagerOfEntry);
});

test("an error of the connection says what was tried", () => {
  expectTypeOf<TransportError["hint"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<TransportError["code"]>().toEqualTypeOf<FailureCode>();
});
