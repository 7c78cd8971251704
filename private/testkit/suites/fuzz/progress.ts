// How far a run of the fuzzer is: one line that is written anew on a terminal, a line now and then elsewhere.
// Place: command.ts -> **progress** -> standard error

const TERMINAL_EVERY_MS = 250;
const LINE_EVERY_MS = 30_000;

/** Shows progress. */
export class Progress {
  readonly #total: number | undefined;
  readonly #isTerminal: boolean = process.stderr.isTTY === true;
  #shownMs = 0;

  constructor(total: number | undefined) {
    this.#total = total;
  }

  /** Shows where it is, when it is time for that. */
  show(done: number, found: number, passedMs: number): void {
    const everyMs = this.#isTerminal ? TERMINAL_EVERY_MS : LINE_EVERY_MS;
    if (done === 0 || passedMs - this.#shownMs < everyMs) return;
    this.#shownMs = passedMs;
    const rate = Math.round(done / (passedMs / 1000)).toLocaleString("en");
    const share = this.#total === undefined ? "" : ` (${Math.floor((done / this.#total) * 100)} %)`;
    const line = `${done.toLocaleString("en")} inputs${share}, ${rate}/s, ${found} findings, ${Math.round(passedMs / 1000)} s`;
    process.stderr.write(this.#isTerminal ? `\r\u001b[K${line}` : `${line}\n`);
  }

  /** Leaves the line. */
  end(): void {
    if (this.#isTerminal) process.stderr.write("\r\u001b[K");
  }
}
