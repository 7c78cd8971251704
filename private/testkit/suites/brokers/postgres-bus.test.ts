// @bowline/postgres on a real PostgreSQL: the rules of every bus, and what only this broker can do wrong.
import { randomBytes } from "node:crypto";
import type { Bus } from "@bowline/adapter/cluster";
import { postgresBus } from "@bowline/postgres";
import { waitFor } from "../../src/peers/wait-for.ts";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { connectPostgres, type PostgresPool, whyMissing } from "./broker-packages.ts";
import { busSuite, createFollower, untilUp } from "./bus-suite.ts";
