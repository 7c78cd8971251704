// The page suite in WebKit, the engine of Safari.
import { WEBKIT } from "../../src/peers/webkit.ts";
import { pageSuite } from "./page-suite.ts";

pageSuite(WEBKIT, process.env["BOWLINE_FULL"] === "1" ? "whole" : "core");
