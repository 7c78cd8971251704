// PM2: pm2 start ecosystem.config.cjs; each node is an app of its own with a port of its own, so that the proxy in
// front can find it again. PM2's cluster mode shares one port among all, and has no way to keep a session at its node.
const node = (name, port) => ({
  name: `bowline-${name}`,
  script: "server.mjs",
  exec_mode: "fork",
  env: { NODE_ENV: "production", NODE_NAME: name, PORT: port },
  wait_ready: true,
  listen_timeout: 10_000,
  kill_timeout: 35_000,
});

module.exports = { apps: [node("a", 3001), node("b", 3002)] };
