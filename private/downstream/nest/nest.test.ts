// A NestJS application with gateways in three namespaces: guards, pipes, interceptors, exception filters, acknowledgements,
// rooms, an adapter of its own. It is compiled by the program's own TypeScript against the packages' declarations.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CLIENTS, connectCaller, makeCaller } from "../support/clients.ts";
import { expectPackages } from "../support/expect-packages.ts";
import { installationsOf } from "../support/installations.ts";
import { type RunningProgram, startProgram } from "../support/running-program.ts";

/** Looks until something is so, for as long as a busy machine may need. */
const PATIENCE = { timeout: 20_000 };

async function getJson(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

describe.each(installationsOf("nest"))("NestJS $title", (installation) => {
  describe.skipIf(installation.missing !== undefined)("an application", () => {
    let program: RunningProgram;
    let url = "";
    beforeAll(async () => {
      program = await startProgram(installation, "dist/main.js", /listening on port (\d+)/, { env: { PORT: "0" } });
      url = `http://127.0.0.1:${program.ready}`;
    });
    afterAll(() => program?.stop());

    test("has loaded these packages and no others of their kind", async () => {
      expectPackages(await program.loaded(), installation, ["socket.io"]);
    });

    test("has handed the server to the gateway", async () => {
      expect(await getJson(`${url}/statistics`)).toHaveProperty("log", expect.arrayContaining(["init true"]));
    });

    test("serves the client's script beside its own routes", async () => {
      const script = await fetch(`${url}/socket.io/socket.io.min.js`);
      expect([script.status, script.headers.get("content-type")]).toEqual([
        200,
        expect.stringMatching(/^application\/javascript/),
      ]);
      expect(await script.text()).toContain("io");
      expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    });

    test("applies the options of an adapter of its own: CORS, refusals, headers", async () => {
      const handshake = `${url}/socket.io/?EIO=4&transport=polling`;
      const welcome = await fetch(handshake);
      expect(welcome.headers.get("access-control-allow-origin")).toBe("https://example.org");
      expect(welcome.headers.get("access-control-allow-credentials")).toBe("true");
      expect(welcome.headers.get("x-served-by")).toBe("nest");
      const refusal = await fetch(handshake, { headers: { "x-key": "stolen" } });
      expect([refusal.status, await refusal.json()]).toEqual([403, { code: 4, message: "Forbidden" }]);
    });

    describe.each(CLIENTS)("talking to %s", (client) => {
      test("answers by what a handler returns, as an acknowledgement", async () => {
        const { call } = await connectCaller(client, url);
        expect(await call("echo", { text: "Knots" })).toEqual([{ text: "Knots" }]);
        expect(await call("later", "promised")).toEqual([{ status: "received", data: "promised" }]);
      });

      test("answers by an event, with a part of the body and the socket of the caller", async () => {
        const { socket, next } = await connectCaller(client, url);
        const answer = next("part-answered");
        socket.emit("part", { deep: [1, 2] });
        expect(await answer).toEqual([{ deep: [1, 2], same: true }]);
      });

      test("answers by a stream of events", async () => {
        const { socket } = await connectCaller(client, url);
        const heard: unknown[] = [];
        socket.on("counted", (value) => heard.push(value));
        socket.emit("count", 3);
        await expect.poll(() => heard, PATIENCE).toEqual([1, 2, 3]);
      });

      test("takes and gives bytes", async () => {
        const { call } = await connectCaller(client, url);
        expect(await call("bytes", Buffer.from([1, 255]))).toEqual([
          { isBuffer: true, twice: Buffer.from([1, 255, 1, 255]) },
        ]);
      });

      test("sends into rooms, to all but the caller", async () => {
        const ada = await connectCaller(client, url, { auth: { name: "ada" } });
        const grace = await connectCaller(client, url, { auth: { name: "grace" }, mode: "websocket" });
        expect(await ada.call("join", client)).toEqual([[client]]);
        const joined = ada.next("joined");
        expect(await grace.call("join", client)).toEqual([[client]]);
        expect(await joined).toEqual([{ room: client, name: "grace" }]);
        const echo: unknown[] = [];
        ada.socket.on("message", (message) => echo.push(message));
        const heard = grace.next("message");
        expect(await ada.call("message", { room: client, text: "Bends" })).toEqual([true]);
        expect(await heard).toEqual([{ room: client, text: "Bends", from: "ada" }]);
        await ada.call("echo", "by now it would have come");
        expect(echo).toEqual([]);
      });

      test("tells what a pipe refused and what a handler threw, as an exception without secrets", async () => {
        const { socket } = await connectCaller(client, url);
        const heard: unknown[] = [];
        socket.on("exception", (exception) => heard.push(exception));
        socket.emit("message", { room: "", text: 7 });
        await expect.poll(() => heard, PATIENCE).toHaveLength(1);
        socket.emit("fail", "x");
        await expect.poll(() => heard, PATIENCE).toHaveLength(2);
        socket.emit("crash");
        await expect.poll(() => heard, PATIENCE).toHaveLength(3);
        expect(heard).toEqual([
          ["room", "text"],
          { status: "error", message: "It failed", cause: { pattern: "fail", data: "x" } },
          expect.objectContaining({ status: "error", message: "Internal server error" }),
        ]);
      });

      test("lets only those with a token through the guard of a namespace, and its filter tells so", async () => {
        const stranger = await connectCaller(client, url, { namespace: "/admin" });
        const told = stranger.next("told");
        const exception = stranger.next("exception");
        stranger.socket.emit("who");
        expect(await told).toEqual([{ error: "A token is needed" }]);
        expect(await exception).toEqual([expect.objectContaining({ message: "A token is needed" })]);
        const boss = await connectCaller(client, url, { namespace: "/admin", auth: { token: "secret" } });
        const sealed = boss.next("sealed");
        boss.socket.emit("who");
        expect(await sealed).toEqual([{ namespace: "/admin", sockets: 2 }]);
        const gone = Promise.all([boss.next("disconnect"), stranger.next("disconnect")]);
        boss.socket.emit("kick-all");
        expect((await gone).map(([reason]) => reason)).toEqual(["io server disconnect", "io server disconnect"]);
      });

      test("refuses by a middleware that a gateway put in when it was made", async () => {
        const caller = await makeCaller(client, url, { namespace: "/admin", query: { locked: "yes" } });
        expect(await caller.refused).toBe("The office is closed");
      });

      test("makes namespaces that match a pattern, and refuses all others", async () => {
        const first = await connectCaller(client, url, { namespace: "/tenant-a" });
        const second = await connectCaller(client, url, { namespace: "/tenant-b" });
        const foreign: unknown[] = [];
        second.socket.on("shouted", (name) => foreign.push(name));
        const shouted = first.next("shouted");
        expect(await first.call("shout")).toEqual(["/tenant-a"]);
        expect(await shouted).toEqual(["/tenant-a"]);
        expect(await second.call("shout")).toEqual(["/tenant-b"]);
        expect(foreign).toEqual(["/tenant-b"]);
        const stranger = await makeCaller(client, url, { namespace: "/landlord" });
        expect(await stranger.refused).toBe("Invalid namespace");
      });

      test("tells a gateway of connections and their ends, and sends from a controller", async () => {
        const name = `visitor with ${client}`;
        const { socket, next } = await connectCaller(client, url, { auth: { name } });
        const announcement = next("announcement");
        expect(await getJson(`${url}/announce`)).toEqual({ text: "from HTTP" });
        expect(await announcement).toEqual(["from HTTP"]);
        expect(await getJson(`${url}/statistics`)).toHaveProperty("connected", expect.arrayContaining([name]));
        socket.disconnect();
        await expect
          .poll(() => getJson(`${url}/statistics`), PATIENCE)
          .toHaveProperty("log", expect.arrayContaining([`connection ${name}`, `disconnect ${name}`]));
      });
    });

    test("ends when it is told to, and takes its clients along", async () => {
      const closing = await startProgram(installation, "dist/main.js", /listening on port (\d+)/, {
        env: { PORT: "0" },
      });
      const caller = await connectCaller("client 4.8", `http://127.0.0.1:${closing.ready}`);
      const gone = caller.next("disconnect");
      await closing.stop("SIGTERM");
      // Between two polls a client of the official server gets no answer but an error; ours waits until it has polled.
      const words = installation.packages === "official" ? ["transport close", "transport error"] : ["transport close"];
      expect(words).toContain((await gone)[0]);
    });
  });
});
