// The ways in which a page gets the client: files that our server serves, and the packages as modules.
// Place: a part of the page suite.
import { describe, expect, test } from "vitest";
import { expectationOf } from "../../src/client-cases/expectations.ts";
import { loadParser } from "../../src/peers/parsers.ts";
import { type PageScene, playInPage } from "./page-suite.ts";

const SETTING = { mode: "upgrade", protocol: 4, platform: "browser" } as const;

/** Runs in the page: waits for the client, which a module script leaves behind after the page was loaded. */
const LOADED = `new Promise((resolve, reject) => {
  const look = () => {
    if (pageErrors.length > 0) reject(new Error(pageErrors.join()));
    else if (window.io) resolve(true);
    else setTimeout(look, 10);
  };
  look();
})`;

/** Defines this part of the suite. */
export function loadSuite(scene: PageScene): void {
  test.each(["/served", "/served-module", "/packages"])("has the client as %s loads it", async (path) => {
    const { url } = await scene.serve("our server");
    await scene.tab().visit(`${url}${path}`);
    await scene.tab().evaluate(LOADED);
    expect(await scene.tab().evaluate(playInPage("text", "upgrade"))).toEqual(expectationOf("text", SETTING));
    expect(await scene.tab().evaluate("pageErrors")).toEqual([]);
  });

  describe("speaks MessagePack", () => {
    test.each(["text", "binary", "acks"] as const)("%s", async (name) => {
      const parser = await loadParser("our msgpack of protocol 5");
      const { url } = await scene.serve("our server", { options: { parser } });
      await scene.tab().visit(`${url}/packages`);
      await scene.tab().evaluate(LOADED);
      const seen = await scene.tab().evaluate(playInPage(name, "upgrade", "{ parser }"));
      expect(seen).toEqual(expectationOf(name, SETTING));
    });
  });
}
