// The type of the function that adds a listener and gives the means to remove it.
interface Listens {
  on(event: string, listener: (...args: never[]) => void): unknown;
  removeListener(event: string, listener: (...args: never[]) => void): unknown;
}

declare function on(emitter: Listens, event: string, listener: (...args: never[]) => void): { destroy(): void };

export = on;
