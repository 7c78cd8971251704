// Rules of what stays known of a request.
import { FakeExchange } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import { keepHead, nativeRequest } from "./request-head.ts";

describe("nativeRequest", () => {
  it("is the runtime's own request where there is one, else its head", () => {
    const native = { url: "/" };
    const { head } = new FakeExchange("/");
    expect(nativeRequest(new FakeExchange("/", { native }).head)).toBe(native);
    expect(nativeRequest(head)).toBe(head);
  });
});

describe("the head that a connection keeps", () => {
  const headers = { origin: "http://a.example", "x-token": "7" };

  it("knows all of the request, and holds no request of the runtime", () => {
    const { head } = new FakeExchange("/?a=b", { native: { url: "/" }, headers });
    const kept = keepHead(head);
    expect([kept.method, kept.target, kept.remoteAddress, kept.secure, kept.headers(), kept.header("x-token")]).toEqual(
      ["GET", "/?a=b", head.remoteAddress, false, headers, "7"],
    );
    expect(kept.native).toBeUndefined();
  });

  it("is the request's own where the runtime has no request", () => {
    const { head } = new FakeExchange("/");
    expect(keepHead(head)).toBe(head);
  });
});
