// Where the vectors find the packages: the built ones, by the names that programs use.
// Place: under the suites. Rules: a package that is not built is named, with what builds it.

/**
 * Imports an entry of a built package.
 * @param {string} specifier for example `@bowline/protocol`
 * @throws {Error} when it is not built
 */
export async function importPackage(specifier) {
  try {
    return await import(specifier);
  } catch (cause) {
    throw new Error(`Cannot load "${specifier}": ${cause.message}; run "npm run build" first`, { cause });
  }
}
