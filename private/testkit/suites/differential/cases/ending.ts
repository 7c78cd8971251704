// Cases about how a connection is ended on purpose, by either side, and how it is begun again.
// Place: **cases** -> scene -> peers
// Rules: reasons and flags are written down inside the listeners, as user code sees them; nothing waits for time.

import type { DifferentialCase } from "../case.ts";
import {
  barrier,
  emitForAck,
  happened,
  type Joined,
  observeClient,
  observeEvent,
  observeSocket,
  type Scene,
} from "../scene.ts";

/** Two namespaces over one connection, both observed on both sides. */
async function joinTwo(scene: Scene): Promise<{ main: Joined; admin: Joined }> {
  const server = await scene.startServer();
  const acceptedMain = scene.accept(server, "/", (socket) => observeSocket(scene.lane("server /"), socket));
  const acceptedAdmin = scene.accept(server, "/admin", (socket) => observeSocket(scene.lane("server /admin"), socket));
  const mainClient = scene.connect(server.url, { shared: true });
  const adminClient = scene.connect(server.url, { shared: true, namespace: "/admin" });
  observeClient(scene, scene.lane("client /"), mainClient);
  observeClient(scene, scene.lane("client /admin"), adminClient);
  const connected = Promise.all([
    happened(mainClient, "connect", "the connection to /"),
    happened(adminClient, "connect", "the connection to /admin"),
  ]);
  const main = { client: mainClient, socket: await acceptedMain };
  const admin = { client: adminClient, socket: await acceptedAdmin };
  await connected;
  await scene.settle(main);
  await barrier(main);
  await barrier(admin);
  return { main, admin };
}

function bothGone({ client, socket }: Joined, name: string): Promise<unknown> {
  return Promise.all([
    happened(client, "disconnect", `"disconnect" of the client on ${name}`),
    happened(socket, "disconnect", `"disconnect" of the server's socket on ${name}`),
  ]);
}

const clientLeavesOne: DifferentialCase = {
  name: "a client leaves one of two namespaces and the other lives on",
  shows: "both",
  async run(scene) {
    const { main, admin } = await joinTwo(scene);
    const gone = bothGone(admin, "/admin");
    admin.client.disconnect();
    await gone;
    await barrier(main);
    scene.lane("client /").add(`engine ${main.client.engineState}, connected=${main.client.connected}`);
  },
};

const clientLeavesAll: DifferentialCase = {
  name: "a client leaves both of its namespaces",
  shows: "both",
  async run(scene) {
    const { main, admin } = await joinTwo(scene);
    const gone = Promise.all([bothGone(admin, "/admin"), bothGone(main, "/")]);
    admin.client.disconnect();
    main.client.disconnect();
    await gone;
  },
};

const clientCloses: DifferentialCase = {
  name: "close() of a client leaves one of two namespaces as disconnect() does",
  shows: "client",
  async run(scene) {
    const { main, admin } = await joinTwo(scene);
    const gone = bothGone(admin, "/admin");
    admin.client.close();
    await gone;
    await barrier(main);
    scene.lane("client /").add(`engine ${main.client.engineState}, connected=${main.client.connected}`);
  },
};

const clientComesBack: DifferentialCase = {
  name: "a client that left connects again when asked to",
  shows: "both",
  async run(scene) {
    const { main, admin } = await joinTwo(scene);
    const gone = bothGone(admin, "/admin");
    admin.client.disconnect();
    await gone;
    const again = happened(admin.client, "connect", "the second connection");
    admin.client.connect();
    await again;
    await emitForAck(admin.client, "barrier");
    await barrier(main);
  },
};

/** One client whose connection ended, by either side, connects a second time. */
async function comeBackAfter(scene: Scene, end: (joined: Joined) => void): Promise<void> {
  const server = await scene.startServer();
  const joined = await scene.join(server, {}, (socket) => observeSocket(scene.lane("server, first time"), socket));
  const { client } = joined;
  observeClient(scene, scene.lane("client"), client);
  await barrier(joined);
  const firstId = client.id;
  // A 2.x client that connects again while its engine is still closing loses the new connection to the end of the old.
  const gone = Promise.all([bothGone(joined, "/"), client.engineClosed()]);
  end(joined);
  await gone;
  const accepted = scene.accept(server, "/", (socket) => observeSocket(scene.lane("server, second time"), socket));
  const connected = happened(client, "connect", "the second connection");
  client.connect();
  const socket = await accepted;
  await connected;
  await scene.settle({ client, socket });
  await barrier({ client, socket });
  scene.lane("both").add(`another id: ${client.id !== firstId}, ids agree: ${client.id === socket.id}`);
  scene.lane("both").add(`connections: ${server.connectionCount}`);
}

const comesBackAfterLeaving: DifferentialCase = {
  name: "a client that left altogether connects again when asked to",
  shows: "both",
  run: (scene) => comeBackAfter(scene, ({ client }) => client.disconnect()),
};

