// Our client with a server of python-socketio. As Debian 12 ships it, its handshake has no maxPayload, so that over a
// WebSocket alone our client has to find out by its probe which revision is spoken.
// Place in the flow: all of our client, from the calls of a program to bytes -> python-socketio's server.
// Rule: what this server does otherwise than the official ones is said by the name of the test that shows it.
import { fileURLToPath } from "node:url";
import { type ClientOptions, io as connect, type Socket } from "@bowline/client";
import { io as connectOfficial } from "socket.io-client-v4";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { type PythonProcess, startPython } from "../../src/peers/python.ts";
import { waitFor, within } from "../../src/peers/wait-for.ts";
import { eventually, FINAL, MODES, type Mode, PATIENCE_MS, reason, TRANSPORTS, titled } from "./python-client.ts";

const SOME_BYTES = Buffer.from([0, 1, 254, 255]);
const MORE_BYTES = Buffer.from("😀 in bytes");
const LONG_TEXT = "0123456789".repeat(90_000);

interface RunningPython {
  readonly python: PythonProcess;
  readonly port: number;
  readonly url: string;
}

/** Starts a server; times in seconds, as Python has them. */
async function startServer(port = 0, pingInterval = 25, pingTimeout = 20): Promise<RunningPython> {
  const file = fileURLToPath(new URL("server.py", import.meta.url));
  const python = startPython(file, [port, pingInterval, pingTimeout].map(String));
  const listening = Number((await python.hear("listening"))["port"]);
  return { python, port: listening, url: `http://127.0.0.1:${listening}` };
}

let shared: RunningPython;
let sockets: Socket[] = [];

beforeAll(async () => {
  if (reason === undefined) shared = await startServer();
});
afterAll(() => shared?.python.kill());
afterEach(() => {
  for (const socket of sockets) socket.disconnect();
  sockets = [];
});

/** Our client, not connected yet. */
function open(url: string, mode: Mode, options: ClientOptions = {}): Socket {
  const socket = connect(url, { transports: TRANSPORTS[mode], forceNew: true, reconnection: false, ...options });
  sockets.push(socket);
  return socket;
}

/** Our client, connected and upgraded, with the id that the server knows it by. */
async function join(
  mode: Mode,
  { url, python }: RunningPython = shared,
  options: ClientOptions = {},
): Promise<{ socket: Socket; sid: string }> {
  const socket = open(url, mode, options);
  await waitFor(socket, "connect");
  const sid = socket.id ?? "";
  await python.hear("connect", { namespace: "/", sid });
  await eventually(() => socket.io.engine?.transport?.name).toBe(FINAL[mode]);
  return { socket, sid };
}

/** All arguments of the answer to an event. */
function asked(socket: Socket, event: string, ...args: readonly unknown[]): Promise<unknown[]> {
  const answered = new Promise<unknown[]>((resolve) => {
    socket.emit(event, ...args, (...answer: unknown[]) => resolve(answer));
  });
  return within(answered, PATIENCE_MS, `an answer to "${event}" of Python`);
}

