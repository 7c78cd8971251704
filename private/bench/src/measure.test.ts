import { expect, test } from "vitest";
import { clientsOf } from "./measure.ts";
import type { ClientMetric } from "./metrics/metric.ts";

const METRIC: ClientMetric = {
  kind: "client",
  name: "stay",
  about: "",
  peers: ["bowline"],
  job: { scenario: "stay", clients: 10 },
  fewestClients: 4,
  mostClients: 20,
  figures: [],
};

test.each([
  [undefined, 10],
  [1, 4],
  [7, 7],
  [30, 20],
])("asked for %s clients, a metric from 4 to 20 has %i", (clients, expected) => {
  expect(clientsOf(METRIC, { clients })).toBe(expected);
});
