// What our servers do not run on: a program learns so at once, and not from silence.
// Place: **tests** -> our packages

import { describe, expect, test } from "vitest";
import { memberOf, requireOfficial } from "../../src/peers/load-package.ts";
import { useStage } from "./stage.ts";

const SERVERS = ["@bowline/server", "@bowline/socket.io", "@bowline/socket.io-v2"];

describe("a server", () => {
  const stage = useStage();

  test("is attached to nothing but servers of Node, and says what it was given", async () => {
    const { io } = await stage.serve("@bowline/server");
    const app = { ws: () => app, get: () => app, listen: () => app };
    expect(() => io.attach(app)).toThrow(/Cannot attach/);
  });
});

test.each(SERVERS)("%s asks for Node 20", (name) => {
  const manifest = requireOfficial(`${name}/package.json`);
  expect(memberOf(manifest, "engines")).toEqual({ node: ">=20" });
});
