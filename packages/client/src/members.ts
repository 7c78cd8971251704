// The sockets of a manager: who takes part, who has asked for its namespace on this connection, who hears what.
// Place: bytes -> engine dialect -> session -> socket codec -> **connection / namespace** / socket
// Rules: a socket asks once per connection; the refusal of a main namespace that is joined unasked concerns everybody
//        who still waits; the last one to leave ends the connection.
// Source: docs/protocol/socket-5.md and docs/protocol/socket-4.md, "Connecting"

import { PacketType, type RecoveryClaim, type SocketPacket } from "@bowline/protocol";
import { sio5Client as sio5 } from "@bowline/protocol/internal";
import type { ApiDialect } from "./api-dialect.ts";
import type { CloseDetails } from "./connect-error.ts";
import type { Engine } from "./engine.ts";
import type { Link } from "./link.ts";
import type { Platform } from "./platform.ts";
import type { SocketListener, SocketPort } from "./socket-port.ts";

/** What the sockets need of their manager. */
export interface MembersHost {
  readonly platform: Platform;
  readonly api: ApiDialect;
  /** The open connection. */
  link(): Link | undefined;
  engine(): Engine;
  /** Whether credentials are in the URL. */
  authInQuery(): boolean;
  /** Opens a connection, unless there is one or one is being brought back. */
  open(): void;
  close(): void;
  guard(action: () => void): void;
}

/** One socket, as its manager sees it. */
interface Member {
  listener: SocketListener;
  /** Whether it takes part in connections. */
  isActive: boolean;
  /** The connection on which it has asked for its namespace. */
  asked: Link | undefined;
}

const NOBODY: SocketListener = { opened() {}, failed() {}, closed() {}, packet() {}, forward() {} };

/** The sockets of one manager, by namespace. */
export class Members {
  readonly #host: MembersHost;
  readonly #members = new Map<string, Member>();

  constructor(host: MembersHost) {
    this.#host = host;
  }

  /** Makes the port of a new socket. */
  createPort(namespace: string): SocketPort {
    const host = this.#host;
    const member: Member = { listener: NOBODY, isActive: false, asked: undefined };
    this.#members.set(namespace, member);
    return {
      platform: host.platform,
      api: host.api,
      get dialect() {
        return host.link()?.dialect ?? sio5;
      },
      get connection() {
        return host.link();
      },
      get sessionId() {
        return host.engine().id ?? "";
      },
      get writable() {
        return host.engine().writable;
      },
      get overdue() {
        return host.engine().overdue;
      },
      giveUp: () => host.engine().giveUp(),
      listen(listener) {
        member.listener = listener;
      },
      join: () => {
        member.isActive = true;
        host.open();
        const link = host.link();
        if (link !== undefined) this.#ask(member, link);
      },
      leave: () => {
        member.isActive = false;
        member.asked = undefined;
        if (this.#active().length === 0) host.close();
      },
      connect: (auth, query, claim) => this.#connect(namespace, auth, query, claim),
      refused: () => {
        member.asked = undefined;
      },
      send: (packet) => host.link()?.send(packet),
      guard: (action) => host.guard(action),
    };
  }

  /** A connection is open: those who take part ask for their namespaces, as long as it stays so. */
  opened(link: Link): void {
    for (const member of this.#active()) {
      if (this.#host.link() === link) this.#ask(member, link);
    }
  }

  failed(error: Error | string): void {
    this.#tell((listener) => listener.failed(error));
  }

  closed(reason: string, details: Error | CloseDetails | undefined): void {
    this.#tell((listener) => listener.closed(reason, details));
  }

  deliver(packet: SocketPacket): void {
    const concernsAll =
      packet.type === PacketType.CONNECT_ERROR &&
      packet.nsp === "/" &&
      this.#host.link()?.dialect.joinsMainNamespaceByItself === true;
    const member = this.#members.get(packet.nsp);
    const receivers = concernsAll ? this.#active() : member?.isActive === true ? [member] : [];
    for (const { listener } of receivers) this.#host.guard(() => listener.packet(packet));
  }

  forward(event: string, args: readonly unknown[]): void {
    for (const { listener } of [...this.#members.values()]) this.#host.guard(() => listener.forward(event, args));
  }

  #ask(member: Member, link: Link): void {
    if (!member.isActive || member.asked === link) return;
    member.asked = link;
    this.#host.guard(() => member.listener.opened());
  }

  #connect(
    namespace: string,
    auth: Readonly<Record<string, unknown>>,
    query: string,
    claim: RecoveryClaim | undefined,
  ): void {
    const { platform, link, authInQuery } = this.#host;
    const connection = link();
    if (connection?.connect(namespace, auth, query, authInQuery(), claim) !== true) return;
    // Its yes came before this socket was there. Not at once: the program has had no chance to listen.
    platform.clock.after(0, () => {
      if (link() === connection) this.deliver({ type: PacketType.CONNECT, nsp: namespace });
    });
  }

  /** What one of them throws does not keep it from the others. */
  #tell(action: (listener: SocketListener) => void): void {
    for (const { listener } of this.#active()) this.#host.guard(() => action(listener));
  }

  #active(): Member[] {
    return [...this.#members.values()].filter((member) => member.isActive);
  }
}
