// Binary values by the usual parser, and parsers that a program brings along.
// Place in the flow: client and server over real connections, ours and official on either side.

import { Buffer } from "node:buffer";
import { describe, expect, test } from "vitest";
import { loadParser, type ParserName } from "../../src/peers/parsers.ts";
import { type ClientName, OUR_CLIENT_PAIRS, PAIRS, type ServerName } from "./cast.ts";
import { connect, connected, once, serve, serverSocket } from "./stage.ts";
import type { ClientSocket, ServerConnection, ServerSocket } from "./surface.ts";

const BYTES = Uint8Array.of(0, 1, 254, 255);

const VALUES: readonly (readonly [string, unknown])[] = [
  ["a Buffer", Buffer.from(BYTES)],
  ["an ArrayBuffer", BYTES.slice().buffer],
  ["a typed array", BYTES],
  ["a DataView", new DataView(BYTES.slice().buffer)],
];

/** Has the server answer each event `echo` with what it got, by an event and by the acknowledgement. */
function echo(there: ServerSocket): void {
  there.on("echo", (value: unknown, reply: (value: unknown) => void) => {
    there.emit("echoed", value);
    reply(value);
  });
}

async function talk(socket: ClientSocket, value: unknown): Promise<readonly [event: unknown, answer: unknown]> {
  const event = once(socket, "echoed");
  const answer = await new Promise((resolve) => {
    socket.emit("echo", value, resolve);
  });
  return [(await event)[0], answer];
}

describe.each(PAIRS)("%s with %s", (client, server) => {
  // Clients of 2.5 send only the first two as bytes, whatever server they speak to.
  test.each(client === "client 2.5" ? VALUES.slice(0, 2) : VALUES)(
    "%s arrives as bytes, at any depth",
    async (_what, value) => {
      const served = await serve(server);
      const there = serverSocket(served.io);
      const socket = connect(client, served.url);
      await connected(socket);
      const heard = once<[unknown]>(await there, "bytes");
      socket.emit("bytes", { deep: [1, { value }], text: "beside" });
      expect(await heard).toEqual([{ deep: [1, { value: Buffer.from(BYTES) }], text: "beside" }]);
      echo(await there);
      expect(await talk(socket, [value])).toEqual([[Buffer.from(BYTES)], [Buffer.from(BYTES)]]);
    },
  );
});

describe.each(OUR_CLIENT_PAIRS)("%s with %s", (client, server) => {
  test("a Blob and a File arrive as bytes, and no later event overtakes them", async () => {
    const served = await serve(server);
    const there = serverSocket(served.io);
    const socket = connect(client, served.url);
    await connected(socket);
    const server4 = await there;
    const heard: unknown[] = [];
    for (const event of ["blob", "file", "last"]) {
      server4.on(event, (value: unknown) => heard.push([event, value]));
    }
    const last = once(server4, "last");
    socket.emit("blob", { value: new Blob([BYTES]) });
    socket.emit("file", [new File([BYTES], "knot.bin")]);
    socket.emit("last", "text");
    await last;
    expect(heard).toEqual([
      ["blob", { value: Buffer.from(BYTES) }],
      ["file", [Buffer.from(BYTES)]],
      ["last", "text"],
    ]);
  });
});

type Meeting = readonly [parser: ParserName, client: ClientName, server: ServerName, hasBinary: boolean];

const MEETINGS: readonly Meeting[] = [
  ["msgpack 2.2", "our client for programs of 2.x", "server 2.5", true],
  ["msgpack 2.2", "client 2.5", "our server for programs of 2.x", true],
  ["msgpack 2.2", "our client for programs of 2.x", "our server for programs of 2.x", true],
  ["msgpack 3.0", "our client", "server 4.8", true],
  ["msgpack 3.0", "client 4.8", "our server", true],
  ["msgpack 3.0", "our client", "our server", true],
  ["json 2.1", "client 2.5", "server 2.5", false],
  ["json 2.1", "our client for programs of 2.x", "server 2.5", false],
  ["json 2.1", "client 2.5", "our server for programs of 2.x", false],
  ["json 2.1", "our client for programs of 2.x", "our server for programs of 2.x", false],
  ["json 3.0", "our client", "server 4.8", false],
  ["json 3.0", "client 4.8", "our server", false],
  ["json 3.0", "our client", "our server", false],
  ["our msgpack of protocol 5", "client 4.8", "our server", true],
  ["our msgpack of protocol 4", "our client for programs of 2.x", "our server for programs of 2.x", true],
  ["our json", "our client", "our server", false],
];

describe.each(MEETINGS)("the parser %s between %s and %s", (name, client, server) => {
  test("is used for connecting, events, acknowledgements and namespaces", async () => {
    const parser = await loadParser(name);
    const served = await serve(server, { parser });
    const there = serverSocket(served.io, "/admin");
    const socket = connect(client, `${served.url}/admin`, { parser });
    await connected(socket);
    echo(await there);
    const value = { text: "naïve 😀", list: [1, null, true] };
    expect(await talk(socket, value)).toEqual([value, value]);
    const gone = once(await there, "disconnect");
    socket.disconnect();
    await gone;
  });

  test("tells a refusal", async () => {
    const parser = await loadParser(name);
    const served = await serve(server, { parser });
    served.io.use((_socket, next) => next(new Error("authentication error")));
    const socket = connect(client, served.url, { parser });
    const isOf2 = client === "client 2.5" || client === "our client for programs of 2.x";
    const [refusal] = await once(socket, isOf2 ? "error" : "connect_error");
    expect(refusal instanceof Error ? refusal.message : refusal).toBe("authentication error");
  });
});

describe.each(MEETINGS.filter(([, , , hasBinary]) => hasBinary))(
  "the parser %s between %s and %s",
  (name, client, server) => {
    test("carries bytes", async () => {
      const parser = await loadParser(name);
      const served = await serve(server, { parser });
      const there = serverSocket(served.io);
      const socket = connect(client, served.url, { parser });
      await connected(socket);
      echo(await there);
      expect(await talk(socket, [Buffer.from(BYTES)])).toEqual([[Buffer.from(BYTES)], [Buffer.from(BYTES)]]);
    });
  },
);

describe("parsers that do not fit", () => {
  test.each([
    ["our client", "our server"],
    ["client 4.8", "our server"],
  ] as const)("end the connection of %s with %s, and the server serves on", async (client, server) => {
    const served = await serve(server);
    const there = once<[ServerConnection]>(served.io.engine, "connection");
    const stranger = connect(client, served.url, {
      ...{ parser: await loadParser("msgpack 3.0"), forceNew: true, reconnection: false },
    });
    const [connection] = await there;
    const [[reason]] = await Promise.all([once(connection, "close"), once(stranger.io, "close")]);
    // Sockets hear of a parse error, of which there is none yet; the connection itself was closed on purpose.
    expect([reason, stranger.connected]).toEqual(["forced close", false]);
    const friend = connect(client, served.url, { forceNew: true });
    await connected(friend);
    expect(friend.connected).toBe(true);
  });
});
