// What is done before anything else is loaded: spans are kept, and told when the process is asked for them.
const { NodeTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = require("@opentelemetry/sdk-trace-node");
const { SocketIoInstrumentation } = require("@opentelemetry/instrumentation-socket.io");

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
provider.register();

const instrumentation = new SocketIoInstrumentation({
  onIgnoreEventList: ["quiet"],
  emitHook: (span, { payload }) => span.setAttribute("payload", JSON.stringify(payload)),
  onHook: (span, { payload }) => span.setAttribute("heard", JSON.stringify(payload)),
});
instrumentation.setTracerProvider(provider);

exports.spans = () =>
  exporter.getFinishedSpans().map(({ name, kind, attributes, status }) => ({ name, kind, attributes, status: status.code }));
