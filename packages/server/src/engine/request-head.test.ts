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
  it("is what the runtime keeps of it", () => {
    const kept = new FakeExchange("/kept").head;
    const { head } = new FakeExchange("/");
    expect(keepHead({ ...head, keep: () => kept })).toBe(kept);
  });

  it("is the request's own where the runtime has nothing to let go of", () => {
    const { head } = new FakeExchange("/");
    expect(keepHead(head)).toBe(head);
  });
});
