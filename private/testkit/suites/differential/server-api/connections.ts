// Cases about the connections of an engine, and about what programs hook into it.
// Place: **cases** -> stage -> server package; requests written by hand
// Rules: a request says the revision of the program's generation.

import { isObject } from "../../../src/peers/raw-surface.ts";
import { handshake, line, opened, pick } from "./polling.ts";
import { keysOf, type ServerCase } from "./stage.ts";
import { type ApiConnection, type ApiRequest, isApiConnection } from "./surface.ts";
import { ask, openWire } from "./wire.ts";

const BOTH = [2, 4] as const;

function connectionOf(value: unknown): ApiConnection {
  if (!isApiConnection(value)) throw new Error("it is no connection");
  return value;
}

/** Cases about connections and hooks. */
export const CONNECTIONS: readonly ServerCase[] = [
  {
    name: "takes the ids that a program makes, now or later",
    generations: BOTH,
    async run({ serve, join, note, generation, name }) {
      const served = await serve();
      let count = 0;
      served.io.engine.generateId = (request) => {
        note(`asked with ${typeof request.url}`);
        count += 1;
        const id = `custom-${count}`;
        return generation === 4 && count === 2 ? Promise.resolve(id) : id;
      };
      name("nothing", "nothing");
      for (const who of ["one", "two"]) {
        const { socket } = await join(served, who);
        note(
          `of the connection: ${/^custom-\d$/.test(socket.conn.id)}, in clients: ${socket.conn.id in served.io.engine.clients}`,
        );
      }
    },
  },
  {
    name: "counts its clients, and knows them by their ids",
    generations: BOTH,
    async run({ serve, join, note, until }) {
      const served = await serve();
      const { engine } = served.io;
      note(`before: ${engine.clientsCount}, ${Object.keys(engine.clients).length}`);
      const { socket, client } = await join(served, "one");
      note(`one: ${engine.clientsCount}, ${Object.keys(engine.clients).join() === socket.conn.id}`);
      note(`the connection: ${engine.clients[socket.conn.id] === socket.conn}`);
      const closed = until(socket.conn, "close");
      client.disconnect();
      await closed;
      note(`after: ${engine.clientsCount}, ${Object.keys(engine.clients).length}`);
    },
  },
  {
    name: "tells of connections, and has them know themselves",
    generations: BOTH,
    async run({ serve, join, note, until, generation }) {
      const served = await serve();
      const told = until(served.io.engine, "connection");
      const { socket } = await join(served, "one");
      const connection = connectionOf((await told)[0]);
      note(`the socket's: ${connection === socket.conn}`);
      if (generation === 4) note(`protocol ${connection.protocol}`);
      note(`state ${connection.readyState}, ${connection.remoteAddress}, transport ${connection.transport.name}`);
      note(`upgraded ${connection.upgraded}, upgrading ${String(connection.upgrading)}`);
      note(`server: ${connection.server === served.io.engine}, request ${typeof connection.request.headers}`);
      note(`writable ${connection.transport.writable}, waiting ${connection.writeBuffer.length}`);
      const closed = until(connection, "close");
      note(`close gives ${connection.close() === undefined}`);
      await closed;
      note(`state ${connection.readyState}`);
    },
  },
  {
    name: "tells of what passes through a connection",
    generations: BOTH,
    async run({ serve, join, note, show, settled, until, observer }) {
      const served = await serve();
      const pair = await join(served, "one");
      const { conn } = pair.socket;
      const made = observer("what leaves");
      const tell = (say: (line: string) => void, event: string): void => {
        conn.on(event, (packet: { type: string; data?: unknown }) =>
          say(`${event} ${packet.type} ${show(packet.data)}`),
        );
      };
      tell(note, "packet");
      tell(made, "packetCreate");
      for (const event of ["data", "message"]) conn.on(event, (data: unknown) => note(`${event} ${show(data)}`));
      conn.on("flush", (buffer: readonly unknown[]) => made(`flush ${buffer.length}`));
      conn.on("drain", () => made("drain"));
      await settled(pair);
      const closed = until(conn, "close");
      pair.client.disconnect();
      const [reason, detail] = await closed;
      note(`close ${show(reason)}, ${typeof detail}`);
    },
  },
  {
    name: "sends what a program writes to a connection, and tells when it has left",
    generations: BOTH,
    async run({ serve, note, until, soon, generation }) {
      const served = await serve();
      const eio = generation === 2 ? 3 : 4;
      const told = until(served.io.engine, "connection");
      const opening = await openWire(served.port, `/socket.io/?EIO=${eio}&transport=websocket`);
      if (!("wire" in opening)) throw new Error("no WebSocket");
      const connection = connectionOf((await told)[0]);
      const { wire } = opening;
      note((await wire.next()).slice(0, 2));
      if (generation === 2) note(await wire.next());
      await soon(new Promise<void>((resolve) => void connection.send("hello", { compress: false }, resolve)));
      note("sent");
      note(await wire.next());
      note(`write gives itself: ${connection.write("bytes next") === connection}`);
      note(await wire.next());
      connection.send(Buffer.from([1, 2]));
      note(await wire.next());
      connection.close();
      note(await wire.next());
    },
  },
  {
    name: "goes over from polling to WebSocket, and tells so",
    generations: BOTH,
    async run({ serve, connect, note, until }) {
      const served = await serve();
      const told = until(served.io.engine, "connection");
      const client = connect(served.url, { transports: ["polling", "websocket"] });
      const connection = connectionOf((await told)[0]);
      note(`first ${connection.transport.name}`);
      const upgrading = until(connection, "upgrading");
      const upgrade = until(connection, "upgrade");
      const [first] = await upgrading;
      note(`upgrading to ${isObject(first) && String(first["name"])}, ${connection.upgrading}`);
      const [transport] = await upgrade;
      note(`upgrade to ${isObject(transport) && String(transport["name"])}`);
      note(`now ${connection.transport.name}, upgraded ${connection.upgraded}`);
      client.disconnect();
    },
  },
  {
    name: "tells of heartbeats",
    generations: BOTH,
    async run({ serve, join, note, until }) {
      const served = await serve({ pingInterval: 40, pingTimeout: 4000 });
      const { socket } = await join(served, "one");
      await until(socket.conn, "heartbeat");
      note("heartbeat");
    },
  },
  {
    name: "closes a connection that has gone silent",
    generations: BOTH,
    async run({ serve, note, until, show, generation }) {
      const served = await serve({ pingInterval: 30, pingTimeout: 30 });
      const told = until(served.io.engine, "connection");
      const eio = generation === 2 ? 3 : 4;
      const opening = await openWire(served.port, `/socket.io/?EIO=${eio}&transport=websocket`);
      const connection = connectionOf((await told)[0]);
      note(`close ${show((await until(connection, "close"))[0])}`);
      if ("wire" in opening) opening.wire.close();
    },
  },
  {
    name: "tells of connections that failed, with the request, a code and what it knows",
    generations: [4],
    async run(stage) {
      const { serve, note, show } = stage;
      const { io, port } = await serve({
        allowEIO3: false,
        allowRequest: (request: ApiRequest, done: (error: unknown, ok: boolean) => void) =>
          done("no", request._query["how"] !== "no"),
      });
      io.engine.on(
        "connection_error",
        ({ req, code, message, context }: { req: unknown; code: unknown; message: unknown; context: unknown }) => {
          note(`${show(code, message)} request ${isObject(req) && typeof req["url"]}, ${keysOf(context)}`);
          if (isObject(context))
            for (const key of ["name", "message", "method", "transport", "sid", "protocol"])
              if (key in context) note(`  ${key} ${show(context[key])}`);
        },
      );
      await ask(port, "/socket.io/?EIO=4&transport=pigeon");
      await ask(port, "/socket.io/?EIO=4&transport=polling&sid=nobody");
      await ask(port, "/socket.io/?EIO=4&transport=polling", { method: "POST" });
      await ask(port, "/socket.io/?EIO=4&transport=websocket");
      await ask(port, "/socket.io/?EIO=4&transport=polling&how=no");
      await ask(port, "/socket.io/?EIO=3&transport=polling");
    },
  },
  {
    name: "lets listeners add headers to answers, first and later ones",
    generations: [4],
    async run(stage) {
      const { serve, note } = stage;
      const { io, port } = await serve();
      io.engine.on("initial_headers", (headers: Record<string, string>, request: ApiRequest) => {
        headers["x-first"] = typeof request.url;
      });
      io.engine.on("headers", (headers: Record<string, string>, request: ApiRequest) => {
        headers["x-every"] = request.method;
      });
      const first = await handshake(stage, port);
      note(pick(first, ["x-first", "x-every"]));
      const { sid } = opened(first);
      note(
        pick(await handshake(stage, port, { method: "POST", body: "40" }, `&sid=${String(sid)}`), [
          "x-first",
          "x-every",
        ]),
      );
    },
  },
  {
    name: "runs middlewares as those of Express, before all requests",
    generations: [4],
    async run(stage) {
      const { serve, note, join } = stage;
      const served = await serve();
      served.io.engine.use((request, response, next) => {
        note(`middleware: ${request.method} ${typeof request._query}`);
        response.setHeader("x-mine", "1");
        if (request._query["how"] === "error") next(new Error("broken"));
        else if (request._query["how"] === "answer") {
          response.writeHead(503, { "x-other": "2" });
          response.end("mine");
        } else next();
      });
      served.io.engine.on(
        "connection_error",
        ({ code, message, context }: { code: unknown; message: unknown; context: unknown }) =>
          note(`connection_error ${stage.show(code, message)} ${isObject(context) && String(context["name"])}`),
      );
      note(pick(await handshake(stage, served.port), ["x-mine"]));
      const refused = await handshake(stage, served.port, {}, "&how=error");
      note(`${line(refused)} ${pick(refused, ["x-mine"])}`);
      const answered = await handshake(stage, served.port, {}, "&how=answer");
      note(`${line(answered)} ${pick(answered, ["x-mine", "x-other"])}`);
      await join(served, "one");
    },
  },
  {
    name: "has programs route requests to it themselves",
    generations: BOTH,
    async run(stage) {
      const { serve, note, join } = stage;
      const served = await serve();
      const { http, io } = served;
      http.removeAllListeners("request");
      http.removeAllListeners("upgrade");
      http.on("request", (request, response) => {
        note(`request ${request.method}`);
        io.engine.handleRequest(request, response);
      });
      http.on("upgrade", (request, socket, head) => {
        note("upgrade");
        io.engine.handleUpgrade(request, socket, head);
      });
      note(`${(await handshake(stage, served.port)).status}`);
      await join(served, "one");
      note("joined");
    },
  },
  {
    name: "sends the packet that it is told to send first",
    generations: [4],
    async run({ serve, note }) {
      const { port } = await serve({ initialPacket: "hello" });
      const opening = await openWire(port, "/socket.io/?EIO=4&transport=websocket");
      if (!("wire" in opening)) throw new Error("no WebSocket");
      note((await opening.wire.next()).slice(0, 2));
      note(await opening.wire.next());
    },
  },
  {
    name: "tells of what leaves each connection at the engine, too",
    generations: BOTH,
    async run({ serve, join, note, settled }) {
      const served = await serve();
      const pair = await join(served, "one");
      let isTold = false;
      for (const event of ["flush", "drain"]) {
        served.io.engine.on(event, (connection: unknown) => {
          if (!isTold || event === "flush") note(`${event} of the connection: ${connection === pair.socket.conn}`);
          isTold = event === "drain";
        });
      }
      pair.socket.emit("news");
      await settled(pair);
      served.io.engine.removeAllListeners("flush");
      served.io.engine.removeAllListeners("drain");
    },
  },
  {
    name: "sends frames that a program made",
    generations: [4],
    async run({ serve, note, until }) {
      const served = await serve();
      const told = until(served.io.engine, "connection");
      const opening = await openWire(served.port, "/socket.io/?EIO=4&transport=websocket");
      if (!("wire" in opening)) throw new Error("no WebSocket");
      const connection = connectionOf((await told)[0]);
      await opening.wire.next();
      connection.send("not this", { wsPreEncoded: "4but this" });
      note(await opening.wire.next());
      connection.close();
    },
  },
];
