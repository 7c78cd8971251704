// Types of events: maps infer arguments and refuse wrong ones; without maps everything is allowed.
import { describe, expectTypeOf, it } from "vitest";
import type { Namespace } from "./namespace.ts";
import type { RemoteSocket } from "./remote-socket.ts";
import type { SocketServer } from "./server.ts";
import type { Socket } from "./socket.ts";

interface FromClient {
  move(x: number, y: number): void;
  join(room: string, done: (members: string[]) => void): void;
}

interface FromServer {
  moved(id: string, x: number): void;
  ask(question: string, answer: (value: number, note: string) => void): void;
  bye(): void;
  confirm(what: string, answer?: (yes: boolean) => void): void;
  ring(answer: () => void): void;
}

interface BetweenServers {
  load(percent: number): void;
}

interface Data {
  name: string;
}

declare const io: SocketServer<FromClient, FromServer, BetweenServers, Data>;
declare const socket: Socket<FromClient, FromServer, BetweenServers, Data>;
declare const namespace: Namespace<FromClient, FromServer, BetweenServers, Data>;
declare const loose: SocketServer;
declare const looseSocket: Socket;
declare const both: Socket<FromServer>;

describe("namespaces made on demand", () => {
  it("have the types of the server", () => {
    expectTypeOf(io.of(/^\/game-/)).toEqualTypeOf(namespace);
    expectTypeOf(io.of((name, auth, next) => next(null, name === auth["name"]))).toEqualTypeOf(namespace);
    expectTypeOf(namespace.children).toEqualTypeOf(new Set([namespace]));
    io.on("new_namespace", (made) => expectTypeOf(made).toEqualTypeOf(namespace));
    namespace.on("connection", (joined) => expectTypeOf(joined).toEqualTypeOf(socket));
  });

  it("are made for a name, an expression or a function", () => {
    // @ts-expect-error -- a number is none of them
    io.of(42);
  });
});

describe("a socket that came back", () => {
  it("says so, and has its data", () => {
    expectTypeOf(socket.recovered).toEqualTypeOf<boolean>();
    expectTypeOf(socket.data).toEqualTypeOf<Data>();
  });
});

describe("listeners of a socket", () => {
  it("get the arguments of the client's events", () => {
    socket.on("move", (x, y) => expectTypeOf([x, y]).toEqualTypeOf<number[]>());
    socket.once("join", (room, done) => {
      expectTypeOf(room).toEqualTypeOf<string>();
      expectTypeOf(done).parameters.toEqualTypeOf<[members: string[]]>();
    });
  });

  it("get the arguments of the socket's own events", () => {
    socket.on("disconnect", (reason) => expectTypeOf(reason).toExtend<string>());
    socket.on("error", (error) => expectTypeOf(error).toEqualTypeOf<Error>());
    // @ts-expect-error -- no socket ends for this reason
    socket.on("disconnecting", (reason) => reason === "bored");
  });

  it("are refused for wrong names and arguments", () => {
    // @ts-expect-error -- clients send no such event
    socket.on("mvoe", () => undefined);
    // @ts-expect-error -- x is a number
    socket.on("move", (x: string) => x);
    // @ts-expect-error -- that one goes the other way
    socket.on("moved", () => undefined);
  });
});

describe("emit", () => {
  it("takes the server's events, on sockets and in broadcasts", () => {
    expectTypeOf(socket.emit("moved", "a", 1)).toEqualTypeOf<boolean>();
    socket.volatile.compress(true).emit("bye");
    io.emit("moved", "a", 1);
    io.to("a").except("b").volatile.emit("moved", "a", 1);
    namespace.emit("bye");
    socket.broadcast.emit("bye");
    socket.to(["a", "b"]).emit("bye");
  });

  it("refuses wrong names", () => {
    // @ts-expect-error -- the server sends no such event
    socket.emit("movde", "a", 1);
    // @ts-expect-error -- clients send that one
    io.emit("move", 1, 2);
    // @ts-expect-error -- the server sends no such event
    io.to("a").emit("movde", "a", 1);
  });

  it("refuses wrong arguments", () => {
    // @ts-expect-error -- x is a number
    socket.emit("moved", "a", "1");
    // @ts-expect-error -- x is missing
    namespace.emit("moved", "a");
    // @ts-expect-error -- there is nothing to say
    io.to("a").emit("bye", 1);
  });

  it("knows what an ack brings, and that a time limit puts an error first", () => {
    socket.emit("ask", "why", (value, note) => {
      expectTypeOf(value).toEqualTypeOf<number>();
      expectTypeOf(note).toEqualTypeOf<string>();
    });
    socket.timeout(100).emit("ask", "why", (error, value, note) => {
      expectTypeOf(error).toEqualTypeOf<Error | null>();
      expectTypeOf(value).toEqualTypeOf<number>();
      expectTypeOf(note).toEqualTypeOf<string>();
    });
    // @ts-expect-error -- the answer is a number
    socket.emit("ask", "why", (value: string) => value);
  });

  it("takes an ack that clients may do without, or does without it", () => {
    socket.emit("confirm", "leaving");
    socket.emit("confirm", "leaving", (yes) => expectTypeOf(yes).toEqualTypeOf<boolean>());
    socket.timeout(100).emit("confirm", "leaving", (error, yes) => {
      expectTypeOf(error).toEqualTypeOf<Error | null>();
      expectTypeOf(yes).toEqualTypeOf<boolean>();
    });
    io.timeout(100).emit("confirm", "leaving", (_, answers) => expectTypeOf(answers).toEqualTypeOf<boolean[]>());
  });

  it("gathers the first arguments of all answers in a broadcast", () => {
    io.timeout(100).emit("ask", "why", (error, answers) => {
      expectTypeOf(error).toEqualTypeOf<Error | null>();
      expectTypeOf(answers).toEqualTypeOf<number[]>();
    });
    socket
      .timeout(100)
      .to("a")
      .emit("ask", "why", (_, answers) => expectTypeOf(answers).toEqualTypeOf<number[]>());
  });
});

