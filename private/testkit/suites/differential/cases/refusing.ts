// Cases about clients that do not get in: refused, unknown, unheard.
// Place: **cases** -> scene -> peers
// Rules: what a refused client learns is written down by message, data and flags; middlewares count.

import type { DifferentialCase } from "../case.ts";
import { describeValue } from "../describe-value.ts";
import { barrier, happened, observeClient, observeSocket, refused, type Scene } from "../scene.ts";

/** A guarded namespace refuses twice, without data and with data, and lets the third one in. */
async function refuse(scene: Scene, namespace: string): Promise<void> {
  const server = await scene.startServer();
  const lane = scene.lane("server");
  server.use(namespace, ({ handshake }) => {
    const { token } = handshake.query;
    lane.add(`middleware sees ${describeValue(token)}`);
    switch (token) {
      case "good":
        return undefined;
      case "expired":
        return { message: "token expired", data: { code: 17, at: [1, "two"] } };
      default:
        return { message: "not for you" };
    }
  });
  server.onConnection(namespace, (socket) => observeSocket(lane, socket));
  for (const token of ["bad", "expired"]) {
    const client = scene.connect(server.url, { namespace, query: { token } });
    observeClient(scene, scene.lane(`client ${token}`), client);
    await refused(client);
  }
  const accepted = scene.accept(server, namespace);
  const client = scene.connect(server.url, { namespace, query: { token: "good" } });
  observeClient(scene, scene.lane("client good"), client);
  const connected = happened(client, "connect", "the connection of the client that is let in");
  const socket = await accepted;
  await connected;
  await barrier({ client, socket });
}

const letsInLater: DifferentialCase = {
  name: "a client refused on /admin is let in when it tries again",
  shows: "both",
  async run(scene) {
    const server = await scene.startServer();
    let tries = 0;
    server.use("/admin", () => {
      tries += 1;
      return tries === 1 ? { message: "come back later" } : undefined;
    });
    const accepted = scene.accept(server, "/admin");
    const client = scene.connect(server.url, { namespace: "/admin" });
    observeClient(scene, scene.lane("client"), client);
    await refused(client);
    const connected = happened(client, "connect", "the second try");
    client.connect();
    const socket = await accepted;
    await connected;
    await barrier({ client, socket });
    scene.lane("server").add(`tries: ${tries}`);
  },
};

const refusesMain: DifferentialCase = {
  name: "a middleware on / refuses, with and without data",
  shows: "both",
  // Its decoder takes a refusal with data for an invalid packet, and the client 2.5 lets that error fly.
  notBy: ["msgpack 2.2"],
  run: (scene) => refuse(scene, "/"),
};

const refusesAdmin: DifferentialCase = {
  name: "a middleware on /admin refuses, with and without data",
  shows: "both",
  // Its decoder takes a refusal with data for an invalid packet, and the client 2.5 lets that error fly.
  notBy: ["msgpack 2.2"],
  run: (scene) => refuse(scene, "/admin"),
};

const refusesUnknown: DifferentialCase = {
  name: "an unknown namespace is refused and the connection's others live on",
  shows: "both",
  async run(scene) {
    const server = await scene.startServer();
    const accepted = scene.accept(server, "/");
    const main = scene.connect(server.url, { shared: true });
    const unknown = scene.connect(server.url, { shared: true, namespace: "/nowhere" });
    observeClient(scene, scene.lane("client /"), main);
    observeClient(scene, scene.lane("client /nowhere"), unknown);
    const turnedAway = refused(unknown);
    const connected = happened(main, "connect", "the connection to /");
    const socket = await accepted;
    await Promise.all([connected, turnedAway]);
    await scene.settle({ client: main, socket });
    await barrier({ client: main, socket });
    scene.lane("client /").add(`still connected: ${main.connected}, engine ${main.engineState}`);
  },
};

const refusesUnknownAlone: DifferentialCase = {
  name: "a client whose only namespace is unknown is refused",
  shows: "both",
  async run(scene) {
    const server = await scene.startServer();
    const client = scene.connect(server.url, { namespace: "/nowhere" });
    observeClient(scene, scene.lane("client"), client);
    await refused(client);
    scene.lane("server").add(`connections: ${server.connectionCount}`);
  },
};

const findsNobody: DifferentialCase = {
  name: "a client that finds no server says so",
  shows: "client",
  async run(scene) {
    const server = await scene.startServer();
    await server.kill();
    const client = scene.connect(server.url);
    const lane = scene.lane("client");
    client.on("connect_error", (error) => {
      const type: unknown = error instanceof Error && "type" in error ? error.type : undefined;
      lane.add(`connect_error, an Error: ${error instanceof Error}, type ${describeValue(type)}`);
      lane.add(`connected=${client.connected} disconnected=${client.disconnected}`);
    });
    await happened(client, "connect_error", "the client's failure to connect");
  },
};

const speaksAnotherProtocol: DifferentialCase = {
  name: "a client that speaks another protocol than the server hears of it and is not connected",
  shows: "both",
  async run(scene) {
    const server = await scene.startServer();
    const client = scene.connect(server.url);
    const lane = scene.lane("client");
    client.on("connect", () => lane.add("connect"));
    const failed = happened(client, "connect_error", "the client's failure to connect");
    const [error] = await failed;
    lane.add(`connect_error, an Error: ${error instanceof Error}`);
    lane.add(`connected=${client.connected} disconnected=${client.disconnected}`);
  },
};

/** The cases about refusals. */
export const REFUSING_CASES: readonly DifferentialCase[] = [
  refusesMain,
  refusesAdmin,
  letsInLater,
  refusesUnknown,
  refusesUnknownAlone,
  findsNobody,
];

/** The case about sides that do not understand each other. */
export const MISMATCHED_CASES: readonly DifferentialCase[] = [speaksAnotherProtocol];
