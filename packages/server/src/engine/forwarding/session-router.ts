// Finds the node that has a session by the session's id, and has it serve what has come to this one.
// Place: **bytes** -> engine server -> **session router** -> the engine of another node
// Rules: the id of a session begins with the name of its node, and has 96 random bits behind it; only names of nodes that
//        are there are asked, so that made-up ids never reach the broker; what was forwarded is never forwarded again.
// Source: docs/decisions/0029-sessions-of-other-nodes.md, "Decision"

import { createId, type Random } from "@bowline/protocol/internal";
import type { EnginePlatform } from "../engine-platform.ts";
import type { HttpExchange, UpgradeExchange } from "../http-exchange.ts";
import type { EngineOptions } from "../options.ts";
import { Entrance, type EntranceHost } from "./entrance.ts";
import { NODE_NAME_LENGTH, type NodeLink } from "./node-link.ts";
import { NodePost } from "./node-post.ts";
import { OwnerDesk, type OwnerDeskHost } from "./owner-desk.ts";

/** Room for the head of a request or an answer beside its body. */
const HEAD_ROOM_BYTES = 1_000_000;

/** The form of our ids. */
const ID = /^[\w-]{20}$/;

/** What a router is made of. */
export interface RouterHost
  extends Pick<EntranceHost, "refuse" | "refuseUpgrade">,
    Pick<OwnerDeskHost, "serve" | "serveUpgrade" | "releasePoll"> {
  readonly options: EngineOptions;
  readonly platform: EnginePlatform;
}

/** The other nodes, to the engine of one. */
export class SessionRouter {
  readonly #link: NodeLink;
  readonly #random: Random;
  readonly #entrance: Entrance;

  constructor(link: NodeLink, host: RouterHost) {
    const { options, platform } = host;
    const { clock, random } = platform;
    const { maxHttpBufferSize, maxBufferedBytes } = options;
    const maxMessageBytes = 2 * Math.max(maxHttpBufferSize, maxBufferedBytes) + HEAD_ROOM_BYTES;
    const post = new NodePost({ link, platform, maxMessageBytes });
    this.#link = link;
    this.#random = random;
    this.#entrance = new Entrance({
      clock,
      random,
      send: post.toOwner,
      unsentBytes: () => post.unsentBytes,
      maxInFlight: () => options.maxForwarded,
      maxBodyBytes: () => options.maxHttpBufferSize,
      maxBufferedBytes: () => options.maxBufferedBytes,
      // A session says something once in this time, or it has ended.
      pollPatienceMs: () => options.pingInterval + options.pingTimeout,
      refuse: (exchange, error) => host.refuse(exchange, error),
      refuseUpgrade: (exchange, error) => host.refuseUpgrade(exchange, error),
    });
    post.open(this.#entrance);
    post.open(
      new OwnerDesk({
        clock,
        reportUncaught: (error) => platform.reportUncaught(error),
        send: post.toEntrance,
        maxPerNode: () => options.maxForwarded,
        headOf: (facts) => platform.headOf(facts),
        serve: (exchange) => host.serve(exchange),
        serveUpgrade: (exchange) => host.serveUpgrade(exchange),
        releasePoll: (sid) => host.releasePoll(sid),
      }),
    );
  }

  /** How many requests and WebSockets are at other nodes now. */
  get inFlight(): number {
    return this.#entrance.inFlight;
  }

  /** Makes the id of a session of this node. */
  createId(): string {
    return this.#link.name + createId(this.#random).slice(NODE_NAME_LENGTH);
  }

  /** The node that has a session; undefined where none does, or this one. */
  ownerOf(sid: string): string | undefined {
    if (!ID.test(sid)) return undefined;
    const node = sid.slice(0, NODE_NAME_LENGTH);
    return node !== this.#link.name && this.#link.knows(node) ? node : undefined;
  }

  /** Has another node serve a request of a method that sessions take. */
  forward(exchange: HttpExchange, node: string): void {
    this.#entrance.forward(exchange, node);
  }

  /** Has another node serve a request to become a WebSocket. */
  forwardUpgrade(exchange: UpgradeExchange, node: string): void {
    this.#entrance.forwardUpgrade(exchange, node);
  }

  /** This node ends: what waits at others is answered soon. */
  leave(): void {
    this.#entrance.leave();
  }

  /** Settles when nothing waits at other nodes any more, or after a second. */
  answered(): Promise<void> {
    return this.#entrance.answered();
  }

  /** This node goes on. */
  stay(): void {
    this.#entrance.stay();
  }
}
