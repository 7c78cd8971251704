// The types of sockets, and of what is behind them, in programs of 2.x.
// Rules: loose, as the types are that such programs were written with; collections are objects by name.
import type { Connection, NativeRequest, UserValue } from "@bowline/server";
import type { Namespace, Server } from "./server-types.js";

/** Hands on, with an error or without. */
export type Next = (error?: UserValue) => void;

/** One client in one namespace. */
export interface Socket extends NodeJS.EventEmitter {
  readonly id: string;
  readonly nsp: Namespace;
  readonly server: Server;
  readonly adapter: Adapter;
  readonly request: UserValue;
  readonly client: Client;
  readonly conn: EngineSocket;
  readonly rooms: { [room: string]: string };
  readonly connected: boolean;
  readonly disconnected: boolean;
  readonly handshake: Handshake;
  /** Whatever the program wants to keep with the socket. */
  data: UserValue;
  readonly json: this;
  readonly volatile: this;
  readonly broadcast: this;
  readonly local: this;
  to(room: string): this;
  in(room: string): this;
  use(middleware: (packet: Packet, next: Next) => void): this;
  send(...args: UserValue[]): this;
  write(...args: UserValue[]): this;
  join(rooms: string | string[], callback?: (error?: UserValue) => void): this;
  leave(room: string, callback?: (error?: UserValue) => void): this;
  leaveAll(): void;
  disconnect(close?: boolean): this;
  compress(compress: boolean): this;
  binary(binary: boolean): this;
  error(error: UserValue): void;
}

/** An event on its way to its listeners: its name, its arguments, and the ack if there is one. */
export type Packet = [event: string, ...args: UserValue[]];

/** Details of the handshake. */
export interface Handshake {
  headers: UserValue;
  time: string;
  address: string;
  xdomain: boolean;
  secure: boolean;
  issued: number;
  url: string;
  query: UserValue;
  auth: UserValue;
}

/** The members of a room. */
export interface Room {
  sockets: { [id: string]: boolean };
  length: number;
}

/** The rooms of a namespace. */
export interface Rooms {
  [room: string]: Room;
}

/** What keeps the rooms of a namespace. */
export interface Adapter extends NodeJS.EventEmitter {
  readonly nsp: Namespace;
  readonly rooms: Rooms;
  readonly sids: { [id: string]: { [room: string]: boolean } };
}

/** A client with all its sockets. */
export interface Client {
  readonly id: string;
  readonly server: Server;
  readonly conn: EngineSocket;
  readonly request: NativeRequest;
  readonly sockets: { [id: string]: Socket };
  readonly nsps: { [name: string]: Socket };
}

/** The connection below. */
export type EngineSocket = Connection;
