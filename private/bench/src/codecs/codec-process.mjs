// Codecs under measurement, of one peer, alone in their process: a codec that shared it with others would find the
// engine's inline caches spoilt.
// Place: run -> **codec process**
// Rules: every case is checked to give what it should, and all are warmed up together, since a program uses one codec for
//        all of its packets; the figure is CPU time per call, garbage collection included, as for servers.
// Usage: node --expose-gc codec-process.mjs METRIC PEER MILLISECONDS
import { do_not_optimize, measure } from "mitata";
import * as bowline from "./bowline.mjs";
import * as json from "./json.mjs";
import * as socketIo4 from "./socket-io-4.mjs";

const CODECS = { bowline, "socket.io 4.8": socketIo4, JSON: json };

const [metric = "", peer = "", milliseconds = ""] = process.argv.slice(2);
const codec = CODECS[peer];
if (codec === undefined) throw new TypeError(`Cannot measure "${peer}": choose ${Object.keys(CODECS).join(", ")}`);

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  if (message.type === "end") process.exit();
});

const WARM_CALLS = 5000;
const cpuNs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
};

const cases = Object.entries(codec.cases(metric));
// What a call gives is handed on, lest the compiler finds out that nobody wants it.
for (let i = 0; i < WARM_CALLS; i += 1) for (const [, call] of cases) do_not_optimize(call());
const figures = {};
for (const [name, call] of cases) {
  const stats = await measure(() => do_not_optimize(call()), { now: cpuNs, min_cpu_time: Number(milliseconds) * 1e6 });
  figures[name] = stats.avg;
}
process.send({ type: "done", measurement: { figures, loadUtilisation: 0 } });
