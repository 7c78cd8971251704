// The load process: plays all clients, one measurement after the other, for as long as the run lasts.
// Place: run -> **load process** -> scenario -> server process
// Rules: no client library, raw TCP sockets only; one measurement at a time; it ends when its parent is gone.

import { type FromLoad, isToLoad, type LoadJob, type Measurement, type ServerFacts } from "./job.ts";
import { Meter } from "./meter.ts";
import { polling, upgrade } from "./polling-scenarios.ts";
import { broadcast, connect, echo, echoAtRate, idle, type Surroundings } from "./scenarios.ts";
import { readCpuUs } from "./server-clock.ts";

let heardFacts: (facts: ServerFacts) => void = () => undefined;

function tell(message: FromLoad): void {
  process.send?.(message);
}

function askFacts(afterGarbageCollection: boolean): Promise<ServerFacts> {
  return new Promise((resolve) => {
    heardFacts = resolve;
    tell({ type: "ask", afterGarbageCollection });
  });
}

function play(surroundings: Surroundings): Promise<Measurement> {
  const { scenario, ratePerSecond } = surroundings.job;
  switch (scenario) {
    case "echo":
      return ratePerSecond > 0 ? echoAtRate(surroundings) : echo(surroundings);
    case "broadcast":
      return broadcast(surroundings);
    case "connect":
      return connect(surroundings);
    case "upgrade":
      return upgrade(surroundings);
    case "polling":
      return polling(surroundings);
    case "idle":
      return idle(surroundings);
    default:
      return scenario satisfies never;
  }
}

async function measure(job: LoadJob): Promise<void> {
  let isOver = false;
  const end = (message: FromLoad): void => {
    if (!isOver) tell(message);
    isOver = true;
  };
  const failed = (reason: string): void => end({ type: "failed", reason });
  const surroundings: Surroundings = {
    job,
    meter: new Meter(async () => readCpuUs(job.serverPid) ?? (await askFacts(false)).cpuUs),
    failed,
    factsAfterGarbageCollection: () => askFacts(true),
  };
  try {
    end({ type: "done", measurement: await play(surroundings) });
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error));
  }
}

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  if (!isToLoad(message)) return;
  if (message.type === "facts") heardFacts(message.facts);
  else void measure(message.job);
});
