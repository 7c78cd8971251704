import { describe, expect, test } from "vitest";
import type { Metric } from "./metrics/metric.ts";
import { Gathering, plan, type Visit } from "./schedule.ts";

const METRIC: Metric = {
  kind: "solo",
  script: "",
  name: "codec",
  about: "",
  peers: ["bowline", "socket.io 4.8"],
  figures: [{ key: "codec.event", from: "event", label: "event", unit: "ns" }],
};

const OTHER: Metric = { ...METRIC, name: "other", peers: ["bowline", "JSON"] };

describe("plan", () => {
  test("visits all peers in every round before the next round begins", () => {
    expect(plan([METRIC], ["bowline", "socket.io 4.8"], 2).map(({ peer, round }) => `${peer} ${round}`)).toEqual([
      "bowline 0",
      "socket.io 4.8 0",
      "bowline 1",
      "socket.io 4.8 1",
    ]);
  });

  test("visits what never changes in as many rounds as it says", () => {
    expect(plan([{ ...METRIC, mostRounds: 1 }], ["bowline"], 4)).toHaveLength(1);
  });

  test("visits only peers that were asked for and that take part in the metric", () => {
    const visits = plan([METRIC, OTHER], ["bowline", "JSON", "ws"], 1);
    expect(visits.map(({ metric, peer }) => `${metric.name} ${peer}`)).toEqual([
      "codec bowline",
      "other bowline",
      "other JSON",
    ]);
  });
});

describe("Gathering", () => {
  const first: Visit = { metric: METRIC, peer: "bowline", round: 0 };
  const second: Visit = { ...first, round: 1 };

  test("gathers the values of all rounds, and the greatest utilisation of the load process", () => {
    const gathering = new Gathering();
    gathering.add(second, { figures: { event: 2 }, loadUtilisation: 0.3 });
    gathering.add(first, { figures: { event: 1.23456 }, loadUtilisation: 0.5 });
    expect(gathering.rows([first, second], () => 7)).toEqual([
      {
        metric: "codec",
        key: "codec.event",
        label: "event",
        unit: "ns",
        clients: 7,
        values: { bowline: [1.235, 2] },
        loadUtilisation: { bowline: 0.5 },
      },
    ]);
  });

  test("a peer that lacks a round has no values", () => {
    const gathering = new Gathering();
    gathering.add(first, { figures: { event: 1 }, loadUtilisation: 0 });
    expect(gathering.rows([first, second], () => undefined)[0]?.values).toEqual({});
  });

  test.each([{ event: 0 }, { event: Number.NaN }, { event: -1 }, { event: Number.POSITIVE_INFINITY }, {}])(
    "refuses %j: a figure is a positive number",
    (figures) => {
      expect(() => new Gathering().add(first, { figures, loadUtilisation: 0 })).toThrow(RangeError);
    },
  );
});
