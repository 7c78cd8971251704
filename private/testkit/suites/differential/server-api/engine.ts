// Cases about the engine below a server: its options, what it answers over HTTP, its hooks and events.
// Place: **cases** -> stage -> server package; requests written by hand
// Rules: a request says the revision of the program's generation.

import { isObject } from "../../../src/peers/raw-surface.ts";
import { keysOf, messageOf, type ServerCase, type Stage } from "./stage.ts";
import { type ApiConnection, type ApiRequest, isApiConnection } from "./surface.ts";
import { type Answer, type Ask, ask, openWire } from "./wire.ts";

const BOTH = [2, 4] as const;

function pathOf({ generation }: Stage, query = "", path = "/socket.io/"): string {
  return `${path}?EIO=${generation === 2 ? 3 : 4}&transport=polling${query}`;
}

/** Opens a session over polling. */
function handshake(stage: Stage, port: number, asked: Ask = {}, query = ""): Promise<Answer> {
  return ask(port, pathOf(stage, query), asked);
}

/** Sends a packet over polling. */
function writeAt(stage: Stage, port: number, sid: unknown): Promise<Answer> {
  const body = stage.generation === 2 ? "2:40" : "40";
  const headers = { "content-type": "text/plain;charset=UTF-8" };
  return handshake(stage, port, { method: "POST", body, headers }, `&sid=${String(sid)}`);
}

/** The data of an open packet, whatever it is framed by. */
function opened({ body }: Answer): Record<string, unknown> {
  const json = /0(\{[^}]*\})/.exec(body)?.[1];
  const parsed: unknown = json === undefined ? {} : JSON.parse(json);
  return isObject(parsed) ? parsed : {};
}

function line({ status, body }: Answer): string {
  return `${status} ${body}`;
}

function pick({ headers }: Answer, names: readonly string[]): string {
  return names.map((name) => `${name}=${String(headers[name])}`).join("; ");
}

function connectionOf(value: unknown): ApiConnection {
  if (!isApiConnection(value)) throw new Error("it is no connection");
  return value;
}

