// Tracing by OpenTelemetry in a program of 2.x: the instrumentation knows that generation by its version, and patches it
// otherwise than it does later ones.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ClientName } from "../../testkit/src/peers/peer.ts";
import { isObject } from "../../testkit/src/peers/raw-surface.ts";
import { connectCaller } from "../support/clients.ts";
import { expectPackages } from "../support/expect-packages.ts";
import { installationsOf } from "../support/installations.ts";
import { type RunningProgram, startProgram } from "../support/running-program.ts";

const CLIENTS: readonly ClientName[] = ["our client held to protocol 3", "client 2.5"];

/** What a span says of where, and of which event. */
function summary(span: unknown): readonly unknown[] {
  const attributes = isObject(span) ? span["attributes"] : undefined;
  const event = isObject(attributes) ? attributes["messaging.socket.io.event_name"] : undefined;
  return isObject(span) ? [span["name"], event, span["status"]] : [];
}

describe.each(installationsOf("opentelemetry-2"))("OpenTelemetry in a program of 2.x $title", (installation) => {
  describe.skipIf(installation.missing !== undefined).each(CLIENTS)("traces what %s causes", (client) => {
    let program: RunningProgram;
    let url = "";
    beforeAll(async () => {
      program = await startProgram(installation, "app.js", /listening on port (\d+)/, { env: { PORT: "0" } });
      url = `http://127.0.0.1:${program.ready}`;
    });
    afterAll(() => program?.stop());

    test("as spans of what is received and sent, and of handlers that fail", async () => {
      const main = await connectCaller(client, url, { mode: "websocket" });
      const chat = await connectCaller(client, url, { namespace: "/chat", mode: "websocket" });
      expect(await main.call("ask", "hi")).toEqual(["done"]);
      expect(await main.call("quiet")).toEqual(["quiet"]);
      expect(await chat.call("say", "yo")).toEqual([]);
      main.socket.emit("fail");

      /** The official namespaces announce sockets by the very method that is traced; ours do not. */
      const told = async () => {
        const all: unknown = await (await fetch(url)).json();
        const summaries = Array.isArray(all) ? all.map(summary) : [];
        return summaries.filter(([name, event]) => !(String(name).startsWith("send") && event === "connection"));
      };
      // Whoever joins a namespace of 2.x has joined the main one before.
      await expect.poll(told, { timeout: 10_000 }).toEqual([
        ["receive /", "connection", 0],
        ["receive /", "connection", 0],
        ["send /", "private", 0],
        ["send /", "public", 0],
        ["send /", "others", 0],
        ["receive /", "ask", 0],
        ["send /chat", "said", 0],
        ["receive /chat", "say", 0],
        ["receive /", "fail", 2],
      ]);
      expectPackages(await program.loaded(), installation, []);
    });
  });
});