describe.skipIf(reason !== undefined)(titled("a server of python-socketio"), () => {
  test("refuses an unknown namespace with a text, where official ones of this protocol send an object", async () => {
    const raw = new WebSocket(`${shared.url}/socket.io/?EIO=4&transport=websocket`);
    const texts: string[] = [];
    raw.on("message", (data) => texts.push(String(data)));
    try {
      await eventually(() => texts.length).toBe(1);
      raw.send("40/unknown,");
      await eventually(() => texts[1]).toBe('44/unknown,"Unable to connect"');
      raw.send("40");
      await eventually(() => texts[2]).toMatch(/^40\{"sid":"/);
      expect(raw.readyState).toBe(WebSocket.OPEN);
    } finally {
      raw.terminate();
    }
  });

  test("refuses revision 3 and says so", async () => {
    const answer = await fetch(`${shared.url}/socket.io/?EIO=3&transport=polling`);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("unsupported version");
  });
});

describe.skipIf(reason !== undefined).each(MODES)(titled("our client with python-socketio over %s"), (mode) => {
  test("finds the revision and joins two namespaces with credentials of their own", async () => {
    const main = open(shared.url, mode, { auth: { token: "naïve 😀" } });
    const admin = main.io.socket("/admin", { auth: { level: 2 } });
    await Promise.all([waitFor(main, "connect"), waitFor(admin, "connect")]);

    const atMain = await shared.python.hear("connect", { namespace: "/", sid: main.id });
    const atAdmin = await shared.python.hear("connect", { namespace: "/admin", sid: admin.id });

    expect([atMain["auth"], atAdmin["auth"]]).toEqual([{ token: "naïve 😀" }, { level: 2 }]);
    expect(main.io.engine?.protocol).toBe(4);
    await eventually(() => main.io.engine?.transport?.name).toBe(FINAL[mode]);
  });

  test("is refused with a message and data, and the other namespace lives on", async () => {
    const main = open(shared.url, mode);
    const admin = main.io.socket("/admin", { auth: { token: "wrong" } });

    const [[error]] = await Promise.all([waitFor(admin, "connect_error"), waitFor(main, "connect")]);

    expect(error).toMatchObject({ message: "wrong token", data: { retry: false } });
    expect([main.connected, admin.connected, admin.active]).toEqual([true, false, false]);
    expect(await asked(main, "echo", 1)).toEqual([1]);
  });

  test("is refused an unknown namespace, with a text instead of an object", async () => {
    const main = open(shared.url, mode);
    const unknown = main.io.socket("/unknown");
    const [[error]] = await Promise.all([waitFor(unknown, "connect_error"), waitFor(main, "connect")]);
    expect(error).toMatchObject({ message: "Unable to connect" });
  });

  test("exchanges events and answers with it, with text beyond the first plane", async () => {
    const { socket, sid } = await join(mode);
    const news = waitFor(socket, "news");
    socket.on("sum", (a: number, b: number, answer: (...sum: unknown[]) => void) => answer(a + b, "😀"));
    socket.on("nothing", (answer: () => void) => answer());

    socket.emit("told", "a𝄞b", null, [1.5, { deep: [true] }]);
    await shared.python.order("emit", { namespace: "/", to: sid, event: "news", args: ["c😀d", { list: [] }] });

    expect((await shared.python.hear("event", { sid, event: "told" }))["args"]).toEqual([
      "a𝄞b",
      null,
      [1.5, { deep: [true] }],
    ]);
    expect(await news).toEqual(["c😀d", { list: [] }]);
    expect(await asked(socket, "echo", "e😀f", 2)).toEqual(["e😀f", 2]);
    const call = { namespace: "/", to: sid };
    expect(await shared.python.order("call", { ...call, event: "sum", args: [1, 2] })).toEqual([3, "😀"]);
    expect(await shared.python.order("call", { ...call, event: "nothing", args: [] })).toEqual([]);
    // Official servers answer when their program does; this one answers every event, with nothing if need be.
    expect(await asked(socket, "unanswered")).toEqual([]);
  });

  test("exchanges bytes with it, several attachments in one event and in one answer", async () => {
    const { socket, sid } = await join(mode);
    const got = waitFor(socket, "got");
    socket.on("bytes", (a: Buffer, b: object, answer: (...args: unknown[]) => void) => answer(b, a));
    const args = [{ deep: [MORE_BYTES] }, "text", SOME_BYTES];

    socket.emit("sent", SOME_BYTES, { deep: [MORE_BYTES, Buffer.alloc(0)] });
    await shared.python.order("emit", { namespace: "/", to: sid, event: "got", args });

    const sent = await shared.python.hear("event", { sid, event: "sent" });
    expect(sent["args"]).toEqual([SOME_BYTES, { deep: [MORE_BYTES, Buffer.alloc(0)] }]);
    expect(await got).toEqual(args);
    expect(await asked(socket, "echo", SOME_BYTES, [MORE_BYTES])).toEqual([SOME_BYTES, [MORE_BYTES]]);
    const call = { namespace: "/", to: sid, event: "bytes", args: [SOME_BYTES, { more: MORE_BYTES }] };
    expect(await shared.python.order("call", call)).toEqual([{ more: MORE_BYTES }, SOME_BYTES]);
  });

  test("exchanges events, answers and bytes with it in a namespace of its own, beside the main one", async () => {
    const { socket } = await join(mode);
    const admin = socket.io.socket("/admin");
    await waitFor(admin, "connect");
    const there = { namespace: "/admin", sid: admin.id };
    await shared.python.hear("connect", there);
    const atMain: unknown[] = [];
    socket.onAny((...args: unknown[]) => atMain.push(args));
    admin.on("bytes", (bytes: Buffer, answer: (...args: unknown[]) => void) => answer([bytes], "😀"));
    const news = waitFor(admin, "news");

    admin.emit("told", "x", SOME_BYTES);
    await shared.python.order("emit", { namespace: "/admin", to: admin.id, event: "news", args: [MORE_BYTES] });

    expect((await shared.python.hear("event", { ...there, event: "told" }))["args"]).toEqual(["x", SOME_BYTES]);
    expect(await news).toEqual([MORE_BYTES]);
    expect(await asked(admin, "echo", SOME_BYTES)).toEqual([SOME_BYTES]);
    const call = { namespace: "/admin", to: admin.id, event: "bytes", args: [SOME_BYTES] };
    expect(await shared.python.order("call", call)).toEqual([[SOME_BYTES], "😀"]);
    expect(atMain).toEqual([]);
  });

  test("takes 900 kB from it", async () => {
    const { socket, sid } = await join(mode);
    const long = waitFor(socket, "long");
    await shared.python.order("emit", { namespace: "/", to: sid, event: "long", args: [LONG_TEXT] });
    expect(await long).toEqual([LONG_TEXT]);
  });

  test("sends it 16 events in one turn; of more in one request it forgets all, whoever sent them", async () => {
    const { socket } = await join(mode);
    const answers = Array.from({ length: 16 }, (_, index) => asked(socket, "echo", index));
    expect((await Promise.all(answers)).flat()).toEqual(Array.from({ length: 16 }, (_, index) => index));
  });

  test("hears a broadcast in a room that it shares with an official client", async () => {
    const { socket, sid } = await join(mode);
    const official = connectOfficial(shared.url, { reconnection: false, forceNew: true });
    try {
      await waitFor(official, "connect");
      await shared.python.hear("connect", { sid: official.id });
      const heard = Promise.all([waitFor(socket, "said"), waitFor(official, "said")]);
      const room = `room over ${mode}`;
      await shared.python.order("enter", { namespace: "/", sid, room });
      await shared.python.order("enter", { namespace: "/", sid: official.id, room });
      await shared.python.order("emit", { namespace: "/", to: room, event: "said", args: [SOME_BYTES, "x"] });
      expect(await heard).toEqual([
        [SOME_BYTES, "x"],
        [SOME_BYTES, "x"],
      ]);
    } finally {
      official.disconnect();
    }
  });

  test("leaves one namespace, and then the server", async () => {
    const { socket, sid } = await join(mode);
    const admin = socket.io.socket("/admin");
    await waitFor(admin, "connect");
    const left = { namespace: "/admin", sid: admin.id };
    await shared.python.hear("connect", left);

    admin.disconnect();
    await shared.python.hear("disconnect", left);
    expect(await asked(socket, "echo", 1)).toEqual([1]);
    socket.disconnect();
    await shared.python.hear("disconnect", { namespace: "/", sid });
  });

  test("is sent out of one namespace, keeps the connection, and is then sent out of the last", async () => {
    const { socket, sid } = await join(mode);
    const admin = socket.io.socket("/admin");
    await waitFor(admin, "connect");
    const out = waitFor(admin, "disconnect");
    await shared.python.hear("connect", { namespace: "/admin", sid: admin.id });

    await shared.python.order("disconnect", { namespace: "/admin", sid: admin.id });

    expect((await out)[0]).toBe("io server disconnect");
    expect(await asked(socket, "echo", 1)).toEqual([1]);

    const over = waitFor(socket, "disconnect");
    await shared.python.order("disconnect", { namespace: "/", sid });
    expect((await over)[0]).toBe("io server disconnect");
  });
});

// Over polling it reads only the beginning of a request of that size, from official clients as well.
describe.skipIf(reason !== undefined).each(["websocket", "upgrade"] as const)(titled("our client over %s"), (mode) => {
  test("sends 900 kB to python-socketio", async () => {
    const { socket } = await join(mode);
    expect(await asked(socket, "echo", LONG_TEXT)).toEqual([LONG_TEXT]);
  });
});

describe.skipIf(reason !== undefined).each(MODES)(titled("our client over %s, when python-socketio"), (mode) => {
  test("dies, notices, and is back once there is another one", async () => {
    const first = await startServer();
    const options = { reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 100, auth: { user: 1 } };
    const { socket } = await join(mode, first, options);
    const lost = waitFor(socket, "disconnect");
    await first.python.kill();
    expect((await lost)[0]).toMatch(/^transport (close|error)$/);

    const back = waitFor(socket, "connect");
    const second = await startServer(first.port);
    try {
      await back;
      const { auth } = await second.python.hear("connect", { namespace: "/", sid: socket.id });
      expect(auth).toEqual({ user: 1 });
      expect(await asked(socket, "echo", "again")).toEqual(["again"]);
    } finally {
      await second.python.kill();
    }
  });

  test("freezes, misses its ping", async () => {
    const frozen = await startServer(0, 0.2, 1);
    try {
      const { socket } = await join(mode, frozen);
      const lost = waitFor(socket, "disconnect");
      frozen.python.freeze();
      expect((await lost)[0]).toBe("ping timeout");
    } finally {
      await frozen.python.kill();
    }
  });
});
