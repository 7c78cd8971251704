// Rules of what a cluster tells: numbers for all, trace points for those who listen, one warning for each trouble.
import { createFakeClock } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { createFakeNamespace } from "../../test-support/fake-namespace.ts";
import { ClusterReports } from "./cluster-reports.ts";

function createReports() {
  const clock = createFakeClock();
  const { nsp, warnings } = createFakeNamespace({ clock });
  const told: unknown[] = [];
  const reports = new ClusterReports(1000);
  const trace = (name: string) => ({
    active: true,
    publish: (message: Readonly<Record<string, unknown>>) => void told.push([name, message]),
  });
  reports.begin({ ...nsp.surroundings, trace });
  return { reports, told, warnings, clock };
}

describe("a cluster tells", () => {
  it("tools of all that happens between nodes", () => {
    const { reports, told } = createReports();
    reports.status("down");
    reports.status("up");
    reports.node("abcd", "come");
    reports.dropped("full", new Error("no room"));
    reports.refused("nonsense");
    expect(told).toEqual([
      ["cluster.status", { status: "down" }],
      ["cluster.status", { status: "up" }],
      ["cluster.node", { node: "abcd", change: "come" }],
      ["cluster.dropped", { reason: "full", message: "no room", dropped: 1 }],
      ["cluster.refused", { reason: "nonsense", refused: 1 }],
    ]);
  });

  it("in a warning what is wrong, once until it is over, and once a minute at most", () => {
    const { reports, warnings, clock } = createReports();
    const drop = (text: string): void => reports.dropped("full", new Error(text));
    for (const text of ["no room", "no room"]) drop(text);
    reports.published();
    drop("no room again");
    clock.advance(60_000);
    drop("not over");
    reports.published();
    drop("still no room");
    reports.failed("Cannot hear", "no idea why");
    expect(warnings).toEqual([
      "BOWLINE_CLUSTER: A message does not reach the other servers: no room",
      "BOWLINE_CLUSTER: A message does not reach the other servers: still no room",
      "BOWLINE_CLUSTER: Cannot hear: no idea why",
    ]);
  });

  it("nobody of what was dropped on purpose, but counts it; and nothing before a server is there", () => {
    const { reports, warnings } = createReports();
    reports.dropped("away", new Error("the broker is away"));
    expect([warnings, reports.counters]).toEqual([[], { dropped: 1, refused: 0 }]);
    const early = new ClusterReports(1000);
    early.refused(new Error("nonsense"));
    expect(early.counters.refused).toBe(1);
  });
});
