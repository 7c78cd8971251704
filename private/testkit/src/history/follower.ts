// Follows one stream to one receiver, and tells what has become of each of its messages.
// Place: history -> checker -> **follower** -> verdict
// Rules: a message is owed when it was sent between "joined" and "leaving", allowed between "joining" and "left"; what was
//        only offered is owed when it was acknowledged during the same stay, and allowed in any case; a loss counts as told
//        when the receiver was made to begin anew before it got anything later of that stream.

/** What one receiver got of one stream. */
export interface StreamVerdict {
  readonly stream: string;
  readonly receiver: string;
  /** How many messages had to come. */
  readonly owed: number;
  /** How many came, each one counted as often as it came. */
  readonly received: number;
  /** Owed, never come, and the receiver could not know. */
  readonly lost: readonly number[];
  /** Owed, never come, but the receiver began anew and knew. */
  readonly told: readonly number[];
  /** Come again; one entry for each time. */
  readonly duplicated: readonly number[];
  /** Come after a later one. */
  readonly reordered: readonly number[];
  /** Come, but never sent, or come before it was. */
  readonly phantom: readonly number[];
  /** Come, though it was sent while the receiver was not listening. */
  readonly leaked: readonly number[];
}

type Span = "out" | "entering" | "in" | "leaving";

/** How a receiver comes and goes. */
export type Move = "joining" | "joined" | "leaving" | "left";

const SPAN_AFTER = { joining: "entering", joined: "in", leaving: "leaving", left: "out" } as const;

/** A message on its way to one receiver. */
interface Passage {
  readonly number: number;
  /** During which stay it was handed over; undefined where the receiver was not in. */
  readonly stay: number | undefined;
  readonly isAllowed: boolean;
  isOwed: boolean;
  /** Whether its loss would be told by now. */
  isTold: boolean;
  arrivals: number;
}

/** So many places of messages that are open no more are kept before the list is cut. */
const MOST_CLOSED = 1024;

/** Follows one stream to one receiver. */
export class Follower {
  readonly #stream: string;
  readonly #receiver: string;
  readonly #passages = new Map<number, Passage>();
  /** Sent, and nothing later has come, from `#firstOpen` on: what a new beginning tells the loss of. */
  #open: Passage[] = [];
  #firstOpen = 0;
  readonly #duplicated: number[] = [];
  readonly #reordered: number[] = [];
  readonly #phantom: number[] = [];
  readonly #leaked: number[] = [];
  #span: Span = "out";
  /** How often the receiver has come in. */
  #stays = 0;
  #latest = -1;
  #received = 0;
  readonly #forgets: boolean;
  /** Where it forgets: the numbers that it has seen, and how many of the forgotten ones were owed. */
  #first = Number.POSITIVE_INFINITY;
  #next = 0;
  #forgottenOwed = 0;

  /** @param forgets whether messages that have come are forgotten, but for their number: what long runs need. */
  constructor(stream: string, receiver: string, forgets = false) {
    this.#stream = stream;
    this.#receiver = receiver;
    this.#forgets = forgets;
  }

  /** Whether everything owed has come, or will not. */
  get isSettled(): boolean {
    for (const { isOwed, arrivals, isTold } of this.#passages.values())
      if (isOwed && arrivals === 0 && !isTold) return false;
    return true;
  }

  move(kind: Move): void {
    this.#span = SPAN_AFTER[kind];
    if (kind === "joined") this.#stays += 1;
  }

  sent(number: number): void {
    this.offered(number);
    this.acknowledged(number);
  }

  offered(number: number): void {
    const [stay, isAllowed] = [this.#stay, this.#span !== "out"];
    const passage: Passage = { number, stay, isAllowed, isOwed: false, isTold: false, arrivals: 0 };
    this.#first = Math.min(this.#first, number);
    this.#next = number + 1;
    this.#passages.set(number, passage);
    this.#open.push(passage);
  }

  acknowledged(number: number): void {
    const passage = this.#passages.get(number);
    if (passage?.stay !== undefined && passage.stay === this.#stay) passage.isOwed = true;
    else if (passage === undefined && this.#isForgotten(number)) this.#forgottenOwed += 1;
  }

  arrived(number: number): void {
    this.#received += 1;
    const passage = this.#passages.get(number);
    if (passage === undefined) {
      (this.#isForgotten(number) ? this.#duplicated : this.#phantom).push(number);
      return;
    }
    passage.arrivals += 1;
    if (passage.arrivals > 1) {
      this.#duplicated.push(number);
      return;
    }
    if (!passage.isAllowed) this.#leaked.push(number);
    if (number < this.#latest) this.#reordered.push(number);
    else this.#latest = number;
    this.#close();
    if (!this.#forgets) return;
    this.#passages.delete(number);
    if (passage.isOwed) this.#forgottenOwed += 1;
  }

  beganAnew(): void {
    for (const passage of this.#open.slice(this.#firstOpen)) passage.isTold = true;
    this.#open = [];
    this.#firstOpen = 0;
  }

  /** Those up to the latest one are not open any more: they stand in front, since they were sent in the order of their numbers. */
  #close(): void {
    while ((this.#open[this.#firstOpen]?.number ?? Number.POSITIVE_INFINITY) <= this.#latest) this.#firstOpen += 1;
    if (this.#firstOpen < MOST_CLOSED && this.#firstOpen < this.#open.length) return;
    this.#open = this.#open.slice(this.#firstOpen);
    this.#firstOpen = 0;
  }

  #isForgotten(number: number): boolean {
    return this.#forgets && number >= this.#first && number < this.#next;
  }

  get #stay(): number | undefined {
    return this.#span === "in" ? this.#stays : undefined;
  }

  verdict(): StreamVerdict {
    const owed = [...this.#passages.values()].filter(({ isOwed }) => isOwed);
    const missing = owed.filter(({ arrivals }) => arrivals === 0);
    return {
      stream: this.#stream,
      receiver: this.#receiver,
      owed: owed.length + this.#forgottenOwed,
      received: this.#received,
      lost: missing.filter(({ isTold }) => !isTold).map(({ number }) => number),
      told: missing.filter(({ isTold }) => isTold).map(({ number }) => number),
      duplicated: this.#duplicated,
      reordered: this.#reordered,
      phantom: this.#phantom,
      leaked: this.#leaked,
    };
  }
}
