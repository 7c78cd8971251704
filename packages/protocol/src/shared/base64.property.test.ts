// Properties of base64 and of byte counting, with seeded data.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as tables from "./base64.ts";
import * as web from "./base64-web.ts";
import { decodeStrictUtf8, decodeUtf8, encodeUtf8, utf8Length } from "./bytes.ts";

const SEED = { seed: 64 };

// Made once, and here: the first generator of this kind reads all of Unicode, which takes a second that is no test's.
const anyCharacters = fc.string({ unit: "binary" });

function refusalOf(read: () => unknown): unknown {
  try {
    read();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe.each([
  ["by tables", tables],
  ["of the web", web],
])("base64 %s", (_name, { decodeBase64, encodeBase64 }) => {
  test("bytes survive base64, with and without padding", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = encodeBase64(bytes);
        expect(decodeBase64(text)).toEqual(bytes);
        expect(decodeBase64(text.replaceAll("=", ""))).toEqual(bytes);
      }),
      SEED,
    );
  });

  test("base64 is what the platform writes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
      }),
      SEED,
    );
  });

  test("any text is base64 or a SyntaxError", () => {
    const anyText = fc.oneof(anyCharacters, fc.string({ unit: fc.constantFrom("A", "b", "9", "=", "-") }));
    fc.assert(
      fc.property(anyText, (text) => {
        expect(refusalOf(() => decodeBase64(text)) ?? new SyntaxError()).toBeInstanceOf(SyntaxError);
      }),
      SEED,
    );
  });
});

test("both kinds of base64 read the same texts", () => {
  const nearlyBase64 = fc.string({ unit: fc.constantFrom("A", "b", "9", "+", "/", "=", " "), maxLength: 9 });
  const read = (decode: (text: string) => Uint8Array, text: string): unknown => {
    try {
      return decode(text);
    } catch {
      return "refused";
    }
  };
  fc.assert(
    fc.property(nearlyBase64, (text) => {
      expect(read(web.decodeBase64, text)).toEqual(read(tables.decodeBase64, text));
    }),
    { ...SEED, numRuns: 1000 },
  );
});

test("the byte length of any text is that of its UTF-8", () => {
  const anyUnits = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));
  fc.assert(
    fc.property(fc.oneof(anyUnits, anyCharacters), (text) => {
      expect(utf8Length(text)).toBe(encodeUtf8(text).byteLength);
    }),
    SEED,
  );
});

test("strict and lenient UTF-8 agree wherever the strict one reads", () => {
  fc.assert(
    fc.property(anyCharacters, (text) => {
      expect(decodeStrictUtf8(encodeUtf8(text))).toBe(decodeUtf8(encodeUtf8(text)));
    }),
    SEED,
  );
});

test("any bytes are UTF-8 or a SyntaxError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(refusalOf(() => decodeStrictUtf8(bytes)) ?? new SyntaxError()).toBeInstanceOf(SyntaxError);
    }),
    SEED,
  );
});
