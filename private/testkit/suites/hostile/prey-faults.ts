// What a program may hear of our client at the mercy of an evil server, and what it may not.
// Place: prey's report -> **faults** -> tests
// Rules: a connect_error is a proper Error with a hint; a disconnect has one of the known reasons; the client goes on or
//        says that it does not; after disconnect() it is silent.

import type { PreyReport } from "./prey-process.ts";

const REASONS = ["transport error", "transport close", "ping timeout", "parse error", "io server disconnect"];

/** What is wrong with a report, empty when nothing is. */
export function faultsOf(report: PreyReport): readonly string[] {
  const faults: string[] = [];
  const { errors, disconnects, connects, toldTooLate = 0 } = report;
  if (errors.length + connects === 0) faults.push("neither connect nor connect_error was told");
  for (const { isError, message, type, hint } of errors) {
    if (!isError || message === "") faults.push(`the connect_error "${message}" is no proper Error`);
    if (type === "TransportError" && !/^Cannot (reach|use) "(http|ws):\/\/127.*": ./.test(hint))
      faults.push(`the hint "${hint}"`);
  }
  for (const reason of disconnects) if (!REASONS.includes(reason)) faults.push(`the reason "${reason}" is not known`);
  if (toldTooLate > 0) faults.push("something was told after disconnect()");
  const isStopped =
    report.hasGivenUp || disconnects.includes("io server disconnect") || errors.some(({ type }) => type === "");
  if (!report.isConnected && !report.isTrying && !isStopped)
    faults.push(`it rests without a word: ${JSON.stringify(report)}`);
  return faults;
}
