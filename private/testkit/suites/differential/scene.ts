// The stage of one run of a case: it starts servers, connects clients, records what they observe and clears up.
// Place: **cases drive this** -> peers -> packages
// Rules: waits are for events and bounded; whatever was started is closed when the run ends, however it ends.

import { isRefusal } from "../../src/peers/client-peers.ts";
import type {
  ClientConnect,
  ClientPeer,
  ClientSocket,
  Generation,
  RunningServer,
  ServerPeer,
  ServerSocket,
  ServerStart,
  TransportMode,
} from "../../src/peers/peer.ts";
import { isListener } from "../../src/peers/raw-surface.ts";
import { startTcpProxy, type TcpProxy } from "../../src/peers/tcp-proxy.ts";
import { makeLatch, within } from "../../src/peers/wait-for.ts";
import { describeValue, describeValues } from "./describe-value.ts";
import { type Lane, makeTranscript, type Transcript } from "./transcript.ts";

/** Both ends of one socket. */
export interface Joined {
  readonly client: ClientSocket;
  readonly socket: ServerSocket;
}

/** What a case may look at: observations that the reference cannot give are left out of every transcript. */
export interface Vocabulary {
  readonly client: Generation;
  readonly server: Generation;
  /** Whether the server can leave out a room when it emits. */
  readonly excludes: boolean;
}

/** How a client connects in a case; the transports follow from the run. */
export type SceneConnect = Omit<ClientConnect, "mode"> & {
  /** Which of the pairing's clients, counted from 0; a pairing with one client uses it for all. */
  readonly clientIndex?: number;
};

/** The stage. */
export interface Scene {
  readonly mode: TransportMode;
  readonly vocabulary: Vocabulary;
  lane(name: string): Lane;
  startServer(options?: ServerStart): Promise<RunningServer>;
  startProxy(server: RunningServer): Promise<TcpProxy>;
  /** Opens a client's socket; it answers "barrier" with an empty ack. */
  connect(url: string, options?: SceneConnect): ClientSocket;
  /** Resolves with the next socket of a namespace; `setUp` runs inside its connection event. */
  accept(server: RunningServer, namespace: string, setUp?: (socket: ServerSocket) => void): Promise<ServerSocket>;
  /** Connects, waits until both ends know it and, in upgrade mode, until both are on WebSocket. */
  join(server: RunningServer, options?: SceneConnect, setUp?: (socket: ServerSocket) => void): Promise<Joined>;
  /** Resolves when both ends are on the last transport of the mode. */
  settle(joined: Joined): Promise<void>;
}

/** The peers of a run. */
export interface Cast {
  readonly server: ServerPeer;
  readonly clients: readonly ClientPeer[];
  readonly vocabulary: Vocabulary;
}

/** A run's stage with the means to end it. */
export interface OpenScene extends Scene {
  readonly transcript: Transcript;
  clearUp(): Promise<void>;
}

/**
 * Sets the stage for one run.
 *
 * @param cast - The peers.
 * @param mode - The transports.
 * @returns The stage.
 */
export function openScene(cast: Cast, mode: TransportMode): OpenScene {
  const transcript = makeTranscript();
  const servers: RunningServer[] = [];
  const clients: ClientSocket[] = [];
  const proxies: TcpProxy[] = [];
  const answering = new Set<string>();

  /** Every socket of a namespace answers "barrier", whichever connection it is of. */
  function answerBarriers(server: RunningServer, namespace: string): void {
    const key = `${servers.indexOf(server)} ${namespace}`;
    if (!answering.has(key)) {
      answering.add(key);
      server.onConnection(namespace, answerBarrier);
    }
  }

  const scene: OpenScene = {
    mode,
    vocabulary: cast.vocabulary,
    transcript,
    lane: (name) => transcript.lane(name),
    async startServer(options = {}) {
      const server = await cast.server.start(options);
      servers.push(server);
      return server;
    },
    async startProxy(server) {
      const proxy = await startTcpProxy(server.port);
      proxies.push(proxy);
      return proxy;
    },
    connect(url, { clientIndex = 0, ...options } = {}) {
      const peer = cast.clients[clientIndex % cast.clients.length];
      if (peer === undefined) {
        throw new Error(`Cannot connect to "${url}": the pairing has no client`);
      }
      const client = peer.connect(url, { ...options, mode });
      clients.push(client);
      answerBarrier(client);
      return client;
    },
    accept(server, namespace, setUp) {
      const accepted = makeLatch<ServerSocket>(`a connection of ${cast.server.name} on ${namespace}`);
      let taken = false;
      answerBarriers(server, namespace);
      server.onConnection(namespace, (socket) => {
        if (!taken) {
          taken = true;
          setUp?.(socket);
          accepted.open(socket);
        }
      });
      return accepted.wait();
    },
    async join(server, options = {}, setUp = undefined) {
      const namespace = options.namespace ?? "/";
      const accepted = scene.accept(server, namespace, setUp);
      const client = scene.connect(server.url, options);
      const joined = { client, socket: await connectedTo(client, accepted, namespace) };
      await scene.settle(joined);
      return joined;
    },
    async settle({ client, socket }) {
      if (mode === "upgrade") {
        await Promise.all([client.upgraded(), socket.upgraded()]);
      }
    },
    async clearUp() {
      transcript.seal();
      for (const client of clients) {
        client.dispose();
      }
      await Promise.all([...servers.map((server) => server.kill()), ...proxies.map((proxy) => proxy.close())]);
    },
  };
  return scene;
}

