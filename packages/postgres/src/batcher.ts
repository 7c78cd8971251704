// Gathers what is told while a query is under way: the next one takes it all.
// Place: bus -> **batcher** -> link -> PostgreSQL
// Rules: order holds; one query is under way at a time; what a query is rejected with all of its jobs are.

/** Something that has a size. */
export interface Job {
  readonly bytes: number;
}

interface Waiting<JobType, Result> {
  readonly job: JobType;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** What a batch may have. */
const MAX_JOBS = 500;
const MAX_BYTES = 1024 * 1024;

/** Sends jobs in batches. */
export class Batcher<JobType extends Job, Result> {
  readonly #run: (jobs: readonly JobType[]) => Promise<readonly Result[]>;
  readonly #goTogether: (one: JobType, other: JobType) => boolean;
  #waiting: Waiting<JobType, Result>[] = [];
  #isBusy = false;

  /**
   * @param run sends a batch; gives the results in the order of the jobs.
   * @param goTogether whether two jobs can be in the same batch.
   */
  constructor(
    run: (jobs: readonly JobType[]) => Promise<readonly Result[]>,
    goTogether: (one: JobType, other: JobType) => boolean,
  ) {
    this.#run = run;
    this.#goTogether = goTogether;
  }

  /** Sends a job behind those before it. */
  add(job: JobType): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      if (!this.#isBusy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    // What is told in the same turn goes with the first one.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#send(this.#next());
    this.#isBusy = false;
  }

  async #send(batch: readonly Waiting<JobType, Result>[]): Promise<void> {
    try {
      const results = await this.#run(batch.map(({ job }) => job));
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result === undefined)
          reject(new Error(`the answer has ${results.length} rows for ${batch.length} messages`));
        else resolve(result);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  #next(): readonly Waiting<JobType, Result>[] {
    const first = this.#waiting[0];
    if (first === undefined) return [];
    let bytes = 0;
    let count = 0;
    for (const { job } of this.#waiting) {
      bytes += job.bytes;
      if (count > 0 && (count === MAX_JOBS || bytes > MAX_BYTES || !this.#goTogether(first.job, job))) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }
}
