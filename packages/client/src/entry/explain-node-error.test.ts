import { expect, test } from "vitest";
import { explainNodeError } from "./explain-node-error.ts";

test.each([
  ["a refused connection", { code: "ECONNREFUSED", message: "connect ECONNREFUSED" }, "listens on this port"],
  ["several refused addresses", { code: "ECONNREFUSED", message: "" }, "ECONNREFUSED; check that the server"],
  ["an unknown host", { code: "ENOTFOUND", message: "getaddrinfo ENOTFOUND" }, "check the name of the host"],
  ["a certificate", { code: "DEPTH_ZERO_SELF_SIGNED_CERT", message: "self-signed certificate" }, 'option "ca"'],
  ["another error in its own words", new Error("write EPIPE"), "write EPIPE"],
  ["nothing at all", undefined, "no answer came"],
])("%s is explained", (_rule, error, part) => {
  expect(explainNodeError(error)).toContain(part);
});