/** Cases about the engine. */
export const ENGINE: readonly ServerCase[] = [
  {
    name: "tells a client its times and limits, by default and as an option says",
    generations: BOTH,
    async run(stage) {
      const { serve, note, show } = stage;
      const defaults = await serve();
      const first = opened(await handshake(stage, defaults.port));
      note(`fields: ${keysOf(first)}`);
      note(`default: ${show(first["pingInterval"], first["pingTimeout"], first["maxPayload"], first["upgrades"])}`);
      const own = await serve({ pingInterval: 7000, pingTimeout: 9000, maxHttpBufferSize: 5000, allowUpgrades: false });
      const second = opened(await handshake(stage, own.port));
      note(`own: ${show(second["pingInterval"], second["pingTimeout"], second["maxPayload"], second["upgrades"])}`);
    },
  },
  {
    name: "refuses requests that no session has, each with its code",
    generations: BOTH,
    async run(stage) {
      const { serve, note } = stage;
      const { port } = await serve();
      const eio = stage.generation === 2 ? 3 : 4;
      note(`no transport: ${line(await ask(port, `/socket.io/?EIO=${eio}`))}`);
      note(`unknown transport: ${line(await ask(port, `/socket.io/?EIO=${eio}&transport=pigeon`))}`);
      note(`a name of Object: ${line(await ask(port, `/socket.io/?EIO=${eio}&transport=constructor`))}`);
      note(`unknown session: ${line(await handshake(stage, port, {}, "&sid=nobody"))}`);
      note(`POST: ${line(await handshake(stage, port, { method: "POST", body: "x" }))}`);
      note(`WebSocket without upgrade: ${line(await ask(port, `/socket.io/?EIO=${eio}&transport=websocket`))}`);
      const session = opened(await handshake(stage, port))["sid"];
      note(
        `transport of another session: ${line(await ask(port, `/socket.io/?EIO=${eio}&transport=websocket&sid=${String(session)}`))}`,
      );
      note(`DELETE: ${(await handshake(stage, port, { method: "DELETE" }, `&sid=${String(session)}`)).status}`);
    },
  },
  {
    name: "refuses WebSockets with a status and a text",
    generations: BOTH,
    async run(stage) {
      const { serve, note, show } = stage;
      const { port } = await serve();
      const eio = stage.generation === 2 ? 3 : 4;
      for (const query of [
        `EIO=${eio}`,
        `EIO=${eio}&transport=pigeon`,
        `EIO=${eio}&transport=websocket&sid=nobody`,
        `EIO=${eio}&transport=polling`,
      ]) {
        const opening = await openWire(port, `/socket.io/?${query}`);
        note(`${query.replace(/EIO=\d/, "EIO")}: ${"wire" in opening ? "opened" : show(opening.status, opening.body)}`);
      }
    },
  },
  {
    name: "refuses the protocol of 2.x unless it is allowed",
    generations: [4],
    async run({ serve, note }) {
      for (const allowEIO3 of [false, true]) {
        const { port } = await serve({ allowEIO3 });
        const three = await ask(port, "/socket.io/?EIO=3&transport=polling");
        note(`allowed ${allowEIO3}: ${three.status === 200 ? "200" : line(three)}`);
        const none = await ask(port, "/socket.io/?transport=polling");
        note(`none named: ${none.status === 200 ? "200" : line(none)}`);
      }
    },
  },
  {
    name: "asks allowRequest about handshakes alone, and answers with its text",
    generations: BOTH,
    async run(stage) {
      const { serve, note, join } = stage;
      const served = await serve({
        allowRequest(request: ApiRequest, done: (error: unknown, ok: boolean) => void) {
          note(`asked: ${request.method}, how=${String(request._query["how"])}`);
          const { how } = request._query;
          if (how === "text") done("a text", false);
          else if (how === "code") done(3, false);
          else if (how === "no") done(null, false);
          else done(null, true);
        },
      });
      const { port } = served;
      for (const how of ["text", "code", "no"]) note(line(await handshake(stage, port, {}, `&how=${how}`)));
      const { sid } = opened(await handshake(stage, port, {}, "&how=yes"));
      note(`write: ${(await writeAt(stage, port, sid)).status}`);
      const eio = stage.generation === 2 ? 3 : 4;
      const opening = await openWire(port, `/socket.io/?EIO=${eio}&transport=websocket&how=text`);
      note("wire" in opening ? "opened" : `${opening.status} ${opening.body}`);
      await join(served, "one");
    },
  },
  {
    name: "offers the transports that it is told to, and no upgrade where that is not wanted",
    generations: BOTH,
    async run(stage) {
      const { serve, note, show } = stage;
      const eio = stage.generation === 2 ? 3 : 4;
      const pollingOnly = await serve({ transports: ["polling"] });
      note(`upgrades: ${show(opened(await handshake(stage, pollingOnly.port))["upgrades"])}`);
      const refused = await openWire(pollingOnly.port, `/socket.io/?EIO=${eio}&transport=websocket`);
      note(`WebSocket: ${"wire" in refused ? "opened" : `${refused.status} ${refused.body}`}`);
      const webSocketOnly = await serve({ transports: ["websocket"] });
      note(`polling: ${line(await handshake(stage, webSocketOnly.port))}`);
      const opening = await openWire(webSocketOnly.port, `/socket.io/?EIO=${eio}&transport=websocket`);
      note(`WebSocket: ${"wire" in opening ? (await opening.wire.next()).replace(/"sid":"[^"]*"/, "") : "refused"}`);
    },
  },
  {
    name: "sets a cookie when it is told to: by a word, by its name, by an object",
    generations: BOTH,
    async run(stage) {
      const { serve, note, generation } = stage;
      const forms: readonly object[] =
        generation === 4
          ? [
              {},
              { cookie: true },
              { cookie: { name: "mine", path: "/x", sameSite: "none", secure: true, httpOnly: false, maxAge: 60 } },
              { cookie: false },
            ]
          : [
              {},
              { cookie: "mine" },
              { cookie: false },
              { cookiePath: "/x" },
              { cookiePath: false },
              { cookieHttpOnly: false },
            ];
      for (const form of forms) {
        const { port } = await serve({ ...form });
        const answer = await handshake(stage, port);
        const { sid } = opened(answer);
        const cookie = String(answer.headers["set-cookie"]).replace(String(sid), "<sid>");
        note(`${JSON.stringify(form)}: ${cookie}`);
        const next = await writeAt(stage, port, sid);
        note(`in the next answer: ${String(next.headers["set-cookie"]).replace(String(sid), "<sid>")}`);
      }
    },
  },
  {
    name: "writes CORS headers as its option says",
    generations: [4],
    async run(stage) {
      const { serve, note } = stage;
      const names = [
        "access-control-allow-origin",
        "access-control-allow-credentials",
        "access-control-allow-methods",
        "access-control-allow-headers",
        "access-control-max-age",
        "access-control-expose-headers",
        "vary",
      ];
      const forms: readonly object[] = [
        {},
        { cors: { origin: "http://a.example" } },
        { cors: { origin: ["http://a.example", "http://b.example"], credentials: true, exposedHeaders: ["x-a"] } },
        { cors: { origin: true, methods: ["GET", "POST"], allowedHeaders: ["x-mine"], maxAge: 60 } },
        { cors: { origin: /a\.example$/ } },
        { cors: {} },
        {
          cors: (_request: unknown, done: (error: unknown, options: object) => void) =>
            done(null, { origin: "http://asked.example" }),
        },
      ];
      for (const form of forms) {
        const { port } = await serve(form);
        const headers = { origin: "http://a.example" };
        note(`GET: ${pick(await handshake(stage, port, { headers }), names)}`);
        const preflight = await handshake(stage, port, {
          method: "OPTIONS",
          headers: { ...headers, "access-control-request-method": "POST", "access-control-request-headers": "x-asked" },
        });
        note(`OPTIONS: ${preflight.status} ${pick(preflight, names)}`);
      }
    },
  },
  {
    name: "answers any origin with credentials, and preflights, as 2.x does",
    generations: [2],
    async run(stage) {
      const { serve, note } = stage;
      const names = ["access-control-allow-origin", "access-control-allow-credentials", "access-control-allow-headers"];
      const { port } = await serve();
      note(`GET: ${pick(await handshake(stage, port, { headers: { origin: "http://a.example" } }), names)}`);
      note(`without origin: ${pick(await handshake(stage, port), names)}`);
      const own = await serve({
        handlePreflightRequest(
          _request: unknown,
          response: { writeHead(status: number, headers: object): void; end(): void },
        ) {
          response.writeHead(204, { "x-mine": "1" });
          response.end();
        },
      });
      const preflight = await handshake(stage, own.port, {
        method: "OPTIONS",
        headers: { origin: "http://a.example" },
      });
      note(`OPTIONS: ${preflight.status} ${pick(preflight, ["x-mine"])}`);
    },
  },
  {
    name: "compresses long answers over HTTP, and not where that is not wanted",
    generations: BOTH,
    async run(stage) {
      const { serve, note } = stage;
      for (const options of [{}, { httpCompression: false }, { httpCompression: { threshold: 5000 } }]) {
        const served = await serve(options);
        served.io.on("connection", (socket: { emit(event: string, text: string): void }) => {
          setTimeout(() => socket.emit("long", "x".repeat(3000)), 40);
        });
        const { sid } = opened(await handshake(stage, served.port));
        if (stage.generation === 4) await writeAt(stage, served.port, sid);
        const headers = { "accept-encoding": "gzip, deflate" };
        const poll = await handshake(stage, served.port, { headers }, `&sid=${String(sid)}`);
        note(`${poll.status} ${pick(poll, ["content-encoding", "content-type"])}`);
      }
    },
  },
  {
    name: "speaks polling: types of content, the answer to a write, its headers",
    generations: BOTH,
    async run(stage) {
      const { serve, note } = stage;
      const { port } = await serve({ allowEIO3: true });
      const first = await handshake(stage, port, {}, "&b64=1");
      note(pick(first, ["content-type", "content-length"]).replace(/content-length=\d+/, "content-length=some"));
      const { sid } = opened(first);
      stage.name(String(sid), "sid");
      const write = await writeAt(stage, port, sid);
      note(`${line(write)} ${pick(write, ["content-type", "content-length", "set-cookie"])}`);
      const close = stage.generation === 2 ? "1:1" : "1";
      const end = await handshake(stage, port, { method: "POST", body: close }, `&sid=${String(sid)}`);
      note(`close: ${line(end)}`);
    },
  },
  {
    name: "refuses bodies over the limit and of a wrong kind",
    generations: [4],
    async run(stage) {
      const { serve, note } = stage;
      const { port } = await serve({ maxHttpBufferSize: 100 });
      const post = async (asked: Ask): Promise<string> => {
        const { sid } = opened(await handshake(stage, port));
        return ask(port, pathOf(stage, `&sid=${String(sid)}`), { method: "POST", ...asked }).then(line, messageOf);
      };
      note(`too large: ${await post({ body: "4".repeat(200) })}`);
      note(`bytes: ${await post({ body: "40", headers: { "content-type": "application/octet-stream" } })}`);
      note(`nonsense: ${await post({ body: "x" })}`);
    },
  },
  {
    name: "wraps answers for a script tag",
    generations: BOTH,
    async run({ serve, note, show }) {
      const { port } = await serve({ allowEIO3: true });
      const answer = await ask(port, "/socket.io/?EIO=3&transport=polling&j=7");
      note(`${answer.status} ${answer.body.slice(0, 11)} ... ${answer.body.slice(-3)}`);
      note(pick(answer, ["content-type"]));
      note(show(/\\"sid\\"/.test(answer.body)));
    },
  },
  {
    name: "leaves requests for other paths to others, and takes all below its own",
    generations: BOTH,
    async run(stage) {
      const { listen, make, note } = stage;
      const { server, port } = await listen();
      server.on("request", (_request, response) => response.end("theirs"));
      make(server, {});
      note(`other: ${line(await ask(port, "/other"))}`);
      note(`below: ${(await ask(port, pathOf(stage, "", "/socket.io/anything/"))).status}`);
      note(`without the slash: ${(await ask(port, pathOf(stage, "", "/socket.io"))).status}`);
      note(`longer: ${line(await ask(port, "/socket.iox"))}`);
    },
  },
  {
    name: "has a path without a slash at the end where it is told so",
    generations: [4],
    async run(stage) {
      const { listen, make, note } = stage;
      const { server, port } = await listen();
      server.on("request", (_request, response) => response.end("theirs"));
      make(server, { addTrailingSlash: false });
      note(`without: ${(await ask(port, pathOf(stage, "", "/socket.io"))).status}`);
    },
  },
  {
    name: "destroys the upgrades that nobody takes, unless it is told not to",
    generations: BOTH,
    async run({ listen, make, note, until }) {
      const { server, port } = await listen();
      make(server, { destroyUpgradeTimeout: 30 });
      const opening = openWire(port, "/not-ours").then(
        () => "opened",
        () => "ended",
      );
      const [, raw] = await until(server, "upgrade");
      if (!isObject(raw)) throw new Error("no socket");
      const closed = new Promise<void>((resolve) => {
        if (typeof raw["once"] === "function") Reflect.apply(raw["once"], raw, ["close", resolve]);
      });
      await closed;
      note(`destroyed: ${String(raw["destroyed"])}`);
      void opening.catch(() => {});
    },
  },
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
];
