// The error of a question that not every server has answered: what came is in it, and who is missing.
// Place: connection / namespace -> cluster adapter (**its error**) -> the user's code
// Rules: partial results are never lost, and never pass for whole ones.

/**
 * A question to the other servers that was not answered by all of them in time.
 *
 * `fetchSockets()`, `count()` and the acks of `serverSideEmit()` end with it.
 * @typeParam Result what has been asked for.
 * @example
 * import { Server } from "@bowline/server";
 * const io = new Server();
 * try {
 *   await io.fetchSockets();
 * } catch (error) {
 *   if (error instanceof IncompleteAnswersError) console.log(error.results.length, "and missing", error.missing);
 * }
 */
export class IncompleteAnswersError<Result = unknown> extends Error {
  override readonly name = "IncompleteAnswersError";
  readonly code = "BOWLINE_CLUSTER_INCOMPLETE";
  /** What has been found, on this server and on those that have answered. */
  readonly results: readonly Result[];
  /** The names of the servers that have not answered, where they are known. */
  readonly missing: readonly string[];

  constructor(message: string, results: readonly Result[], missing: readonly string[]) {
    super(message);
    this.results = results;
    this.missing = missing;
  }

  /** The same with other results, as where they are made into what the program asked for. */
  with<Other>(results: readonly Other[]): IncompleteAnswersError<Other> {
    return new IncompleteAnswersError(this.message, results, this.missing);
  }

  /** The same with other names of who is missing. */
  named(nameOf: (server: string) => string): IncompleteAnswersError<Result> {
    return new IncompleteAnswersError(this.message, this.results, this.missing.map(nameOf));
  }
}
