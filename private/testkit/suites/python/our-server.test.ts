// Clients of python-socketio with our server.
// Place in the flow: python-socketio's client -> all of our server, from bytes to the handlers of a program.
// Rule: what this client does otherwise than the official ones is said by the name of the test that shows it.

import { io as connectOurs } from "@bowline/client";
import { Server, type Socket } from "@bowline/server";
import { io as connectOfficial } from "socket.io-client-v4";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type HttpListener, listenOnLoopback } from "../../src/peers/http-listener.ts";
import type { PythonProcess } from "../../src/peers/python.ts";
import { within } from "../../src/peers/wait-for.ts";
import {
  connectPython,
  eventually,
  FINAL,
  MODES,
  PATIENCE_MS,
  type PythonClient,
  type PythonConnect,
  reason,
  startPythonClients,
  titled,
} from "./python-client.ts";

const SOME_BYTES = Buffer.from([0, 1, 254, 255]);
const MORE_BYTES = Buffer.from("😀 in bytes");
const LONG_TEXT = "0123456789".repeat(90_000);

let python: PythonProcess;
let listener: HttpListener;
let io: Server;
let url: string;

beforeAll(() => {
  if (reason === undefined) python = startPythonClients();
});
afterAll(() => python?.kill());

async function serve(options: object = {}, port = 0): Promise<void> {
  listener = await listenOnLoopback(port);
  io = new Server(listener.server, { serveClient: false, ...options });
  io.of("/admin");
  url = `http://127.0.0.1:${listener.port}`;
}

/** The next socket of a namespace. */
function joining(namespace = "/"): Promise<Socket> {
  const joined = new Promise<Socket>((resolve) => {
    io.of(namespace).once("connection", resolve);
  });
  return within(joined, PATIENCE_MS, `a socket in "${namespace}"`);
}

/** The arguments of the next event of a socket, without its acknowledgement. */
function hearing(socket: Socket, event: string): Promise<readonly unknown[]> {
  const heard = new Promise<readonly unknown[]>((resolve) => {
    socket.once(event, (...args: unknown[]) => resolve(args));
  });
  return within(heard, PATIENCE_MS, `"${event}" of Python`);
}

/** Joins a client of python-socketio to `/`, and waits for the end of the upgrade where there is one. */
async function join(options: PythonConnect, from = python): Promise<{ client: PythonClient; socket: Socket }> {
  const joined = joining();
  const client = await connectPython(from, url, options);
  const socket = await joined;
  await client.hear("connect", { namespace: "/" });
  await eventually(() => socket.conn.transport.name).toBe(FINAL[options.mode]);
  return { client, socket };
}

afterEach(async () => {
  // Together: a kept connection that answers while the server closes would be waited for.
  await Promise.all([io?.close(), listener?.cut()]);
});

