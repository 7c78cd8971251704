import { ConnectedSocket, SubscribeMessage, WebSocketGateway } from "@nestjs/websockets";
import type { Socket } from "socket.io";

@WebSocketGateway({ namespace: /^\/tenant-\w+$/ })
export class TenantGateway {
  @SubscribeMessage("shout")
  shout(@ConnectedSocket() client: Socket) {
    client.nsp.emit("shouted", client.nsp.name);
    return client.nsp.name;
  }
}
