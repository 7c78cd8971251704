// What goes wrong between the servers of a namespace.
// Place: cluster adapter -> **trouble** -> recurring warning -> the outlet for warnings

import type { AdapterNamespace } from "../contract.ts";
import { RecurringWarning, reasonOf } from "./recurring-warning.ts";

/** Tells of one namespace. */
export class ClusterTrouble {
  readonly #name: string;
  readonly #publishing: RecurringWarning;
  readonly #understanding: RecurringWarning;

  constructor({ name, surroundings }: Pick<AdapterNamespace, "name" | "surroundings">) {
    const warn = (text: string): void => surroundings.warn("BOWLINE_CLUSTER", text);
    this.#name = name;
    this.#publishing = new RecurringWarning(surroundings.clock, warn);
    this.#understanding = new RecurringWarning(surroundings.clock, warn);
  }

  /** A message has got through. */
  published(): void {
    this.#publishing.over();
  }

  notPublished(error: unknown): void {
    this.#publishing.give(`Cannot reach the other servers of "${this.#name}": ${reasonOf(error)}`);
  }

  /** A message could be taken. */
  understood(): void {
    this.#understanding.over();
  }

  notUnderstood(error: unknown): void {
    this.#understanding.give(`Cannot take a message of another server of "${this.#name}": ${reasonOf(error)}`);
  }
}
