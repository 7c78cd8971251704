// The client in workers, which have no page: web workers, shared workers and service workers.
// Place: a part of the page suite. Rule: a worker connects to the host it came from without being told its URL.
import { describe, expect, test } from "vitest";
import { expectationOf } from "../../src/client-cases/expectations.ts";
import type { Extent, PageScene } from "./page-suite.ts";

const SETTING = { mode: "upgrade", protocol: 4, platform: "browser" } as const;

/** Runs in the page: has a worker play a case. */
const WORKERS = {
  "a web worker": {
    needs: "Worker",
    start: 'const worker = new Worker("/web-worker.js"); worker.onmessage = got; worker.onerror = failed;',
    tell: "worker.postMessage(part);",
    stop: "worker.terminate();",
  },
  "a shared worker": {
    needs: "SharedWorker",
    start: 'const { port } = new SharedWorker("/shared-worker.js"); port.onmessage = got;',
    tell: "port.postMessage(part);",
    stop: "port.close();",
  },
  "a service worker": {
    needs: "ServiceWorkerContainer",
    start: `await navigator.serviceWorker.register("/service-worker.js");
      const { active } = await navigator.serviceWorker.ready; const channel = new MessageChannel();
      channel.port1.onmessage = got;`,
    tell: "active.postMessage(part, [channel.port2]);",
    stop: `for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister();`,
  },
} as const;
type WorkerName = keyof typeof WORKERS;

function playInWorker(name: WorkerName, part: object): string {
  const { start, tell, stop } = WORKERS[name];
  return `(async (part) => {
    let got, failed;
    const answer = new Promise((resolve, reject) => {
      got = (event) => resolve(event.data);
      failed = (event) => reject(new Error(event.message));
    });
    ${start}
    ${tell}
    const { seen, failure } = await answer;
    ${stop}
    if (failure !== undefined) throw new Error(failure);
    return seen;
  })(${JSON.stringify(part)})`;
}

/** Defines this part of the suite. */
export function workerSuite(scene: PageScene, extent: Extent): void {
  const names = extent === "whole" ? (["text", "binary", "blobs", "restart"] as const) : (["text"] as const);
  describe.each(["a web worker", "a shared worker", "a service worker"] as const)("starts %s", (workerName) => {
    test.each(names)("%s over the upgrade", async (name) => {
      const { url } = await scene.serve("our server");
      await scene.tab().visit(`${url}/elsewhere`);
      expect(await scene.tab().evaluate(`typeof ${WORKERS[workerName].needs}`)).toBe("function");
      const seen = await scene.tab().evaluate(playInWorker(workerName, { name, mode: "upgrade" }));
      expect(seen).toEqual(expectationOf(name, SETTING));
    });
  });
}
