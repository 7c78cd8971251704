// The only globals that the pure packages may use, declared by hand so that no library of Node or of the browser is
// in scope: with `types: []` every other global (setTimeout, console, Buffer, ...) is a type error.
// Every runtime we support has these; the declarations name only what we call. They are for our own compiler run:
// published declarations mention `Blob` and meet the reader's own definition of it.

interface TextEncoder {
  readonly encoding: string;
  encode(input?: string): Uint8Array<ArrayBuffer>;
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number };
}

declare var TextEncoder: { new (): TextEncoder; readonly prototype: TextEncoder };

interface TextDecoder {
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(input?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}

declare var TextDecoder: {
  new (label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean }): TextDecoder;
  readonly prototype: TextDecoder;
};

/** Base64 over texts of one byte per character: in the production builds for browsers alone. */
declare function btoa(binary: string): string;
declare function atob(base64: string): string;

/** Bytes that are not in memory yet; opaque here, since reading one is I/O and belongs to the outer layers. */
interface Blob {
  readonly size: number;
  readonly type: string;
}
