// Cases about managers and their sockets: opening, leaving, losing, coming back, giving up.
// Place: **cases** -> stage -> client package

import type { ApiCase } from "./stage.ts";
import type { ApiSocket } from "./surface.ts";

const BOTH = [2, 4] as const;

function state({ connected, disconnected, active, id }: ApiSocket, generation: 2 | 4): string {
  return `connected=${connected} disconnected=${disconnected} id=${typeof id}${generation === 4 ? ` active=${active}` : ""}`;
}

/** Cases about connections. */
export const CONNECTING: readonly ApiCase[] = [
  {
    name: "connects, leaves, and comes back when it is told to",
    generations: BOTH,
    async run({ io, url, watch, watchManager, note, until, generation }) {
      const socket = io(url);
      watchManager(socket.io);
      watch(socket);
      note(state(socket, generation));
      await until(socket, "connect");
      note(state(socket, generation));
      note(`connect gives itself: ${socket.connect() === socket}, ${socket.open() === socket}`);
      note(`disconnect gives itself: ${socket.disconnect() === socket}, ${socket.close() === socket}`);
      note(state(socket, generation));
      socket.connect();
      note(state(socket, generation));
      await until(socket, "connect");
      socket.disconnect().connect();
      await until(socket, "connect");
    },
  },
  {
    name: "leaves before the server has said yes",
    generations: BOTH,
    async run({ io, url, watch, watchManager, note, until, pause, generation }) {
      const socket = io(url);
      watchManager(socket.io);
      watch(socket);
      await until(socket.io, "open");
      socket.disconnect();
      note(state(socket, generation));
      await pause(50);
    },
  },
  {
    name: "tells the callback of open, once the connection is there",
    generations: BOTH,
    async run({ createManager, url, watchManager, note, until, pause }) {
      const manager = createManager(url, { autoConnect: false });
      watchManager(manager);
      const opened = new Promise<void>((resolve) => {
        const given = manager.open((...args) => {
          note(`callback(${args.length})`);
          resolve();
        });
        note(`open gives itself: ${given === manager}`);
      });
      await opened;
      manager.open(() => note("callback again"));
      await pause(20);
      const closed = until(manager, "close");
      manager.engine.close();
      await closed;
    },
  },
  {
    name: "tells the callback of open that it failed, and does not try again by itself",
    generations: BOTH,
    async run({ createManager, deadUrl, watchManager, note, pause }) {
      const manager = createManager(deadUrl, { autoConnect: false });
      watchManager(manager);
      await new Promise<void>((resolve) => {
        manager.open((error) => {
          note(`callback(${error instanceof Error ? error.message : String(error)})`);
          resolve();
        });
      });
      await pause(60);
    },
  },
  {
    name: "comes back when the connection below it is closed",
    generations: BOTH,
    async run({ io, url, watch, watchManager, note, until, generation }) {
      const socket = io(url);
      watchManager(socket.io);
      watch(socket);
      await until(socket, "connect");
      socket.io.engine.close();
      note(state(socket, generation));
      await until(socket, "connect");
      note(state(socket, generation));
    },
  },
  {
    name: "tries as often as it may, and gives up",
    generations: BOTH,
    async run({ io, deadUrl, watch, watchManager, note, until, pause, generation }) {
      const socket = io(deadUrl, { reconnectionAttempts: 2 });
      watchManager(socket.io);
      watch(socket);
      await until(socket.io, "reconnect_failed");
      await pause(0);
      note(state(socket, generation));
    },
  },
  {
    name: "does not try again where it may not",
    generations: BOTH,
    async run({ io, deadUrl, watch, watchManager, pause }) {
      const socket = io(deadUrl, { reconnection: false });
      watchManager(socket.io);
      watch(socket);
      await pause(80);
    },
  },
  {
    name: "stops trying when reconnection is switched off meanwhile",
    generations: [4],
    async run({ io, deadUrl, watchManager, until, pause, note }) {
      const socket = io(deadUrl);
      watchManager(socket.io);
      await until(socket.io, "reconnect_attempt");
      socket.io.reconnection(false);
      note("switched off");
      await pause(120);
    },
  },
  {
    name: "stops trying when the program leaves meanwhile",
    generations: BOTH,
    async run({ io, deadUrl, watch, watchManager, until, pause, note, generation }) {
      const socket = io(deadUrl);
      watchManager(socket.io);
      watch(socket);
      await until(socket.io, "reconnect_error");
      socket.disconnect();
      note(state(socket, generation));
      await pause(120);
    },
  },
  {
    name: "gives an attempt up that takes too long",
    generations: BOTH,
    async run({ io, startMute, watch, watchManager, until, pause }) {
      const socket = io(await startMute(), { timeout: 50, reconnectionAttempts: 1 });
      watchManager(socket.io);
      watch(socket);
      await until(socket.io, "reconnect_failed");
      await pause(0);
    },
  },
  {
    name: "is sent away by the server, stays away, and comes back when it is told to",
    generations: BOTH,
    async run({ io, url, watch, watchManager, note, until, pause, generation }) {
      const socket = io(url);
      watchManager(socket.io);
      watch(socket);
      await until(socket, "connect");
      socket.emit("kick");
      await until(socket, "disconnect");
      note(state(socket, generation));
      await pause(60);
      socket.connect();
      await until(socket, "connect");
      note(state(socket, generation));
    },
  },
  {
    name: "is sent away with its whole connection",
    generations: BOTH,
    async run({ io, url, watch, until, pause }) {
      const socket = io(url, { reconnectionDelay: 10 });
      watch(socket);
      await until(socket, "connect");
      socket.emit("cut");
      await until(socket, "disconnect");
      await pause(60);
    },
  },
  {
    name: "hears why it was refused",
    generations: BOTH,
    async run({ io, url, server, watch, note, until, generation }) {
      server.use("/a", () => ({ message: "no", data: { code: 7 } }));
      const socket = io(`${url}/a`);
      watch(socket);
      const refusal = generation === 4 ? "connect_error" : "error";
      socket.on(refusal, (error) => {
        if (generation === 4 && error instanceof Error) note(`data ${JSON.stringify(Reflect.get(error, "data"))}`);
      });
      await until(socket, refusal);
      note(state(socket, generation));
    },
  },
  {
    name: "shares a connection between namespaces, and ends it with the last of them",
    generations: BOTH,
    async run({ io, url, watch, watchManager, until, note, pause }) {
      const one = io(`${url}/a`);
      watchManager(one.io);
      const other = one.io.socket("/b");
      watch(one);
      watch(other);
      await Promise.all([until(one, "connect"), until(other, "connect")]);
      note(`the same manager: ${one.io === other.io}`);
      one.disconnect();
      await pause(30);
      note(`engine ${one.io.engine.readyState}, other connected: ${other.connected}`);
      other.disconnect();
      await pause(30);
      note(`engine ${one.io.engine.readyState}`);
    },
  },
  {
    name: "gives the same socket for a namespace, and connects it again where it has left",
    generations: [4],
    async run({ createManager, url, note, until }) {
      const manager = createManager(url);
      const socket = manager.socket("/a");
      note(`the same: ${manager.socket("/a") === socket}, another: ${manager.socket("/b") === socket}`);
      await until(socket, "connect");
      socket.disconnect();
      note(`active: ${socket.active}`);
      note(`the same: ${manager.socket("/a") === socket}, active: ${socket.active}`);
      await until(socket, "connect");
    },
  },
  {
    name: "shares managers between calls of io for other namespaces alone",
    generations: BOTH,
    async run({ io, url, note }) {
      const shared = { forceNew: false, autoConnect: false };
      const main = io(url, shared);
      note(`another namespace: ${io(`${url}/a`, shared).io === main.io}`);
      note(`the same namespace: ${io(url, shared).io === main.io}`);
      note(`forced: ${io(`${url}/b`, { ...shared, forceNew: true }).io === main.io}`);
      note(`not multiplexed: ${io(`${url}/b`, { ...shared, multiplex: false }).io === main.io}`);
      note(`names: ${main.nsp} ${io(`${url}/a?x=1`, shared).nsp}`);
    },
  },
  {
    name: "tells and takes the settings of reconnection",
    generations: BOTH,
    async run({ createManager, deadUrl, note }) {
      const manager = createManager(deadUrl, {
        autoConnect: false,
        reconnectionDelay: 0,
        reconnectionDelayMax: undefined,
        reconnectionAttempts: 0,
        randomizationFactor: undefined,
      });
      const read = (): string =>
        [
          manager.reconnection(),
          manager.reconnectionAttempts(),
          manager.reconnectionDelay(),
          manager.reconnectionDelayMax(),
          manager.randomizationFactor(),
          manager.timeout(),
        ].join(" ");
      note(read());
      note(`chains: ${manager.reconnection(false) === manager} ${manager.reconnectionAttempts(3) === manager}`);
      note(`chains: ${manager.reconnectionDelay(5) === manager} ${manager.reconnectionDelayMax(6) === manager}`);
      note(`chains: ${manager.randomizationFactor(0.1) === manager} ${manager.timeout(7) === manager}`);
      note(read());
    },
  },
  {
    name: "sends the query that the options have when it connects again",
    generations: BOTH,
    async run({ io, url, server, note, until }) {
      server.onConnection("/", ({ handshake }) => note(`query ${JSON.stringify(handshake.query)}`));
      const socket = io(url, { query: { token: "a" } });
      await until(socket, "connect");
      socket.io.opts["query"] = { token: "b" };
      socket.io.engine.close();
      await until(socket, "connect");
    },
  },
  {
    name: "sends the credentials of the moment, as an object or from a function",
    generations: [4],
    async run({ io, url, server, note, until }) {
      server.onConnection("/", ({ handshake }) => note(`auth ${JSON.stringify(handshake.auth)}`));
      const socket = io(url, { auth: { token: "a" } });
      await until(socket, "connect");
      socket.auth = { token: "b" };
      socket.disconnect().connect();
      await until(socket, "connect");
      socket.auth = (give: (auth: object) => void) => setTimeout(() => give({ token: "c" }), 5);
      socket.disconnect().connect();
      await until(socket, "connect");
    },
  },
  {
    name: "tells of heartbeats",
    generations: BOTH,
    server: { pingIntervalMs: 40, pingTimeoutMs: 1000 },
    async run({ io, url, until, note, generation }) {
      const socket = io(url);
      await until(socket.io, "ping");
      note("manager: ping");
      if (generation === 4) return;
      socket.io.once("pong", (ms) => note(`manager: pong(${typeof ms})`));
      await until(socket, "pong");
      note("pong");
    },
  },
];
