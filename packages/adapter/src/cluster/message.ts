// What the servers of a cluster say to each other: the kinds of messages, their fields, and options as they travel.
// Place: adapter -> cluster adapter -> **message** -> the broker, and back the same way
// Rules: numbers and names of fields are upstream's, so that its servers and ours understand each other;
//        sets travel as lists.

import type { Random } from "@bowline/protocol/internal";
import type { BroadcastFlags, BroadcastOptions, BroadcastPacket, Room, SocketDetails } from "../contract.ts";

/** The id of a server, as far as one namespace is concerned. */
export type NodeId = string;

/** Where a message stands in the log of a broker that keeps one. */
export type Offset = string;

/** The kinds of messages, by name and by number. */
export const MessageType = {
  INITIAL_HEARTBEAT: 1,
  HEARTBEAT: 2,
  BROADCAST: 3,
  SOCKETS_JOIN: 4,
  SOCKETS_LEAVE: 5,
  DISCONNECT_SOCKETS: 6,
  FETCH_SOCKETS: 7,
  FETCH_SOCKETS_RESPONSE: 8,
  SERVER_SIDE_EMIT: 9,
  SERVER_SIDE_EMIT_RESPONSE: 10,
  BROADCAST_CLIENT_COUNT: 11,
  BROADCAST_ACK: 12,
  ADAPTER_CLOSE: 13,
  1: "INITIAL_HEARTBEAT",
  2: "HEARTBEAT",
  3: "BROADCAST",
  4: "SOCKETS_JOIN",
  5: "SOCKETS_LEAVE",
  6: "DISCONNECT_SOCKETS",
  7: "FETCH_SOCKETS",
  8: "FETCH_SOCKETS_RESPONSE",
  9: "SERVER_SIDE_EMIT",
  10: "SERVER_SIDE_EMIT_RESPONSE",
  11: "BROADCAST_CLIENT_COUNT",
  12: "BROADCAST_ACK",
  13: "ADAPTER_CLOSE",
} as const;

/** The number of a kind of messages. */
export type MessageType = Extract<(typeof MessageType)[keyof typeof MessageType], number>;

type Kinds = typeof MessageType;

/** Whom something is for, as it travels. */
export interface WireOptions {
  readonly rooms: readonly Room[];
  readonly except: readonly Room[];
  readonly flags: BroadcastFlags;
}

/** What a server says to all others. */
export type MessageBody =
  | { readonly type: Kinds["INITIAL_HEARTBEAT"] | Kinds["HEARTBEAT"] | Kinds["ADAPTER_CLOSE"] }
  | {
      readonly type: Kinds["BROADCAST"];
      /** With a request id every receiver answers. */
      readonly data: { readonly opts: WireOptions; readonly packet: BroadcastPacket; readonly requestId?: string };
    }
  | {
      readonly type: Kinds["SOCKETS_JOIN"] | Kinds["SOCKETS_LEAVE"];
      readonly data: { readonly opts: WireOptions; readonly rooms: readonly Room[] };
    }
  | {
      readonly type: Kinds["DISCONNECT_SOCKETS"];
      readonly data: { readonly opts: WireOptions; readonly close?: boolean };
    }
  | {
      readonly type: Kinds["FETCH_SOCKETS"];
      /** A count is asked for by a flag, so that servers that do not know it answer all the same. */
      readonly data: { readonly opts: WireOptions; readonly requestId: string; readonly isCount?: true };
    }
  | {
      readonly type: Kinds["SERVER_SIDE_EMIT"];
      /** With a request id every server answers. */
      readonly data: { readonly packet: readonly unknown[]; readonly requestId?: string };
    };

/** What a server answers to one other. */
export type ResponseBody =
  | {
      readonly type: Kinds["FETCH_SOCKETS_RESPONSE"];
      readonly data: {
        readonly requestId: string;
        readonly sockets: readonly SocketDetails[];
        /** Where only that was asked for. */
        readonly count?: number;
        /** In how many messages the answer comes, where it is too large for one. */
        readonly parts?: number;
      };
    }
  | {
      readonly type: Kinds["SERVER_SIDE_EMIT_RESPONSE"];
      /** The first argument of the answer; absent, as nobody could answer, where the server has no such namespace. */
      readonly data: { readonly requestId: string; readonly packet?: unknown; readonly isAbsent?: true };
    }
  | {
      readonly type: Kinds["BROADCAST_ACK"];
      /** The first argument of the answer. */
      readonly data: { readonly requestId: string; readonly packet: unknown };
    }
  | {
      readonly type: Kinds["BROADCAST_CLIENT_COUNT"];
      readonly data: { readonly requestId: string; readonly clientCount: number };
    };

/** Of whom a message is. */
interface Sender {
  readonly uid: NodeId;
  readonly nsp: string;
}

/** A message to all other servers. */
export type ClusterMessage = Sender & MessageBody;

/** An answer to one server. */
export type ClusterResponse = Sender & ResponseBody;

/**
 * Says of whom a message is. Field by field: what spreads an object whose fields are not known makes each one slowly.
 */
export function withSender(body: MessageBody, uid: NodeId, nsp: string): ClusterMessage;
export function withSender(body: ResponseBody, uid: NodeId, nsp: string): ClusterResponse;
export function withSender(body: MessageBody | ResponseBody, uid: NodeId, nsp: string): object {
  return "data" in body ? { uid, nsp, type: body.type, data: body.data } : { uid, nsp, type: body.type };
}

/** A message of one kind. */
export type MessageOf<Kind extends MessageType> = Extract<ClusterMessage, { type: Kind }>;

/** Options in the form in which they travel. */
export function writeOptions({ rooms, except, flags }: BroadcastOptions): WireOptions {
  return { rooms: [...rooms], except: [...(except ?? [])], flags: flags ?? {} };
}

/** Options that have come from another server; those of upstream name rooms by numbers too, where programs do. */
export function readOptions({ rooms, except, flags }: WireOptions): BroadcastOptions {
  return { rooms: new Set(rooms.map(String)), except: new Set(except?.map(String)), flags: flags ?? {} };
}

/** A socket as it travels. */
export function writeSocket({ id, handshake, rooms, data }: SocketDetails): SocketDetails {
  return { id, handshake, rooms: [...rooms], data };
}

/** Random hexadecimal digits, 64 bits: the id of a server, or of a question. */
export function createRandomId(random: Pick<Random, "bytes">): string {
  return Array.from(random.bytes(8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
