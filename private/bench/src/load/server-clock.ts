// The CPU time of the server's process, kernel included, read from outside.
// Place: load process -> meter -> **server clock**
// Rules: Linux keeps nanoseconds per thread, which reading does not disturb; elsewhere the server is asked, which costs
//        it a message before and after.

import { readdirSync, readFileSync } from "node:fs";

/** The CPU time that all threads of a process have used, in microseconds; undefined where the system does not tell. */
export function readCpuUs(pid: number): number | undefined {
  try {
    let sumNs = 0;
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      sumNs += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1").split(" ")[0]);
    }
    return sumNs > 0 ? sumNs / 1000 : undefined;
  } catch {
    return undefined;
  }
}
