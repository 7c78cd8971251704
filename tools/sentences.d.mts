// What the builds and the tests use of tools/sentences.mjs.

/** Puts numbers in the places of the error sentences of a source. */
export function shorten(source: string, numbers: ReadonlyMap<string, number>): string;

/** The numbers that a document gives, by sentence. */
export function numbersOf(document: string): Map<string, number>;

/** A plugin that puts numbers in the places of error sentences. */
export function numbersForSentences(): {
  readonly name: string;
  transform(code: string, id: string): { readonly code: string; readonly map: null } | undefined;
};
