// Rules of the answers that one socket waits for.
import { createFakeClock } from "@bowline/testkit";
import { describe, expect, test } from "vitest";
import { AckDisconnectedError, AckTimeoutError } from "./ack-errors.ts";
import { type PendingAck, PendingAcks } from "./pending-acks.ts";

const ID = 7;

function waitingFor(terms: Omit<PendingAck, "settle"> = {}) {
  const clock = createFakeClock();
  const acks = new PendingAcks(clock);
  const told: unknown[] = [];
  acks.expect(ID, { ...terms, settle: (args) => told.push(args) });
  return { clock, acks, told };
}

function run(action: () => void): void {
  action();
}

describe("an ack", () => {
  test("gets the answer as it came, once", () => {
    const { acks, told } = waitingFor();
    expect([acks.reply(ID, ["yes", 2]), acks.reply(ID, ["again"])]).toEqual([true, false]);
    expect([told, acks.size]).toEqual([[["yes", 2]], 0]);
  });

  test("that takes an error gets null before the answer", () => {
    const { acks, told } = waitingFor({ takesError: true });
    acks.reply(ID, ["yes"]);
    expect([told, acks.size]).toEqual([[[null, "yes"]], 0]);
  });

  test("with a time limit takes an error, and leaves no timer when the answer came", () => {
    const { acks, told, clock } = waitingFor({ timeoutMs: 10 });
    acks.reply(ID, ["yes"]);
    clock.advance(10);
    expect([told, clock.pendingTimers]).toEqual([[[null, "yes"]], 0]);
  });

  test("that is forgotten hears of no answer", () => {
    const { acks, told } = waitingFor();
    acks.forget(ID);
    expect([acks.reply(ID, ["late"]), told, acks.size]).toEqual([false, [], 0]);
  });

  test("that is forgotten hears of no timeout", () => {
    const { acks, told, clock } = waitingFor({ timeoutMs: 10 });
    acks.forget(ID);
    clock.advance(10);
    expect(told).toEqual([]);
  });

  test("cannot wait for an id that waits already, and the first one is unharmed", () => {
    const { acks, told, clock } = waitingFor({ timeoutMs: 10 });
    expect(() => acks.expect(ID, { settle: () => {}, timeoutMs: 5 })).toThrow(TypeError);
    clock.advance(5);
    acks.reply(ID, ["yes"]);
    expect([told, clock.pendingTimers]).toEqual([[[null, "yes"]], 0]);
  });
});

describe("the oldest of several acks", () => {
  function waitingForTwo(terms: Omit<PendingAck, "settle">) {
    const { acks, told } = waitingFor(terms);
    acks.expect(ID + 1, { settle: (args) => told.push(args) });
    acks.forgetOldest();
    return { told, ids: acks.ids() };
  }

  test("is forgotten, and hears nothing of it", () => {
    expect(waitingForTwo({})).toEqual({ told: [], ids: [ID + 1] });
  });

  test("that takes an error hears that its time is up", () => {
    expect(waitingForTwo({ takesError: true })).toEqual({ told: [[new AckTimeoutError()]], ids: [ID + 1] });
  });

  test("is awaited no more, and the others are", () => {
    const { acks } = waitingFor({});
    acks.expect(ID + 1, { settle: () => {} });
    acks.forgetOldest();
    expect([acks.has(ID), acks.has(ID + 1)]).toEqual([false, true]);
  });

  test("is none where none is awaited", () => {
    const acks = new PendingAcks(createFakeClock());
    acks.forgetOldest();
    expect(acks.size).toBe(0);
  });
});

describe("when the time is up", () => {
  test("the ack gets an error, and a late answer is nobody's", () => {
    const { acks, told, clock } = waitingFor({ timeoutMs: 10 });
    clock.advance(9);
    expect(told).toEqual([]);
    clock.advance(1);
    expect([told, acks.reply(ID, ["late"]), acks.size]).toEqual([[[new AckTimeoutError()]], false, 0]);
  });

  test("its owner hears of it before the ack does", () => {
    const order: string[] = [];
    const clock = createFakeClock();
    const settle = () => order.push("ack");
    new PendingAcks(clock).expect(ID, { settle, timeoutMs: 10, expired: () => order.push("owner") });
    clock.advance(10);
    expect(order).toEqual(["owner", "ack"]);
  });
});

describe("at the end of the socket", () => {
  test("an ack that takes an error gets one, and no timer stays", () => {
    const { acks, told, clock } = waitingFor({ timeoutMs: 10 });
    acks.disconnected(run);
    clock.advance(10);
    expect([told, acks.size, clock.pendingTimers]).toEqual([[[new AckDisconnectedError()]], 0, 0]);
  });

  test("an ack that takes none is dropped", () => {
    const { acks, told } = waitingFor();
    acks.disconnected(run);
    expect([told, acks.size]).toEqual([[], 0]);
  });

  test("an ack of an event that is still to be sent is kept", () => {
    const { acks, told } = waitingFor({ takesError: true });
    acks.disconnected(run, (id) => id === ID);
    acks.reply(ID, ["yes"]);
    expect(told).toEqual([[null, "yes"]]);
  });

  test("each ack runs in the guard, and may wait for something new", () => {
    const { acks, told } = waitingFor({ takesError: true });
    const again = () => acks.expect(9, { settle: (args) => told.push(args) });
    acks.expect(8, { takesError: true, settle: again });
    let guarded = 0;
    acks.disconnected((call) => {
      guarded++;
      call();
    });
    acks.reply(9, ["new"]);
    expect([guarded, told]).toEqual([2, [[new AckDisconnectedError()], ["new"]]]);
  });
});

test.each([
  [new AckTimeoutError(), "AckTimeoutError", "BOWLINE_ACK_TIMEOUT", "operation has timed out"],
  [new AckDisconnectedError(), "AckDisconnectedError", "BOWLINE_ACK_DISCONNECTED", "socket has been disconnected"],
])("%s can be told by its name, its code and the message that programs compare", (error, name, code, message) => {
  expect([error.name, error.code, error.message]).toEqual([name, code, message]);
});
