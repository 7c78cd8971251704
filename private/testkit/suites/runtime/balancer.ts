// A load balancer with sticky sessions before two servers: a session's requests go to the server whose name begins its id.
// Place: client peers -> **balancer** -> servers under test
// Rules: newcomers go where the test says; nothing that is sent through it is changed.

import { createServer, type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";

/** A running balancer. */
export interface Balancer {
  readonly url: string;
  /** Has newcomers go to another server from now on. */
  welcomeAt(name: string): void;
  close(): Promise<void>;
}

/**
 * Starts a balancer on a free port of loopback.
 * @param ports of the servers, by the names that their session ids begin with.
 * @param first where newcomers go.
 */
export async function startBalancer(ports: Readonly<Record<string, number>>, first: string): Promise<Balancer> {
  let welcome = first;
  const sockets = new Set<Socket>();
  const portFor = (url: string | undefined): number => {
    const name = /[?&]sid=([a-z]+)-/.exec(url ?? "")?.[1] ?? welcome;
    const port = ports[name];
    if (port === undefined) throw new Error(`Cannot pass "${url}" on: there is no server "${name}"`);
    return port;
  };
  const headOf = ({ method, url, rawHeaders }: IncomingMessage): string => {
    const lines = rawHeaders.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`));
    return `${method} ${url} HTTP/1.1\r\n${lines.join("")}\r\n`;
  };
  const server = createServer((incoming, answer) => {
    const { method, url, headers } = incoming;
    const passed = request({ port: portFor(url), host: "127.0.0.1", method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    answer.on("close", () => passed.destroy());
    incoming.pipe(passed);
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).once("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (incoming, downstream, head) => {
    const upstream = connect(portFor(incoming.url), "127.0.0.1", () => {
      upstream.write(headOf(incoming));
      upstream.write(head);
      upstream.pipe(downstream).pipe(upstream);
    });
    upstream.on("error", () => downstream.destroy()).once("close", () => downstream.destroy());
    downstream.once("close", () => upstream.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Cannot tell the port of the balancer");
  return {
    url: `http://127.0.0.1:${address.port}`,
    welcomeAt: (name) => {
      welcome = name;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
