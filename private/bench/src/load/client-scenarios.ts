// The scenarios that measure clients: events poured over them, or nothing but being connected.
// Place: load process -> **client scenarios** -> fountain
// Rules: a scenario ends its fountain; what a client costs and how many events it got are its own process's words, told
//        in one breath, so that both are of the same moment.

import { setTimeout as delay } from "node:timers/promises";
import { Fountain } from "./fountain.ts";
import type { FountainJob, Measurement, ProcessFacts } from "./job.ts";
import { Meter } from "./meter.ts";
import { newsFrames } from "./speech.ts";

/** Clients before memory is counted: what a library makes once is there by then. */
const FIRST_CLIENTS = 50;
const SETTLE_MS = 100;
/** About as much as a client reads at once. */
const EVENTS_PER_WRITE = 1024;

/** What a scenario works with. */
export interface ClientSurroundings {
  readonly job: FountainJob;
  /** Ends the measurement: something went wrong that it cannot go on with. */
  readonly failed: (reason: string) => void;
  /** Has so many clients connect to a port, and waits for all of them. */
  readonly connect: (port: number, clients: number) => Promise<void>;
  /** What the clients' process tells of itself. */
  readonly facts: (afterGarbageCollection: boolean) => Promise<ProcessFacts>;
}

/** Every client gets as many events as it can take. */
export async function receive({ job, failed, connect, facts }: ClientSurroundings): Promise<Measurement> {
  const fountain = new Fountain(job.language, failed);
  await connect(await fountain.listen(), job.clients);
  let counted = 0;
  const meter = new Meter(async () => {
    const { cpuUs, received } = await facts(false);
    meter.done(received - counted);
    counted = received;
    return cpuUs;
  });
  fountain.pour(newsFrames(EVENTS_PER_WRITE));
  const measurement = await meter.run(job);
  fountain.close();
  return measurement;
}

/** Connected clients that do nothing: what their process's memory grows by for each. */
export async function stay({ job, failed, connect, facts }: ClientSurroundings): Promise<Measurement> {
  const fountain = new Fountain(job.language, failed);
  const port = await fountain.listen();
  const settledFacts = async (clients: number): Promise<ProcessFacts> => {
    await connect(port, clients);
    await delay(SETTLE_MS);
    return facts(true);
  };
  const before = await settledFacts(FIRST_CLIENTS);
  const after = await settledFacts(job.clients);
  fountain.close();
  return { figures: growthPerClient(before, after, job.clients), loadUtilisation: 0 };
}

/** How much memory each of the clients that came in between takes. */
export function growthPerClient(before: ProcessFacts, after: ProcessFacts, clients: number): Measurement["figures"] {
  return {
    rssKib: (after.rssBytes - before.rssBytes) / 1024 / clients,
    heapKib: (after.heapBytes - before.heapBytes) / 1024 / clients,
  };
}
