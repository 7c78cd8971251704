// The page suite in Firefox.
import { FIREFOX } from "../../src/peers/firefox.ts";
import { pageSuite } from "./page-suite.ts";

pageSuite(FIREFOX, process.env["BOWLINE_FULL"] === "1" ? "whole" : "core");
