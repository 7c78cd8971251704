// Types of adapters that programs write: classes that extend ours, and what they may be handed to.
import { describe, expectTypeOf, it } from "vitest";
import { Adapter } from "./adapter.ts";
import type { ClusterAdapter } from "./cluster/cluster-adapter.ts";
import { ClusterAdapterWithHeartbeat } from "./cluster/heartbeat-adapter.ts";
import type { ClusterMessage, ClusterResponse, NodeId } from "./cluster/message.ts";
import type {
  AdapterConstructor,
  AdapterContract,
  AdapterNamespace,
  BroadcastOptions,
  Room,
  SocketId,
} from "./contract.ts";
import { SessionAwareAdapter } from "./session-aware-adapter.ts";

describe("an adapter of a program's own", () => {
  it("may override methods with sets as upstream's types have them", () => {
    class MyAdapter extends Adapter {
      constructor(nsp: AdapterNamespace) {
        super(nsp);
      }

      override addAll(id: SocketId, rooms: Set<Room>): Promise<void> | void {
        return super.addAll(id, rooms);
      }

      override broadcast(packet: { type: 2; data: unknown[] }, options: BroadcastOptions): void {
        void super.broadcast(packet, options);
      }
    }
    expectTypeOf(MyAdapter).toExtend<AdapterConstructor>();
    expectTypeOf<MyAdapter["rooms"]>().toEqualTypeOf<Map<Room, Set<SocketId>>>();
    expectTypeOf<MyAdapter>().toExtend<AdapterContract>();
  });

  it("may ask for more of a namespace than the contract promises", () => {
    class Demanding extends Adapter {
      constructor(nsp: AdapterNamespace & { readonly more: number }) {
        super(nsp);
      }
    }
    expectTypeOf(Demanding).toExtend<AdapterConstructor>();
  });

  it("may be made by a function", () => {
    expectTypeOf((nsp: AdapterNamespace) => new SessionAwareAdapter(nsp)).toExtend<AdapterConstructor>();
    expectTypeOf((name: string) => name).not.toExtend<AdapterConstructor>();
  });

  it("for several servers has to publish", () => {
    class MyCluster extends ClusterAdapterWithHeartbeat {
      protected async doPublish(message: ClusterMessage): Promise<string> {
        return message.uid;
      }

      protected async doPublishResponse(_to: NodeId, response: ClusterResponse): Promise<void> {
        expectTypeOf(response.data.requestId).toEqualTypeOf<string>();
      }
    }
    expectTypeOf(MyCluster).toExtend<
      new (
        nsp: AdapterNamespace,
        options?: { heartbeatInterval?: number },
      ) => Adapter
    >();
    expectTypeOf<MyCluster>().toExtend<ClusterAdapter>();
  });

  it("knows the events of rooms, and lets others be", () => {
    const listen = (adapter: Adapter) => {
      adapter.on("join-room", (room, id) => expectTypeOf([room, id]).toEqualTypeOf<string[]>());
      adapter.once("of its own", (value: number) => expectTypeOf(value).toEqualTypeOf<number>());
    };
    expectTypeOf(listen).toBeFunction();
  });
});
