// The namespaces of a server: those made by name, and those made on demand when a client asks for a name that matches.
// Place: server (**dynamic namespaces**) -> namespace
// Rules: one namespace for each name, also when two clients ask at the same time; patterns are asked in the order in which
//        they were given; a pattern that keeps a position between two questions is refused, since its answers alternate.
// Source: docs/protocol/socket-5.md, "Connecting" and "Refusal"

import type { Refusal } from "@bowline/protocol";
import { type Cancel, type Clock, createRecord, type UserValue } from "@bowline/protocol/internal";
import type { RefusalCode } from "../refusal-code.ts";
import type { JoinRequest } from "./connection.ts";
import type { HandlerErrorReport, HandlerErrors } from "./handler-errors.ts";

/**
 * Decides whether a namespace may be made on demand.
 *
 * Call `next(null, true)` to make it, `next(null, false)` to leave it to the next pattern, `next(error, false)` as well.
 * @param name what the client asks for, with its slash.
 * @param auth what the client sent along: its auth data, or for clients of 2.x the query of the namespace.
 */
export type NamespaceMatcher = (
  name: string,
  auth: { [key: string]: UserValue },
  next: (error: Error | null, welcome: boolean) => void,
) => unknown;

/** What stands for the namespaces that match it. */
interface Pattern<N> {
  readonly matches: RegExp | NamespaceMatcher;
  readonly parent: N;
}

/** A namespace as the collection knows it. */
interface Member<N> {
  readonly name: string;
  readonly isEmpty: boolean;
  readonly children: Set<N>;
  readonly adapter: { close?(): Promise<void> | void };
}

/** What the collection asks of the server. */
export interface NamespaceMaker<N> {
  /** Makes a namespace. @param parent of whose pattern the name is. */
  create(name: string, parent: N | undefined): N;
  /** Makes the namespace that stands for all that match a pattern. */
  createParent(name: string): N;
  /** Told of every namespace but those that stand for a pattern. */
  created(namespace: N): void;
  readonly handlers: Pick<HandlerErrors, "failed" | "contained">;
  /** Most namespaces beside which another one is made on demand. */
  readonly maxNamespaces: number;
}

/** Why there is no namespace for a client. */
export type NoNamespace = RefusalCode & ("BOWLINE_NAMESPACE_UNKNOWN" | "BOWLINE_NAMESPACES_FULL");

/** What a client is told for which there is no namespace, by the reason. */
export const NO_NAMESPACE: Readonly<Record<NoNamespace, Refusal>> = {
  BOWLINE_NAMESPACE_UNKNOWN: { message: "Invalid namespace" },
  BOWLINE_NAMESPACES_FULL: { message: "Too many namespaces" },
};

/** Puts the slash in front of a namespace's name, and refuses names that could not be sent. */
function namespaceName(name: string): string {
  if (name.includes(",")) {
    throw new TypeError(`Cannot make namespace "${name}": a comma ends the name on the wire; use another character`);
  }
  return name.startsWith("/") ? name : `/${name}`;
}

/** All namespaces of one server. */
export class DynamicNamespaces<N extends Member<N>> {
  readonly #maker: NamespaceMaker<N>;
  readonly #namespaces: Map<string, N> = new Map();
  readonly #patterns: Pattern<N>[] = [];
  /** What stops the dropping of empty namespaces, by their names. */
  readonly #drops: Map<string, Cancel> = new Map();
  /** Those that somebody was the last to leave; who has been there since is looked at when a place is needed. */
  readonly #left: Set<string> = new Set();
  #isClosed = false;

  constructor(maker: NamespaceMaker<N>) {
    this.#maker = maker;
  }

  /** The namespaces by their names, without those that stand for a pattern; what is taken out of it is forgotten. */
  get byName(): Map<string, N> {
    return this.#namespaces;
  }

