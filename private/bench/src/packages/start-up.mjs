// How long a program waits for `require` of a package.
// Place: package process -> **start-up**
// Rules: a fresh process each time, which loads nothing else; the least of a few, since nothing makes it faster than it is.
import { execFileSync } from "node:child_process";

const TIMES = 5;

/** The CPU time that loading takes, in milliseconds: all of it is computed and read at once, none is waited for. */
function timeOf(name) {
  const program = `
    const before = process.cpuUsage();
    require(${JSON.stringify(name)});
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);
  `;
  const once = () => Number(execFileSync(process.execPath, ["-e", program], { cwd: import.meta.dirname }));
  return Math.min(...Array.from({ length: TIMES }, once));
}

/** The figures of a server's and a client's package. */
export function startUpTimes({ server, client }) {
  return { serverMs: timeOf(server), clientMs: timeOf(client) };
}
