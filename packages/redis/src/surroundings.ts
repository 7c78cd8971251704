// What the buses need of their platform: time, and somebody to tell.
// Place: made by runtime/, handed to bus -> client of Redis

/** What a platform hands in. */
export interface Surroundings {
  /** Does something later; it keeps no process alive. @returns what ends that. */
  after(ms: number, action: () => void): () => void;
  /** Tells somebody of a mistake that nobody waits for. */
  warn(code: string, text: string): void;
}
