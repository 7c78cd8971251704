// Rules that hold whatever happens between nodes, in whatever order: nobody gets an event twice, out of its sender's order, or
// without being addressed; and where nothing is lost or away, everybody who is addressed gets it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BusNode, createBusCluster, settle } from "../../test-support/bus-cluster.ts";

/** A machine that has much else to do takes its time over so many runs. */
const PATIENCE_MS = 30_000;

const ROOMS = ["r", "s"] as const;
const NODES = 3;

const node = fc.integer({ min: 0, max: NODES - 1 });
const room = fc.constantFrom(...ROOMS);
const step = fc.oneof(
  fc.record({ kind: fc.constant("join" as const), node, room }),
  fc.record({ kind: fc.constant("leave" as const), node, room }),
  fc.record({ kind: fc.constant("send" as const), node, rooms: fc.uniqueArray(room, { maxLength: 2 }) }),
  fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(10, 200, 7_000) }),
);
const trouble = fc.oneof(
  step,
  fc.record({ kind: fc.constant("broker" as const), isAway: fc.boolean() }),
  fc.record({ kind: fc.constant("cut" as const), node, isNoticed: fc.boolean() }),
  fc.record({ kind: fc.constant("heal" as const), node }),
);

type Step = typeof trouble extends fc.Arbitrary<infer Kind> ? Kind : never;

/** What was sent: by whom, and who had to get it. */
interface Sent {
  readonly num: number;
  readonly from: number;
  readonly addressed: ReadonlySet<number>;
}

type Options = Parameters<typeof createBusCluster>[0];

/** A broker that loses messages and is slow; the log of one that keeps sessions is slow, too, but loses nothing. */
const TROUBLED: Options = { lossShare: 0.1, delayMs: [0, 30] };
const SESSIONS = { maxDisconnectionDurationMs: 120_000, retentionMs: 180_000, maxLogBytes: 10_000_000 };

/** Plays steps. @returns what was sent, and the numbers that each node's socket got. */
async function play(steps: readonly Step[], options: Options = {}): Promise<{ sent: Sent[]; got: number[][] }> {
  const cluster = createBusCluster(options);
  const nodes: BusNode[] = Array.from({ length: NODES }, (_, at) => cluster.start(`x${at}`));
  await cluster.meet();
  await cluster.pass(500);
  const members: Record<(typeof ROOMS)[number], Set<number>> = { r: new Set(), s: new Set() };
  const sent: Sent[] = [];
  const membersOf = (rooms: readonly (typeof ROOMS)[number][]): Set<number> =>
    new Set(rooms.length === 0 ? nodes.keys() : rooms.flatMap((name) => [...members[name]]));
  for (const played of steps) {
    switch (played.kind) {
      case "join":
        members[played.room].add(played.node);
        void nodes[played.node]?.adapter.addAll(`x${played.node}`, new Set([played.room]));
        await settle();
        break;
      case "leave":
        members[played.room].delete(played.node);
        void nodes[played.node]?.adapter.del(`x${played.node}`, played.room);
        break;
      case "send":
        sent.push({ num: sent.length, from: played.node, addressed: membersOf(played.rooms) });
        void nodes[played.node]?.adapter.broadcast(
          { type: 2, data: [sent.length - 1] },
          { rooms: new Set(played.rooms), flags: {} },
        );
        await settle();
        break;
      case "pass":
        await cluster.pass(played.ms);
        break;
      case "broker":
        if (played.isAway) cluster.broker.leave();
        else cluster.broker.comeBack();
        break;
      case "cut":
        nodes[played.node]?.bus.cut(played.isNoticed);
        break;
      case "heal":
        nodes[played.node]?.bus.heal();
        break;
      default:
        played satisfies never;
    }
  }
  cluster.broker.comeBack();
  for (const { bus } of nodes) bus.heal();
  await cluster.pass(1_000);
  const got = nodes.map(({ delivered }) => delivered.map((text) => Number(/^\[(\d+)\]/.exec(text)?.[1])));
  for (const { uncaught } of nodes) expect(uncaught).toEqual([]);
  return { sent, got };
}

/** Numbers of events, apart for each sender. */
function numbersBySender(sent: readonly Sent[], numbers: readonly number[]): number[][] {
  return Array.from({ length: NODES }, (_, from) => numbers.filter((num) => sent[num]?.from === from));
}

describe("events between nodes", () => {
  it(
    "reach everybody who is addressed, once, and nobody else, where nothing fails",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          const { sent, got } = await play(steps);
          const due = got.map((_, at) => sent.filter(({ addressed }) => addressed.has(at)).map(({ num }) => num));
          expect(got).toEqual(due);
        }),
        { seed: 28, numRuns: 60 },
      );
    },
    PATIENCE_MS,
  );

  it(
    "reach nobody twice and nobody else, whatever is lost, late, cut off or away",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(trouble, { maxLength: 30 }), async (steps) => {
          const { sent, got } = await play(steps, TROUBLED);
          const own = got.map((numbers, at) => sent.filter(({ num, from }) => from === at && numbers.includes(num)));
          const dueAtHome = sent.filter(({ from, addressed }) => addressed.has(from));
          expect(got.map((numbers) => new Set(numbers).size)).toEqual(got.map((numbers) => numbers.length));
          // Clients of the node that sends are served in any case.
          expect(own.flat().length).toBe(dueAtHome.length);
        }),
        { seed: 28, numRuns: 60 },
      );
    },
    PATIENCE_MS,
  );

  it.each<readonly [string, Options]>([
    ["", TROUBLED],
    [", where sessions are kept", { ...TROUBLED, sessions: SESSIONS }],
  ])(
    "of one node to one room come once and in the order in which they were sent, and all at home, whatever is lost, late, cut off or away%s",
    async (_, options) => {
      const sending = fc.record({ kind: fc.constant("send" as const), node, rooms: fc.constant<("r" | "s")[]>([]) });
      const others = trouble.filter(({ kind }) => kind !== "send");
      const toOne = fc.array(fc.oneof({ arbitrary: sending, weight: 4 }, others), { maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(toOne, async (steps) => {
          const { sent, got } = await play(steps, options);
          const bySender = got.map((numbers) => numbersBySender(sent, numbers));
          expect(bySender.flat()).toEqual(
            bySender.flat().map((numbers) => [...new Set(numbers)].sort((one, other) => one - other)),
          );
          const all = numbersBySender(sent, [...sent.keys()]);
          expect(bySender.map((lists, at) => lists[at])).toEqual(all);
        }),
        { seed: 28, numRuns: 60 },
      );
    },
    PATIENCE_MS,
  );
});
