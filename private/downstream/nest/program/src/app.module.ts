import { Controller, Get, Module } from "@nestjs/common";
import { AdminGateway } from "./admin.gateway";
import { ChatGateway } from "./chat.gateway";
import { ChatService } from "./chat.service";
import { TenantGateway } from "./tenant.gateway";

@Controller()
export class AppController {
  constructor(private readonly chat: ChatService) {}

  @Get("statistics")
  statistics() {
    return this.chat.statistics();
  }

  @Get("announce")
  announce() {
    return this.chat.announce("from HTTP");
  }
}

@Module({
  controllers: [AppController],
  providers: [ChatGateway, AdminGateway, TenantGateway, ChatService],
})
export class AppModule {}
