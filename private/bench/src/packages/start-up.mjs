// How long a program waits for `require` of a package.
// Place: package process -> **start-up**
// Rules: a fresh process each time, which loads nothing else; the least of a few, since nothing makes it faster than it is.
import { execFileSync } from "node:child_process";

/** About as long as a process takes. */
const TIME_MS = 12;

/** The CPU time that loading takes, in milliseconds: all of it is computed and read at once, none is waited for. */
function timeOf(name, times) {
  const program = `
    const before = process.cpuUsage();
    require(${JSON.stringify(name)});
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);
  `;
  const once = () => Number(execFileSync(process.execPath, ["-e", program], { cwd: import.meta.dirname }));
  return Math.min(...Array.from({ length: times }, once));
}

/** The figures of a server's and a client's package; the more milliseconds there are, the more often they are taken. */
export function startUpTimes({ server, client }, milliseconds) {
  const times = Math.max(1, Math.round(milliseconds / TIME_MS));
  return { serverMs: timeOf(server, times), clientMs: timeOf(client, times) };
}
