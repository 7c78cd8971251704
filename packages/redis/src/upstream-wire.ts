// The wire of @socket.io/redis-adapter: broadcasts, requests and responses on channels of their own.
// Place: cluster adapter -> **wire** -> bus -> Redis, and back the same way
// Rules: responses do not say of which node they are, so each counts as one of another node; what upstream's nodes do not
//        write themselves but read (bytes in requests and responses) is written where JSON would lose it.
// Source: docs/protocol/cluster.md, "Upstream's pub/sub"

import { type ClusterMessage, type ClusterResponse, MessageType } from "@bowline/adapter";
import type { ClusterWire, WireMessage, WireScope } from "@bowline/adapter/cluster";
import { readElderRequest, writeMarkedResponse } from "./elder-requests.ts";
import { listOf, memberOf } from "./foreign-values.ts";
import { MSGPACK, readValue, type ValueParser, writeValue } from "./wire-bytes.ts";

/** How the channels are named and used. */
export interface UpstreamWireOptions {
  /** What all channels begin with. @default "socket.io" */
  readonly key?: string;
  /** Whether a response goes to the node that asked, and not to all. @default false */
  readonly publishOnSpecificResponseChannel?: boolean;
  /** What writes broadcasts, and requests with bytes. @default MessagePack */
  readonly parser?: ValueParser;
}

/** The numbers of requests and responses. */
export const RequestType = {
  SOCKETS: 0,
  ALL_ROOMS: 1,
  REMOTE_JOIN: 2,
  REMOTE_LEAVE: 3,
  REMOTE_DISCONNECT: 4,
  REMOTE_FETCH: 5,
  SERVER_SIDE_EMIT: 6,
  BROADCAST: 7,
  BROADCAST_CLIENT_COUNT: 8,
  BROADCAST_ACK: 9,
} as const;

/** Who sends from outside says this in the place of a node. */
export const EMITTER = "emitter";

/** The channels of a namespace. */
export interface UpstreamChannels {
  readonly broadcast: string;
  /** That one, and all that begin with it. */
  readonly broadcasts: string;
  readonly request: string;
  readonly response: string;
}

/** Names the channels of a namespace. */
export function upstreamChannels(key: string, namespace: string): UpstreamChannels {
  const broadcast = `${key}#${namespace}#`;
  return {
    broadcast,
    // A namespace may be called by what means more to Redis.
    broadcasts: `${broadcast.replaceAll(/[*?[\]^\\]/g, "\\$&")}*`,
    request: `${key}-request#${namespace}#`,
    response: `${key}-response#${namespace}#`,
  };
}

/** Whether a topic of this wire stands for all channels that begin with it. */
export function isPattern(topic: string): boolean {
  return topic.endsWith("#*");
}

/** What has been read is checked by the adapter, which takes it from anybody. */
function asMessage(value: object): ClusterMessage;
function asMessage(value: object): unknown {
  return value;
}

function asResponse(value: object): ClusterResponse;
function asResponse(value: object): unknown {
  return value;
}

function refusal(what: string): SyntaxError {
  return new SyntaxError(`Cannot read ${what} of @socket.io/redis-adapter: it has another form`);
}

/**
 * Makes the wire that nodes with @socket.io/redis-adapter 8 understand, and what is called by that name in socket.io-redis 5
 * and 6.
 * @param options those that the other nodes have as well.
 * @example
 * const wire = upstreamWire({ key: "chat" });
 * console.log(wire.topics({ namespace: "/", node: "n1" })[0]); // prints: chat#/#*
 */
