// As much of Redis as streams need, in memory, as two command lines that a test holds in its hands.
// Place: test -> streams bus -> command line -> **fake Redis**

import { decodeUtf8, encodeUtf8 } from "@bowline/protocol/internal";
import type { CommandLine } from "./command-line.ts";
import { compareIds } from "./stream-entries.ts";

type Entry = readonly [string, readonly Uint8Array[]];

function textOf(part: string | Uint8Array | undefined): string {
  return part === undefined || typeof part === "string" ? (part ?? "") : decodeUtf8(part);
}

function bytesOf(part: string | Uint8Array): Uint8Array {
  return typeof part === "string" ? encodeUtf8(part) : part;
}

/** Streams in memory. */
export class FakeStreams {
  readonly streams: Map<string, Entry[]> = new Map();
  readonly commands: string[][] = [];
  /** What all commands are refused with, if anything. */
  refusal: Error | undefined;
  isReady = false;
  isClosed = false;
  #clock = 1;
  readonly #changes: Set<() => void> = new Set();
  /** Readers that wait. */
  #waiting: { look(): void; fail(error: Error): void }[] = [];

  line(): CommandLine {
    const isReady = (): boolean => this.isReady;
    return {
      get isReady() {
        return isReady();
      },
      onChange: (listener) => {
        this.#changes.add(listener);
        return () => void this.#changes.delete(listener);
      },
      send: (_key, ...command) => this.#send(command),
      close: () => {
        this.isClosed = true;
      },
    };
  }

  /** The connections have come or gone. */
  turn(isReady: boolean): void {
    this.isReady = isReady;
    const waiting = this.#waiting;
    if (!isReady) {
      this.#waiting = [];
      for (const { fail } of waiting) fail(new Error("Connection is closed."));
    }
    for (const change of [...this.#changes]) change();
  }

  /** Redis has let go of the oldest entries of a stream. */
  trim(key: string, count: number): void {
    this.streams.get(key)?.splice(0, count);
  }

  /** Somebody else writes. */
  write(key: string, ...fields: readonly (string | Uint8Array)[]): string {
    const entries = this.streams.get(key) ?? [];
    const id = `${this.#clock++}-0`;
    this.streams.set(key, [...entries, [id, fields.map(bytesOf)]]);
    for (const { look } of [...this.#waiting]) look();
    return id;
  }

  async #send(command: readonly (string | Uint8Array)[]): Promise<unknown> {
    const words = command.map(textOf);
    this.commands.push(words);
    if (this.refusal !== undefined) throw this.refusal;
    const [name = "", key = "", ...rest] = words;
    switch (name) {
      case "XADD":
        return command.includes("*")
          ? this.write(key, ...command.slice(command.indexOf("*") + 1))
          : this.#writeAs(key, rest[0] ?? "", command.slice(3));
      case "XRANGE":
        return this.#range(key, rest);
      case "XREVRANGE":
        return this.#upTo(key, rest[0] ?? "+")
          .slice(-1)
          .map(asAnswer);
      case "XREAD":
        return this.#read(words);
      default:
        return 1;
    }
  }

  /** An entry whose id is chosen by who writes. */
  #writeAs(key: string, id: string, fields: readonly (string | Uint8Array)[]): string {
    const entries = this.streams.get(key) ?? [];
    if (compareIds(id, entries.at(-1)?.[0] ?? "") <= 0) throw new Error("ERR The ID specified in XADD is too small");
    this.streams.set(key, [...entries, [id, fields.map(bytesOf)]]);
    return id;
  }

  #upTo(key: string, end: string): Entry[] {
    return (this.streams.get(key) ?? []).filter(([id]) => end === "+" || compareIds(id, end) <= 0);
  }

  #range(key: string, [from = "-", to = "+", , count = "1"]: readonly string[]): unknown {
    const isFrom = (id: string): boolean =>
      from === "-" || (from.startsWith("(") ? compareIds(id, from.slice(1)) > 0 : compareIds(id, from) >= 0);
    const found = (this.streams.get(key) ?? []).filter(([id]) => isFrom(id) && (to === "+" || compareIds(id, to) <= 0));
    return found.slice(0, Number(count)).map(asAnswer);
  }

  #read(words: readonly string[]): Promise<unknown> {
    const count = Number(words[2]);
    const names = words.slice(words.indexOf("STREAMS") + 1);
    const half = names.length / 2;
    const look = (): unknown[] =>
      names.slice(0, half).flatMap((key, at) => {
        const found = (this.streams.get(key) ?? []).filter(([id]) => compareIds(id, names[half + at] ?? "") > 0);
        return found.length === 0 ? [] : [[encodeUtf8(key), found.slice(0, count).map(asAnswer)]];
      });
    const now = look();
    if (now.length > 0) return Promise.resolve(now);
    return new Promise((resolve, reject) => {
      const reader = {
        look: () => {
          const found = look();
          if (found.length === 0) return;
          this.#waiting = this.#waiting.filter((waiting) => waiting !== reader);
          resolve(found);
        },
        fail: reject,
      };
      this.#waiting.push(reader);
    });
  }
}

function asAnswer([id, fields]: Entry): unknown {
  return [encodeUtf8(id), fields];
}
