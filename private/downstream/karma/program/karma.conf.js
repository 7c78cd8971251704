module.exports = (config) => {
  config.set({
    frameworks: ["jasmine"],
    files: ["src/**/*.js", "test/**/*.spec.js"],
    browsers: ["Headless"],
    customLaunchers: {
      Headless: {
        base: "ChromeHeadless",
        flags: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
      },
    },
    reporters: ["progress"],
    client: { args: ["--told", "by the server"] },
    colors: false,
    hostname: "127.0.0.1",
    listenAddress: "127.0.0.1",
    singleRun: true,
  });
};
