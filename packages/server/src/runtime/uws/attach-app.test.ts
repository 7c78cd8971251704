// Rules of what an app is handed that need no app: what the package would end the process for is refused.
import { describe, expect, it, vi } from "vitest";
import { UwsEngine } from "./engine-server.ts";

function createApp() {
  return { any: vi.fn(), ws: vi.fn(), publish: () => undefined, listen: () => undefined };
}

describe("idleTimeout", () => {
  it.each([-1, 5, 7.5, 961, Number.NaN, Number.POSITIVE_INFINITY])(
    "is refused where the package aborts (%d)",
    (seconds) => {
      const app = createApp();
      const attach = () => new UwsEngine().attach(app, { idleTimeout: seconds });
      expect(attach).toThrow(
        new RangeError(`Cannot use option idleTimeout "${seconds}": give 0, or a number from 8 to 960`),
      );
      expect([app.any.mock.calls, app.ws.mock.calls]).toEqual([[], []]);
    },
  );

  it.each([0, 8, 960])("is handed on where it takes it (%d)", (seconds) => {
    const app = createApp();
    new UwsEngine().attach(app, { idleTimeout: seconds });
    expect(app.ws.mock.calls).toEqual([["/engine.io/*", expect.objectContaining({ idleTimeout: seconds })]]);
  });
});
