// A collection that is read as an object as well: what programs of 2.x find where later generations have maps and sets.
// Place: legacy namespace / legacy socket / server (**object view**) -> the user's code
// Rules: nothing is copied, a view shows what there is when it is read; what the collection itself offers comes before a
//        key of the same name, so that programs of both generations read it; our own code reads the collection and no view.
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

/** How the keys of a collection are found. */
export interface Collection {
  keys(): Iterable<string | number>;
  has(key: string): boolean;
  /** The value of a key that is there. */
  value(key: string): unknown;
  /** Takes a key out, where programs may do that. */
  remove?(key: string): boolean;
}

/** A map by its keys. */
function mapCollection(map: Map<string, unknown>): Collection {
  return {
    keys: () => map.keys(),
    has: (key) => map.has(key),
    value: (key) => map.get(key),
    remove: (key) => map.delete(key),
  };
}

/**
 * Makes the view of each collection once: programs and adapters ask for them with every message.
 * @param collect finds the keys of a collection.
 */
export function viewOnce<T extends object>(collect: (target: T) => Collection): (target: T) => T {
  const views = new WeakMap<T, T>();
  return (target) => {
    const known = views.get(target);
    if (known !== undefined) return known;
    const view = createObjectView(target, collect(target));
    views.set(target, view);
    return view;
  };
}

const viewMap = viewOnce(mapCollection);

/** The view of a map, which is the same each time. */
export function mapView<Value>(map: Map<string, Value>): Map<string, Value>;
export function mapView(map: Map<string, unknown>): object {
  return viewMap(map);
}

/** A set of names, each of which stands for itself. */
export function setCollection(set: ReadonlySet<string>): Collection {
  return { keys: () => set.keys(), has: (key) => set.has(key), value: (key) => key };
}

/**
 * Makes a view.
 * @param target the collection, or the object, whose own members come first.
 * @param collection its keys and values.
 * @returns what answers to the members of `target`, and to the keys of the collection.
 */
export function createObjectView<T extends object>(target: T, collection: Collection): T {
  const isKey = (key: string): boolean => !Reflect.has(target, key) && collection.has(key);
  /** The members that are methods, made for the target once: broadcasts call them for each receiver. */
  const methods = new Map<string | symbol, { readonly member: unknown; readonly bound: unknown }>();
  return new Proxy(target, {
    get: (_, key) => {
      if (typeof key === "string" && isKey(key)) return collection.value(key);
      const member: unknown = Reflect.get(target, key, target);
      // Maps and sets know their contents by what they are called on, which must not be the view.
      // Those of all objects, such as hasOwnProperty, find the keys through the view.
      if (typeof member !== "function" || key === "constructor" || member === Reflect.get(Object.prototype, key)) {
        return member;
      }
      const known = methods.get(key);
      if (known?.member === member) return known.bound;
      const bound: unknown = member.bind(target);
      methods.set(key, { member, bound });
      return bound;
    },
    // A program may take its keys from clients: this one would give the collection, which others read, another prototype.
    set: (_, key, value) =>
      key === "__proto__"
        ? Reflect.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
        : Reflect.set(target, key, value, target),
    deleteProperty: (_, key) =>
      (typeof key === "string" && collection.has(key) && collection.remove?.(key)) ||
      Reflect.deleteProperty(target, key),
    has: (_, key) => Reflect.has(target, key) || (typeof key === "string" && collection.has(key)),
    ownKeys: () => [...new Set([...Reflect.ownKeys(target), ...[...collection.keys()].map(String)])],
    getOwnPropertyDescriptor: (_, key) =>
      typeof key === "string" && collection.has(key) && !Object.hasOwn(target, key)
        ? { value: collection.value(key), writable: true, enumerable: true, configurable: true }
        : Reflect.getOwnPropertyDescriptor(target, key),
  });
}
