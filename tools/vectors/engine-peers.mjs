// Engine servers to replay `http-engine` against: the published packages, and ours.
// Place: under http-engine.mjs. Rules: a peer is `attach(httpServer, options)` and gives an engine with the events
// `connection` and `connection_error`.
import { importPackage } from "./packages.mjs";

/** The published packages that the tables were recorded with. */
export async function officialEngines() {
  const [v6, v3] = await Promise.all([import("engine.io-v6"), import("engine.io-v3")]);
  const attach6 = v6.attach ?? v6.default.attach;
  const attach3 = v3.attach ?? v3.default.attach;
  return new Map([
    ["engine.io@6.6", { attach: attach6, reportsRefusals: true }],
    ["engine.io@3.6", { attach: attach3, reportsRefusals: false }],
  ]);
}

/** Our engine, in the profile of each of them. */
export async function ourEngines() {
  const { attach } = await importPackage("@bowline/server/engine");
  return new Map([
    [
      "engine.io@6.6",
      { attach: (server, options) => attach(server, { allowEIO3: false, ...options }), reportsRefusals: true },
    ],
    [
      "engine.io@3.6",
      { attach: (server, options) => attach(server, { compat: 2, ...options }), reportsRefusals: false },
    ],
  ]);
}
