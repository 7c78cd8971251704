// Judges who may join a namespace: looks for a lost session, asks the middlewares, then welcomes or refuses.
// Place: connection -> namespace (**reception**) -> socket
// Rules: a client that has gone meanwhile is never added; a recovered socket reads what it missed in the very turn in
//        which it joins its rooms, so that nothing falls between.
// Source: docs/protocol/socket-5.md, "Connecting", "Refusal" and "Recovery"

import type { Session } from "@bowline/adapter";
import type { JoinRequest } from "./connection.ts";
import { type Middleware, runMiddlewares, toRefusal } from "./middleware.ts";
import { type Hold, type Recovery, readClaim } from "./recovery.ts";
import type { SocketPlatform } from "./runtime.ts";

/** What a socket is made of. */
export interface Newcomer extends JoinRequest {
  /** Its session, where the namespace keeps sessions. */
  readonly hold: Hold | undefined;
}

/** The namespace as its reception knows it. */
export interface ReceptionOwner<S> {
  readonly name: string;
  readonly recovery: Recovery | undefined;
  createSocket(newcomer: Newcomer): S;
  /** Lets a socket in, and sends it what it has missed. */
  welcome(socket: S, missed: readonly (readonly unknown[])[], isUntold: boolean): void;
  /** Middlewares that a client has to pass before those that are added here. */
  guards(client: JoinRequest["client"]): readonly Middleware<S>[];
  /** Nobody is being judged any more. */
  idle(): void;
}

/** Judges for one namespace. */
export class Reception<S extends { refuse(): void }> {
  readonly #owner: ReceptionOwner<S>;
  readonly #platform: SocketPlatform;
  readonly #middlewares: Middleware<S>[] = [];
  #judging = 0;

  constructor(owner: ReceptionOwner<S>, platform: SocketPlatform) {
    this.#owner = owner;
    this.#platform = platform;
  }

  /** Whether somebody is being judged. */
  get isBusy(): boolean {
    return this.#judging > 0;
  }

  get middlewares(): readonly Middleware<S>[] {
    return this.#middlewares;
  }

  use(middleware: Middleware<S>): void {
    this.#middlewares.push(middleware);
  }

  /** Takes over the middlewares that another namespace has now. */
  adopt(other: Reception<S>): void {
    this.#middlewares.push(...other.#middlewares);
  }

  /** Judges a client that wants to join. */
  judge(request: JoinRequest): void {
    this.#judging++;
    const claim = readClaim(request);
    const found = claim === undefined ? undefined : this.#owner.recovery?.find(claim);
    if (!(found instanceof Promise)) {
      this.#receive(request, found);
      return;
    }
    const failed = (error: unknown) => {
      this.#platform.reportUncaught(error);
      this.#receive(request, undefined);
    };
    found.then((session) => this.#receive(request, session), failed);
  }

  #receive(request: JoinRequest, session: Session | null | undefined): void {
    const { recovery } = this.#owner;
    const hold = recovery?.hold(request.client, session ?? undefined);
    const socket = this.#owner.createSocket({ ...request, hold });
    if (hold !== undefined) hold.end = () => socket.refuse();
    const decide = (refusal: Error | undefined) => {
      this.#judging--;
      this.#decide(socket, request, hold, refusal);
      this.#owner.idle();
    };
    if (hold?.session !== undefined && recovery?.skipsMiddlewares === true) decide(undefined);
    else runMiddlewares(this.#asked(request), socket, decide, (error) => this.#platform.reportUncaught(error));
  }

  #asked({ client }: JoinRequest): readonly Middleware<S>[] {
    const guards = this.#owner.guards(client);
    return guards.length === 0 ? this.#middlewares : [...guards, ...this.#middlewares];
  }

  #decide(socket: S, request: JoinRequest, hold: Hold | undefined, refusal: Error | undefined): void {
    const { client } = request;
    const { recovery } = this.#owner;
    if (hold !== undefined && recovery?.isTaken(hold) === true) return;
    if (client.gone) {
      if (hold !== undefined) recovery?.putBack(hold);
      socket.refuse();
    } else if (refusal !== undefined) {
      if (hold !== undefined) recovery?.giveUp(hold);
      socket.refuse();
      this.#refuse(client, refusal);
    } else {
      this.#welcome(socket, request, hold);
    }
  }

  #welcome(socket: S, { client, isUntold }: JoinRequest, hold: Hold | undefined): void {
    let missed: readonly (readonly unknown[])[];
    try {
      missed = hold?.session?.missedPackets ?? [];
    } catch {
      // What it missed is gone by now. It comes back at once, and starts anew.
      socket.refuse();
      if (hold !== undefined) this.#owner.recovery?.giveUp(hold);
      client.close();
      return;
    }
    this.#owner.welcome(socket, missed, isUntold && this.#middlewares.length === 0);
  }

  /** Tells a client why not; data that cannot be written costs the data and not the answer. */
  #refuse(client: JoinRequest["client"], refusal: Error): void {
    try {
      client.refuse(this.#owner.name, toRefusal(refusal));
    } catch (error) {
      this.#platform.reportUncaught(error);
      client.refuse(this.#owner.name, { message: refusal.message });
    }
  }
}
