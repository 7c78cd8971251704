// HAProxy, as docs/deployment/haproxy.md has it, in front of two nodes.
import { ALL_PLAYERS, PLAYERS_WITH_COOKIES, proxySuite } from "./proxy-suite.ts";

proxySuite({ proxy: "haproxy", file: "cookie.cfg", players: PLAYERS_WITH_COOKIES, withCredentials: true });

proxySuite({
  proxy: "haproxy",
  file: "session-id.cfg",
  players: ALL_PLAYERS,
  nodeOptions: () => ({ cookie: "io" }),
});
