import { expect, test } from "vitest";
import { growthPerClient } from "./client-scenarios.ts";

const NOTHING = { cpuUs: 0, rssBytes: 0, heapBytes: 0, received: 0 };

test("memory is what the process grew by, for each of the clients that came in between", () => {
  const before = { ...NOTHING, rssBytes: 4096, heapBytes: 1024 };
  const after = { ...NOTHING, rssBytes: 4096 + 10 * 2048, heapBytes: 1024 + 10 * 512 };
  expect(growthPerClient(before, after, 10)).toEqual({ rssKib: 2, heapKib: 0.5 });
});
