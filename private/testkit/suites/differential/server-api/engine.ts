// Cases about the engine below a server: its options, what it answers over HTTP, its hooks and events.
// Place: **cases** -> stage -> server package; requests written by hand
// Rules: a request says the revision of the program's generation.

import { isObject } from "../../../src/peers/raw-surface.ts";
import { handshake, line, opened, pathOf, pick, writeAt } from "./polling.ts";
import { keysOf, messageOf, type ServerCase } from "./stage.ts";
import { type ApiRequest, isApiConnection } from "./surface.ts";
import { type Ask, ask, openWire } from "./wire.ts";

const BOTH = [2, 4] as const;

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
    name: "compresses WebSockets where that is wanted, and not by itself",
    generations: BOTH,
    async run(stage) {
      const { serve, note, atEnd } = stage;
      for (const options of [{}, { perMessageDeflate: true }, { perMessageDeflate: { threshold: 10 } }]) {
        const { port } = await serve(options);
        const opening = await openWire(port, `/socket.io/?EIO=${stage.generation === 2 ? 3 : 4}&transport=websocket`);
        if (!("wire" in opening)) throw new Error("no WebSocket");
        const { wire } = opening;
        atEnd(() => wire.close());
        note(`deflate: ${wire.extensions.includes("permessage-deflate")}`);
      }
    },
  },
  {
    name: "closes a session that polls twice at once",
    generations: BOTH,
    async run(stage) {
      const { serve, note, until, show } = stage;
      const served = await serve();
      const told = until(served.io.engine, "connection");
      const { sid } = opened(await handshake(stage, served.port));
      const [connection] = await told;
      if (!isApiConnection(connection)) throw new Error("it is no connection");
      const closed = until(connection, "close");
      const first = handshake(stage, served.port, {}, `&sid=${String(sid)}`);
      const second = await handshake(stage, served.port, {}, `&sid=${String(sid)}`);
      note(`second: ${second.status}`);
      note(`closed: ${show((await closed)[0])}`);
      await first.catch(() => {});
    },
  },
];
