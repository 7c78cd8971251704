// The event emitter whose listeners lie open in `_callbacks` and whose methods any object can have: the one that programs
// know as component-emitter.
// Place: beside connection / namespace / socket; published for programs that use it for emitters of their own
// Rules: it may be called with an object, which gets the methods, and made with and without arguments; once-listeners stand
//        in the list as a function whose `fn` is the program's; listeners run over a copy of the list.

/** A listener as programs add it. */
type Listener = (...args: never[]) => void;

/** How a listener that runs once stands in the list. */
interface OnceListener extends Listener {
  fn?: Listener;
}

/** What every emitter is, and what any object becomes by `Emitter(object)`. */
export interface OpenEmitter {
  /** The listeners by their events, each name behind a `$`. */
  _callbacks?: Record<string, OnceListener[]>;
  /** Adds a listener. */
  on(event: string, listener: Listener): this;
  /** As `on`. */
  addEventListener(event: string, listener: Listener): this;
  /** Adds a listener that runs once. */
  once(event: string, listener: Listener): this;
  /** Removes one listener of an event, all of the event, or all there are. */
  off(event?: string, listener?: Listener): this;
  /** As `off`. */
  removeListener(event?: string, listener?: Listener): this;
  /** As `off`. */
  removeEventListener(event?: string, listener?: Listener): this;
  /** As `off`. */
  removeAllListeners(event?: string, listener?: Listener): this;
  /** Calls the listeners of an event. @throws what a listener throws; those behind it are not called then. */
  emit(event: string, ...args: unknown[]): this;
  /** As `emit`, for events that the object itself emits. */
  emitReserved(event: string, ...args: unknown[]): this;
  /** The listeners of an event: the very list that is in use. */
  listeners(event: string): OnceListener[];
  /** Whether anybody listens for an event. */
  hasListeners(event: string): boolean;
}

/** The value that programs know as component-emitter. */
export interface OpenEmitterClass {
  /** Gives an object the methods of an emitter. @returns the object. */
  <Target extends object>(target: Target): Target & OpenEmitter;
  new (): OpenEmitter;
  new <Target extends object>(target: Target): Target & OpenEmitter;
  readonly prototype: OpenEmitter;
}

function keyOf(event: string | undefined): string {
  return `$${event}`;
}

function on(this: OpenEmitter, event: string, listener: Listener): OpenEmitter {
  this._callbacks ??= {};
  const key = keyOf(event);
  const listeners = this._callbacks[key];
  if (listeners === undefined) this._callbacks[key] = [listener];
  else listeners.push(listener);
  return this;
}

function once(this: OpenEmitter, event: string, listener: Listener): OpenEmitter {
  const onlyOnce = (...args: unknown[]): void => {
    this.off(event, onlyOnce);
    Reflect.apply(listener, this, args);
  };
  return this.on(event, Object.assign(onlyOnce, { fn: listener }));
}

function off(this: OpenEmitter, ...target: readonly [] | readonly [event?: string, listener?: Listener]): OpenEmitter {
  const [event, listener] = target;
  // An event that is undefined by mistake must not take everything away, so the count decides.
  if (target.length === 0) {
    this._callbacks = {};
    return this;
  }
  const key = keyOf(event);
  const listeners = this._callbacks?.[key];
  if (listeners === undefined) return this;
  const index = target.length === 1 ? -1 : listeners.findIndex((one) => one === listener || one.fn === listener);
  if (index >= 0) listeners.splice(index, 1);
  if (target.length === 1 || listeners.length === 0) delete this._callbacks?.[key];
  return this;
}

function emit(this: OpenEmitter, event: string, ...args: unknown[]): OpenEmitter {
  // Over a copy, so that adding and removing while emitting is safe.
  for (const listener of [...(this._callbacks?.[keyOf(event)] ?? [])]) Reflect.apply(listener, this, args);
  return this;
}

function listeners(this: OpenEmitter, event: string): OnceListener[] {
  return this._callbacks?.[keyOf(event)] ?? [];
}

function hasListeners(this: OpenEmitter, event: string): boolean {
  return this.listeners(event).length > 0;
}

/** What a program has changed in the prototype is given along. */
function MixedEmitter(target?: object): object | undefined {
  if (target === undefined) return undefined;
  Object.assign(target, MixedEmitter.prototype);
  return target;
}

Object.assign(MixedEmitter.prototype, {
  addEventListener: on,
  on,
  once,
  removeEventListener: off,
  removeAllListeners: off,
  removeListener: off,
  off,
  emit,
  emitReserved: emit,
  listeners,
  hasListeners,
});

/** A function that can be called as well as constructed is no class to the compiler. */
function asEmitterClass(made: unknown): OpenEmitterClass;
function asEmitterClass(made: unknown): unknown {
  return made;
}

/**
 * An event emitter, and the function that makes one of any object.
 * @example
 * import { Emitter } from "@bowline/protocol/emitter";
 *
 * const plain = Emitter({ name: "lamp" });
 * plain.on("lit", (hours) => console.log(plain.name, hours)); // prints: lamp 3
 * plain.emit("lit", 3);
 */
export const Emitter: OpenEmitterClass = asEmitterClass(MixedEmitter);