  /** What stands for a pattern, by the expression or the function. */
  parents(): Map<RegExp | NamespaceMatcher, N> {
    return new Map(this.#patterns.map(({ matches, parent }) => [matches, parent]));
  }

  /** The namespaces there are now. */
  all(): N[] {
    return [...this.#namespaces.values()];
  }

  /**
   * The namespace of a name, made if there is none; one that a regular expression matches is a child of its pattern.
   * @throws TypeError when the name has a comma.
   */
  named(name: string): N {
    const fullName = namespaceName(name);
    const known = this.#namespaces.get(fullName);
    if (known !== undefined) return known;
    const pattern = this.#patterns.find(({ matches }) => matches instanceof RegExp && matches.test(fullName));
    return this.#create(fullName, pattern?.parent);
  }

  /**
   * The namespace that stands for all whose names match.
   * @throws TypeError when the pattern is a regular expression with the flag g or y.
   */
  matching(matches: RegExp | NamespaceMatcher): N {
    if (matches instanceof RegExp && (matches.global || matches.sticky)) {
      const reason =
        "it keeps a position, so that it matches the same name only now and then; leave out the flags g and y";
      throw new TypeError(`Cannot make namespaces for "${String(matches)}": ${reason}`);
    }
    const parent = this.#maker.createParent(`/_${this.#patterns.length}`);
    this.#patterns.push({ matches, parent });
    return parent;
  }

  /**
   * Finds the namespace that a client asks for, and makes it if a pattern allows that.
   * @param done told the namespace, or why there is none; not called when the client has gone meanwhile.
   */
  find(request: JoinRequest, done: (found: N | NoNamespace) => void): void {
    const { namespace: name, client } = request;
    const ask = (index: number): void => {
      if (client.gone) return;
      // Looked up each time: another client may have been first while a pattern was thinking.
      const known = this.#namespaces.get(name);
      const pattern = this.#patterns[index];
      if (known !== undefined || pattern === undefined || name.includes(",")) {
        done(known ?? "BOWLINE_NAMESPACE_UNKNOWN");
        return;
      }
      this.#ask(pattern.matches, request, (welcome) => {
        if (!welcome) ask(index + 1);
        else if (!client.gone) done(this.#namespaces.get(name) ?? this.#createOnDemand(name, pattern.parent));
      });
    };
    ask(0);
  }

  /**
   * Somebody was the last to leave a namespace. Where nobody comes for a while, it is forgotten if it was made on demand.
   * @param isKept whether that waits until its place is needed.
   */
  emptied(name: string, ms: number, isKept: boolean, clock: Clock): void {
    this.#drops.get(name)?.();
    this.#drops.delete(name);
    if (this.#isClosed) return;
    const forget = (): void => {
      this.#drops.delete(name);
      if (isKept) this.#left.add(name);
      else this.#dropIfEmpty(name);
    };
    if (ms === 0) forget();
    else this.#drops.set(name, clock.coarse(ms, forget));
  }

  /** Waits for nothing any more; the namespaces stay as they are. */
  close(): void {
    this.#isClosed = true;
    for (const stop of this.#drops.values()) stop();
    this.#drops.clear();
  }

  #createOnDemand(name: string, parent: N): N | NoNamespace {
    return this.#hasRoom() ? this.#create(name, parent) : "BOWLINE_NAMESPACES_FULL";
  }

  /** Whether there is a place for another namespace, also by forgetting one that nobody is in. */
  #hasRoom(): boolean {
    const { maxNamespaces } = this.#maker;
    for (const name of this.#left) {
      if (this.#namespaces.size < maxNamespaces) return true;
      this.#left.delete(name);
      this.#dropIfEmpty(name);
    }
    return this.#namespaces.size < maxNamespaces;
  }

  #dropIfEmpty(name: string): void {
    const namespace = this.#namespaces.get(name);
    const pattern = this.#patterns.find(({ parent }) => namespace !== undefined && parent.children.has(namespace));
    if (namespace === undefined || pattern === undefined || !namespace.isEmpty) return;
    this.#namespaces.delete(name);
    pattern.parent.children.delete(namespace);
    void namespace.adapter.close?.();
  }

  #create(name: string, parent: N | undefined): N {
    const namespace = this.#maker.create(name, parent);
    this.#namespaces.set(name, namespace);
    this.#maker.created(namespace);
    return namespace;
  }

  /** Asks one pattern. A matcher answers once; what it throws is reported, and nobody is let in by it. */
  #ask(matches: RegExp | NamespaceMatcher, request: JoinRequest, decide: (welcome: boolean) => void): void {
    const { namespace: name } = request;
    if (matches instanceof RegExp) {
      decide(matches.test(name));
      return;
    }
    let hasAnswered = false;
    const answer = (error: Error | null, welcome: boolean): void => {
      if (hasAnswered) return;
      hasAnswered = true;
      decide(error === null && welcome);
    };
    const failed = (thrown: unknown): void => {
      const { handlers } = this.#maker;
      const report: HandlerErrorReport = { error: thrown, handler: "matcher", namespace: name };
      if (hasAnswered) handlers.failed(report);
      else handlers.contained(report);
      answer(null, false);
    };
    // What the program puts in there shows in the handshake; who sent nothing shares the empty one with others.
    const auth = createRecord(request.auth);
    request.auth = auth;
    try {
      const result: unknown = matches(name, auth, answer);
      if (result instanceof Promise) result.catch(failed);
    } catch (thrown) {
      failed(thrown);
    }
  }
}
