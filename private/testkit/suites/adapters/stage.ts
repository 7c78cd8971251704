// Three servers that an adapter connects, and real clients: what a rule of adapters is played on.
// Place: rule -> **stage** -> clients and servers; between the servers the adapter and its broker
// Rules: a rule uses names of rooms that no other uses; its clients go when it ends; what is waited for is waited for by its
//        effect, as long as the stage's patience lasts.

import type { Cluster } from "@bowline/adapter/cluster";
import { type AdapterConstructor, Server } from "@bowline/server";
import { type Socket as ClientSocket, io as connect } from "socket.io-client-v4";
import { expect, vi } from "vitest";
import { listenOnLoopback } from "../../src/peers/http-listener.ts";
import { waitFor } from "../../src/peers/wait-for.ts";

/** How many servers there are, but where a rule adds one. */
export const SERVERS = 3;

/** How long an effect may take, in milliseconds; where it is known not to come, nobody waits long for it. */
const PATIENCE_MS = 10_000;
const LITTLE_PATIENCE_MS = 2500;

/** Sends from outside, without a server. */
export interface Sender {
  emit(event: string, ...args: unknown[]): unknown;
  to(room: string): Sender;
  in(room: string): Sender;
  except(room: string): Sender;
  of(namespace: string): Sender;
  socketsJoin(room: string): unknown;
  socketsLeave(room: string): unknown;
  disconnectSockets(close?: boolean): unknown;
  serverSideEmit(event: string, ...args: unknown[]): unknown;
}

/** Servers that are connected, or will be. */
export interface Connection {
  /** What makes the adapters of one server; asked once for each that starts. A fourth one comes late, more than once. */
  adapter?(index: number): AdapterConstructor | Promise<AdapterConstructor>;
  /** The node that one server is, in the place of adapters. */
  cluster?(index: number): Cluster | undefined | Promise<Cluster | undefined>;
  /** Cuts a server off its broker without a word, for good. */
  sever?(index: number): Promise<void> | void;
  /** Something that sends without a server. */
  emitter?(): Promise<Sender> | Sender;
  /** Lets go of what is outside the servers, once they have ended. */
  close(): Promise<void> | void;
}

/** What a stage is made of. */
export interface StageParts {
  connect(): Promise<Connection> | Connection;
  serverClass?(index: number): typeof Server;
  readonly offsets?: RegExp;
}

export interface Member {
  readonly io: Server;
  readonly url: string;
}

/** Servers and clients. */
export class Stage {
  readonly members: Member[] = [];
  readonly #parts: StageParts;
  readonly #clients: ClientSocket[] = [];
  #connection: Connection | undefined;
  #patienceMs = PATIENCE_MS;

  constructor(parts: StageParts) {
    this.#parts = parts;
  }

  /** What connects the servers. */
  get connection(): Connection {
    if (this.#connection === undefined) throw new Error("Cannot use the connection: the stage has not been opened");
    return this.#connection;
  }

  /** How long an effect is waited for. */
  get patience(): { readonly timeout: number; readonly interval: number } {
    return { timeout: this.#patienceMs, interval: 20 };
  }

  /** Where what a rule waits for is known not to come. */
  expectLittle(isKnown: boolean): void {
    this.#patienceMs = isKnown ? LITTLE_PATIENCE_MS : PATIENCE_MS;
  }

  /** Starts servers, and waits until each knows of all. */
  async open(servers: number = SERVERS): Promise<void> {
    this.#connection = await this.#parts.connect();
    for (let index = 0; index < servers; index++) await this.startServer();
    await this.counted(servers);
  }

  /** Starts one more server. */
  async startServer(): Promise<Member> {
    const index = this.members.length;
    const http = await listenOnLoopback(0);
    const Class = this.#parts.serverClass?.(index) ?? Server;
    const cluster = await this.connection.cluster?.(index);
    const adapter = cluster === undefined ? await this.connection.adapter?.(index) : undefined;
    const io = new Class(http.server, {
      ...(adapter === undefined ? {} : { adapter }),
      ...(cluster === undefined ? {} : { cluster }),
      ...(this.#parts.offsets === undefined ? {} : { connectionStateRecovery: {} }),
    });
    io.of("/desk");
    const member = { io, url: `http://localhost:${http.port}` };
    this.members.push(member);
    return member;
  }

  /** Ends the last server. */
  async endLastServer(): Promise<void> {
    await this.members.pop()?.io.close();
  }

  /** Waits until every server knows of so many. */
  async counted(servers: number, members: readonly Member[] = this.members): Promise<void> {
    await Promise.all(
      members.flatMap(({ io }) =>
        [io.of("/"), io.of("/desk")].map(({ adapter }) =>
          this.until(async () => expect(await adapter.serverCount?.()).toBe(servers)),
        ),
      ),
    );
  }

  memberAt(index: number): Member {
    const member = this.members[index];
    if (member === undefined) throw new Error(`Cannot take server ${index}: it is not there`);
    return member;
  }

  readonly ioAt = (index: number): Server => this.memberAt(index).io;

  /** A client of a server, in a namespace, in rooms. */
  async join(index: number, namespace = "", rooms: readonly string[] = []): Promise<ClientSocket> {
    const { io, url } = this.memberAt(index);
    const client = connect(`${url}${namespace}`, { forceNew: true, transports: ["websocket"], reconnection: false });
    this.#clients.push(client);
    await this.heard(client, "connect");
    await io
      .of(namespace === "" ? "/" : namespace)
      .sockets.get(client.id ?? "")
      ?.join([...rooms]);
    return client;
  }

  /** A client of each server, in these rooms. */
  joinAll(...rooms: readonly string[]): Promise<ClientSocket[]> {
    return Promise.all(this.members.map((_, index) => this.join(index, "", rooms)));
  }

  /** What clients get under one name, in the order in which it comes to each. */
  collect(all: readonly ClientSocket[], event: string): unknown[][] {
    return all.map((client) => {
      const got: unknown[] = [];
      client.on(event, (...args: unknown[]) => got.push(...args.filter((arg) => !this.#isOffset(arg))));
      return got;
    });
  }

  /** Waits until what is expected is so. */
  async until(expectation: () => unknown): Promise<void> {
    await vi.waitFor(expectation, this.patience);
  }

  /** Waits for an event of a client. */
  heard(client: ClientSocket, event: string): Promise<readonly unknown[]> {
    return waitFor(client, event, this.#patienceMs, "the client");
  }

  /** The clients go. */
  endClients(): void {
    for (const client of this.#clients.splice(0)) client.disconnect();
  }

  /** Everything ends. */
  async close(): Promise<void> {
    this.endClients();
    await Promise.all(this.members.splice(0).map(({ io }) => io.close()));
    await this.#connection?.close();
  }

  #isOffset(value: unknown): boolean {
    return typeof value === "string" && this.#parts.offsets?.test(value) === true;
  }
}
