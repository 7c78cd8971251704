// Cases about what a program sets at a server once it is there: path, files, times, origins, settings of 2.x.
// Place: **cases** -> stage -> server package

import { answersAt } from "./polling.ts";
import type { ServerCase } from "./stage.ts";
import { isApiConnection } from "./surface.ts";
import { ask } from "./wire.ts";

const BOTH = [2, 4] as const;

/** Cases about settings. */
export const SETTINGS: readonly ServerCase[] = [
  {
    name: "keeps its path without a slash at the end, and gives itself when it is set",
    generations: BOTH,
    async run(stage) {
      const { make, note, listen } = stage;
      const io = make();
      note(`default: ${String(io.path())}`);
      note(`set gives itself: ${io.path("/chat/") === io}, now ${String(io.path())}`);
      const listener = await listen();
      io.attach(listener.server);
      note(`with the slash: ${await answersAt(stage, listener.port, "/chat/")}`);
    },
  },
  {
    name: "reads and sets whether it serves the client",
    generations: BOTH,
    async run({ make, note }) {
      const io = make();
      note(`default: ${String(io.serveClient())}`);
      note(`set gives itself: ${io.serveClient(false) === io}, now ${String(io.serveClient())}`);
      note(`by an option: ${String(make({ serveClient: false }).serveClient())}`);
    },
  },
  {
    name: "reads and sets the time that a client has to join",
    generations: [4],
    async run({ make, note, show }) {
      const io = make();
      note(`default: ${show(io.connectTimeout())}`);
      note(`set gives itself: ${io.connectTimeout(1000) === io}, now ${show(io.connectTimeout())}`);
      note(`by an option: ${show(make({ connectTimeout: 30 }).connectTimeout())}`);
    },
  },
  {
    name: "closes a connection that joins no namespace in time",
    generations: [4],
    async run({ serve, note, until, connect, show }) {
      const served = await serve({ connectTimeout: 40 });
      served.io.use(() => {
        // It never answers.
      });
      const told = until(served.io.engine, "connection");
      connect(served.url, { autoConnect: true });
      const [connection] = await told;
      if (!isApiConnection(connection)) throw new Error("it is no connection");
      const [reason] = await until(connection, "close");
      note(`closed: ${show(reason)}`);
    },
  },
  {
    name: "takes settings by their old names",
    generations: [2],
    async run({ serve, note, until, connect, show }) {
      const { io, url } = await serve();
      note(`set gives itself: ${io.set("transports", ["websocket"]) === io}`);
      note(`resource gives itself: ${io.set("resource", "/old") === io}, now ${String(io.path())}`);
      io.set("heartbeat interval", 7000);
      io.set("heartbeat timeout", 9000);
      io.set("destroy buffer size", 5000);
      io.set("origins", "http://good.example:*");
      note(`origins: ${show(io.origins())}`);
      io.set(
        "authorization",
        (request: { headers: Record<string, unknown> }, next: (error: unknown, ok: boolean) => void) => {
          note(`asked, with headers: ${typeof request.headers["host"]}`);
          next(null, true);
        },
      );
      const fields = ["pingInterval", "pingTimeout", "maxHttpBufferSize", "transports"] as const;
      for (const field of fields) note(`engine: ${field} ${show(Reflect.get(io.eio, field))}`);
      const client = connect(url, { extraHeaders: { origin: "http://good.example" } });
      const opened = until(client.io, "open");
      await until(client, "connect");
      await opened;
      note("connected");
    },
  },
  {
    name: "refuses by its authorization, with an error and with a no",
    generations: [2],
    async run({ serve, note, until, connect, show }) {
      const served = await serve();
      served.io.set(
        "authorization",
        (request: { _query: Record<string, unknown> }, next: (error: unknown, ok?: boolean) => void) => {
          if (request._query["how"] === "error") next(new Error("not you"));
          else next(null, false);
        },
      );
      for (const how of ["error", "no"]) {
        const client = connect(`${served.url}`, { query: { how } });
        const [payload] = await until(client, "error");
        note(`${how}: ${show(payload)}`);
      }
    },
  },
  {
    name: "reads and sets the origins that may connect",
    generations: [2],
    async run({ serve, note, show }) {
      const { io, port } = await serve();
      note(`default: ${show(io.origins())}`);
      const from = async (origin: string): Promise<string> => {
        const { status, body } = await ask(port, "/socket.io/?EIO=3&transport=polling", { headers: { origin } });
        return status === 200 ? "200" : `${status} ${body}`;
      };
      note(`any: ${await from("http://any.example")}`);
      note(`set gives itself: ${io.origins("http://good.example:*") === io}, now ${show(io.origins())}`);
      note(`good: ${await from("http://good.example")}, bad: ${await from("http://bad.example")}`);
      io.origins("good.example:8080 other.example:*");
      note(
        `port: ${await from("http://good.example:8080")}, ${await from("http://good.example")}, ${await from("http://other.example")}`,
      );
      io.origins(["http://list.example", "http://two.example:81"]);
      note(
        `list: ${await from("http://list.example")}, ${await from("http://two.example:81")}, ${await from("http://three.example")}`,
      );
      io.origins((origin: string, next: (error: unknown, ok: boolean) => void) =>
        next(null, origin === "http://asked.example"),
      );
      note(`asked: ${await from("http://asked.example")}, ${await from("http://no.example")}`);
      io.origins((_origin: string, next: (error: unknown, ok: boolean) => void) => next("not from there", false));
      note(`asked, with a text: ${await from("http://asked.example")}`);
    },
  },
];
