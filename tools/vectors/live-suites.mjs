// The suites that are played against live servers and clients: ours, or the published packages that the tables were
// recorded with. The latter prove the replay and the tables; every answer there has to be the table's.
// Rules: rows of these suites run beside each other, since most of a row is waiting; see Check in registry.mjs.
import { checkClientLive, runsAlone } from "./client-live.mjs";
import { officialClients, ourClients } from "./client-peers.mjs";
import { officialEngines, ourEngines } from "./engine-peers.mjs";
import { checkHttpEngine } from "./http-engine.mjs";
import { checkServerLive } from "./server-live.mjs";
import { officialServers, ourServers } from "./server-peers.mjs";

/** How many rows are under way at a time; two cores have time for many. */
const TOGETHER = 16;

async function liveSuites(loadEngines, loadServers, loadClients) {
  const [engines, servers, clients] = await Promise.all([loadEngines(), loadServers(), loadClients()]);
  const together = TOGETHER;
  return {
    "http-engine": Object.assign((row) => checkHttpEngine(row, engines), { together }),
    "socketio-server-live": Object.assign((row) => checkServerLive(row, servers), { together }),
    "socketio-client-live": Object.assign((row) => checkClientLive(row, clients), { together, alone: runsAlone }),
  };
}

/** The live suites against our packages. */
export function loadLiveSuites() {
  return liveSuites(ourEngines, ourServers, ourClients);
}

/** The live suites against the published packages. */
export function loadOfficialSuites() {
  return liveSuites(officialEngines, officialServers, officialClients);
}
