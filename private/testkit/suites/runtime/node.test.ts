// Node as a runtime of the engine.
import { createServer } from "node:http";
import { attach, listen } from "@bowline/server/engine";
import { expect, test } from "vitest";
import { type RunningEngine, runtimeSuite, type StartEngine } from "./runtime-suite.ts";

const start: StartEngine = async (options): Promise<RunningEngine> => {
  const httpServer = createServer();
  const engine = attach(httpServer, options);
  await new Promise<void>((resolve) => {
    httpServer.listen(0, "127.0.0.1", resolve);
  });
  const address = httpServer.address();
  if (address === null || typeof address === "string") throw new Error("Cannot tell the port of the engine");
  return {
    port: address.port,
    use: (middleware) => engine.use(middleware),
    onConnection: (listener) => engine.on("connection", listener),
    onHeaders: (listener) => engine.on("headers", listener),
    async stop() {
      engine.close();
      httpServer.closeAllConnections();
      await new Promise<void>((resolve) => {
        httpServer.close(() => resolve());
      });
    },
  };
};

runtimeSuite("the engine on Node", start);
runtimeSuite("the engine on Node with the package ws", (options) => start({ ...options, wsEngine: "ws" }));

test("a connection that is kept alive does not hold a server that closes", async () => {
  const engine = listen(0);
  const { httpServer } = engine;
  if (httpServer === undefined) throw new Error("Cannot listen: the engine has no HTTP server");
  await new Promise((resolve) => httpServer.once("listening", resolve));
  const address = httpServer.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const opened = new Promise((resolve) => engine.on("connection", resolve));
  const target = `http://127.0.0.1:${port}/engine.io/?EIO=4&transport=polling`;
  const handshake = await (await fetch(target)).text();
  await opened;
  const waiting = fetch(`${target}&sid=${/"sid":"([^"]+)"/.exec(handshake)?.[1]}`);
  await new Promise((resolve) => httpServer.once("request", resolve));
  const closed = new Promise<void>((resolve) => {
    httpServer.close(() => resolve());
  });
  engine.close();
  expect((await waiting).headers.get("connection")).toBe("close");
  await closed;
});
