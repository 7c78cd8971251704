// Trace points that are printed where a program's environment asks for it, as upstream's packages print theirs: `DEBUG` on
// Node, `localStorage.debug` in browsers.
// Place: beside the whole flow; composition roots (entry/, runtime/) put it around their trace.
// Rules: the environment is looked at once, when the first point is looked up; what is not asked for stays what it was.

import type { Trace, TracePoint } from "./trace.ts";

/** The scopes under which programs know the points: the part of a point's name before its dot, and upstream's name. */
export type Scopes = Readonly<Record<string, string>>;

/** What printing needs of a platform. */
export interface DebugOutlet {
  /** What the environment asks for; empty when it asks for nothing. */
  patterns(): string;
  print(scope: string, message: Readonly<Record<string, unknown>>): void;
}

function isNamed(scope: string, pattern: string): boolean {
  const star = pattern.indexOf("*");
  if (star < 0) return scope === pattern;
  const first = pattern.slice(0, star);
  if (!scope.startsWith(first)) return false;
  const parts = pattern.slice(star + 1).split("*");
  const last = parts.splice(-1).join("");
  let from = first.length;
  for (const part of parts) {
    const at = scope.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return scope.length - last.length >= from && scope.endsWith(last);
}

/**
 * Reads patterns: names with `*` for anything, apart by commas or spaces; one behind a `-` takes scopes out again.
 * @returns whether a scope is asked for.
 */
export function readPatterns(patterns: string): (scope: string) => boolean {
  const all = patterns.split(/[\s,]+/).filter((pattern) => pattern !== "");
  const wanted = all.filter((pattern) => !pattern.startsWith("-"));
  const unwanted = all.filter((pattern) => pattern.startsWith("-")).map((pattern) => pattern.slice(1));
  return (scope) =>
    wanted.some((pattern) => isNamed(scope, pattern)) && !unwanted.some((pattern) => isNamed(scope, pattern));
}

/**
 * Prints the points that the environment asks for, by upstream's scopes or by `bowline:` and the point's name.
 * @param trace gets everything besides.
 */
export function createDebugTrace(trace: Trace, scopes: Scopes, outlet: DebugOutlet): Trace {
  const points = new Map<string, TracePoint>();
  let isWanted: ((scope: string) => boolean) | undefined;

  function pointOf(name: string): TracePoint {
    const below = trace(name);
    isWanted ??= readPatterns(outlet.patterns());
    const names = [scopes[name.replace(/[.].*/, "")], `bowline:${name}`];
    const scope = names.find((one) => one !== undefined && isWanted?.(one));
    if (scope === undefined) return below;
    return {
      active: true,
      publish(message) {
        outlet.print(scope, message);
        if (below.active) below.publish(message);
      },
    };
  }

  return (name) => {
    const point = points.get(name) ?? pointOf(name);
    points.set(name, point);
    return point;
  };
}