describe.skipIf(reason !== undefined).each(MODES)(titled("our server with python-socketio over %s"), (mode) => {
  beforeEach(async () => {
    await serve();
  });

  test("joins it to two namespaces with the same credentials", async () => {
    const joined = Promise.all([joining(), joining("/admin")]);
    const auth = { token: "naïve 😀" };
    const client = await connectPython(python, url, { mode, namespaces: ["/", "/admin"], auth });

    const [main, admin] = await joined;
    await client.hear("connect", { namespace: "/" });
    await client.hear("connect", { namespace: "/admin" });

    expect([main.handshake.auth, admin.handshake.auth]).toEqual([auth, auth]);
    expect(main.conn).toBe(admin.conn);
    expect(main.conn.protocol).toBe(4);
    await eventually(() => [main.conn.transport.name]).toEqual([FINAL[mode]]);
    expect(await client.transport()).toBe(FINAL[mode]);
  });

  test("refuses it with a message and data, and the other namespace lives on", async () => {
    io.of("/admin").use((_socket, next) => next(Object.assign(new Error("not you"), { data: { code: 7 } })));
    const joined = joining();
    const client = await connectPython(python, url, { mode, namespaces: ["/", "/admin"] });

    const refusal = await client.hear("connect_error", { namespace: "/admin" });
    await joined;
    await client.hear("connect", { namespace: "/" });

    expect(refusal["data"]).toEqual([{ message: "not you", data: { code: 7 } }]);
    expect(await client.transport()).toMatch(/polling|websocket/);
  });

  test("refuses it an unknown namespace", async () => {
    const client = await connectPython(python, url, { mode, namespaces: ["/unknown"] });
    const refusal = await client.hear("connect_error", { namespace: "/unknown" });
    expect(refusal["data"]).toEqual([{ message: "Invalid namespace" }]);
  });

  test("exchanges events and answers with it, with text beyond the first plane", async () => {
    const { client, socket } = await join({ mode });
    socket.on("sum", (a: number, b: number, answer: (...sum: unknown[]) => void) => answer(a + b, "😀"));
    socket.on("nothing", (answer: () => void) => answer());
    const heard = hearing(socket, "told");

    await client.emit("told", "a𝄞b", null, [1.5, { deep: [true] }]);
    socket.emit("news", "c😀d", { list: [] });

    expect(await heard).toEqual(["a𝄞b", null, [1.5, { deep: [true] }]]);
    expect(await client.event("news")).toEqual(["c😀d", { list: [] }]);
    expect(await client.call("sum", 1, 2)).toEqual([3, "😀"]);
    expect(await client.call("nothing")).toEqual([]);
    expect(await asked(socket, "echo", "e😀f", 2)).toEqual(["e😀f", 2]);
    // Official clients answer when their program does; this one answers every event, with nothing if need be.
    expect(await asked(socket, "unanswered")).toEqual([]);
  });

  test("exchanges bytes with it, several attachments in one event and in one answer", async () => {
    const { client, socket } = await join({ mode });
    socket.on("bytes", (a: Buffer, b: object, answer: (...args: unknown[]) => void) => answer(b, a));
    const heard = hearing(socket, "sent");

    await client.emit("sent", SOME_BYTES, { deep: [MORE_BYTES, Buffer.alloc(0)] });
    socket.emit("got", { deep: [MORE_BYTES] }, "text", SOME_BYTES);

    expect(await heard).toEqual([SOME_BYTES, { deep: [MORE_BYTES, Buffer.alloc(0)] }]);
    expect(await client.event("got")).toEqual([{ deep: [MORE_BYTES] }, "text", SOME_BYTES]);
    expect(await client.call("bytes", SOME_BYTES, { more: MORE_BYTES })).toEqual([{ more: MORE_BYTES }, SOME_BYTES]);
    expect(await asked(socket, "echo", SOME_BYTES, [MORE_BYTES])).toEqual([SOME_BYTES, [MORE_BYTES]]);
  });

  test("exchanges events, answers and bytes with it in a namespace of its own, beside the main one", async () => {
    const joined = Promise.all([joining(), joining("/admin")]);
    const client = await connectPython(python, url, { mode, namespaces: ["/", "/admin"] });
    const [main, admin] = await joined;
    await client.hear("connect", { namespace: "/" });
    await client.hear("connect", { namespace: "/admin" });
    admin.on("swap", (a: Buffer, b: object, answer: (...args: unknown[]) => void) => answer(b, a));
    main.on("swap", (_a: unknown, _b: unknown, answer: (...args: unknown[]) => void) => answer("in the main one"));

    expect(await client.at("/admin").call("swap", SOME_BYTES, { deep: [MORE_BYTES] })).toEqual([
      { deep: [MORE_BYTES] },
      SOME_BYTES,
    ]);
    expect(await client.call("swap", 1, 2)).toEqual(["in the main one"]);
    expect(await asked(admin, "echo", MORE_BYTES)).toEqual([MORE_BYTES]);
    const heard = hearing(admin, "told");
    await client.at("/admin").emit("told", "x", SOME_BYTES);
    expect(await heard).toEqual(["x", SOME_BYTES]);
    io.of("/admin").emit("news", SOME_BYTES);
    expect(await client.at("/admin").event("news")).toEqual([SOME_BYTES]);
    expect(client.untaken("event").filter(({ namespace }) => namespace === "/")).toEqual([]);
  });

  test("takes it into rooms and out of them, by its id as well", async () => {
    const { client, socket } = await join({ mode });
    await socket.join(["red", "blue"]);
    io.to("red").to("blue").emit("both", 1);
    await socket.leave("red");
    io.to("red").emit("none");
    io.except("blue").emit("none");
    io.to(socket.id).emit("mine", 2);

    expect(await client.event("both")).toEqual([1]);
    expect(await client.event("mine")).toEqual([2]);
    expect(client.untaken("event")).toEqual([]);
  });

  test("exchanges 900 kB with it", async () => {
    const { client, socket } = await join({ mode });
    socket.on("long", (text: string, answer: (text: string) => void) => answer(text));
    expect(await client.call("long", LONG_TEXT)).toEqual([LONG_TEXT]);
    expect(await asked(socket, "echo", LONG_TEXT)).toEqual([LONG_TEXT]);
  });

  test("sends it 16 events in one turn; more in one polling answer it takes for an attack, whoever sent them", async () => {
    const { client, socket } = await join({ mode });
    const answers = Array.from({ length: 16 }, (_, index) => asked(socket, "echo", index));
    expect((await Promise.all(answers)).flat()).toEqual(Array.from({ length: 16 }, (_, index) => index));
    expect(client.untaken("disconnect")).toEqual([]);
  });

  test("broadcasts in a room that it shares with our client and an official one", async () => {
    io.on("connection", async (socket) => {
      await socket.join("room");
      socket.on("say", (...args: unknown[]) => socket.to("room").emit("said", ...args));
    });
    const { client } = await join({ mode });
    const ours = connectOurs(url, { reconnection: false, forceNew: true });
    const official = connectOfficial(url, { reconnection: false, forceNew: true });
    const heard = { ours: [] as unknown[], official: [] as unknown[] };
    try {
      ours.on("said", (...args: unknown[]) => heard.ours.push(args));
      official.on("said", (...args: unknown[]) => heard.official.push(args));
      await eventually(() => io.of("/").adapter.rooms.get("room")?.size).toBe(3);

      await client.emit("say", "from Python", SOME_BYTES);
      await eventually(() => [heard.ours.length, heard.official.length]).toEqual([1, 1]);
      ours.emit("say", "from ours", MORE_BYTES);
      expect(await client.event("said")).toEqual(["from ours", MORE_BYTES]);
      official.emit("say", "from official");
      expect(await client.event("said")).toEqual(["from official"]);

      const fromPython = ["from Python", SOME_BYTES];
      await expect
        .poll(() => heard)
        .toEqual({
          ours: [fromPython, ["from official"]],
          official: [fromPython, ["from ours", MORE_BYTES]],
        });
      expect(client.untaken("event")).toEqual([]);
    } finally {
      ours.disconnect();
      official.disconnect();
    }
  });

  test("hears it leave, which it does by cutting the connection", async () => {
    const { client, socket } = await join({ mode });
    const heard = hearing(socket, "disconnect");
    await client.disconnect();
    // Over polling its two last requests race: one is broken off, the other says goodbye.
    expect((await heard)[0]).toMatch(
      mode === "polling" ? /^(transport error|client namespace disconnect)$/ : /^transport close$/,
    );
    await eventually(() => io.engine?.clientsCount).toBe(0);
  });

  test("sends it out of one namespace, and then out of the last one, whereupon it closes the connection", async () => {
    const joined = Promise.all([joining(), joining("/admin")]);
    const client = await connectPython(python, url, { mode, namespaces: ["/", "/admin"] });
    const [main, admin] = await joined;
    await client.hear("connect", { namespace: "/" });
    await client.hear("connect", { namespace: "/admin" });

    admin.disconnect();
    await client.hear("disconnect", { namespace: "/admin" });
    expect(await asked(main, "echo", 1)).toEqual([1]);
    main.disconnect();
    await client.hear("disconnect", { namespace: "/" });

    await eventually(() => io.engine?.clientsCount).toBe(0);
  });

  test("closes its connection, and every namespace is told", async () => {
    const joined = Promise.all([joining(), joining("/admin")]);
    const client = await connectPython(python, url, { mode, namespaces: ["/", "/admin"] });
    const [main] = await joined;
    await client.hear("connect", { namespace: "/" });
    await client.hear("connect", { namespace: "/admin" });

    main.disconnect(true);

    await client.hear("disconnect", { namespace: "/" });
    await client.hear("disconnect", { namespace: "/admin" });
  });

  test("has it back with all namespaces after the connection was lost", async () => {
    const joined = Promise.all([joining(), joining("/admin")]);
    const auth = { user: 1 };
    const client = await connectPython(python, url, { mode, namespaces: ["/", "/admin"], auth, reconnection: true });
    const [before] = await joined;
    await client.hear("connect", { namespace: "/" });
    await client.hear("connect", { namespace: "/admin" });
    await eventually(() => before.conn.transport.name).toBe(FINAL[mode]);

    const { port } = listener;
    await listener.cut();
    await client.hear("disconnect", { namespace: "/" });
    await io.close();
    await serve({}, port);
    const [main] = await Promise.all([joining(), joining("/admin")]);
    await client.hear("connect", { namespace: "/" });

    expect(main.handshake.auth).toEqual(auth);
    expect(await asked(main, "echo", "again")).toEqual(["again"]);
    await client.disconnect();
  });
});

describe.skipIf(reason !== undefined).each(MODES)(
  titled("our server with a frozen python-socketio over %s"),
  (mode) => {
    test("misses its pong", async () => {
      await serve({ pingInterval: 200, pingTimeout: 1000 });
      const frozen = startPythonClients();
      try {
        const { socket } = await join({ mode }, frozen);
        const heard = hearing(socket, "disconnect");
        frozen.freeze();
        expect((await heard)[0]).toBe("ping timeout");
      } finally {
        await frozen.kill();
      }
    });
  },
);

/** What Python answers to an event. */
function asked(socket: Socket, event: string, ...args: readonly unknown[]): Promise<unknown[]> {
  const answered = new Promise<unknown[]>((resolve) => {
    socket.emit(event, ...args, (...answer: unknown[]) => resolve(answer));
  });
  return within(answered, PATIENCE_MS, `an answer to "${event}" of Python`);
}
