// Rules of what programs see of a request whose runtime has none in the form of Node.
import { expect, it } from "vitest";
import { PlainHead } from "./plain-head.ts";

const FACTS = { method: "GET", target: "/x/?a=1", remoteAddress: "203.0.113.7", secure: false, headers: ["x-a", "1"] };

it("a request that a program has seen is known as such, and is what is kept", () => {
  const head = new PlainHead(FACTS);
  const before = head.isShown;
  const { req } = head.native;
  expect([before, head.isShown, head.keep().native?.req === req]).toEqual([false, true, true]);
});

it("a request that is kept tells what it told", () => {
  const kept = new PlainHead(FACTS).keep();
  expect([kept.method, kept.target, kept.header("x-a"), kept.headers()]).toEqual([
    "GET",
    "/x/?a=1",
    "1",
    { "x-a": "1" },
  ]);
});
