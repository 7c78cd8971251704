// Which worker gets a connection.
// Place: connection -> first bytes -> **choice** -> worker
// Rules: a session that a worker is known for goes there; everything else by the method of the program.

/** How connections without a session are spread. */
export type LoadBalancingMethod = "least-connection" | "round-robin" | "random";

/** The methods. */
export const METHODS: readonly LoadBalancingMethod[] = ["least-connection", "round-robin", "random"];

/** A worker that can be chosen. */
export interface Candidate {
  /** What the session ids that it gives begin with. */
  readonly name: string;
  /** How many connections it has. */
  readonly connections: number;
}

/** A way to choose: by the session's id, or an empty text; undefined where there is no worker. */
export type Choice<Worker extends Candidate> = (workers: readonly Worker[], session: string) => Worker | undefined;

/**
 * Makes a way to choose.
 * @param fraction a random number from 0 to 1.
 */
export function createChoice<Worker extends Candidate>(
  method: LoadBalancingMethod,
  fraction: () => number,
): Choice<Worker> {
  let turn = 0;
  function choose(workers: readonly Worker[]): Worker | undefined {
    switch (method) {
      case "least-connection": {
        let least = workers[0];
        for (const worker of workers) if (least === undefined || worker.connections < least.connections) least = worker;
        return least;
      }
      case "round-robin":
        turn += 1;
        return workers[(turn - 1) % workers.length];
      case "random":
        return workers[Math.min(Math.floor(fraction() * workers.length), workers.length - 1)];
      default:
        return method satisfies never;
    }
  }
  return (workers, session) => {
    if (workers.length === 0) return undefined;
    const owner = session === "" ? undefined : workers.find(({ name }) => session.startsWith(name));
    return owner ?? choose(workers);
  };
}
