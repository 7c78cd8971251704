// Named points where a tool may listen to what happens inside, for the price of a boolean test when nobody does.
// Place: beside the whole flow; handed in by composition roots (entry/, runtime/)
// Rules: a trace point never changes what happens; its payload is only built when `active` is true.

/** One named point; the runtime binds it to whatever the platform offers. */
export interface TracePoint {
  readonly active: boolean;
  publish(message: Readonly<Record<string, unknown>>): void;
}

/** Looks a trace point up by its name, for example `session.closed`. */
export type Trace = (name: string) => TracePoint;

const SILENT_POINT: TracePoint = { active: false, publish() {} };

/** A trace that nobody hears. */
export const SILENT: Trace = () => SILENT_POINT;
