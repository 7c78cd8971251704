// The test projects. `unit` and `types` read the packages from source, so they need no build; the suites under
// private/testkit/suites run against the built packages, as a user's program would.
import { defineConfig, type TestProjectInlineConfiguration, type ViteUserConfig } from "vitest/config";

const fromSource = { conditions: ["bowline-source", "module", "node", "development|production"] };

/** A suite that runs against dist: whole files are its unit of work, each may open servers on free ports. */
function builtSuite(
  name: string,
  testTimeoutMs: number,
  folder = `private/testkit/suites/${name}`,
): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      include: [`${folder}/**/*.test.ts`],
      environment: "node",
      testTimeout: testTimeoutMs,
      hookTimeout: testTimeoutMs,
    },
  };
}

/** Where the fuzzer's own coverage is measured, it plays the sources, and nobody has reached a mark. */
const isFuzzCoverage = process.env["BOWLINE_FUZZ_SOURCES"] === "1";

// The marks apply to the unit step of the whole gate. entry/ and runtime/ run in other processes and are exempt.
const coverageMarks = {
  "packages/protocol/src/**": { lines: 100, branches: 100 },
  "packages/{adapter,client,nats,node-cluster,postgres,redis,server}/src/**": { lines: 95, branches: 95 },
};

const config: ViteUserConfig = defineConfig({
  test: {
    coverage: {
      provider: "v8",
      ...(isFuzzCoverage ? {} : { include: ["packages/*/src/**/*.ts"] }),
      exclude: ["**/*.test.ts", "**/*.test-d.ts", "**/entry/**", "**/runtime/**"],
      reporter: ["text-summary", "json-summary"],
      thresholds: isFuzzCoverage ? {} : coverageMarks,
    },
    projects: [
      {
        resolve: fromSource,
        ssr: { resolve: fromSource },
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "private/{bench,testkit}/src/**/*.test.ts"],
          environment: "node",
          testTimeout: 5000,
          // A process for each of 250 files would take four times as long, and units keep nothing from test to test.
          isolate: false,
        },
      },
      {
        resolve: fromSource,
        ssr: { resolve: fromSource },
        test: {
          name: "types",
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            ignoreSourceErrors: true, // the types step reports those
            include: ["packages/*/src/**/*.test-d.ts"],
            checker: "node_modules/typescript-7/bin/tsc",
            tsconfig: "tsconfig.json",
          },
        },
      },
      builtSuite("packages", 120_000),
      builtSuite("runtime", 20_000),
      builtSuite("seed", 20_000),
      builtSuite("runtimes", 60_000),
      builtSuite("hostile", 60_000),
      {
        ...(isFuzzCoverage ? { resolve: fromSource, ssr: { resolve: fromSource } } : {}),
        ...builtSuite("fuzz", 60_000),
      },
      builtSuite("security", 60_000),
      builtSuite("steady", 60_000),
      builtSuite("errors", 20_000),
      builtSuite("browser", 60_000),
      builtSuite("differential", 30_000),
      builtSuite("client-rows", 30_000),
      builtSuite("server-rows", 30_000),
      builtSuite("python", 30_000),
      builtSuite("deployment", 30_000),
      builtSuite("downstream", 60_000, "private/downstream"),
      builtSuite("adapters", 60_000),
      builtSuite("brokers", 60_000),
      builtSuite("cluster", 60_000),
      builtSuite("delivery", 60_000),
      builtSuite("soak", 60_000),
    ],
  },
});

export default config;
