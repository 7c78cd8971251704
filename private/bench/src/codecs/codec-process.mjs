// Codecs under measurement, of one peer, alone in their process: a codec that shared it with others would find the
// engine's inline caches spoilt.
// Place: run -> **codec process**
// Rules: every case is warmed up, and is checked to give what it should before it is timed; the figure is the average
//        time per call, garbage collection included.
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

const figures = {};
for (const [name, call] of Object.entries(codec.cases(metric))) {
  // What a call gives is handed on, lest the compiler finds out that nobody wants it.
  const stats = await measure(() => do_not_optimize(call()), { min_cpu_time: Number(milliseconds) * 1e6 });
  figures[name] = stats.avg;
}
process.send({ type: "done", measurement: { figures, loadUtilisation: 0 } });
