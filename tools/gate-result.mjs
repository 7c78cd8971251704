// What a step of the gate tells: how many of its checks passed, failed, were skipped, and, when something went wrong,
// everything needed to see why. A step that checked nothing has failed: silence is not success.

/**
 * @typedef {object} StepResult
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string} [note] a few words for the green line
 * @property {string} [output] printed in full when the step is red
 */

/**
 * Adds up results that belong to one step.
 * @param {readonly StepResult[]} results
 * @returns {StepResult}
 */
export function addUp(results) {
  const sum = { passed: 0, failed: 0, skipped: 0, note: "", output: "" };
  for (const result of results) {
    sum.passed += result.passed;
    sum.failed += result.failed;
    sum.skipped += result.skipped;
  }
  sum.note = results.flatMap((result) => result.note || []).join(", ");
  sum.output = results.flatMap((result) => result.output?.trim() || []).join("\n");
  return sum;
}

/**
 * The result of one check that is either fine or not.
 * @param {boolean} ok
 * @param {string} output
 * @param {string} [note]
 * @returns {StepResult}
 */
export function oneCheck(ok, output, note = "") {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, note, output: ok ? "" : output };
}

/**
 * Turns "nothing was checked" into a failure.
 * @param {StepResult} result
 * @returns {StepResult}
 */
export function refuseEmpty(result) {
  if (result.passed + result.failed + result.skipped > 0) return result;
  return {
    ...result,
    failed: 1,
    output: `${result.output ?? ""}\nThe step checked nothing, which is a failure.`.trim(),
  };
}

/**
 * Reads the report of vitest's JSON reporter.
 * @param {unknown} report the parsed file, or `undefined` when vitest wrote none
 * @param {number} code vitest's exit code
 * @param {string} output what vitest printed
 * @returns {StepResult}
 */
export function readVitestReport(report, code, output) {
  if (report === undefined) return oneCheck(false, `vitest wrote no report (exit code ${code})\n${output}`);
  const names = [];
  const sum = { passed: 0, failed: 0, skipped: 0, note: "", output: "" };
  for (const file of report.testResults) {
    // A file that could not be loaded, or whose hooks failed, holds no failed test of its own, and still has failed.
    const failedTests = file.assertionResults.filter((test) => test.status === "failed").length;
    sum.failed += failedTests === 0 && file.status === "failed" ? 1 : failedTests;
    for (const test of file.assertionResults) {
      if (test.status === "passed") sum.passed += 1;
      else if (test.status !== "failed") {
        sum.skipped += 1;
        names.push(test.fullName);
      }
    }
  }
  if (code !== 0 && sum.failed === 0) sum.failed = 1; // coverage below its mark, an unhandled rejection, no test file
  if (names.length > 0) sum.note = `skipped: ${names.slice(0, 5).join("; ")}${names.length > 5 ? "; …" : ""}`;
  if (sum.failed > 0) sum.output = output;
  return refuseEmpty(sum);
}

/**
 * Reads a last line of the form `3 passed, 0 failed, 1 skipped`, in which further words may stand (`2 deviates`).
 * @param {string} output
 * @param {number} code the exit code
 * @returns {StepResult}
 */
export function readCountLine(output, code) {
  const last = output.trim().split("\n").at(-1) ?? "";
  const count = (word) => Number(new RegExp(`(\\d+) ${word}\\b`).exec(last)?.[1] ?? Number.NaN);
  const [passed, failed, skipped] = [count("passed"), count("failed"), count("skipped")];
  if (Number.isNaN(passed) || Number.isNaN(failed)) {
    return oneCheck(false, `The last line tells no counts: "${last}" (exit code ${code})\n${output}`);
  }
  const others = [...last.matchAll(/\d+ (?!passed|failed|skipped)[a-z]+/g)].map((match) => match[0]).join(", ");
  const result = { passed, failed: code !== 0 && failed === 0 ? 1 : failed, skipped: skipped || 0, note: others };
  return refuseEmpty({ ...result, output: result.failed > 0 ? output : "" });
}
