import { expect, test } from "vitest";
import { readCpuUs } from "./server-clock.ts";

test("a process that does not exist has no CPU time", () => {
  expect(readCpuUs(0)).toBeUndefined();
});

test.runIf(process.platform === "linux")(
  "this process has used some, in microseconds (elsewhere the system does not tell)",
  () => {
    const { user, system } = process.cpuUsage();
    expect(readCpuUs(process.pid)).toBeGreaterThan((user + system) * 0.5);
  },
);
