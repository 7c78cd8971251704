import { UsePipes, ValidationPipe } from "@nestjs/common";
import {
  Ack,
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  WsException,
  type WsResponse,
} from "@nestjs/websockets";
import { from, map, type Observable } from "rxjs";
import type { Server, Socket } from "socket.io";
import { ChatService } from "./chat.service";
import { MessageDto } from "./message.dto";

@WebSocketGateway({ transports: ["polling", "websocket"] })
export class ChatGateway implements OnGatewayInit, OnGatewayConnection, OnGatewayDisconnect {
  @WebSocketServer()
  private readonly server!: Server;

  constructor(private readonly chat: ChatService) {}

  afterInit(server: Server) {
    this.chat.server = server;
    this.chat.log.push(`init ${server === this.server}`);
  }

  handleConnection(client: Socket) {
    client.data.name = client.handshake.auth.name ?? "anonymous";
    this.chat.log.push(`connection ${client.data.name}`);
  }

  handleDisconnect(client: Socket) {
    this.chat.log.push(`disconnect ${client.data.name}`);
  }

  @SubscribeMessage("echo")
  echo(@MessageBody() data: unknown) {
    return data;
  }

  @SubscribeMessage("part")
  part(@MessageBody("deep") deep: unknown, @ConnectedSocket() client: Socket): WsResponse<unknown> {
    return { event: "part-answered", data: { deep, same: this.server.sockets.sockets.get(client.id) === client } };
  }

  @SubscribeMessage("bytes")
  bytes(@MessageBody() data: Buffer) {
    return { isBuffer: Buffer.isBuffer(data), twice: Buffer.concat([data, data]) };
  }

  @SubscribeMessage("count")
  count(@MessageBody() upTo: number): Observable<WsResponse<number>> {
    return from(Array.from({ length: upTo }, (_, index) => index + 1)).pipe(map((data) => ({ event: "counted", data })));
  }

  @SubscribeMessage("later")
  async later(@MessageBody() data: string, @Ack() ack: (value: unknown) => void) {
    await new Promise((resolve) => setImmediate(resolve));
    ack({ status: "received", data });
  }

  @SubscribeMessage("join")
  async join(@MessageBody() room: string, @ConnectedSocket() client: Socket) {
    await client.join(room);
    client.to(room).emit("joined", { room, name: client.data.name });
    return [...client.rooms].filter((name) => name !== client.id);
  }

  @UsePipes(new ValidationPipe({ transform: true, exceptionFactory: (errors) => new WsException(errors.map(({ property }) => property)) }))
  @SubscribeMessage("message")
  message(@MessageBody() message: MessageDto, @ConnectedSocket() client: Socket) {
    this.server.to(message.room).except(client.id).emit("message", { ...message, from: client.data.name });
    return message instanceof MessageDto;
  }

  @SubscribeMessage("fail")
  fail() {
    throw new WsException("It failed");
  }

  @SubscribeMessage("crash")
  crash() {
    throw new Error("Nobody may read this");
  }
}
