import "reflect-metadata";
import type { AddressInfo } from "node:net";
import { NestFactory } from "@nestjs/core";
import { AppModule } from "./app.module";
import { StrictIoAdapter } from "./strict-io.adapter";

async function bootstrap() {
  const app = await NestFactory.create(AppModule, { logger: ["error", "warn"] });
  app.enableShutdownHooks();
  app.useWebSocketAdapter(new StrictIoAdapter(app));
  await app.listen(process.env.PORT ?? 3000);
  const { port } = app.getHttpServer().address() as AddressInfo;
  console.log(`Nest is listening on port ${port}`);
}

bootstrap();
