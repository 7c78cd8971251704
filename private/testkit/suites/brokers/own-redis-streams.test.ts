// `createAdapter` of @bowline/redis/streams under our servers, and beside servers of socket.io 4.8 with
// @socket.io/redis-streams-adapter on one stream.
import { createAdapter } from "@bowline/redis/streams";
import { Server } from "@bowline/server";
import { adapterSuite } from "../adapters/adapter-suite.ts";
import { loadOfficialServer } from "../adapters/official-server.ts";
import { loadPackage, uniqueName } from "./broker-packages.ts";
import { typed } from "./own-redis.ts";
import { type RedisServers, redisKinds } from "./redis-suite.ts";

const OfficialServer = loadOfficialServer();

function streamedServers(isOfficial: (index: number) => boolean): RedisServers {
  const streamName = uniqueName();
  const options = { streamName, channelPrefix: streamName };
  return {
    create: (client, _unused, index) =>
      isOfficial(index)
        ? loadPackage("@socket.io/redis-streams-adapter").createAdapter(client, options)
        : createAdapter(typed(client), options),
    key: streamName,
  };
}

const FLEETS = {
  "createAdapter of @bowline/redis/streams": { isOfficial: (_index: number) => false },
  "our server and two official ones, streamed": {
    isOfficial: (index: number) => index !== 0,
    listsOwnSocketsOnly: "upstream's lists the sockets of its own server, and is asked",
  },
  "an official server and two of ours, streamed": { isOfficial: (index: number) => index === 0 },
} as const;

for (const [name, { isOfficial, ...traits }] of Object.entries(FLEETS)) {
  const serverClass = (index: number) => (isOfficial(index) ? OfficialServer : Server);
  const kinds = await redisKinds(name, () => streamedServers(isOfficial), { ...traits, serverClass });
  for (const kind of kinds) adapterSuite(kind);
}
