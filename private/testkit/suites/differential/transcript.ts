// What user code on every side of a case observed.
// Place: cases -> **transcript** -> comparison
// Rules: lines are ordered within a lane, one lane per observer, since between two observers the order is chance;
//        ids and times never enter; once sealed, nothing is added.

/** One observer's lines. */
export interface Lane {
  add(line: string): void;
}

/** The lines of one run of a case. */
export interface Transcript {
  lane(name: string): Lane;
  /** Ends the recording: what still happens belongs to the clearing up. */
  seal(): void;
  /** Every line with its lane in front, lanes in alphabetical order. */
  lines(): readonly string[];
}

/**
 * Makes an empty transcript.
 *
 * @returns The transcript.
 */
export function makeTranscript(): Transcript {
  const lanes = new Map<string, string[]>();
  let sealed = false;
  return {
    lane(name) {
      const lines = lanes.get(name) ?? [];
      lanes.set(name, lines);
      return {
        add(line) {
          if (!sealed) {
            lines.push(line);
          }
        },
      };
    },
    seal() {
      sealed = true;
    },
    lines: () =>
      [...lanes.entries()]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .flatMap(([name, lines]) => lines.map((line) => `${name}: ${line}`)),
  };
}
