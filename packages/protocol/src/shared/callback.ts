// Calls functions that a program handed over.
// Place: connection / namespace / socket -> the user's event handlers
// Rules: what such a function takes is known to the program alone, and to the types it declared.

/** Runs code of a program: what it throws is told, and goes no further. */
export function guard(action: () => void, report: (error: unknown) => void): void {
  try {
    action();
  } catch (error) {
    report(error);
  }
}

/** Calls a function with arguments that running code put together. */
export function invoke(callback: (...args: never[]) => unknown, args: readonly unknown[]): void {
  Reflect.apply(callback, undefined, args);
}