async function connectedTo(
  client: ClientSocket,
  accepted: Promise<ServerSocket>,
  namespace: string,
): Promise<ServerSocket> {
  const connected = happened(client, "connect", `"connect" of the client on ${namespace}`);
  const [socket] = await Promise.all([accepted, connected]);
  return socket;
}

function answerBarrier(end: ClientSocket | ServerSocket): void {
  end.on("barrier", (ack) => {
    call(ack);
  });
}

/**
 * Calls an ack that a listener was given.
 *
 * @param ack - The last argument of the listener.
 * @param args - What the ack carries.
 * @throws TypeError when it is no function.
 */
export function call(ack: unknown, ...args: readonly unknown[]): void {
  if (!isListener(ack)) {
    throw new TypeError(`Cannot ack: the listener was given ${describeValue(ack)} in place of a function`);
  }
  ack(...args);
}

/**
 * Waits for one event of an end.
 *
 * @param end - A client's or a server's socket.
 * @param event - The event.
 * @param subject - What is awaited, for the message of a failure.
 * @param timeoutMs - How long, in milliseconds.
 * @returns The event's arguments.
 */
export function happened(
  end: ClientSocket | ServerSocket,
  event: string,
  subject: string,
  timeoutMs?: number,
): Promise<readonly unknown[]> {
  const latch = makeLatch<readonly unknown[]>(subject);
  end.on(event, (...args) => latch.open(args));
  return latch.wait(timeoutMs);
}

/**
 * Waits until a client is refused.
 *
 * @param client - The client's socket.
 */
export async function refused(client: ClientSocket): Promise<void> {
  const latch = makeLatch<undefined>("the client's refusal");
  client.onRefused(() => latch.open(undefined));
  await latch.wait();
}

/**
 * Emits with an ack and waits for it.
 *
 * @param end - The end that emits.
 * @param event - The event.
 * @param args - Its arguments.
 * @returns What the ack carried.
 */
export function emitForAck(
  end: ClientSocket | ServerSocket,
  event: string,
  ...args: readonly unknown[]
): Promise<readonly unknown[]> {
  const acked = new Promise<readonly unknown[]>((resolve) => {
    end.emit(event, ...args, (...answer: readonly unknown[]) => resolve(answer));
  });
  return within(acked, 8000, `the ack of "${event}"`);
}

/**
 * Makes sure that whatever was sent before, in both directions, has arrived: events keep their order.
 *
 * @param joined - Both ends.
 */
export async function barrier({ client, socket }: Joined): Promise<void> {
  await emitForAck(client, "barrier");
  await emitForAck(socket, "barrier");
}

/**
 * Records what a client's socket goes through.
 *
 * @param scene - The stage, which knows what the reference can observe.
 * @param lane - Where to write.
 * @param client - The socket.
 */
export function observeClient(scene: Scene, lane: Lane, client: ClientSocket): void {
  const flags = (): string => {
    const active = scene.vocabulary.client === 4 ? ` active=${client.active}` : "";
    return `connected=${client.connected} disconnected=${client.disconnected}${active} id=${typeof client.id}`;
  };
  client.on("connect", () => lane.add(`connect, ${flags()}`));
  client.on("disconnect", (reason) => lane.add(`disconnect ${describeValue(reason)}, ${flags()}`));
  client.onRefused(({ payload }) => lane.add(`refused with ${describeValue(payload)}, ${flags()}`));
  if (scene.vocabulary.client === 2) {
    client.on("error", (payload) => {
      if (!(payload instanceof Error)) {
        lane.add(`error ${describeValue(payload)}`);
      }
    });
    return;
  }
  client.on("connect_error", (error) => {
    if (isRefusal(error)) {
      lane.add(`connect_error ${describeValue(error)}, data ${describeValue(error.data)}`);
    }
  });
}

/**
 * Records what a server's socket goes through after its connection.
 *
 * @param lane - Where to write.
 * @param socket - The socket.
 */
export function observeSocket(lane: Lane, socket: ServerSocket): void {
  lane.add(`connection on ${socket.namespace}, connected=${socket.connected}`);
  socket.on("disconnecting", (reason) => lane.add(`disconnecting ${describeValue(reason)}, rooms ${socket.rooms()}`));
  socket.on("disconnect", (reason) =>
    lane.add(`disconnect ${describeValue(reason)}, connected=${socket.connected}, rooms ${socket.rooms()}`),
  );
}

/**
 * Records the arguments of an event.
 *
 * @param lane - Where to write.
 * @param end - The end that listens.
 * @param event - The event.
 */
export function observeEvent(lane: Lane, end: ClientSocket | ServerSocket, event: string): void {
  end.on(event, (...args) => {
    const [last] = args.slice(-1);
    const values = typeof last === "function" ? args.slice(0, -1) : args;
    lane.add(`${event}(${describeValues(values)})`);
  });
}
