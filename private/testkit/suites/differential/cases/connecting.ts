// Cases about how a connection comes to be and what each side knows of it then.
// Place: **cases** -> scene -> peers
// Rules: official packages show what is right; a case only drives and writes down.

import type { ClientSocket, RunningServer } from "../../../src/peers/peer.ts";
import { waitFor } from "../../../src/peers/wait-for.ts";
import type { DifferentialCase } from "../case.ts";
import { describeValue } from "../describe-value.ts";
import { barrier, happened, observeClient, observeEvent, observeSocket, type Scene } from "../scene.ts";

/** Writes every connection of `/` and of another namespace into one lane, so that their order shows. */
function observeConnections(scene: Scene, server: RunningServer, namespaces: readonly string[]): void {
  const lane = scene.lane("server");
  for (const namespace of namespaces) {
    server.onConnection(namespace, (socket) => {
      observeSocket(lane, socket);
      socket.emit("welcome", { to: namespace });
    });
  }
}

async function connectAndLeave(scene: Scene, namespace: string): Promise<void> {
  const server = await scene.startServer();
  observeConnections(scene, server, namespace === "/" ? ["/"] : ["/", namespace]);
  const accepted = scene.accept(server, namespace);
  const client = scene.connect(server.url, { namespace });
  const lane = scene.lane("client");
  observeClient(scene, lane, client);
  observeEvent(lane, client, "welcome");
  const transports = scene.lane("transports");
  const welcomed = happened(client, "welcome", "the server's first event");
  await waitFor(client.manager, "open", undefined, "the client's manager");
  transports.add(`client when opened: ${client.transport}`);
  const socket = await accepted;
  await welcomed;
  await scene.settle({ client, socket });
  await barrier({ client, socket });
  transports.add(`client later: ${client.transport}, server later: ${socket.transport}`);
  scene.lane("both").add(`ids agree: ${client.id === socket.id}, rooms ${socket.rooms()}`);
  scene.lane("both").add(`connections: ${server.connectionCount}`);
  const gone = happened(socket, "disconnect", "the client's leaving");
  client.disconnect();
  await gone;
}

const connectsToMain: DifferentialCase = {
  name: "a client connects to / and leaves",
  shows: "both",
  run: (scene) => connectAndLeave(scene, "/"),
};

const connectsToAdmin: DifferentialCase = {
  name: "a client connects to /admin and leaves",
  shows: "both",
  run: (scene) => connectAndLeave(scene, "/admin"),
};

const multiplexes: DifferentialCase = {
  name: "two namespaces share one connection",
  shows: "both",
  async run(scene) {
    const server = await scene.startServer();
    observeConnections(scene, server, ["/", "/admin"]);
    const acceptedMain = scene.accept(server, "/", (socket) => observeEvent(scene.lane("server /"), socket, "from"));
    const acceptedAdmin = scene.accept(server, "/admin", (socket) =>
      observeEvent(scene.lane("server /admin"), socket, "from"),
    );
    const main = scene.connect(server.url, { shared: true });
    const admin = scene.connect(server.url, { shared: true, namespace: "/admin" });
    const welcomed = Promise.all([main, admin].map((client) => happened(client, "welcome", "the first event")));
    for (const [name, client] of [["/", main] as const, ["/admin", admin] as const]) {
      observeClient(scene, scene.lane(`client ${name}`), client);
      observeEvent(scene.lane(`client ${name}`), client, "welcome");
      observeEvent(scene.lane(`client ${name}`), client, "only");
      client.emit("from", name);
    }
    const [mainSocket, adminSocket] = await Promise.all([acceptedMain, acceptedAdmin]);
    await welcomed;
    await scene.settle({ client: main, socket: mainSocket });
    mainSocket.emit("only", "main");
    adminSocket.emit("only", "admin");
    await barrier({ client: main, socket: mainSocket });
    await barrier({ client: admin, socket: adminSocket });
    const both = scene.lane("both");
    both.add(`one manager: ${main.manager === admin.manager}, ids differ: ${main.id !== admin.id}`);
    both.add(`one connection: ${mainSocket.connectionId === adminSocket.connectionId}, ${server.connectionCount}`);
    both.add(`ids agree: ${main.id === mainSocket.id}, ${admin.id === adminSocket.id}`);
  },
};

