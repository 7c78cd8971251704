// Rules of the function at the end of an emit's arguments.
import { expect, test } from "vitest";
import { takeAck } from "./ack-callback.ts";

const ack = (): void => {};

test.each([
  ["a function at the end is the ack", [1, ack], { args: [1], ack }],
  ["a function elsewhere is an argument", [ack, 1], { args: [ack, 1], ack: undefined }],
  ["without arguments there is none", [], { args: [], ack: undefined }],
])("%s", (_rule, given, expected) => {
  expect(takeAck(given)).toEqual(expected);
});
