// The two machines of an upgrade, as tables: every state with every input.
import { describe, expect, it } from "vitest";
import type { Packet } from "./packet.ts";
import {
  type OfferInput,
  PROBE,
  stepOffer,
  stepTicket,
  type TicketInput,
  UPGRADE_ACCEPTED,
  UPGRADE_OFFERED,
  type UpgradeOffer,
  type UpgradeTicket,
} from "./upgrade.ts";

function packet(type: Packet["type"], data?: string): { is: "packet"; packet: Packet } {
  return { is: "packet", packet: data === undefined ? { type } : { type, data } };
}

const PROBE_ANSWER = packet("pong", PROBE);
const PROBE_QUESTION = packet("ping", PROBE);
const DROPPED = { at: "dropped", why: "first reason" } as const;

type OfferRow = [from: UpgradeOffer, input: OfferInput, to: UpgradeOffer, actions: readonly string[]];

function stray(type: string): UpgradeOffer {
  return { at: "dropped", why: `an unexpected ${type} packet came from it` };
}

const OFFER: readonly OfferRow[] = [
  [{ at: "opening" }, { is: "opened" }, { at: "probing" }, ["send probe"]],
  [{ at: "opening" }, PROBE_ANSWER, stray("pong"), ["close candidate"]],
  [{ at: "opening" }, { is: "paused" }, { at: "opening" }, []],
  [{ at: "opening" }, { is: "failed", why: "gone" }, { at: "dropped", why: "gone" }, ["close candidate"]],
  [{ at: "probing" }, { is: "opened" }, { at: "probing" }, []],
  [{ at: "probing" }, PROBE_ANSWER, { at: "pausing" }, ["pause current"]],
  [{ at: "probing" }, packet("pong"), stray("pong"), ["close candidate"]],
  [{ at: "probing" }, packet("pong", "prob"), stray("pong"), ["close candidate"]],
  [{ at: "probing" }, PROBE_QUESTION, stray("ping"), ["close candidate"]],
  [{ at: "probing" }, packet("message", PROBE), stray("message"), ["close candidate"]],
  [{ at: "probing" }, packet("open"), stray("open"), ["close candidate"]],
  [{ at: "probing" }, { is: "paused" }, { at: "probing" }, []],
  [{ at: "probing" }, { is: "failed", why: "gone" }, { at: "dropped", why: "gone" }, ["close candidate"]],
  [{ at: "pausing" }, { is: "opened" }, { at: "pausing" }, []],
  [{ at: "pausing" }, packet("message"), stray("message"), ["close candidate", "resume current"]],
  [{ at: "pausing" }, PROBE_ANSWER, stray("pong"), ["close candidate", "resume current"]],
  [{ at: "pausing" }, { is: "paused" }, { at: "switched" }, ["send upgrade", "switch"]],
  [
    { at: "pausing" },
    { is: "failed", why: "gone" },
    { at: "dropped", why: "gone" },
    ["close candidate", "resume current"],
  ],
  [{ at: "switched" }, { is: "opened" }, { at: "switched" }, []],
  [{ at: "switched" }, packet("message"), { at: "switched" }, []],
  [{ at: "switched" }, { is: "paused" }, { at: "switched" }, []],
  [{ at: "switched" }, { is: "failed", why: "late" }, { at: "switched" }, []],
  [DROPPED, { is: "opened" }, DROPPED, []],
  [DROPPED, PROBE_ANSWER, DROPPED, []],
  [DROPPED, { is: "paused" }, DROPPED, []],
  [DROPPED, { is: "failed", why: "late" }, DROPPED, []],
];

describe("the client's side of an upgrade", () => {
  it("begins with a candidate that is being opened", () => {
    expect(UPGRADE_OFFERED).toEqual({ at: "opening" });
  });

  it.each(OFFER)("goes from %j with %j to %j and asks for %j", (from, input, to, actions) => {
    expect(stepOffer(from, input)).toEqual({ state: to, actions });
  });
});

type TicketRow = [from: UpgradeTicket, input: TicketInput, to: UpgradeTicket, actions: readonly string[]];

function notProbe(type: string): UpgradeTicket {
  return { at: "dropped", why: `the first packet was ${type}, not a probe` };
}

function tooEarly(type: string): UpgradeTicket {
  return { at: "dropped", why: `a ${type} packet came before the upgrade packet` };
}

const TICKET: readonly TicketRow[] = [
  [{ at: "waiting" }, PROBE_QUESTION, { at: "probed" }, ["answer probe", "release polls"]],
  [{ at: "waiting" }, packet("ping"), notProbe("ping"), ["close candidate"]],
  [{ at: "waiting" }, PROBE_ANSWER, notProbe("pong"), ["close candidate"]],
  [{ at: "waiting" }, packet("upgrade"), notProbe("upgrade"), ["close candidate"]],
  [{ at: "waiting" }, packet("message"), notProbe("message"), ["close candidate"]],
  [{ at: "waiting" }, { is: "failed", why: "timeout" }, { at: "dropped", why: "timeout" }, ["close candidate"]],
  [{ at: "probed" }, PROBE_QUESTION, { at: "probed" }, ["answer probe"]],
  [{ at: "probed" }, packet("upgrade"), { at: "switched" }, ["switch"]],
  [{ at: "probed" }, packet("ping"), tooEarly("ping"), ["close candidate"]],
  [{ at: "probed" }, packet("message", "hi"), tooEarly("message"), ["close candidate"]],
  [{ at: "probed" }, packet("close"), tooEarly("close"), ["close candidate"]],
  [{ at: "probed" }, { is: "failed", why: "gone" }, { at: "dropped", why: "gone" }, ["close candidate"]],
  [{ at: "switched" }, PROBE_QUESTION, { at: "switched" }, []],
  [{ at: "switched" }, packet("upgrade"), { at: "switched" }, []],
  [{ at: "switched" }, { is: "failed", why: "late" }, { at: "switched" }, []],
  [DROPPED, PROBE_QUESTION, DROPPED, []],
  [DROPPED, packet("upgrade"), DROPPED, []],
  [DROPPED, { is: "failed", why: "late" }, DROPPED, []],
];

describe("the server's side of an upgrade", () => {
  it("begins with a candidate that has said nothing", () => {
    expect(UPGRADE_ACCEPTED).toEqual({ at: "waiting" });
  });

  it.each(TICKET)("goes from %j with %j to %j and asks for %j", (from, input, to, actions) => {
    expect(stepTicket(from, input)).toEqual({ state: to, actions });
  });
});