const comesBackAfterCut: DifferentialCase = {
  name: "a client that the server cut off connects again when asked to",
  shows: "both",
  run: (scene) => comeBackAfter(scene, ({ socket }) => socket.disconnect(true)),
};

const serverLetsGo: DifferentialCase = {
  name: "disconnect() on the server ends one namespace and leaves the connection",
  shows: "both",
  async run(scene) {
    const { main, admin } = await joinTwo(scene);
    const gone = bothGone(admin, "/admin");
    admin.socket.disconnect(false);
    await gone;
    await barrier(main);
    scene.lane("client /").add(`engine ${main.client.engineState}, connected=${main.client.connected}`);
  },
};

const serverLetsGoMain: DifferentialCase = {
  name: "disconnect() on the server ends / and leaves /admin",
  shows: "both",
  async run(scene) {
    const { main, admin } = await joinTwo(scene);
    const gone = bothGone(main, "/");
    main.socket.disconnect(false);
    await gone;
    await barrier(admin);
    scene.lane("client /admin").add(`engine ${admin.client.engineState}, connected=${admin.client.connected}`);
  },
};

const serverCutsOff: DifferentialCase = {
  name: "disconnect(true) on the server ends every namespace and the connection",
  shows: "both",
  async run(scene) {
    const { main, admin } = await joinTwo(scene);
    const gone = Promise.all([bothGone(main, "/"), bothGone(admin, "/admin")]);
    admin.socket.disconnect(true);
    await gone;
  },
};

const serverCutsOffMain: DifferentialCase = {
  name: "disconnect(true) on the server at / ends /admin as well",
  shows: "both",
  async run(scene) {
    const { main, admin } = await joinTwo(scene);
    const gone = Promise.all([bothGone(main, "/"), bothGone(admin, "/admin")]);
    main.socket.disconnect(true);
    await gone;
  },
};

const serverShutsDownTwo: DifferentialCase = {
  name: "the server shuts down while a client is in two namespaces",
  shows: "both",
  async run(scene) {
    const server = await scene.startServer();
    const main = await scene.join(server, { shared: true });
    const admin = await scene.join(server, { shared: true, namespace: "/admin" });
    observeClient(scene, scene.lane("client /"), main.client);
    observeClient(scene, scene.lane("client /admin"), admin.client);
    await barrier(admin);
    await admin.socket.writable();
    const gone = Promise.all([bothGone(main, "/"), bothGone(admin, "/admin")]);
    const closed = server.close();
    await gone;
    await closed;
    scene.lane("server").add(`connected: ${main.socket.connected}, ${admin.socket.connected}`);
  },
};

const deliversBeforeLeaving: DifferentialCase = {
  name: "what the server emitted right before disconnect(true) arrives before it",
  shows: "both",
  async run(scene) {
    const server = await scene.startServer();
    const joined = await scene.join(server, {}, (socket) => observeSocket(scene.lane("server"), socket));
    observeClient(scene, scene.lane("client"), joined.client);
    observeEvent(scene.lane("client"), joined.client, "last");
    const gone = bothGone(joined, "/");
    joined.socket.emit("last", "words");
    joined.socket.emit("last", Buffer.from("bytes"));
    joined.socket.disconnect(true);
    await gone;
  },
};

const serverShutsDown: DifferentialCase = {
  name: "the server shuts down while the connection is idle",
  shows: "both",
  async run(scene) {
    const server = await scene.startServer();
    const joined = await scene.join(server, {}, (socket) => observeSocket(scene.lane("server"), socket));
    observeClient(scene, scene.lane("client"), joined.client);
    await barrier(joined);
    await joined.socket.writable();
    const gone = bothGone(joined, "/");
    const closed = server.close();
    await gone;
    await closed;
    scene.lane("server").add("the callback of close() came");
  },
};

const serverShutsDownBusy: DifferentialCase = {
  name: "the server shuts down inside a listener, and everybody notices",
  shows: "both",
  async run(scene) {
    const server = await scene.startServer();
    const joined = await scene.join(server);
    const gone = bothGone(joined, "/");
    const closed = new Promise<void>((resolve) => {
      joined.socket.on("end it", () => resolve(server.close()));
    });
    joined.client.on("end it soon", () => joined.client.emit("end it"));
    joined.socket.emit("end it soon");
    await gone;
    // Whether a poll waits at this moment is chance, and with it the client's reason.
    scene.lane("client").add(`gone: ${joined.client.disconnected}`);
    await closed;
    scene.lane("server").add("the callback of close() came");
  },
};

/** The cases about ending. */
export const ENDING_CASES: readonly DifferentialCase[] = [
  clientLeavesOne,
  clientLeavesAll,
  clientCloses,
  clientComesBack,
  comesBackAfterLeaving,
  comesBackAfterCut,
  serverLetsGo,
  serverLetsGoMain,
  serverCutsOff,
  serverCutsOffMain,
  deliversBeforeLeaving,
  serverShutsDown,
  serverShutsDownTwo,
  serverShutsDownBusy,
];
