// Tracing by OpenTelemetry: its instrumentation patches the package when it is loaded, if the version is one it knows, and
// makes a span of what is sent and of what is heard.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CLIENTS, connectCaller } from "../support/clients.ts";
import { expectPackages } from "../support/expect-packages.ts";
import { installationsOf } from "../support/installations.ts";
import { type RunningProgram, startProgram } from "../support/running-program.ts";

const PRODUCER = 3;
const CONSUMER = 4;
const FAILED = 2;

const sent = (event: string, namespace: string, rest: object = {}) => ({
  name: `send ${namespace}`,
  kind: PRODUCER,
  status: 0,
  attributes: {
    "messaging.system": "socket.io",
    "messaging.destination_kind": "topic",
    "messaging.destination": namespace,
    "messaging.socket.io.namespace": namespace,
    "messaging.socket.io.event_name": event,
    ...rest,
  },
});

const received = (event: string, namespace: string, rest: object = {}, status = 0) => ({
  name: `receive ${namespace}`,
  kind: CONSUMER,
  status,
  attributes: {
    "messaging.system": "socket.io",
    "messaging.destination": namespace,
    "messaging.operation": "receive",
    "messaging.socket.io.event_name": event,
    ...rest,
  },
});

describe.each(installationsOf("opentelemetry"))("OpenTelemetry $title", (installation) => {
  let program: RunningProgram;
  let url = "";

  /** The spans that have ended so far. */
  async function spans(): Promise<unknown> {
    const all: unknown = await (await fetch(url)).json();
    return all;
  }

  describe.skipIf(installation.missing !== undefined).each(CLIENTS)("traces what %s causes", (client) => {
    beforeAll(async () => {
      program = await startProgram(installation, "app.js", /listening on port (\d+)/, { env: { PORT: "0" } });
      url = `http://127.0.0.1:${program.ready}`;
    });
    afterAll(() => program?.stop());

    test("as spans of what is received and sent, in namespaces and rooms, and of handlers that fail", async () => {
      const main = await connectCaller(client, url, { mode: "websocket" });
      const chat = await connectCaller(client, url, { namespace: "/chat", mode: "websocket" });
      expect(await main.call("ask", "hi")).toEqual(["done"]);
      expect(await main.call("quiet")).toEqual(["quiet"]);
      expect(await chat.call("say", "yo")).toEqual([]);
      main.socket.emit("fail");

      const rooms = "messaging.socket.io.rooms";
      await expect
        .poll(spans, { timeout: 10_000 })
        .toEqual([
          received("connection", "/"),
          sent("private", "/", { payload: '["hi"]', [rooms]: [main.socket.id, "harbour"] }),
          sent("public", "/", { payload: '["hi"]', [rooms]: ["harbour"] }),
          sent("others", "/", { payload: '["hi"]' }),
          received("ask", "/", { heard: '["hi",null]' }),
          sent("said", "/chat", { payload: '["yo"]' }),
          received("say", "/chat", { heard: '["yo",null]' }),
          received("fail", "/", { heard: "[]" }, FAILED),
        ]);
      expectPackages(await program.loaded(), installation, ["socket.io"]);
    });
  });
});
