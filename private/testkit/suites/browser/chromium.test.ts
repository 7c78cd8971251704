// The page suite in Chromium.
import { CHROMIUM } from "../../src/peers/chromium.ts";
import { pageSuite } from "./page-suite.ts";

pageSuite(CHROMIUM, process.env["BOWLINE_FULL"] === "1" ? "whole" : "core");
