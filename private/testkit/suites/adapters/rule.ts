// What a rule of adapters is: a sentence, and how it is played.
// Place: adapter suite -> **rule** -> stage

import type { Stage } from "./stage.ts";

/** What only some adapters have, and a rule may need. */
export type Trait = "recovers" | "severs" | "sends" | "counts" | "alike";

/** A rule. */
export interface Rule {
  /** The rule as a sentence; the title of its test. */
  readonly name: string;
  readonly needs?: Trait;
  play(stage: Stage): Promise<void>;
}
