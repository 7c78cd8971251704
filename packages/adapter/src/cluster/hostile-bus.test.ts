// Rules of a broker in the hands of somebody else: whatever it brings, no node breaks, nothing is done in a namespace that it
// was not for, and every question ends.
import { encodeMsgpack } from "@bowline/protocol/msgpack";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { createBusCluster, settle } from "../../test-support/bus-cluster.ts";
import { MessageType } from "./message.ts";
import { encodeNodeMessage } from "./node-message.ts";

/** A machine that has much else to do takes its time over so many runs. */
const PATIENCE_MS = 30_000;

const EVERYBODY = { rooms: new Set<string>(), except: new Set<string>(), flags: {} };

const topic = fc.constantFrom("bowline#all#/", "bowline#ask", "bowline#nodes", "bowline#room#/,all");
const kind = fc.oneof(fc.constantFrom(...Object.values(MessageType)), fc.integer(), fc.anything());
const name = fc.oneof(fc.constantFrom("/", "/desk", "a", "all"), fc.string(), fc.anything({ maxDepth: 1 }));
const options = fc.record({ rooms: fc.anything(), except: fc.anything(), flags: fc.anything() }, { requiredKeys: [] });
const data = fc.oneof(
  fc.anything(),
  fc.record(
    {
      opts: fc.oneof(options, fc.constant({ rooms: [], except: [], flags: {} })),
      rooms: fc.anything(),
      requestId: name,
      packet: fc.oneof(fc.anything(), fc.record({ type: fc.constantFrom(2, 5, 3, 0, "2"), data: fc.anything() })),
      sockets: fc.anything(),
      count: fc.anything(),
      clientCount: fc.anything(),
      close: fc.anything(),
    },
    { requiredKeys: [] },
  ),
);
const message = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.tuple(fc.constantFrom(1, 1, 1, 2), name, fc.constantFrom("/", "/desk", "/none"), kind, data).map(written),
  fc.tuple(fc.constant(1), fc.integer({ min: 0, max: 5 }), name, name, fc.anything()).map(written),
);

/** What has no form in MessagePack is as good as no message. */
function written(value: unknown): Uint8Array {
  try {
    return encodeMsgpack(value);
  } catch {
    return Uint8Array.of(0xc1);
  }
}

