const browserSync = require("browser-sync").create();

browserSync.init(
  {
    server: "site",
    files: ["site/**/*"],
    port: Number(process.env.PORT ?? 3000),
    host: "127.0.0.1",
    listen: "127.0.0.1",
    ui: false,
    open: false,
    notify: false,
    online: false,
    logConnections: true,
    ghostMode: { clicks: true, forms: true, scroll: true },
  },
  (error, bs) => {
    if (error) throw error;
    console.log(`Browsersync is serving on ${bs.options.getIn(["urls", "local"])}`);
  },
);
process.on("SIGTERM", () => {
  browserSync.exit();
});
