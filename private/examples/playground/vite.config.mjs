// Builds the playground's page into dist/, which server.mjs serves. Nothing is inlined, so the page runs under a strict
// content security policy.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  logLevel: "warn",
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
