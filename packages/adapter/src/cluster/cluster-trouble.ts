// What goes wrong between the servers of a namespace, told once until it is over.
// Place: cluster adapter -> **trouble** -> the outlet for warnings
// Rules: a broker that is away fails every message, and somebody may well send nothing but nonsense: neither fills a log.

import type { AdapterNamespace } from "../contract.ts";

/** Tells of one namespace. */
export class ClusterTrouble {
  readonly #nsp: AdapterNamespace;
  #isPublishing = true;
  #isUnderstanding = true;

  constructor(nsp: AdapterNamespace) {
    this.#nsp = nsp;
  }

  /** A message has got through. */
  published(): void {
    this.#isPublishing = true;
  }

  notPublished(error: unknown): void {
    if (this.#isPublishing) this.#warn("Cannot reach the other servers", error);
    this.#isPublishing = false;
  }

  /** A message could be taken. */
  understood(): void {
    this.#isUnderstanding = true;
  }

  notUnderstood(error: unknown): void {
    if (this.#isUnderstanding) this.#warn("Cannot take a message of another server", error);
    this.#isUnderstanding = false;
  }

  #warn(what: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#nsp.surroundings.warn("BOWLINE_CLUSTER", `${what} of "${this.#nsp.name}": ${reason}`);
  }
}
