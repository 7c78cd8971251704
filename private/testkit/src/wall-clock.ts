// The wall clock of this process, which can be set wrong as those of real machines are: nothing that waits may heed it.
// Place: nemesis -> **wall clock** -> `Date`, for the program, our packages and the official ones alike
// Rules: `performance.now()` and timers go on as they do; several jumps add up, and each is taken back by itself.

let offsetMs = 0;

/** `Date` as it was found. */
const TrueDate = Date;

const now = (): number => TrueDate.now() + offsetMs;

const JumpingDate: DateConstructor = new Proxy(TrueDate, {
  construct(target, args, newTarget): object {
    const made: unknown = Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget);
    if (typeof made !== "object" || made === null) throw new TypeError("Cannot make a date: Date makes no objects");
    return made;
  },
  apply: () => new TrueDate(now()).toString(),
  get(target, name): unknown {
    const found: unknown = Reflect.get(target, name);
    return name === "now" ? now : found;
  },
});

/** Sets the wall clock. @param byMs forward, or back where it is negative. */
export function jumpWallClock(byMs: number): void {
  offsetMs += byMs;
  globalThis.Date = offsetMs === 0 ? TrueDate : JumpingDate;
}
