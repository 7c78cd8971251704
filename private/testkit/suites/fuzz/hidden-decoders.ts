// Decoders that no package exports, since they stand behind drivers of brokers and links between processes.
// Place: the broker -> **decoders** -> cluster
// Rules: the one file outside of the packages that reaches into them.
// Source: docs/decisions/0033-fuzzing.md, "Decision"

export { decodeRecord, encodeRecord } from "../../../../packages/adapter/src/cluster/log-record.ts";
export { countIn, faultOf, socketsIn, timeoutIn } from "../../../../packages/adapter/src/cluster/message-check.ts";
export { decodeNodeMessage, encodeNodeMessage } from "../../../../packages/adapter/src/cluster/node-message.ts";
export { sealBus } from "../../../../packages/adapter/src/cluster/sealed-bus.ts";
export { decodeSession, encodeSession } from "../../../../packages/adapter/src/cluster/session-record.ts";
export { PastStays } from "../../../../packages/adapter/src/past-stays.ts";
export { readValue as readKeptValue, writeValue as writeKeptValue } from "../../../../packages/nats/src/kept-value.ts";
export { sessionInHead } from "../../../../packages/node-cluster/src/balance/session-in-head.ts";
export { decodeFrames, encodeFrame, wholeFramesLength } from "../../../../packages/node-cluster/src/hub/frame.ts";
export { readLogPayload, readTopicPayload, writeBytes } from "../../../../packages/postgres/src/payload.ts";
export { shardedUpstreamWire } from "../../../../packages/redis/src/sharded-wire.ts";
export { OWN_RECORDS } from "../../../../packages/redis/src/streams/record-form.ts";
export { compareIds, entriesIn, idAfter, isId } from "../../../../packages/redis/src/streams/stream-entries.ts";
export { UPSTREAM_RECORDS } from "../../../../packages/redis/src/streams/upstream-records.ts";
export { streamTopic, upstreamStreamsWire } from "../../../../packages/redis/src/streams/upstream-streams-wire.ts";