describe("emitWithAck", () => {
  it("takes the arguments without the ack, and resolves with its first argument", () => {
    expectTypeOf(socket.emitWithAck("ask", "why")).resolves.toEqualTypeOf<number>();
    expectTypeOf(socket.timeout(100).emitWithAck("ask", "why")).resolves.toEqualTypeOf<number>();
    // @ts-expect-error -- the question is missing
    void socket.emitWithAck("ask");
    // @ts-expect-error -- the question is a text
    void socket.emitWithAck("ask", 1);
  });

  it("takes an ack that clients may do without", () => {
    expectTypeOf(socket.emitWithAck("confirm", "leaving")).resolves.toEqualTypeOf<boolean>();
    expectTypeOf(socket.timeout(100).emitWithAck("confirm", "leaving")).resolves.toEqualTypeOf<boolean>();
    expectTypeOf(io.timeout(100).emitWithAck("confirm", "leaving")).resolves.toEqualTypeOf<boolean[]>();
    // @ts-expect-error -- what is to be confirmed is missing
    void socket.emitWithAck("confirm");
    // @ts-expect-error -- the ack is what the promise stands for
    void socket.emitWithAck("confirm", "leaving", (yes: boolean) => yes);
  });

  it("takes an ack that answers nothing", () => {
    expectTypeOf(socket.emitWithAck("ring")).resolves.toEqualTypeOf<undefined>();
  });

  it("is refused for events that nobody answers", () => {
    // @ts-expect-error -- it has arguments alone
    void socket.emitWithAck("moved", "a", 1);
    // @ts-expect-error -- it has nothing
    void io.timeout(100).emitWithAck("bye");
    // @ts-expect-error -- the same in rooms
    void namespace.to("a").timeout(100).emitWithAck("moved", "a", 1);
  });

  it("resolves with all answers in a broadcast", () => {
    expectTypeOf(io.timeout(100).emitWithAck("ask", "why")).resolves.toEqualTypeOf<number[]>();
    expectTypeOf(namespace.to("a").timeout(100).emitWithAck("ask", "why")).resolves.toEqualTypeOf<number[]>();
    expectTypeOf(socket.timeout(100).broadcast.emitWithAck("ask", "why")).resolves.toEqualTypeOf<number[]>();
  });
});

describe("listeners of a server and a namespace", () => {
  it("get sockets of the same maps, with the program's data", () => {
    io.on("connection", (joined) => {
      expectTypeOf(joined).toEqualTypeOf<typeof socket>();
      expectTypeOf(joined.data).toEqualTypeOf<Data>();
    });
    namespace.once("connect", (joined) => expectTypeOf(joined).toEqualTypeOf<typeof socket>());
    io.use((joined, next) => {
      expectTypeOf(joined).toEqualTypeOf<typeof socket>();
      next(new Error("no"));
    });
    expectTypeOf(io.of("/admin")).toEqualTypeOf<typeof namespace>();
    expectTypeOf(io.fetchSockets()).resolves.toEqualTypeOf<RemoteSocket<FromServer, Data>[]>();
  });

  it("may be put for events between servers, and for no others", () => {
    io.on("load", (percent) => expectTypeOf(percent).toEqualTypeOf<number>());
    // @ts-expect-error -- servers send no such event
    io.on("laod", () => undefined);
    // @ts-expect-error -- clients send that one, to sockets
    namespace.on("move", () => undefined);
  });
});

describe("without maps", () => {
  it("everything is allowed", () => {
    loose.on("connection", (joined) => {
      expectTypeOf(joined).toEqualTypeOf<typeof looseSocket>();
      expectTypeOf(joined.data).toBeAny();
    });
    loose.emit("anything", 1, "two", { three: 3 });
    loose.timeout(1).emit("anything", (error: Error | null, answers: unknown[]) => [error, answers]);
    looseSocket.on("anything", (one: number, two: string) => [one, two]);
    looseSocket.emit("anything", 1, (answer: string) => answer);
    looseSocket.timeout(1).emit("anything", (error: Error, answer: string) => [error, answer]);
    expectTypeOf(looseSocket.emitWithAck("anything", 1, 2)).resolves.toBeAny();
    expectTypeOf(loose.to("a").emitWithAck("anything")).resolves.items.toBeAny();
  });

  it("one map serves both directions", () => {
    both.emit("moved", "a", 1);
    both.on("moved", (id, x) => expectTypeOf([id, x]).toEqualTypeOf<(string | number)[]>());
    // @ts-expect-error -- nobody sends such an event
    both.emit("move", 1, 2);
  });
});
