// Judges who may join a namespace: looks for a lost session, asks the middlewares, then welcomes or refuses.
// Place: connection -> namespace (**reception**) -> socket
// Rules: a client that has gone meanwhile is never added; a recovered socket reads what it missed in the very turn in
//        which it joins its rooms, so that nothing falls between.
// Source: docs/protocol/socket-5.md, "Connecting", "Refusal" and "Recovery"

import type { Session } from "@bowline/adapter";
import type { JoinRequest } from "./connection.ts";
import { emptyBuffer } from "./emptying.ts";
import type { HandlerAbout, HandlerErrors } from "./handler-errors.ts";
import { BROKE_DOWN, type Middleware, type MiddlewareRefusal, runMiddlewares } from "./middleware.ts";
import { type Claim, type Hold, type Recovery, readClaim } from "./recovery.ts";

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
export class Reception<S extends { readonly id: string; refuse(): void; readData(): unknown }> {
  readonly #owner: ReceptionOwner<S>;
  readonly #handlers: HandlerErrors;
  readonly #middlewares: Middleware<S>[] = [];
  #judging = 0;

  constructor(owner: ReceptionOwner<S>, handlers: HandlerErrors) {
    this.#owner = owner;
    this.#handlers = handlers;
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
    const { recovery } = this.#owner;
    const found = claim === undefined ? undefined : recovery?.find(claim);
    if (!(found instanceof Promise)) {
      this.#receive(request, found ?? undefined, claim);
      return;
    }
    const failed = (error: unknown) => {
      recovery?.notFound(error);
      this.#receive(request, undefined, claim);
    };
    found.then((session) => this.#receive(request, session ?? undefined, claim), failed);
  }

  #receive(request: JoinRequest, session: Session | undefined, claim: Claim | undefined): void {
    const { recovery } = this.#owner;
    const hold = recovery?.hold(request.client, session, claim);
    const socket = this.#owner.createSocket({ ...request, hold });
    if (hold !== undefined) hold.end = () => socket.refuse();
    const settle = (refusal?: MiddlewareRefusal) => {
      this.#judging--;
      this.#decide(socket, request, hold, refusal);
      this.#owner.idle();
    };
    const decided = (refusal?: MiddlewareRefusal) => {
      const opening = refusal === undefined ? this.#open(socket, request, hold) : undefined;
      if (opening === undefined) settle(refusal);
      else void opening.then(() => settle());
    };
    if (hold?.session !== undefined && recovery?.skipsMiddlewares === true) {
      decided();
      return;
    }
    const about: HandlerAbout = { handler: "middleware", namespace: this.#owner.name, socket };
    runMiddlewares(this.#asked(request), socket, {
      decided,
      failed: (error) => this.#handlers.contained({ ...about, error }),
      failedLate: (error) => this.#handlers.failed({ ...about, error }),
    });
  }

  /** Has a session written down where that is to be done before its client hears of it. */
  #open(socket: S, { client }: JoinRequest, hold: Hold | undefined): Promise<void> | undefined {
    const { recovery } = this.#owner;
    if (recovery === undefined || hold === undefined || client.gone || recovery.isTaken(hold)) return undefined;
    return recovery.open(hold, socket);
  }

  #asked({ client }: JoinRequest): readonly Middleware<S>[] {
    const guards = this.#owner.guards(client);
    return guards.length === 0 ? this.#middlewares : [...guards, ...this.#middlewares];
  }

  #decide(socket: S, request: JoinRequest, hold: Hold | undefined, refusal?: MiddlewareRefusal): void {
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
      client.giveUp("BOWLINE_MISSED_TOO_MUCH");
      return;
    }
    const { recovery } = this.#owner;
    if (hold !== undefined && recovery?.mayDouble(hold, missed.length) === true) {
      const { pid } = hold;
      recovery.putBack(hold);
      socket.refuse();
      emptyBuffer(client, this.#owner.name, { sid: socket.id, pid }, () => recovery.emptied(pid));
      return;
    }
    this.#owner.welcome(socket, missed, isUntold && this.#middlewares.length === 0);
  }

  /** Tells a client why not; data that cannot be written costs the data and not the answer. */
  #refuse(client: JoinRequest["client"], { told }: MiddlewareRefusal): void {
    const { name } = this.#owner;
    const code = told === BROKE_DOWN ? "BOWLINE_NAMESPACE_FAILED" : "BOWLINE_NAMESPACE_REFUSED";
    try {
      client.refuse(name, told, code);
    } catch (error) {
      this.#handlers.contained({ error, handler: "middleware", namespace: name });
      client.refuse(name, { message: told.message }, code);
    }
  }
}