export function upstreamWire(options: UpstreamWireOptions = {}): ClusterWire {
  const { key = "socket.io", publishOnSpecificResponseChannel = false, parser = MSGPACK } = options;
  const channelsOf = (namespace: string): UpstreamChannels => upstreamChannels(key, namespace);
  let responses = 0;

  /** Nobody says who has answered, and nobody answers twice. */
  const someNode = (): string => `responder ${++responses}`;

  function encodeBroadcast({ uid, nsp, data }: Extract<ClusterMessage, { type: typeof MessageType.BROADCAST }>) {
    const { broadcast, request } = channelsOf(nsp);
    const { opts, requestId } = data;
    const packet = { type: data.packet.type, data: data.packet.data, nsp };
    if (requestId !== undefined) {
      const bytes = writeValue({ uid, requestId, type: RequestType.BROADCAST, packet, opts }, parser);
      return [{ topic: request, bytes }];
    }
    const topic = opts.rooms.length === 1 ? `${broadcast}${opts.rooms[0]}#` : broadcast;
    return [{ topic, bytes: parser.encode([uid, packet, opts]) }];
  }

  function encode(message: ClusterMessage): readonly WireMessage[] {
    const { uid, nsp } = message;
    const request = (body: object): readonly WireMessage[] => [
      { topic: channelsOf(nsp).request, bytes: writeValue({ uid, ...body }, parser) },
    ];
    switch (message.type) {
      case MessageType.BROADCAST:
        return encodeBroadcast(message);
      case MessageType.SOCKETS_JOIN:
      case MessageType.SOCKETS_LEAVE: {
        const { opts, rooms } = message.data;
        const isJoin = message.type === MessageType.SOCKETS_JOIN;
        const type = isJoin ? RequestType.REMOTE_JOIN : RequestType.REMOTE_LEAVE;
        return request({ type, opts: { rooms: opts.rooms, except: opts.except }, rooms });
      }
      case MessageType.DISCONNECT_SOCKETS: {
        const { opts, close } = message.data;
        return request({
          type: RequestType.REMOTE_DISCONNECT,
          opts: { rooms: opts.rooms, except: opts.except },
          close: close ?? false,
        });
      }
      case MessageType.FETCH_SOCKETS: {
        const { opts, requestId } = message.data;
        return request({
          requestId,
          type: RequestType.REMOTE_FETCH,
          opts: { rooms: opts.rooms, except: opts.except },
        });
      }
      case MessageType.SERVER_SIDE_EMIT: {
        const { packet, requestId } = message.data;
        return request({ requestId, type: RequestType.SERVER_SIDE_EMIT, data: packet });
      }
      case MessageType.INITIAL_HEARTBEAT:
      case MessageType.HEARTBEAT:
      case MessageType.ADAPTER_CLOSE:
        // Nobody of upstream's would know what to do with them: nodes are counted by who listens to requests.
        return [];
      default:
        message satisfies never;
        return [];
    }
  }

  function encodeResponse(requester: string, response: ClusterResponse): readonly WireMessage[] {
    const { response: common } = channelsOf(response.nsp);
    const own = `${common}${requester}#`;
    const topic = publishOnSpecificResponseChannel ? own : common;
    const { requestId } = response.data;
    const send = (body: object): readonly WireMessage[] => [{ topic, bytes: writeValue(body, parser) }];
    switch (response.type) {
      case MessageType.FETCH_SOCKETS_RESPONSE: {
        const marked = writeMarkedResponse(response.data);
        if (marked === undefined) return send({ requestId, sockets: response.data.sockets });
        // Who asks in that form hears no channel of its own.
        return marked.map((body) => ({ topic: common, bytes: writeValue(body, parser) }));
      }
      case MessageType.SERVER_SIDE_EMIT_RESPONSE:
        return send({ type: RequestType.SERVER_SIDE_EMIT, requestId, data: response.data.packet });
      case MessageType.BROADCAST_CLIENT_COUNT:
        return send({ type: RequestType.BROADCAST_CLIENT_COUNT, requestId, clientCount: response.data.clientCount });
      case MessageType.BROADCAST_ACK:
        return send({ type: RequestType.BROADCAST_ACK, requestId, packet: response.data.packet });
      default:
        response satisfies never;
        return [];
    }
  }

  function decodeBroadcast(bytes: Uint8Array): ClusterMessage {
    const [uid, packet, opts] = listOf(readBroadcast(bytes)) ?? [];
    if (packet === undefined || opts === undefined) throw refusal("a broadcast");
    const nsp = memberOf(packet, "nsp") ?? "/";
    return asMessage({ type: MessageType.BROADCAST, uid, nsp, data: { packet, opts } });
  }

  function readBroadcast(bytes: Uint8Array): unknown {
    try {
      return parser.decode(bytes);
    } catch (cause) {
      throw new SyntaxError(`Cannot read a broadcast of ${bytes.byteLength} bytes: the parser refuses it`, { cause });
    }
  }

  return {
    census: (namespace) => channelsOf(namespace).request,
    topics({ namespace, node }) {
      const { broadcasts, request, response } = channelsOf(namespace);
      return [broadcasts, request, response, `${response}${node}#`];
    },
    // One pattern brings the broadcasts to all rooms: they may be for the room of a single socket as well.
    roomTopic: () => undefined,
    encode,
    encodeResponse,
    decode(scope: WireScope, topic: string, bytes: Uint8Array) {
      const { request, response } = channelsOf(scope.namespace);
      if (topic === request) return decodeRequest(scope.namespace, readValue(bytes, parser));
      if (topic.startsWith(response)) return decodeResponse(scope.namespace, someNode(), readValue(bytes, parser));
      return decodeBroadcast(bytes);
    },
  };
}

