// What every adapter for several servers has to do, as a function: three servers, of ours unless it says otherwise,
// connected by it, with real clients. An adapter is a short file that says how its servers are connected.
// Place: **tests** -> stage -> clients and servers; between the servers the adapter and its broker
// Rules: where an adapter does otherwise, that is data with a reason: the rule is played all the same, and has to fail, so
//        that no difference outlives its cause. What an adapter cannot be asked is left out, and the title says why.

import type { Server } from "@bowline/server";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Rule, Trait } from "./rule.ts";
import { ANSWERING } from "./rules/answering.ts";
import { BROADCASTING } from "./rules/broadcasting.ts";
import { COMING_AND_GOING, LAST_RULE, NAMESPACES, SENDING, TALKING } from "./rules/servers.ts";
import { SOCKETS } from "./rules/sockets.ts";
import { type Connection, Stage } from "./stage.ts";

export type { Connection } from "./stage.ts";

/** Every rule, in the order in which they are played. */
export const RULES: readonly Rule[] = [
  ...BROADCASTING,
  ...ANSWERING,
  ...SOCKETS,
  ...NAMESPACES,
  ...TALKING,
  ...SENDING,
  ...COMING_AND_GOING,
  LAST_RULE,
];

/** An adapter under test. */
export interface AdapterKind {
  readonly name: string;
  /** Makes ready what connects servers; what is outside the process is apart from that of all other runs. */
  connect(): Promise<Connection> | Connection;
  /** The class of one of the servers, where they are not all ours. */
  serverClass?(index: number): typeof Server;
  /** Why `sockets` tells only of this server, where it does. */
  readonly listsOwnSocketsOnly?: string;
  /** Where a client finds its session on another server: what the offsets look like, which clients see behind an event. */
  readonly offsets?: RegExp;
  /** Whether servers and adapters are all ours, so that what upstream's lack is there. */
  readonly isOurs?: true;
  /** Whether a connection can be cut. */
  readonly severs?: true;
  /** Whether a connection has somebody who sends from outside. */
  readonly sends?: true;
  /** Rules that it does not keep, by their sentences, each with the reason. */
  readonly differs?: Readonly<Record<string, string>>;
  /** Rules that it keeps now and then, which proves nothing either way. */
  readonly wavers?: Readonly<Record<string, string>>;
  /** Why the tests cannot run here; undefined where they can. */
  readonly missing?: string | undefined;
}

const WITHOUT: Readonly<Record<Trait, string>> = {
  recovers: "it keeps no sessions for other servers",
  severs: "it cannot be cut off inside one process; the suite of faults kills processes",
  sends: "nobody sends by it from outside",
  counts: "its servers cannot count",
  alike: "upstream's write such values otherwise for clients of other servers",
};

const OWN_SOCKETS = "allSockets knows the ids on all servers";

/** Why a rule is not played. */
function whyNot(kind: AdapterKind, { name, needs }: Rule): string | undefined {
  const traits: Readonly<Record<Trait, boolean>> = {
    recovers: kind.offsets !== undefined,
    severs: kind.severs === true,
    sends: kind.sends === true,
    counts: kind.isOurs === true,
    alike: kind.isOurs === true,
  };
  return needs !== undefined && !traits[needs] ? WITHOUT[needs] : kind.wavers?.[name];
}

function differencesOf(kind: AdapterKind): ReadonlyMap<string, string> {
  const { differs = {}, wavers = {}, listsOwnSocketsOnly } = kind;
  const named = [...Object.keys(differs), ...Object.keys(wavers)];
  const unknown = named.find((name) => !RULES.some((rule) => rule.name === name));
  if (unknown !== undefined) throw new TypeError(`Cannot test ${kind.name}: there is no rule "${unknown}"`);
  const listed = listsOwnSocketsOnly === undefined ? {} : { [OWN_SOCKETS]: listsOwnSocketsOnly };
  return new Map(Object.entries({ ...listed, ...differs }));
}

/** Plays a rule of which it is known that it is not kept. */
async function playDifference(stage: Stage, rule: Rule): Promise<void> {
  stage.expectLittle(true);
  const kept = await rule.play(stage).then(
    () => true,
    () => false,
  );
  stage.expectLittle(false);
  expect(kept, "the rule is kept after all: the difference has gone").toBe(false);
}

/** Tests an adapter. */
export function adapterSuite(kind: AdapterKind): void {
  const differences = differencesOf(kind);
  describe.skipIf(kind.missing !== undefined)(
    `${kind.name}${kind.missing === undefined ? "" : ` (skipped: ${kind.missing})`}`,
    () => {
      const stage = new Stage(kind);

      beforeAll(() => stage.open(), 60_000);

      afterEach(() => stage.endClients());

      afterAll(() => stage.close(), 60_000);

      test("clusters of other tenants hear nothing", async () => {
        const other = new Stage(kind);
        try {
          await other.open(1);
          const clients = [await stage.join(0, "", ["tenants"]), await other.join(0, "", ["tenants"])];
          const got = clients.map((client) => stage.collect([client], "news")[0]);
          stage.ioAt(1).to("tenants").emit("news", "ours");
          other.ioAt(0).to("tenants").emit("news", "theirs");
          stage.ioAt(1).emit("news", "all ours");
          await stage.until(() =>
            expect(got.map((one) => one?.slice().sort())).toEqual([["all ours", "ours"], ["theirs"]]),
          );
          expect(await other.ioAt(0).fetchSockets()).toHaveLength(1);
        } finally {
          await other.close();
        }
      });

      for (const rule of RULES) {
        const reason = whyNot(kind, rule);
        const difference = differences.get(rule.name);
        if (difference !== undefined) {
          test(`not kept: ${rule.name} (${difference})`, () => playDifference(stage, rule));
        } else {
          const title = reason === undefined ? rule.name : `${rule.name} (skipped: ${reason})`;
          test.skipIf(reason !== undefined)(title, () => rule.play(stage));
        }
      }
    },
  );
}
