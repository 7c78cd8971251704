// Which transports a program's options stand for.
import { afterEach, describe, expect, test } from "vitest";
import { createFakePlatform } from "../../test-support/fake-platform.ts";
import type { EngineOptions } from "../options.ts";
import { chooseTransports, firstTransports, REMEMBERED } from "./choose.ts";
import { pollingOver } from "./polling.ts";

function namesOf(options: EngineOptions, hasWebTransport = true): string[] {
  const platform = createFakePlatform();
  platform.hasWebTransport = hasWebTransport;
  return chooseTransports(platform, options).map(({ prototype }) => prototype.name);
}

describe("a program", () => {
  test("that names none gets all in the usual order", () => {
    expect(namesOf({})).toEqual(["polling", "websocket", "webtransport"]);
  });

  test("gets no WebTransport where there is none", () => {
    expect(namesOf({}, false)).toEqual(["polling", "websocket"]);
  });

  test("decides about the order", () => {
    expect(namesOf({ transports: ["websocket", "polling"] })).toEqual(["websocket", "polling"]);
  });

  test("may name what nobody knows, which is left out", () => {
    expect(namesOf({ transports: ["flashsocket", "polling"] })).toEqual(["polling"]);
  });

  test("may bring classes, among names, which are believed", () => {
    const platform = createFakePlatform();
    const own = pollingOver(platform.http, { accepts: () => false });
    expect(chooseTransports(platform, { transports: [own, "websocket"] })[0]).toBe(own);
  });

  test("gets the first class of a name that accepts its options", () => {
    const { transports, ...platform } = createFakePlatform();
    const forced = pollingOver(platform.http, { accepts: ({ forceJSONP }) => forceJSONP === true });
    const surroundings = { ...platform, transports: [forced, ...transports] };
    expect(chooseTransports(surroundings, { transports: ["polling"] })[0]).toBe(transports[0]);
    expect(chooseTransports(surroundings, { transports: ["polling"], forceJSONP: true })[0]).toBe(forced);
  });
});

describe("what worked the last time", () => {
  afterEach(() => {
    REMEMBERED.hasWebSocketWorked = false;
  });

  test.each([
    ["counts where the program wants it", true, true, ["websocket"]],
    ["counts for nobody else", false, true, ["polling", "websocket"]],
    ["has to have worked", true, false, ["polling", "websocket"]],
  ])("%s", (_rule, rememberUpgrade, hasWorked, names) => {
    const kinds = chooseTransports(createFakePlatform(), {});
    REMEMBERED.hasWebSocketWorked = hasWorked;
    expect(firstTransports(kinds, { rememberUpgrade }).map(({ prototype }) => prototype.name)).toEqual(names);
  });

  test("is of no use to who does not allow it", () => {
    const kinds = chooseTransports(createFakePlatform(), { transports: ["polling"] });
    REMEMBERED.hasWebSocketWorked = true;
    expect(firstTransports(kinds, { rememberUpgrade: true })).toBe(kinds);
  });
});
