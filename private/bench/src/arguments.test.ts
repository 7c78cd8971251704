import { describe, expect, test } from "vitest";
import { readArguments, UsageError } from "./arguments.ts";
import { CLUSTER_METRICS } from "./metrics/cluster-metrics.ts";
import { METRICS } from "./metrics/metrics.ts";
import { PEERS } from "./peers/peer.ts";

const names = (args: readonly string[]) => readArguments(args).metrics.map((metric) => metric.name);

describe("by default", () => {
  test("everything is measured in four rounds", () => {
    expect(readArguments([])).toEqual({
      metrics: METRICS,
      peers: PEERS,
      rounds: 4,
      clients: undefined,
      mode: "full",
      json: undefined,
      family: "metrics",
      profile: false,
      intoDocuments: false,
      task: "measure",
    });
  });
});

describe("what is measured", () => {
  test("--only names metrics, in the order asked for", () => {
    expect(names(["--only", "connect, echo"])).toEqual(["connect", "echo"]);
  });

  test("--quick measures echo alone", () => {
    expect(names(["--quick"])).toEqual(["echo"]);
  });

  test("--quick with --only measures what was named", () => {
    expect(names(["--quick", "--only", "polling"])).toEqual(["polling"]);
  });

  test("--peers names peers", () => {
    expect(readArguments(["--peers", "bowline,socket.io 4.8"]).peers).toEqual(["bowline", "socket.io 4.8"]);
  });

  test("peers that have to be installed are measured by a whole run, or when they are named", () => {
    expect(readArguments([]).peers).toContain("uWS");
    expect(readArguments(["--quick"]).peers).not.toContain("uWS");
    expect(readArguments(["--quick", "--peers", "uWS"]).peers).toEqual(["uWS"]);
  });

  test("--scaling measures the points of all scales, or of those that are named", () => {
    expect(names(["--scaling"])).toContain("idle@10000");
    expect(names(["--scaling", "--only", "namespaces"])).toEqual(["namespaces@1", "namespaces@10", "namespaces@100"]);
    expect(() => readArguments(["--scaling", "--only", "echo"])).toThrow(
      'Cannot scale "echo": choose from connections, ',
    );
  });

  test("--clusters measures connected servers, or those metrics of them that are named", () => {
    expect(names(["--clusters"])).toEqual(CLUSTER_METRICS.map(({ name }) => name));
    expect(names(["--clusters", "--quick", "--only", "redis,spread-5"])).toEqual(["redis", "spread-5"]);
    expect(() => readArguments(["--clusters", "--only", "echo"])).toThrow('Cannot measure "echo": choose from alone, ');
  });

  test("--profile looks at our server alone, once", () => {
    expect(readArguments(["--profile"])).toMatchObject({ peers: ["bowline"], rounds: 1, profile: true });
  });

  test("--smoke is one round with 20 clients", () => {
    expect(readArguments(["--smoke"])).toMatchObject({ mode: "smoke", rounds: 1, clients: 20 });
  });

  test("--rounds and --clients replace the numbers of a mode", () => {
    expect(readArguments(["--quick", "--rounds", "3", "--clients", "500"])).toMatchObject({ rounds: 3, clients: 500 });
  });
});

describe("what is done instead of measuring", () => {
  test("--write-docs writes the document", () => {
    expect(readArguments(["--write-docs", "--json", "a.json"])).toMatchObject({ task: "write-docs", json: "a.json" });
  });

  test("--write-docs with --profile measures first", () => {
    expect(readArguments(["--write-docs", "--profile"])).toMatchObject({ task: "measure", intoDocuments: true });
  });

  test("--help wins over everything", () => {
    expect(readArguments(["--help", "--write-docs"]).task).toBe("help");
  });
});

describe("what is refused", () => {
  test.each([
    ["a metric that does not exist", ["--only", "eco"], 'Cannot measure "eco": choose from echo, '],
    ["a peer that does not exist", ["--peers", "socket.io"], 'Cannot measure peer "socket.io": choose from bowline, '],
    ["no rounds", ["--rounds", "0"], 'Cannot use --rounds "0": give a whole number from 1 to 50'],
    ["half a round", ["--rounds", "1.5"], 'Cannot use --rounds "1.5"'],
    ["more clients than a loopback has ports for", ["--clients", "30000"], "from 1 to 20000"],
    ["an option that does not exist", ["--fast"], "--fast"],
    ["a word without an option", ["echo"], "echo"],
    ["an option without its value", ["--json"], "--json"],
    ["two modes at once", ["--quick", "--smoke"], "choose one"],
    ["two families at once", ["--scaling", "--clusters"], "choose one"],
  ])("%s", (_what, args, message) => {
    expect(() => readArguments(args)).toThrow(UsageError);
    expect(() => readArguments(args)).toThrow(message);
  });
});