const opensLater: DifferentialCase = {
  name: "a namespace that is opened later uses the connection that stands",
  shows: "both",
  async run(scene) {
    const server = await scene.startServer();
    const main = await scene.join(server, { shared: true });
    const admin = await scene.join(server, { shared: true, namespace: "/admin" });
    await barrier(main);
    await barrier(admin);
    const both = scene.lane("both");
    both.add(`one manager: ${main.client.manager === admin.client.manager}, connections: ${server.connectionCount}`);
    both.add(`transports of /admin: ${admin.client.transport}, ${admin.socket.transport}`);
  },
};

const buffersBeforeConnect: DifferentialCase = {
  name: "what is emitted before the connection stands arrives after it, in order",
  shows: "both",
  async run(scene) {
    const server = await scene.startServer();
    const lane = scene.lane("server");
    const accepted = scene.accept(server, "/", (socket) => {
      observeSocket(lane, socket);
      observeEvent(lane, socket, "early");
      socket.emit("early", "from the connection event");
    });
    const client: ClientSocket = scene.connect(server.url);
    observeClient(scene, scene.lane("client"), client);
    observeEvent(scene.lane("client"), client, "early");
    for (const number of [1, 2, 3]) {
      client.emit("early", number);
    }
    client.on("connect", () => client.emit("early", "from the connect event"));
    const connected = happened(client, "connect", "the connection");
    const socket = await accepted;
    await connected;
    await barrier({ client, socket });
  },
};

const showsHandshake: DifferentialCase = {
  name: "the server sees query, credentials and headers of the handshake",
  shows: "both",
  // It forgets the query of a CONNECT that comes before the client is let in at the root, which is chance.
  notWith: ["server 2.5 with a root middleware"],
  async run(scene) {
    const server = await scene.startServer();
    const lane = scene.lane("server");
    const lookAt = (moment: string, namespace: string): void => {
      server.use(namespace, (socket) => {
        const { query, auth, headers } = socket.handshake;
        const sorted = Object.fromEntries(Object.entries(query).sort());
        lane.add(`${moment} query ${describeValue(sorted)}`);
        if (auth !== undefined) {
          lane.add(`${moment} auth ${describeValue(auth)}`);
        }
        lane.add(`${moment} headers ${describeValue(headers["x-client"])}, ${describeValue(headers["x-second"])}`);
        return undefined;
      });
    };
    lookAt("/admin:", "/admin");
    const { client, socket } = await scene.join(server, {
      namespace: "/admin",
      query: { room: "blue & green", plus: "1+1=2", astral: "😀" },
      auth: { token: "s3cret/?&", user: "Jürgen" },
      extraHeaders: { "x-client": "abc", "x-second": "d, e" },
    });
    await barrier({ client, socket });
    lane.add(`later, after the transports settled: headers ${describeValue(socket.handshake.headers["x-client"])}`);
  },
};

const showsHandshakeOfMain: DifferentialCase = {
  name: "the server sees query and headers of the handshake on /",
  shows: "both",
  async run(scene) {
    const server = await scene.startServer();
    const { client, socket } = await scene.join(server, {
      query: { token: "a b", empty: "" },
      extraHeaders: { "x-client": "abc" },
    });
    await barrier({ client, socket });
    const { query, headers } = socket.handshake;
    const sorted = Object.fromEntries(Object.entries(query).sort());
    scene.lane("server").add(`query ${describeValue(sorted)}, header ${describeValue(headers["x-client"])}`);
  },
};

/** The cases about connecting. */
export const CONNECTING_CASES: readonly DifferentialCase[] = [
  connectsToMain,
  connectsToAdmin,
  multiplexes,
  buffersBeforeConnect,
  showsHandshake,
  showsHandshakeOfMain,
  opensLater,
];