function decodeRequest(nsp: string, request: unknown): ClusterMessage | undefined {
  const elder = readElderRequest(request);
  if (elder === "unknown") return undefined;
  if (elder !== undefined) return asMessage({ uid: EMITTER, ...elder, nsp });
  const of = (name: string): unknown => memberOf(request, name);
  const [uid, requestId, opts] = [of("uid") ?? EMITTER, of("requestId"), of("opts")];
  const whole = (type: MessageType, data: object): ClusterMessage => asMessage({ type, uid, nsp, data });
  switch (of("type")) {
    case RequestType.REMOTE_JOIN:
      return whole(MessageType.SOCKETS_JOIN, { opts, rooms: of("rooms") });
    case RequestType.REMOTE_LEAVE:
      return whole(MessageType.SOCKETS_LEAVE, { opts, rooms: of("rooms") });
    case RequestType.REMOTE_DISCONNECT:
      return whole(MessageType.DISCONNECT_SOCKETS, { opts, close: of("close") === true });
    case RequestType.REMOTE_FETCH:
      return whole(MessageType.FETCH_SOCKETS, { opts, requestId });
    case RequestType.SERVER_SIDE_EMIT: {
      const packet = of("data");
      return whole(MessageType.SERVER_SIDE_EMIT, requestId === undefined ? { packet } : { packet, requestId });
    }
    case RequestType.BROADCAST:
      return whole(MessageType.BROADCAST, { packet: of("packet"), opts, requestId });
    default:
      // Kinds of later versions are none of our business.
      if (typeof of("type") !== "number") throw refusal("a request");
      return undefined;
  }
}

function decodeResponse(nsp: string, uid: string, response: unknown): ClusterResponse | undefined {
  const of = (name: string): unknown => memberOf(response, name);
  const requestId = of("requestId");
  const whole = (type: MessageType, data: object): ClusterResponse => asResponse({ type, uid, nsp, data });
  // Nodes of 2.x answer to what they take for something else, and do not say to what.
  if (requestId === undefined) return undefined;
  switch (of("type")) {
    case RequestType.SERVER_SIDE_EMIT:
      return whole(MessageType.SERVER_SIDE_EMIT_RESPONSE, { requestId, packet: of("data") });
    case RequestType.BROADCAST_CLIENT_COUNT:
      return whole(MessageType.BROADCAST_CLIENT_COUNT, { requestId, clientCount: of("clientCount") });
    case RequestType.BROADCAST_ACK:
      return whole(MessageType.BROADCAST_ACK, { requestId, packet: of("packet") });
    default: {
      const sockets = of("sockets");
      return sockets === undefined ? undefined : whole(MessageType.FETCH_SOCKETS_RESPONSE, { requestId, sockets });
    }
  }
}
