// The page suite in Chromium: always whole.
import { CHROMIUM } from "../../src/peers/chromium.ts";
import { pageSuite } from "./page-suite.ts";

pageSuite(CHROMIUM, "whole");
