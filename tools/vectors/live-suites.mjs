// The suites that are played against live servers and clients: ours, or the published packages that the tables were
// recorded with. The latter prove the replay and the tables; every answer there has to be the table's.
// Rules: peers are loaded when the first row needs them. Rows of these suites run beside each other; see Check.
import { checkClientLive, runsAlone } from "./client-live.mjs";
import { officialClients, ourClients } from "./client-peers.mjs";
import { officialEngines, ourEngines } from "./engine-peers.mjs";
import { checkHttpEngine } from "./http-engine.mjs";
import { checkServerLive } from "./server-live.mjs";
import { officialServers, ourServers } from "./server-peers.mjs";

/** Most of a row is waiting, so a machine of two cores has time for many. */
const TOGETHER = 16;

function liveCheck(check, loadPeers, alone = () => false) {
  let peers;
  const checkRow = async (row) => {
    peers ??= loadPeers();
    await check(row, await peers);
  };
  return Object.assign(checkRow, { together: TOGETHER, alone });
}

/** The live suites against our packages. */
export function loadLiveSuites() {
  return {
    "http-engine": liveCheck(checkHttpEngine, ourEngines),
    "socketio-server-live": liveCheck(checkServerLive, ourServers),
    "socketio-client-live": liveCheck(checkClientLive, ourClients, runsAlone),
  };
}

/** The live suites against the published packages. */
export function loadOfficialSuites() {
  return {
    "http-engine": liveCheck(checkHttpEngine, officialEngines),
    "socketio-server-live": liveCheck(checkServerLive, officialServers),
    "socketio-client-live": liveCheck(checkClientLive, officialClients, runsAlone),
  };
}
