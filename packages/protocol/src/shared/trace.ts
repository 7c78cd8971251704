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

/** Where a platform publishes under a name, as the channels of Node's diagnostics. */
export interface TraceChannel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

/**
 * Binds trace points to the channels of a platform.
 * @param open gives the channel of a name; `session.closed` is the channel `bowline:session.closed`.
 * @returns a trace with one point for each name.
 */
export function createTrace(open: (name: string) => TraceChannel): Trace {
  const points = new Map<string, TracePoint>();
  return (name) => {
    let point = points.get(name);
    if (point === undefined) {
      const channel = open(`bowline:${name}`);
      point = {
        get active() {
          return channel.hasSubscribers;
        },
        publish: (message) => channel.publish(message),
      };
      points.set(name, point);
    }
    return point;
  };
}

const SILENT_POINT: TracePoint = { active: false, publish() {} };

/** A trace that nobody hears. */
export const SILENT: Trace = () => SILENT_POINT;
