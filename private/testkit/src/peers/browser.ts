// What the browser suites need of a browser, whichever engine it has: tabs that visit pages and run expressions in them.
// Place: page suite -> **browser** -> chromium.ts, firefox.ts, webkit.ts -> the installed programs
// Rules: a tab starts without cookies; errors of a page are gathered by the page itself, which every engine can.

import { existsSync } from "node:fs";

/** One page. */
export interface Tab {
  /** Loads a page, and waits until it and its scripts are there. */
  visit(url: string): Promise<void>;
  /** Runs an expression in the page, awaits it, and gives its value; what has no JSON is lost on the way. */
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<void>;
}

/** A browser that runs. */
export interface RunningBrowser {
  openTab(): Promise<Tab>;
  close(): Promise<void>;
}

/** A kind of browser. */
export interface BrowserEngine {
  readonly name: "Chromium" | "Firefox" | "WebKit";
  /**
   * Tells why its tests cannot run here.
   * @returns the reason to skip, or `undefined` when it is there or when this is CI, where its absence is a failure
   */
  missing(): string | undefined;
  /** @throws Error when it is not where it is expected */
  launch(): Promise<RunningBrowser>;
}

/** A program that an engine needs, and the variable that names another one. */
export interface BrowserProgram {
  readonly variable: string;
  readonly path: string;
}

/**
 * Looks for a program.
 * @param variable the environment variable that may name another one
 * @param usual where Debian has it
 */
export function browserProgram(variable: string, usual: string): BrowserProgram {
  return { variable, path: process.env[variable] ?? usual };
}

/** Why a program's tests cannot run here; `undefined` where they can, or have to. */
export function missingProgram({ variable, path }: BrowserProgram): string | undefined {
  if (existsSync(path) || process.env["CI"] === "true") return undefined;
  return `there is nothing at "${path}": run "node tools/setup.mjs" or set ${variable}`;
}

/** @throws Error when the program is not there */
export function requireProgram({ variable, path }: BrowserProgram): void {
  if (existsSync(path)) return;
  throw new Error(`Cannot launch "${path}": it does not exist; run "node tools/setup.mjs" or set ${variable}`);
}
