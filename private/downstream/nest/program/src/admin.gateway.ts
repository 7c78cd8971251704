import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  type CallHandler,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from "@nestjs/common";
import {
  BaseWsExceptionFilter,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
  WsException,
} from "@nestjs/websockets";
import { map } from "rxjs";
import type { Namespace, Socket } from "socket.io";

@Injectable()
class TokenGuard implements CanActivate {
  canActivate(context: ExecutionContext) {
    const client = context.switchToWs().getClient<Socket>();
    if (client.handshake.auth.token !== "secret") throw new WsException("A token is needed");
    return true;
  }
}

@Injectable()
class EnvelopeInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((data) => ({ event: "sealed", data })));
  }
}

@Catch(WsException)
class ToldFilter extends BaseWsExceptionFilter {
  catch(exception: WsException, host: ArgumentsHost) {
    host.switchToWs().getClient<Socket>().emit("told", { error: exception.getError() });
    super.catch(exception, host);
  }
}

@UseGuards(TokenGuard)
@UseFilters(new ToldFilter())
@WebSocketGateway({ namespace: "admin" })
export class AdminGateway {
  @WebSocketServer()
  private readonly namespace!: Namespace;

  afterInit(namespace: Namespace) {
    namespace.use((socket, next) => {
      next(socket.handshake.query.locked === "yes" ? new Error("The office is closed") : undefined);
    });
  }

  @UseInterceptors(EnvelopeInterceptor)
  @SubscribeMessage("who")
  who() {
    return { namespace: this.namespace.name, sockets: this.namespace.sockets.size };
  }

  @SubscribeMessage("kick-all")
  kickAll() {
    this.namespace.disconnectSockets(true);
  }
}