describe("a hostile broker", () => {
  it(
    "ends no process, reaches no namespace that it does not name, and keeps no question open",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(topic, message), { maxLength: 12 }), async (sent) => {
          const cluster = createBusCluster();
          const node = cluster.start("x");
          const desk = node.namespace("/untouched", "d");
          await cluster.meet();
          const found = node.adapter.fetchSockets(EVERYBODY).catch((error: unknown) => error);
          for (const [where, bytes] of sent) cluster.broker.inject(where, bytes);
          await settle();
          await cluster.pass(5_100);
          expect([desk.delivered, desk.done, desk.serverSide, node.uncaught]).toEqual([[], [], [], []]);
          expect(await found).toEqual([node.sockets.get("x")]);
        }),
        { seed: 28, numRuns: 150 },
      );
    },
    PATIENCE_MS,
  );

  it(
    "that says again what was said, in any order, keeps no question open and nobody known who has gone",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(), { minLength: 5, maxLength: 60 }), async (order) => {
          const cluster = createBusCluster();
          const nodes = [cluster.start("x"), cluster.start("y"), cluster.start("z")];
          const [one, two, three] = nodes;
          await cluster.meet();
          const said: [string, Uint8Array][] = [];
          const spy = cluster.broker.bus();
          for (const where of new Set(nodes.flatMap(({ bus }) => [...bus.topics]))) {
            await spy.join(where, (bytes) => void said.push([where, bytes]));
          }
          void one?.adapter.broadcast({ type: 2, data: ["a"] }, EVERYBODY);
          one?.adapter.broadcastWithAck(
            { type: 2, data: ["b"] },
            { ...EVERYBODY, flags: { timeout: 100 } },
            vi.fn(),
            vi.fn(),
          );
          void one?.adapter.serverSideEmit(["c", vi.fn()]);
          await two?.adapter.fetchSockets(EVERYBODY);
          await three?.cluster.close();
          await settle();
          const again = (): void => {
            for (const at of order)
              cluster.broker.inject(...(said[at % said.length] ?? expect.fail("nothing was said")));
          };
          again();
          const found = two?.adapter.fetchSockets(EVERYBODY).catch((error: unknown) => error);
          again();
          await cluster.pass(14_000);
          expect(await found).toBeDefined();
          for (const { adapter, cluster: node, uncaught } of nodes.slice(0, 2)) {
            expect([adapter.requests.size, adapter.ackRequests.size, node.nodes.length, uncaught]).toEqual([
              0,
              0,
              1,
              [],
            ]);
          }
        }),
        { seed: 28, numRuns: 15 },
      );
    },
    PATIENCE_MS,
  );

  it(
    "that writes into the log and the store what it likes has nobody wait, and costs a warning for each",
    async () => {
      const sessions = { maxDisconnectionDurationMs: 120_000, retentionMs: 180_000, maxLogBytes: 1_000_000 };
      const record = fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc
          .tuple(fc.constantFrom(1, 2, 3), name, fc.oneof(fc.nat(3), fc.anything()), name, name, name, data)
          .map(written),
        fc
          .tuple(fc.constantFrom(1, 2), name, name, fc.constantFrom([], ["r", "m-1"], ["r"]), fc.anything())
          .map(written),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(record, { maxLength: 10 }), async (records) => {
          const cluster = createBusCluster({ sessions });
          const node = cluster.start("x");
          const { log, store } = cluster.broker.bus();
          await cluster.meet();
          const found: unknown[] = [];
          for (const [at, bytes] of records.entries()) {
            await log?.append("bowline:log:/", bytes);
            await store?.put(`bowline:session:/:p${at}`, bytes, 0, 60_000);
            void Promise.resolve(node.adapter.restoreSession(`p${at}`, "m-1")).then(
              (session) => found.push(session?.sid),
              () => found.push(undefined),
            );
          }
          void node.adapter.broadcast({ type: 2, data: ["own"] }, EVERYBODY);
          await cluster.pass(4_000);
          expect(found).toHaveLength(records.length);
          expect(node.delivered.filter((text) => text.startsWith('["own"]'))).toHaveLength(1);
          expect([node.uncaught, node.warnings.length <= 2]).toEqual([[], true]);
        }),
        { seed: 28, numRuns: 60 },
      );
    },
    PATIENCE_MS,
  );

  it("that brings what cannot be read costs a count, and one warning until it has been away", async () => {
    const cluster = createBusCluster();
    const node = cluster.start("x");
    await cluster.meet();
    const nonsense = (): void => {
      for (const where of ["bowline#all#/", "bowline#ask", "bowline#nodes"])
        cluster.broker.inject(where, Uint8Array.of(0xc1));
    };
    nonsense();
    nonsense();
    await settle();
    expect([node.cluster.counters.refused, node.warnings.length]).toEqual([6, 1]);
  });

  it("brings nothing that is larger than what may be sent", async () => {
    const cluster = createBusCluster({ maxMessageBytes: 1000 });
    const node = cluster.start("x");
    await cluster.meet();
    const packet = { type: 2, data: ["x".repeat(2000)] };
    const forged = [1, "stranger", "/", MessageType.BROADCAST, { packet, opts: { rooms: [], except: [], flags: {} } }];
    cluster.broker.inject("bowline#all#/", encodeMsgpack(forged));
    cluster.broker.inject("bowline#nodes", new Uint8Array(2000));
    await settle();
    expect([node.delivered, node.cluster.counters.refused]).toEqual([[], 2]);
  });

  it("has no server called with more arguments than a call has room for", async () => {
    const cluster = createBusCluster();
    const node = cluster.start("x");
    await cluster.meet();
    const packet = ["a", ...Array.from({ length: 200_000 }, () => 1)];
    cluster.broker.inject(
      "bowline#all#/",
      encodeMsgpack([1, "stranger", "/", MessageType.SERVER_SIDE_EMIT, { packet }]),
    );
    await settle();
    expect([node.serverSide, node.cluster.counters.refused]).toEqual([[], 1]);
  });

  it("has no more nodes made up than a cluster has", async () => {
    const cluster = createBusCluster();
    const node = cluster.start("x");
    await cluster.meet();
    // Heard at once, as each of them would have to be answered otherwise.
    for (let num = 0; num < 10_050; num++) {
      const id = `n${num}`;
      cluster.broker.inject("bowline#nodes", encodeNodeMessage({ kind: "beat", id, name: "aaaa", isSettled: true }));
    }
    await settle();
    expect([node.cluster.nodes.length, node.cluster.counters.refused]).toEqual([10_000, 50]);
    await cluster.pass(12_000);
    expect(node.cluster.nodes.length).toBe(0);
  });

  it("answers questions that were not asked to nobody's harm", async () => {
    const cluster = createBusCluster();
    const [one, two] = [cluster.start("x"), cluster.start("y")];
    await cluster.meet();
    const counts = vi.fn();
    one.adapter.broadcastWithAck({ type: 2, data: ["a"] }, { ...EVERYBODY, flags: { timeout: 100 } }, counts, vi.fn());
    const answer = [
      1,
      two.adapter.uid,
      "/",
      MessageType.BROADCAST_CLIENT_COUNT,
      { requestId: "none", clientCount: 1e9 },
    ];
    cluster.broker.inject(`bowline#answer#${one.adapter.uid}`, encodeMsgpack(answer));
    await settle();
    expect(counts.mock.calls).toEqual([[1], [1]]);
  });
});
