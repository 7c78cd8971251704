// Servers of socket.io 4.8 with @socket.io/redis-adapter and ours with @bowline/redis on one Redis.
import { Server } from "@bowline/server";
import { adapterSuite } from "../adapters/adapter-suite.ts";
import { loadOfficialServer } from "../adapters/official-server.ts";
import { mixedServers, mixedShardedServers } from "./own-redis.ts";
import { redisKinds } from "./redis-suite.ts";

const OfficialServer = loadOfficialServer();
const LISTS_OWN = { listsOwnSocketsOnly: "upstream's lists the sockets of its own server, and is asked" };

const FLEETS = {
  "our server and two official ones": { isOfficial: (index: number) => index !== 0, ...LISTS_OWN },
  "an official server and two of ours": { isOfficial: (index: number) => index === 0 },
} as const;

for (const [name, { isOfficial, ...traits }] of Object.entries(FLEETS)) {
  const serverClass = (index: number) => (isOfficial(index) ? OfficialServer : Server);
  const published = await redisKinds(`${name}, published`, () => mixedServers(isOfficial), {
    ...traits,
    serverClass,
    differs: {
      "events between servers and their answers may be bytes": "upstream's requests between servers are JSON",
    },
  });
  const sharded = await redisKinds(`${name}, sharded`, () => mixedShardedServers(isOfficial), {
    ...traits,
    serverClass,
    wavers: {
      "a room that empties and fills again is heard again":
        "upstream's says that a socket has joined before Redis has heard of the room",
    },
  });
  for (const kind of [...published, ...sharded]) adapterSuite(kind);
}
