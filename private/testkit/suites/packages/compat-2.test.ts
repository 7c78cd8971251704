// The client for programs of 2.x as it was built: its settings are beneath those of the program, its managers its own.
import { describe, expect, test } from "vitest";
import { importOwn, memberOf } from "../../src/peers/load-package.ts";
import { isObject } from "../../src/peers/raw-surface.ts";

const URL_OF_NOBODY = "http://localhost:1";

/** Calls a package's `io` for a server that nobody connects to, and gives the manager of the socket. */
async function managerOf(name: string, options: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  const io = memberOf(await importOwn(name), "io");
  const socket: unknown = typeof io === "function" ? Reflect.apply(io, undefined, [URL_OF_NOBODY, options]) : undefined;
  const manager = memberOf(socket, "io");
  if (!isObject(manager)) throw new Error(`Cannot find the manager: "${name}" gave none`);
  return manager;
}

describe("the client for programs of 2.x", () => {
  test("has the habits of 2.x and speaks its protocol from the first request on", async () => {
    const { opts } = await managerOf("@bowline/client/compat-2", { autoConnect: false });
    expect(opts).toEqual({ compat: 2, protocol: 3, autoConnect: false });
  });

  test("lets the program decide", async () => {
    const given = Object.freeze({ autoConnect: false, protocol: "auto", compat: 4, forceNew: true });
    expect((await managerOf("@bowline/client/compat-2", given))["opts"]).toEqual(given);
  });

  test("shares no manager with the client for programs of 4.x", async () => {
    const options = { autoConnect: false, path: "/shared" };
    const first = await managerOf("@bowline/client", options);
    const second = await managerOf("@bowline/client/compat-2", options);
    expect(second === first).toBe(false);
    expect(first["opts"]).toEqual(options);
  });
});
